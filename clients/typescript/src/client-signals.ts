// A client's signals: messages for tasks that wait for them.

import type { JsonValue } from "@bufbuild/protobuf";
import type { Signal } from "../../../gen/typescript/asyncgate/v1/signal_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { type Content, contentOf, payloadOf } from "./content.ts";
import { dateOf, durationOf, spanMs, type TimeSpan } from "./durations.ts";

/** Where to: a channel, as the string; or a task, in any object that has its id, such as a Created or a job. */
export type SignalTarget = string | { readonly taskId: string };

export type SignalInit = {
  /** What it carries. At most 64 KiB. If absent, nothing. */
  readonly payload?: Content;
  /** Whether it meets all that wait now, instead of one. */
  readonly broadcast?: boolean;
  /** How long it is kept for a task that waits for it. If absent, 7 days. */
  readonly ttl?: TimeSpan;
};

/** What became of a signal at once. */
export type SentSignal = {
  readonly signalId: string;
  /** The task that took it; undefined if none has yet, and for a broadcast. */
  readonly takenByTaskId: string | undefined;
  /** Undefined if it was taken, and for a broadcast. */
  readonly keepUntil: Date | undefined;
  /** How many conditions waited for a broadcast. */
  readonly waiting: number;
};

export async function sendSignal(
  { stubs, call }: Calls,
  target: SignalTarget,
  { payload, broadcast = false, ttl }: SignalInit,
  options: CallOptions,
): Promise<SentSignal> {
  const keyed = withRequestId(options);
  const request = {
    to:
      typeof target === "string"
        ? ({ case: "channel", value: target } as const)
        : ({ case: "taskId", value: target.taskId } as const),
    broadcast,
    requestId: keyed.requestId,
    ...(payload !== undefined && { payload: payloadOf(payload) }),
    ...(ttl !== undefined && { ttl: durationOf(spanMs(ttl)) }),
  };
  const sent = await call(keyed, (bounds) => stubs.signals.sendSignal(request, bounds));
  const { signalId, takenByTaskId, keepUntil, waiting } = sent;
  return { signalId, takenByTaskId: takenByTaskId || undefined, keepUntil: dateOf(keepUntil), waiting };
}

/** A signal that a task's wait took. */
export type TakenSignal = {
  readonly signalId: string;
  readonly channel: string;
  /** The kind and the id of the principal that sent it. */
  readonly from: Signal["from"];
  readonly payload: JsonValue | Uint8Array | undefined;
  readonly sentAt: Date | undefined;
  readonly broadcast: boolean;
};

export function takenSignalOf({ signalId, channel, from, payload, createTime, broadcast }: Signal): TakenSignal {
  return { signalId, channel, from, payload: contentOf(payload), sentAt: dateOf(createTime), broadcast };
}
