// The errors of this kit. A refusal of the service is an AsyncGateError, with the contract's reason and facts. An error
// that a handler throws decides what becomes of its attempt. The abort reason of its signal says why it must stop.
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

/** A call that was refused or did not arrive. Decide by `reason`; `facts.case` narrows the facts. */
export class AsyncGateError extends Error {
  override readonly name = "AsyncGateError";
  readonly reason: ErrorReason;
  readonly reasonName: string;
  /** The gRPC code. */
  readonly code: Code;
  /** Whether the same call, unchanged, may succeed later. The kit has retried it already, within its deadline. */
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** What to do now, in one sentence. */
  readonly advice: string;
  readonly facts: ErrorDetail["facts"];
  /** The item that was refused, where one refuses the whole call: `create[2]`. Empty otherwise. */
  readonly item: string;
  /** The server's id of the failed call, as in the server's log. Empty if the server was not reached. */
  readonly callId: string;
  /** The id under which the call may be repeated. */
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
    this.item = detail?.item ?? "";
    this.callId = detail?.callId ?? "";
    this.requestId = requestId;
  }
}

export function errorInitOf(thrown: unknown): ErrorInit {
  const error = ConnectError.from(thrown);
  const [detail] = error.findDetails(ErrorDetailSchema);
  const code = detail === undefined && isConnectionError(error) ? Code.Unavailable : error.code;
  return { message: error.rawMessage, code, detail, cause: thrown };
}

/**
 * An error of a socket or a certificate, or an answer that was cut before its status: no server was reached, or not to
 * the end, whatever code the library gives it.
 */
function isConnectionError({ code, cause, rawMessage }: ConnectError): boolean {
  if (code !== Code.Internal) return false;
  const isOfSocket = cause instanceof Error && typeof Reflect.get(cause, "code") === "string";
  return isOfSocket || rawMessage.startsWith("protocol error: missing status");
}

export function asyncGateErrorOf(thrown: unknown, requestId?: string): AsyncGateError {
  if (thrown instanceof AsyncGateError) return thrown;
  return new AsyncGateError({ ...errorInitOf(thrown), requestId });
}

/** The error of one item of a batch or a frame. */
export function errorOfDetail(detail: ErrorDetail, requestId?: string): AsyncGateError {
  return new AsyncGateError({ message: detail.message, code: Code.Unknown, detail, requestId });
}

/** The task ended without a result: it failed or was canceled. */
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
  /** The kind of error, for programs. If absent, the error's name. */
  readonly type?: string;
  /** More about the error, for programs. */
  readonly detail?: JsonValue;
  readonly cause?: unknown;
};

/** Thrown by a handler: the task fails, because no other attempt can succeed. */
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

/** Thrown by a handler: this attempt failed, and the next one starts after `afterMs`. */
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
  /** The task's owner has asked for cancellation; the lease is taken away at the deadline. */
  | { readonly why: "canceled"; readonly reason: string; readonly deadline: Date | undefined }
  /** The lease is lost, and another worker may have the task: the handler's result will be refused. */
  | { readonly why: "lease_lost"; readonly loss: LeaseLoss }
  /** The worker stops, and the time for running tasks is over. */
  | { readonly why: "drain" };

/** The abort reason of a handler's signal. */
export class WorkStopped extends Error {
  override readonly name = "WorkStopped";
  readonly stop: StopCause;

  constructor(stop: StopCause) {
    super(`the work must stop: ${stop.why}`);
    this.stop = stop;
  }
}
