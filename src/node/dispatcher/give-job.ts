// Gives one job to a node and follows it to its end: output goes to the logs of the task, and the result is the task's.
// A stream that breaks is opened again. Which node has the job stands in the checkpoint of the task, so that another
// dispatcher finds it there; a job is not begun elsewhere before its node must have ended it.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { pause } from "../../../clients/typescript/src/backoff.ts";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { durationOf } from "../../../clients/typescript/src/durations.ts";
import { NonRetryable, WorkStopped } from "../../../clients/typescript/src/errors.ts";
import { type Done, done, type Job, type Release } from "../../../clients/typescript/src/job.ts";
import type { JobFailure } from "../../../gen/typescript/asyncgate/node/v1/worker_node_service_pb.ts";
import { type Lease, LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { machineMs } from "../jobs/alive.ts";
import { append, endsOfLogs } from "../jobs/upload.ts";
import { type NodeApis, NotReached } from "./node-api.ts";

export type GiveOptions = {
  readonly client: Client;
  readonly apis: NodeApis;
  /** How long a job goes on without its stream. */
  readonly lingerMs: number;
  readonly onTrouble: (message: string, fields: Readonly<Record<string, string>>) => void;
  /** A node has not taken a job: it is to get none for a moment. */
  readonly onDeclined: (nodeId: string) => void;
  /** Which node may have the job from now on. */
  readonly onNode: (job: Job, nodeId: string) => void;
};

/** Longer than a node is silent. */
const silenceMs = 20_000;
/** For clocks that count apart, and for a job to end. */
const lingerMarginMs = 5_000;
const cancelGraceMs = 5_000;
/** Until a task that a node has declined is offered again. */
const declinedDelayMs = 1_000;
const retryMs = { first: 100, most: 2_000 };
/** Without progress between them: the service and the node disagree. */
const mismatchesMax = 5;

type Following = {
  readonly options: GiveOptions;
  readonly nodeId: string;
  readonly job: Job;
  readonly input: JsonValue;
  readonly lease: Lease;
  readonly joinOnly: boolean;
  /** Logs of which the service takes no more, with the reasons. */
  readonly refused: Map<string, string>;
  /** By the machine's clock, when the node was heard last. */
  heardMs: number;
  /** Whether the node may have the job. */
  mayRun: boolean;
  mismatches: number;
};

export async function giveJob(options: GiveOptions, own: string, input: JsonValue, job: Job): Promise<Done | Release> {
  const { lease } = job.leased;
  if (!lease) throw new Error("a task is granted with a lease");
  const common = { options, job, input, lease, mismatches: 0 };
  const begunAt = nodeIn(job);
  if (begunAt !== undefined && begunAt !== own) {
    const refused = new Map<string, string>();
    const heardMs = machineMs();
    options.onNode(job, begunAt);
    const there = await follow({ ...common, nodeId: begunAt, joinOnly: true, refused, heardMs, mayRun: true });
    if (there) return there;
  }
  await job.saveCheckpoint({ node_id: own, attempt: job.attempt });
  options.onNode(job, own);
  const mayRun = begunAt === own;
  const here = await follow({
    ...common,
    nodeId: own,
    joinOnly: false,
    refused: new Map(),
    heardMs: machineMs(),
    mayRun,
  });
  if (!here) throw new Error(`the node ${own} has ended the job`);
  return here;
}

/** The node that has this attempt, as an earlier holder has left it in the checkpoint. */
function nodeIn({ checkpoint, attempt }: Job): string | undefined {
  if (typeof checkpoint !== "object" || checkpoint === null || checkpoint instanceof Uint8Array) return undefined;
  const { node_id: nodeId, attempt: begun } = checkpoint as JsonObject;
  return typeof nodeId === "string" && nodeId !== "" && begun === attempt ? nodeId : undefined;
}

/** Undefined if the node does not have the job, and must not begin it. */
async function follow(following: Following): Promise<Done | Release | undefined> {
  const { options, nodeId, job, joinOnly } = following;
  let isFresh = false;
  for (let waitMs = retryMs.first; ; waitMs = Math.min(2 * waitMs, retryMs.most)) {
    const beforeMs = following.heardMs;
    try {
      return await stream(following, isFresh);
    } catch (thrown) {
      if (job.signal.aborted) throw await stopped(following);
      if (thrown instanceof NonRetryable || isSandboxFailure(thrown)) throw thrown;
      const { code, rawMessage } = ConnectError.from(thrown);
      if (code === Code.NotFound && joinOnly) return undefined;
      const isDeclined = code === Code.ResourceExhausted || code === Code.FailedPrecondition;
      const isForeign = code === Code.Unauthenticated && isFresh;
      const isUnsent = !following.mayRun && (thrown instanceof NotReached || isConnectionRefused(thrown));
      if (!joinOnly && (isDeclined || isForeign || isUnsent)) return decline(following, rawMessage);
      isFresh = code === Code.Unauthenticated;
      if (machineMs() - following.heardMs > options.lingerMs + lingerMarginMs) {
        options.onTrouble("a node is gone with its job", { node_id: nodeId, task_id: job.taskId, error: rawMessage });
        if (joinOnly) return undefined;
        options.onDeclined(nodeId);
        return job.release({ reason: `the node ${nodeId} cannot be reached`, checkpoint: {} });
      }
      if (following.heardMs > beforeMs) waitMs = retryMs.first;
      await pause(waitMs, job.signal);
      if (job.signal.aborted) throw await stopped(following);
    }
  }
}

function decline({ options, nodeId, job }: Following, why: string): Release {
  options.onTrouble("a node has not taken a job", { node_id: nodeId, task_id: job.taskId, error: why });
  options.onDeclined(nodeId);
  return job.release({ reason: `the node ${nodeId} has not taken it: ${why}`, delayMs: declinedDelayMs });
}

function isConnectionRefused(thrown: unknown): boolean {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    if ("code" in error && error.code === "ECONNREFUSED") return true;
  }
  return false;
}

/** Why the job must stop. If it was canceled, it has ended on its node by then, if that can be reached. */
async function stopped({ options, nodeId, job }: Following): Promise<unknown> {
  const { reason } = job.signal;
  if (!(reason instanceof WorkStopped)) return reason;
  const { stop } = reason;
  const isCanceled = stop.why === "canceled" || (stop.why === "lease_lost" && stop.loss === LeaseLoss.CANCELED);
  // In other cases another holder goes on with it.
  if (isCanceled) await endJob(options, nodeId, job, cancelGraceMs);
  return reason;
}

/** To be called when the service has the result, and when it wants none. */
export async function endJob(
  { apis, onTrouble }: Pick<GiveOptions, "apis" | "onTrouble">,
  nodeId: string,
  { taskId, attempt }: Pick<Job, "taskId" | "attempt">,
  graceMs: number,
): Promise<void> {
  try {
    const api = await apis.of(nodeId);
    await api.endJob({ taskId, attempt, grace: durationOf(graceMs) }, { timeoutMs: graceMs + silenceMs });
  } catch (error) {
    // The node ends it after its linger, and forgets its result after a day.
    const why = error instanceof Error ? error.message : String(error);
    onTrouble("a job was not ended on its node", { node_id: nodeId, task_id: taskId, error: why });
  }
}

async function stream(following: Following, isFresh: boolean): Promise<Done | undefined> {
  const { options, nodeId, job, input, lease, joinOnly, refused } = following;
  const api = await options.apis.of(nodeId, isFresh);
  const ends = await endsOfLogs({ client: options.client, lease, signal: job.signal });
  for (const name of refused.keys()) ends.set(name, Number.MAX_SAFE_INTEGER);
  const offsets = Object.fromEntries([...ends].map(([name, end]) => [name, BigInt(end)]));
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new Error("the node is silent")), silenceMs);
  const request = { taskId: job.taskId, attempt: job.attempt, job: JSON.stringify(input), joinOnly, offsets };
  const signal = AbortSignal.any([job.signal, silence.signal]);
  try {
    const events = api.runJob({ ...request, linger: durationOf(options.lingerMs) }, { signal });
    for await (const { event } of events) {
      timer.refresh();
      following.heardMs = machineMs();
      following.mayRun = true;
      if (event.case === "output") {
        const { stream: name, offset, data } = event.value;
        await put(following, name, Number(offset), data);
      }
      if (event.case === "result") return doneWith(JSON.parse(event.value.result) as JsonObject, refused);
      if (event.case === "failed") throw failureOf(event.value);
    }
    throw new Error("the node has ended the stream before the job");
  } catch (error) {
    // Whether it arrived is not known, unless the node has said so or no connection was made.
    if (!isConnectionRefused(error) && !isRefusalOfNode(error)) following.mayRun = true;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function isRefusalOfNode(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return [Code.ResourceExhausted, Code.FailedPrecondition, Code.Unauthenticated, Code.NotFound].includes(code);
}

async function put(following: Following, name: string, offset: number, data: Uint8Array): Promise<void> {
  const { options, job, lease, refused } = following;
  if (refused.has(name)) return;
  const log = { client: options.client, lease, stream: name, signal: job.signal };
  const answer = await append(log, offset, new Uint8Array(data));
  if ("refused" in answer) {
    refused.set(name, answer.refused);
    options.onTrouble("output was refused", { task_id: job.taskId, stream: name, refused: answer.refused });
    return;
  }
  if (!answer.isMoved) {
    following.mismatches = 0;
    return;
  }
  following.mismatches += 1;
  if (following.mismatches <= mismatchesMax) throw new Error("the log has another end: the stream begins there again");
  refused.set(name, "the service has other bytes in this log than were printed");
}

class SandboxFailed extends Error {
  override readonly name = "SANDBOX_FAILED";
}

function isSandboxFailure(error: unknown): boolean {
  return error instanceof SandboxFailed;
}

function failureOf({ type, message, details, retryable }: JobFailure): Error {
  return retryable ? new SandboxFailed(message) : new NonRetryable(message, { type, detail: [...details] });
}

/** Artifacts of which the service took no more are missing. */
function doneWith(result: JsonObject, refused: ReadonlyMap<string, string>): Done {
  const artifacts = (result["artifacts"] ?? []) as JsonObject[];
  const lost = artifacts.filter(({ stream: name }) => refused.has(String(name)));
  if (lost.length === 0) return done({ result });
  const missing = lost.map(({ path, stream: name }) => [String(path), refused.get(String(name)) ?? ""] as const);
  return done({
    result: {
      ...result,
      artifacts: artifacts.filter((one) => !lost.includes(one)),
      missing_artifacts: { ...(result["missing_artifacts"] as JsonObject), ...Object.fromEntries(missing) },
    },
  });
}
