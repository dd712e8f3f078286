// What operators have configured a node to, and what holds. A configuration is tried before it holds: a job runs in the
// sandbox with its bounds. If that fails, what held before is applied again. What holds is kept in the spool.
import { join } from "node:path";
import { fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import {
  type NodeConfig,
  NodeConfigSchema,
  NodeConfigStatus,
  type NodeConfigVersion,
} from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { readJson, writeJson } from "../jobs/place.ts";
import type { Policy } from "../jobs/policy.ts";
import type { Spool } from "../jobs/spool.ts";
import type { Capabilities } from "../sandbox/driver.ts";
import { unenforced } from "./advertise.ts";
import { type Effective, effectiveOf, hashOf } from "./config-policy.ts";

/** What became of a configuration, as it is told to the service. */
export type Outcome = {
  readonly version: string;
  readonly status: NodeConfigStatus;
  readonly error: string;
  readonly effectiveHash: string;
};

export type NodeConfigKeeper = {
  /** What holds now. */
  effective(): Effective;
  /** The version that holds. Undefined if none does. */
  version(): string | undefined;
  /** The hash of what holds now. */
  hash(): string;
  /** Resolves when it holds, or when what held before does again. */
  apply(issued: NodeConfigVersion): Promise<Outcome>;
};

/** In the spool. `former` is what to go back to while a configuration is tried. */
type Kept = { readonly applied?: Version; readonly trying?: Version };
type Version = { readonly version: string; readonly config: JsonValue };

export type KeeperInit = {
  readonly spool: Spool;
  /** Of the node's own file. */
  readonly own: Policy;
  readonly capabilities: Capabilities;
  /** Runs a job in the sandbox that does nothing. Undefined if it works, or why it does not. */
  readonly tryJob: (policy: Policy) => Promise<string | undefined>;
  /** Whether a dispatcher gives it jobs. */
  readonly push: boolean;
};

const errorCharactersMax = 1_000;

/** With what held when an earlier process ended; a configuration that it was just trying was never applied. */
export async function openNodeConfig({
  spool,
  own,
  capabilities,
  tryJob,
  push,
}: KeeperInit): Promise<NodeConfigKeeper> {
  const file = join(spool.folder, "config.json");
  let { applied } = (await readJson<Kept>(file)) ?? {};
  let effective = applied ? effectiveOf(own, configIn(applied.config)) : effectiveOf(own, noConfig);

  async function apply({ version, config = noConfig }: NodeConfigVersion): Promise<Outcome> {
    const before = { applied, effective };
    const next = effectiveOf(own, config);
    const say = (status: NodeConfigStatus, error = "") => ({
      version,
      status,
      error,
      effectiveHash: hashOf(effective),
    });
    const missing = unenforced(next.policy, capabilities);
    if (next.workerApi && !push) missing.push("this node takes its jobs itself: its file has not the mode push");
    if (missing.length > 0) return say(NodeConfigStatus.FAILED, missing.join("; "));
    try {
      const trying = { version, config: toJson(NodeConfigSchema, config) };
      await writeJson(file, { ...(applied && { applied }), trying } satisfies Kept);
      effective = next;
      const broken = await tryJob(next.policy);
      if (broken !== undefined) throw new Error(broken);
      await writeJson(file, { applied: trying } satisfies Kept);
      applied = trying;
      return say(NodeConfigStatus.APPLIED);
    } catch (error) {
      ({ applied, effective } = before);
      const why = error instanceof Error ? error.message : String(error);
      await writeJson(file, { ...(applied && { applied }) } satisfies Kept).catch(() => {});
      return say(NodeConfigStatus.ROLLED_BACK, why.slice(0, errorCharactersMax));
    }
  }

  // One after the other: each goes back to what the one before it has left.
  let applying: Promise<unknown> = Promise.resolve();
  return {
    effective: () => effective,
    version: () => applied?.version,
    hash: () => hashOf(effective),
    apply(issued) {
      const outcome = applying.then(() => apply(issued));
      applying = outcome.catch(() => {});
      return outcome;
    },
  };
}

const noConfig: NodeConfig = { $typeName: "asyncgate.v1.NodeConfig" };

/** A later version of this program may have kept fields that this one does not know. */
function configIn(json: JsonValue): NodeConfig {
  return fromJson(NodeConfigSchema, json, { ignoreUnknownFields: true });
}
