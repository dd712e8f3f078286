// What a refusal is on the wire: the detail of an error, by what the contract says about its reason.
import { create, getOption, type MessageInitShape } from "@bufbuild/protobuf";
import { type Failure, failure } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import {
  type ErrorDetail,
  ErrorDetailSchema,
  type ErrorReason,
  ErrorReasonSchema,
} from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Refusal } from "./refusal.ts";

const failures: ReadonlyMap<ErrorReason, Failure> = new Map(
  ErrorReasonSchema.values.map((value) => [value.number as ErrorReason, getOption(value, failure)]),
);

/** The status code of a reason, whether a retry can help, and what the caller should do. */
export function failureOf(reason: ErrorReason): Failure {
  const found = failures.get(reason);
  if (found === undefined || found.grpcCode === 0) throw new Error(`ErrorReason ${reason} carries no failure option`);
  return found;
}

/** `LIMIT_EXCEEDED`: the name of a reason as logs and metrics write it. */
export function reasonName(reason: ErrorReason): string {
  const value = ErrorReasonSchema.value[reason];
  return value === undefined ? String(reason) : value.name.replace(/^ERROR_REASON_/, "");
}

/** The form of a refusal on the wire, whether it fails a call or one item of a batch. */
export function errorDetailOf(refusal: Refusal, callId: string): ErrorDetail {
  const { advice, retryable } = failureOf(refusal.reason);
  const detail: MessageInitShape<typeof ErrorDetailSchema> = {
    reason: refusal.reason,
    message: refusal.message,
    advice,
    // A caller that is told when to retry may succeed then, even where other refusals of the reason are final.
    retryable: retryable || refusal.retryAfterMs !== undefined,
    callId,
  };
  if (refusal.item !== undefined) detail.item = refusal.item;
  if (refusal.facts !== undefined) detail.facts = refusal.facts;
  if (refusal.retryAfterMs !== undefined) detail.retryAfter = durationOf(refusal.retryAfterMs);
  return create(ErrorDetailSchema, detail);
}

/** Rounded up to milliseconds: the contract promises "never less than the server needs". */
function durationOf(ms: number): { seconds: bigint; nanos: number } {
  const whole = Math.ceil(ms);
  return { seconds: BigInt(Math.floor(whole / 1_000)), nanos: (whole % 1_000) * 1_000_000 };
}
