// How a lease ends, as an item of a frame: what the handler returned or threw becomes a completion, a suspension, a
// question, a hand-off, a failure or a release.
import { create, toBinary } from "@bufbuild/protobuf";
import {
  CompleteTaskRequestSchema,
  FailTaskRequestSchema,
  HandOffRequestSchema,
  ReleaseLeaseRequestSchema,
  RequestInputRequestSchema,
  SuspendTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { clip, payloadOf } from "./content.ts";
import { durationOf } from "./durations.ts";
import { AsyncGateError, NonRetryable, RetryAfter } from "./errors.ts";
import { HandingOff } from "./hand-off.ts";
import { Done, type HeldTask, Release, Suspension } from "./job.ts";
import { Asking } from "./question.ts";

export type Settlement = {
  readonly list: "completes" | "suspends" | "questions" | "handOffs" | "fails" | "releases";
  readonly requestId: string;
  readonly bytes: Uint8Array;
};

const errorTypeBytesMax = 255;
const errorMessageBytesMax = 4_096;
const reasonBytesMax = 1_024;

/** How a task ends whose handler has returned. */
export function returned(held: HeldTask, requestId: string, output: unknown): Settlement {
  if (output instanceof Suspension) return suspension(held, requestId, output);
  if (output instanceof Asking) return asking(held, requestId, output);
  if (output instanceof HandingOff) return handOff(held, requestId, output);
  if (output instanceof Release) return release(held, requestId, output);
  // Without the `return`, the task would be completed with `null` and its wait forgotten.
  if (held.hasEnding && !(output instanceof Done && output.verdict)) {
    const makers = "job.suspend(), ask(), sleep(), handOff(), verdict() and release()";
    throw new TypeError(`return what ${makers} return: they do nothing else`);
  }
  return completion(held, requestId, output);
}

function suspension(held: HeldTask, requestId: string, output: Suspension): Settlement {
  const { leaseToken } = held;
  const { wait, checkpoint = held.checkpoint } = output;
  const request = create(SuspendTaskRequestSchema, {
    leaseToken,
    requestId,
    wait,
    create: [...output.create],
    ...(checkpoint && { checkpoint }),
  });
  return { list: "suspends", requestId, bytes: toBinary(SuspendTaskRequestSchema, request) };
}

function asking({ leaseToken, ...held }: HeldTask, requestId: string, output: Asking): Settlement {
  const checkpoint = output.checkpoint ?? held.checkpoint;
  const request = { ...output.request, leaseToken, requestId, ...(checkpoint && { checkpoint }) };
  return { list: "questions", requestId, bytes: toBinary(RequestInputRequestSchema, request) };
}

function handOff(held: HeldTask, requestId: string, { init, checkpoint }: HandingOff): Settlement {
  const { to, note = "", refs = [], contract = "" } = init;
  const { principal, capabilities, queue = "" } = to;
  const kept = checkpoint ?? held.checkpoint;
  const request = create(HandOffRequestSchema, {
    leaseToken: held.leaseToken,
    requestId,
    to: {
      queue,
      ...(principal && { principal }),
      ...(capabilities && { requirements: { capabilities: [...capabilities] } }),
    },
    note,
    refs: [...refs],
    contract,
    ...(kept && { checkpoint: kept }),
  });
  return { list: "handOffs", requestId, bytes: toBinary(HandOffRequestSchema, request) };
}

function completion({ leaseToken }: HeldTask, requestId: string, output: unknown): Settlement {
  const message = output instanceof Done ? ofDone(output) : { result: payloadOf(output ?? null) };
  const request = create(CompleteTaskRequestSchema, { leaseToken, requestId, ...message });
  return { list: "completes", requestId, bytes: toBinary(CompleteTaskRequestSchema, request) };
}

function ofDone({ result, artifacts, deliveryProof, next, verdict, contract }: Done) {
  return {
    artifacts: [...artifacts],
    next: [...next],
    contract,
    ...(result !== undefined && { result: payloadOf(result) }),
    ...(deliveryProof && { deliveryProof }),
    ...(verdict && { verdict }),
  };
}

export function failure({ leaseToken, checkpoint }: HeldTask, requestId: string, thrown: unknown): Settlement {
  const request = create(FailTaskRequestSchema, {
    leaseToken,
    requestId,
    error: taskErrorOf(thrown),
    ...(checkpoint && { checkpoint }),
    ...(thrown instanceof RetryAfter && { retryAfter: durationOf(thrown.afterMs) }),
  });
  return { list: "fails", requestId, bytes: toBinary(FailTaskRequestSchema, request) };
}

function taskErrorOf(thrown: unknown) {
  const isTyped = thrown instanceof NonRetryable || thrown instanceof RetryAfter;
  const type = isTyped ? (thrown.type ?? thrown.name) : nameOf(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    type: clip(type, errorTypeBytesMax),
    message: clip(message, errorMessageBytesMax),
    ...(isTyped && thrown.detail !== undefined && { detail: JSON.stringify(thrown.detail) }),
    ...(thrown instanceof NonRetryable && { retryable: false }),
  };
}

function nameOf(thrown: unknown): string {
  if (thrown instanceof AsyncGateError) return thrown.reasonName;
  return (thrown instanceof Error && thrown.name) || "Error";
}

/** By the handler itself, or because it was told to stop. */
export function release(held: HeldTask, requestId: string, why: Release | string): Settlement {
  const { leaseToken } = held;
  const {
    reason,
    delayMs,
    checkpoint = held.checkpoint,
  } = typeof why === "string" ? new Release({ reason: why }) : why;
  const request = create(ReleaseLeaseRequestSchema, {
    leaseToken,
    requestId,
    reason: clip(reason, reasonBytesMax),
    ...(checkpoint && { checkpoint }),
    ...(delayMs !== undefined && { delay: durationOf(delayMs) }),
  });
  return { list: "releases", requestId, bytes: toBinary(ReleaseLeaseRequestSchema, request) };
}
