// What became of a condition that a task waited for, in native types.
import type { JsonValue } from "@bufbuild/protobuf";
import type * as contract from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Artifact } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ConditionStatus, type TaskError, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type TakenSignal, takenSignalOf } from "./client-signals.ts";
import { contentOf } from "./content.ts";
import { dateOf } from "./durations.ts";
import { type Answer, answerOf } from "./question.ts";

export type WaitResult = {
  /** Empty if the condition has none. */
  readonly name: string;
  /** `pending` if the wait was over without it. */
  readonly status: "met" | "impossible" | "pending";
  /** The task that it waited for; undefined for a time and for signals. */
  readonly taskId: string | undefined;
  /** How that task ended; undefined until it has. */
  readonly taskState: TaskState | undefined;
  readonly result: JsonValue | Uint8Array | undefined;
  readonly artifacts: readonly Artifact[];
  /** Of a task that failed. */
  readonly error: TaskError | undefined;
  /** How the question was settled that it waited for; undefined for all others. */
  readonly answer: Answer | undefined;
  /** The signals that it took, oldest first. */
  readonly signals: readonly TakenSignal[];
  /**
   * Whether result, artifacts and error, or payloads of signals, were too large to come along: GetTask has those of
   * `taskId`, and ListSignals those that the task has taken.
   */
  readonly omitted: boolean;
  /** The time that it waited for; undefined for a task. */
  readonly at: Date | undefined;
  /** What met it or made it impossible. Empty for a time, and while it is pending. */
  readonly receiptId: string;
};

export function waitResultOf(from: contract.WaitResult): WaitResult {
  const { name, status, taskId, taskState, result, artifacts, error, omitted, at, receiptId, signals, input } = from;
  return {
    name,
    status: statusOf(status),
    taskId: taskId || undefined,
    taskState: taskState === TaskState.UNSPECIFIED ? undefined : taskState,
    result: contentOf(result),
    artifacts,
    error,
    answer: input && answerOf(input),
    signals: signals.map(takenSignalOf),
    omitted,
    at: dateOf(at),
    receiptId,
  };
}

function statusOf(status: ConditionStatus): WaitResult["status"] {
  if (status === ConditionStatus.MET) return "met";
  return status === ConditionStatus.IMPOSSIBLE ? "impossible" : "pending";
}
