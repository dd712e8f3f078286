// How a worker loop sends: everything that has gathered goes into the next frame, with the credits that are free. There
// is no timer: a frame leaves at the end of the turn in which an item was put, or when an earlier frame was written.

import { type Loop, later, type OpenStream } from "./loop-state.ts";
import { monotonicMs } from "./monotonic.ts";
import type { Item, ListName } from "./outbox.ts";

/** One is being written and one waits behind it; items that come meanwhile make the next one larger. */
const framesInFlightMax = 2;
/** No more tasks are asked for while more items than this, beside one for each slot, are unanswered. */
const unansweredMax = 2_000;

export function put(loop: Loop, item: Item): boolean {
  const isPut = loop.outbox.put(item);
  scheduleFlush(loop);
  return isPut;
}

/** Puts an item that has no answer. */
export function putUnanswered(loop: Loop, list: ListName, bytes: Uint8Array): void {
  put(loop, { list, bytes, key: undefined, onAnswer: () => {} });
}

export function scheduleFlush(loop: Loop): void {
  if (loop.isFlushScheduled) return;
  loop.isFlushScheduled = true;
  // At the end of the turn: all handlers that end in it share a frame.
  setImmediate(() => {
    loop.isFlushScheduled = false;
    flush(loop);
  });
}

export function flush(loop: Loop): void {
  const { stream } = loop;
  if (!stream) return;
  while (stream.framesInFlight < framesInFlightMax && isTimeToSend(loop, stream) && sendFrame(loop, stream));
}

/** A frame that may not be sent yet is sent later, with everything that comes until then. */
function isTimeToSend(loop: Loop, stream: OpenStream): boolean {
  const inMs = stream.lastFrameAtMs + stream.frameIntervalMs - monotonicMs();
  if (stream.frameIntervalMs === 0 || inMs <= 0) return true;
  if (!stream.isPausing) {
    stream.isPausing = true;
    later(loop, inMs, () => {
      stream.isPausing = false;
      flush(loop);
    });
  }
  return false;
}

/** Returns false if there was nothing to send. */
export function sendFrame(loop: Loop, stream: OpenStream): boolean {
  const credits = freeCredits(loop, stream);
  const frame = loop.outbox.take(credits);
  if (!frame) return false;
  stream.credits += credits;
  stream.framesInFlight += 1;
  stream.lastFrameAtMs = monotonicMs();
  loop.keeper.post({ type: "frame", stream: stream.number, frame });
  return true;
}

/** The slots that are neither busy nor covered by credits that the server already has. */
function freeCredits(loop: Loop, { credits, isServerDraining }: OpenStream): number {
  const { slots } = loop.options;
  if (loop.isDraining || loop.isPaused || isServerDraining || loop.outbox.unanswered > unansweredMax + slots) return 0;
  return Math.max(0, slots - loop.runner.counts.running - credits);
}
