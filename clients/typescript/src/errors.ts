// The errors of this kit. What the service refuses is an AsyncGateError, whose reason and facts are the contract's.
// What a handler throws says what becomes of its attempt. What a handler's signal is aborted with says why it must
// stop.
import type { JsonValue } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type ErrorDetail,
  ErrorDetailSchema,
  type ErrorReason,
} from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { type Task, TaskStateSchema } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRetryableCode, isRetryableReason, reasonName, reasonOfCode } from "./contract.ts";
import { msOf } from "./durations.ts";

export type ErrorInit = {
  readonly message: string;
  readonly code: Code;
  readonly detail?: ErrorDetail | undefined;
  readonly requestId?: string | undefined;
  readonly cause?: unknown;
};

/** A call that was refused, or that did not come through. Decide by `reason`; `facts.case` narrows the facts. */
export class AsyncGateError extends Error {
  override readonly name = "AsyncGateError";
  readonly reason: ErrorReason;
  readonly reasonName: string;
  /** The gRPC code. */
  readonly code: Code;
  /** Whether the same call, unchanged, may succeed later. This kit has done so already, within the call's deadline. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** What to do now, in one sentence. */
  readonly advice: string;
  readonly facts: ErrorDetail["facts"];
  /** The server's id of the failed call: it stands in the server's log. Empty if the server was not reached. */
  readonly callId: string;
  /** The id under which the call may be said again. */
  readonly requestId: string | undefined;

  constructor({ message, code, detail, requestId, cause }: ErrorInit) {
    const reason = detail?.reason ?? reasonOfCode(code);
    super(`${reasonName(reason)}: ${detail?.message || message}`, { cause });
    this.reason = reason;
    this.reasonName = reasonName(reason);
    this.code = code;
    this.retryable = detail ? (isRetryableReason(reason) ?? detail.retryable) : isRetryableCode(code);
    this.retryAfterMs = detail?.retryAfter ? msOf(detail.retryAfter) : undefined;
    this.advice = detail?.advice ?? "";
    this.facts = detail?.facts ?? { case: undefined };
    this.callId = detail?.callId ?? "";
    this.requestId = requestId;
  }
}

export function errorInitOf(thrown: unknown): ErrorInit {
  const error = ConnectError.from(thrown);
  const [detail] = error.findDetails(ErrorDetailSchema);
  const code = detail === undefined && isOfNode(error) ? Code.Unavailable : error.code;
  return { message: error.rawMessage, code, detail, cause: thrown };
}

/** A socket or a certificate: no server was reached, whatever a library makes of it. */
function isOfNode({ code, cause }: ConnectError): boolean {
  return code === Code.Internal && cause instanceof Error && typeof Reflect.get(cause, "code") === "string";
}

export function asyncGateErrorOf(thrown: unknown, requestId?: string): AsyncGateError {
  if (thrown instanceof AsyncGateError) return thrown;
  return new AsyncGateError({ ...errorInitOf(thrown), requestId });
}

/** The error of one item of a batch or of a frame. */
export function errorOfDetail(detail: ErrorDetail, requestId?: string): AsyncGateError {
  return new AsyncGateError({ message: detail.message, code: Code.Unknown, detail, requestId });
}

/** The task ended without a result: it failed, or was canceled. */
export class TaskEndedError extends Error {
  override readonly name = "TaskEndedError";
  readonly task: Task;

  constructor(task: Task) {
    const { error } = task.outcome ?? {};
    const what = error ? `${error.type}: ${error.message}` : task.cancelReason;
    super(`task ${task.taskId} is ${TaskStateSchema.value[task.state]?.localName}${what ? `: ${what}` : ""}`);
    this.task = task;
  }
}

export type FailureOptions = {
  /** The sort of error, for programs. If absent, the error's name. */
  readonly type?: string;
  /** Whatever else there is to say. */
  readonly detail?: JsonValue;
  readonly cause?: unknown;
};

/** Thrown by a handler: no other attempt can help. */
export class NonRetryable extends Error {
  override readonly name = "NonRetryable";
  readonly type: string | undefined;
  readonly detail: JsonValue | undefined;

  constructor(message: string, { type, detail, cause }: FailureOptions = {}) {
    super(message, { cause });
    this.type = type;
    this.detail = detail;
  }
}

/** Thrown by a handler: this attempt failed, and the next one comes after so long. */
export class RetryAfter extends Error {
  override readonly name = "RetryAfter";
  readonly afterMs: number;
  readonly type: string | undefined;
  readonly detail: JsonValue | undefined;

  constructor(afterMs: number, message: string, { type, detail, cause }: FailureOptions = {}) {
    super(message, { cause });
    this.afterMs = afterMs;
    this.type = type;
    this.detail = detail;
  }
}

/** Why a handler must stop. */
export type StopCause =
  /** The task's owner wants it called off, and takes it away at the deadline. */
  | { readonly why: "canceled"; readonly reason: string; readonly deadline: Date | undefined }
  /** The task is somebody else's by now, or nobody's: what the handler returns is refused. */
  | { readonly why: "lease_lost"; readonly loss: LeaseLoss }
  /** The worker stops and its time to finish is over. */
  | { readonly why: "drain" };

/** What the signal of a handler is aborted with. */
export class WorkStopped extends Error {
  override readonly name = "WorkStopped";
  readonly stop: StopCause;

  constructor(stop: StopCause) {
    super(`the work must stop: ${stop.why}`);
    this.stop = stop;
  }
}
