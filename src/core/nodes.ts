// Nodes as rules: what becomes of one, what keeps it from being given work, what it may report, what it may be
// configured to.
import { createHash } from "node:crypto";
import {
  type NodeConfig,
  NodeConfigStatus,
  type NodeObstacle,
  NodeObstacleKind,
  type NodeReport,
  NodeReportSchema,
  NodeState,
} from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { AckNodeConfigRequest } from "../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { encode } from "../wire/encode.ts";
import { msOfDuration } from "./duration.ts";
import type { Limits } from "./limits.ts";
import { noSuchVersion } from "./node-refusals.ts";
import { uuidShape } from "./page-token.ts";
import { type FieldViolation, invalidArgument, limitExceeded, type Refusal } from "./refusal.ts";

/** As the contract says. */
export const reportIntervalMs = 60_000;
export const lostAfterMs = 180_000;
export const credentialMs = 86_400_000;
export const configVersionsKept = 100;
export const reportsKept = 20;
export const acksMax = 100;
export const registrationsPerMinuteMax = 600;

/** The forms of reports that this version reads, the newest first. */
const reportVersions = [1];

const principalPrefix = "worker:node:";

/** A name that no other worker gets: RegisterNode gives it, and only to the node. */
export function nodePrincipal(nodeId: string): string {
  return principalPrefix + nodeId;
}

/** Undefined for principals that are no node. */
export function nodeIdOf(principalText: string): string | undefined {
  return principalText.startsWith(principalPrefix) ? principalText.slice(principalPrefix.length) : undefined;
}

const enrollmentPrefix = "worker:enrollment:";

/** Of callers with a pre-shared key. */
export function enrollmentPrincipal(enrollmentId: string): string {
  return enrollmentPrefix + enrollmentId;
}

/** Undefined for other principals. */
export function enrollmentIdOf(principalText: string): string | undefined {
  const id = principalText.startsWith(enrollmentPrefix) ? principalText.slice(enrollmentPrefix.length) : "";
  return uuidShape.test(id) ? id : undefined;
}

export function sha256Of(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What is stored of a node that rules look at. */
export type NodeStanding = {
  readonly nodeId: string;
  readonly state: number;
  readonly stateReason: string;
  readonly reportTime: Date | null;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Whether a dispatcher gives it jobs, and where. */
  readonly push: boolean;
  readonly targetUrl: string;
  readonly bearerExpireTime: Date | null;
};

/** No write makes a node LOST: that it has not reported is known to each reader. */
export function stateOfNode({ state, reportTime }: Pick<NodeStanding, "state" | "reportTime">, now: Date): NodeState {
  const isLost =
    state === NodeState.ACTIVE && reportTime !== null && now.getTime() - reportTime.getTime() > lostAfterMs;
  return isLost ? NodeState.LOST : (state as NodeState);
}

/** A report makes a node ACTIVE that was only registered. What an operator has decided stays. */
export function stateAfterReport(state: number): NodeState {
  return state === NodeState.REGISTERED ? NodeState.ACTIVE : (state as NodeState);
}

type LastAck = { readonly status: NodeConfigStatus; readonly error: string } | undefined;

/** All that keeps a node from being given work; none if it is dispatchable. */
export function obstaclesOf(node: NodeStanding, lastAck: LastAck, now: Date): NodeObstacle[] {
  const found: NodeObstacle[] = [];
  const add = (kind: NodeObstacleKind, message: string) =>
    void found.push({ $typeName: "asyncgate.v1.NodeObstacle", kind, message });
  const because = node.stateReason === "" ? "" : ` (${node.stateReason})`;
  const since = node.reportTime?.toISOString();
  switch (stateOfNode(node, now)) {
    case NodeState.REGISTERED:
      add(NodeObstacleKind.NEVER_REPORTED, "It has not reported since it was registered: is its program running?");
      break;
    case NodeState.LOST:
      add(NodeObstacleKind.LOST, `It has not reported since ${since}: are its program and its network running?`);
      break;
    case NodeState.DRAINING:
      add(NodeObstacleKind.DRAINING, `An operator drains it${because}: ResumeNode ends that.`);
      break;
    case NodeState.INACTIVE:
      add(NodeObstacleKind.INACTIVE, `An operator has taken it out of service${because}: ResumeNode ends that.`);
      break;
    default:
  }
  if (!lastAck) {
    add(NodeObstacleKind.NOT_CONFIGURED, "It has not said yet what became of its configuration.");
  } else if (lastAck.status !== NodeConfigStatus.APPLIED) {
    const what = lastAck.status === NodeConfigStatus.FAILED ? "could not apply" : "has rolled back";
    add(
      NodeObstacleKind.CONFIG_NOT_APPLIED,
      `It ${what} its configuration: ${lastAck.error}. UpdateNodeConfig issues another one.`,
    );
  }
  if (node.reportTime !== null && !node.ready) {
    const why = node.reasons.join("; ") || "it does not say why";
    add(NodeObstacleKind.NOT_READY, `It says that it is not ready: ${why}.`);
  }
  if (node.push) {
    if (node.bearerExpireTime === null) {
      const what = "It is given jobs at its own address, and none is configured";
      add(NodeObstacleKind.NO_ADDRESS, `${what}: UpdateNodeConfig with a worker_api does that.`);
    } else if (node.bearerExpireTime <= now) {
      const ended = node.bearerExpireTime.toISOString();
      add(
        NodeObstacleKind.BEARER_EXPIRED,
        `Its bearer ended at ${ended}: UpdateNodeConfig with a worker_api makes one.`,
      );
    }
  }
  return found;
}

/** The bytes of a report that may be stored. */
export function checkReport(report: NodeReport, limits: Limits): Refusal | { readonly bytes: Uint8Array } {
  if (!reportVersions.includes(report.version)) {
    return noSuchVersion("report", String(report.version), reportVersions.map(String));
  }
  const bytes = encode(NodeReportSchema, report);
  const bound = limits.node_report_bytes_max;
  if (bytes.length <= bound) return { bytes };
  return limitExceeded({ limit: "node_report_bytes_max", bound, value: bytes.length, field: "report" });
}

/**
 * What is wrong with a configuration that no rule on one field can say. `mayHaveAddress`: it is for one node, whose
 * address `checkWorkerApi` looks at.
 */
export function checkNodeConfig(config: NodeConfig, mayHaveAddress = false): Refusal | undefined {
  const violations: FieldViolation[] = [];
  const say = (field: string, description: string, rule: string) =>
    void violations.push({ field: `config.${field}`, description, rule: `node_config.${rule}` });
  const { inference, sandbox } = config;
  if (config.workerApi && !mayHaveAddress) {
    say("worker_api", "is for one node alone, which UpdateNodeConfig configures", "worker_api");
  }
  if (inference && !isPlainUrl(inference.probeUrl)) {
    say("inference.probe_url", "must be an http or https URL without user and fragment", "url");
  }
  const { timeoutDefault, timeoutMax } = sandbox ?? {};
  if (timeoutDefault && timeoutMax && msOfDuration(timeoutDefault) > msOfDuration(timeoutMax)) {
    say("sandbox.timeout_default", "must not be longer than timeout_max", "timeout");
  }
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isWeb = url?.protocol === "https:" || url?.protocol === "http:";
  return isWeb && url?.username === "" && url.password === "" && !text.includes("#");
}

export function checkAck({ status, error }: Pick<AckNodeConfigRequest, "status" | "error">): Refusal | undefined {
  const isApplied = status === NodeConfigStatus.APPLIED;
  if (isApplied === (error === "")) return undefined;
  const description = isApplied ? "must be empty if it was applied" : "must say why it was not applied";
  return invalidArgument([{ field: "error", description, rule: "node_config.error" }]);
}

type Enrolling = { readonly minuteTime: Date; readonly minuteCount: number };

const minuteMs = 60_000;

/** A registration more in the present minute, or how long until there may be one. */
export function countRegistration(
  { minuteTime, minuteCount }: Enrolling,
  now: Date,
): Enrolling | { readonly retryAfterMs: number } {
  const sinceMs = now.getTime() - minuteTime.getTime();
  if (sinceMs >= minuteMs) return { minuteTime: now, minuteCount: 1 };
  if (minuteCount >= registrationsPerMinuteMax) return { retryAfterMs: minuteMs - Math.max(0, sinceMs) };
  return { minuteTime, minuteCount: minuteCount + 1 };
}
