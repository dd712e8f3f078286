// What operators configure: tasks of the type `node.config`, addressed to a node. Such a task obliges the node until it
// has said what became of it, as any task does. What is applied is kept in the spool, and holds after a restart.
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { Job } from "../../../clients/typescript/src/job.ts";
import { type Principal, PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { readJson, writeJson } from "../jobs/place.ts";
import { type Policy, stricter } from "../jobs/policy.ts";
import type { Spool } from "../jobs/spool.ts";
import type { Capabilities } from "../sandbox/driver.ts";
import { unenforced } from "./advertise.ts";
import { type Fields, objectOf, type Say } from "./fields.ts";
import { policyFields, policyOf, policyOpen } from "./policy-fields.ts";

export const configTaskType = "node.config";

export type NodeConfig = {
  /** What holds now: the stricter of the node's own and of what operators have sent. */
  policy(): Policy;
  /** The version that is applied: the id of its task. Undefined if none is. */
  version(): string | undefined;
  readonly handler: (input: never, job: Job) => Promise<JsonObject>;
};

type Applied = { readonly version: string; readonly fields: Fields };

export type NodeConfigInit = {
  readonly spool: Spool;
  /** Of the node's own file. */
  readonly own: Policy;
  /** The principals that may send one. */
  readonly from: readonly string[];
  readonly capabilities: Capabilities;
  readonly onApplied: (version: string) => void;
};

/** With what was applied before. What this node can no longer enforce is not: it throws, and no job runs weaker. */
export async function openNodeConfig(init: NodeConfigInit): Promise<NodeConfig> {
  const { spool, own, capabilities, from, onApplied } = init;
  const file = join(spool.folder, "config.json");
  let applied = await readJson<Applied>(file);
  let policy = applied ? effective(applied.fields, own, capabilities) : own;
  // One after the other: each is compared with what was applied before it.
  let applying: Promise<unknown> = Promise.resolve();

  async function apply(input: JsonValue | undefined, version: string): Promise<JsonObject> {
    // Ids of tasks grow with time. Of two that come in the wrong order, the later one stays.
    if (applied && applied.version > version) return { status: "SUPERSEDED", config_version: applied.version };
    const fields = input as Fields;
    const next = effective(fields, own, capabilities);
    applied = { version, fields };
    await writeJson(file, applied);
    policy = next;
    onApplied(version);
    return { status: "APPLIED", config_version: version, effective_hash: hashOf(next), effective: written(next) };
  }

  return {
    policy: () => policy,
    version: () => applied?.version,
    handler(input, { taskId, task }) {
      const answer = applying.then(() => {
        checkSender(task.createdBy, from);
        return apply(input, taskId);
      });
      applying = answer.catch(() => {});
      return answer;
    },
  };
}

const kindNames: Readonly<Partial<Record<PrincipalKind, string>>> = {
  [PrincipalKind.AGENT]: "agent",
  [PrincipalKind.WORKER]: "worker",
  [PrincipalKind.HUMAN]: "human",
};

/** All that may create tasks may address one to a node. Which principal did is the word of the service. */
function checkSender(sender: Principal | undefined, from: readonly string[]): void {
  const name = sender && `${kindNames[sender.kind] ?? "other"}:${sender.id}`;
  if (name !== undefined && from.includes(name)) return;
  const message = `this node takes no configuration from ${name ?? "an unknown principal"}`;
  throw new NonRetryable(message, { type: "CONFIG_REFUSED", detail: [message] });
}

/** Throws what fails the task for good, with the reasons; what was applied before stays. */
function effective(fields: unknown, own: Policy, capabilities: Capabilities): Policy {
  const faults: string[] = [];
  const say: Say = (field, message) => void faults.push(`${field}: ${message}`);
  const sent = policyOf(objectOf(fields, "", policyFields, say), "", policyOpen, say);
  if (faults.length > 0) throw new NonRetryable(faults.join("; "), { type: "CONFIG_INVALID", detail: faults });
  const both = stricter(own, sent);
  const missing = unenforced(both, capabilities);
  if (missing.length > 0) throw new NonRetryable(missing.join("; "), { type: "CONFIG_REFUSED", detail: missing });
  return both;
}

/** In the words of the configuration. */
export function written({ programs, images, network, limits, timeoutDefaultMs, timeoutMaxMs }: Policy): JsonObject {
  const { memoryBytes, cpus, pids, openFiles, workspaceBytes, outputBytes } = limits;
  return {
    ...(programs && { programs: [...programs] }),
    ...(images && { images: [...images] }),
    network,
    limits: {
      ...(memoryBytes !== undefined && { memory_bytes: memoryBytes }),
      ...(cpus !== undefined && { cpus }),
      pids,
      open_files: openFiles,
      workspace_bytes: workspaceBytes,
      output_bytes: outputBytes,
    },
    timeouts: { default_seconds: timeoutDefaultMs / 1_000, max_seconds: timeoutMaxMs / 1_000 },
  };
}

export function hashOf(policy: Policy): string {
  return createHash("sha256")
    .update(JSON.stringify(written(policy)))
    .digest("hex");
}
