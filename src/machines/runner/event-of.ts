// What has happened while an execution waited, from the results of its wait. Calls that the wait was over without are
// canceled here, before the step that knows of it is kept: a crash in between cancels them again, which changes
// nothing.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { contentOf } from "../../../clients/typescript/src/content.ts";
import { asyncGateErrorOf } from "../../../clients/typescript/src/errors.ts";
import type { Job } from "../../../clients/typescript/src/job.ts";
import type { WaitResult } from "../../../clients/typescript/src/wait-result.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  type Outcome,
  type TaskError,
  TaskState,
  TerminalReason,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Answered, CallResult, Event, MachineError } from "../interpreter/types.ts";
import { callName, signalName, timeoutName } from "./wait-of.ts";

/** Calls to the server under way at once, when hundreds of tasks are canceled. */
const atOnce = 16;

/** `isDecided` tells whether the calls that have ended are enough to do without the others. */
export async function eventOf(
  client: Client,
  job: Job,
  nowMs: number,
  isDecided: (results: readonly CallResult[]) => boolean,
): Promise<Event> {
  const { waitResults } = job;
  const answer = job.answer();
  if (answer) return { nowMs, answer: answeredOf(answer) };
  const signal = waitResults.find(({ name }) => name === signalName);
  if (signal) return signal.status === "met" ? { nowMs, signal: { payload: payloadOf(signal) } } : { nowMs };
  const results: WaitResult[] = [];
  for (let at = 0; ; at += 1) {
    const result = waitResults.find(({ name }) => name === callName(at));
    if (!result) break;
    results.push(result);
  }
  if (results.length === 0 && !isOfCreation(waitResults)) throw new Error("the results of the wait did not come along");
  const calls = await inTurns(results, (one) => callResultOf(client, one));
  const isOver = isDecided(calls) || isTimeOver(waitResults);
  return { nowMs, calls: isOver ? await inTurns(calls, (one) => canceled(client, one)) : calls };
}

/** A step that only creates waits for nothing, and so has no result with a name. */
function isOfCreation(results: readonly WaitResult[]): boolean {
  return results.every(({ name }) => name === "") && results.length > 0;
}

function isTimeOver(results: readonly WaitResult[]): boolean {
  return results.some(({ name, status }) => name === timeoutName && status === "met");
}

async function inTurns<From, To>(items: readonly From[], work: (item: From) => Promise<To>): Promise<To[]> {
  const done: To[] = [];
  for (let from = 0; from < items.length; from += atOnce) {
    done.push(...(await Promise.all(items.slice(from, from + atOnce).map(work))));
  }
  return done;
}

async function canceled(client: Client, result: CallResult): Promise<CallResult> {
  return result.status === "pending" ? await cancel(client, result.taskId) : result;
}

function answeredOf({ outcome, answer, reason }: NonNullable<ReturnType<Job["answer"]>>): Answered {
  if (answer !== undefined) return { outcome: "answered", answer };
  return outcome === "declined" ? { outcome: "declined", reason } : { outcome: "expired" };
}

function payloadOf({ signals }: WaitResult): JsonValue {
  const payload = signals[0]?.payload;
  return payload instanceof Uint8Array ? null : (payload ?? null);
}

async function callResultOf(client: Client, result: WaitResult): Promise<CallResult> {
  const { taskId = "", taskState, omitted } = result;
  if (taskState === undefined) return { status: "pending", taskId };
  if (!omitted) return resultOf(taskState, result.result, result.error);
  const { outcome, state } = await client.getTask(taskId);
  return resultOf(state, contentOf(outcome?.result), outcome?.error, outcome);
}

/** A task that ended while it was about to be canceled has its result read: no result that came is lost. */
async function cancel(client: Client, taskId: string): Promise<CallResult> {
  await client
    .cancelTask(taskId, { reason: "the state that called it goes on without it" })
    .catch((thrown: unknown) => {
      if (asyncGateErrorOf(thrown).reason !== ErrorReason.INVALID_TRANSITION) throw thrown;
    });
  const { outcome, state } = await client.getTask(taskId);
  if (state === TaskState.CANCELED) return { status: "canceled" };
  return resultOf(state, contentOf(outcome?.result), outcome?.error, outcome);
}

function resultOf(
  state: TaskState,
  content: JsonValue | Uint8Array | undefined,
  error: TaskError | undefined,
  outcome?: Outcome,
): CallResult {
  if (state === TaskState.SUCCEEDED) {
    if (!(content instanceof Uint8Array)) return { status: "succeeded", result: content ?? null };
    return { status: "failed", error: { type: "RESULT_INVALID", message: "the result is bytes", retryable: false } };
  }
  if (state === TaskState.CANCELED) {
    return { status: "failed", error: { type: "CANCELED", message: "its task was canceled", retryable: false } };
  }
  return { status: "failed", error: errorOf(error, outcome) };
}

const timeouts: ReadonlySet<string> = new Set(["ATTEMPT_TIMEOUT", "DEADLINE_EXCEEDED", "START_DEADLINE_EXCEEDED"]);

function errorOf(error: TaskError | undefined, outcome: Outcome | undefined): MachineError {
  const reason = outcome && Object.entries(TerminalReason).find(([, value]) => value === outcome.terminalReason)?.[0];
  const type = error?.type || reason || "FAILED";
  const message = error?.message || "its task failed";
  return { type: timeouts.has(type) ? "TIMEOUT" : type, message, retryable: error?.retryable !== false };
}
