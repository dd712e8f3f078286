// The body of a request on its way to the library, one message at a time. The library keeps the chunks that came, and
// adds up their lengths at each: a message in a million pieces would cost it a million times a million steps, and hold
// whatever those pieces were cut from. Here bytes are copied together, counted, and handed on when a message is whole.
import type { Refusal } from "../../core/refusal.ts";
import type { CallSlot } from "../call/call-budget.ts";
import { append, headBytes, lengthOf } from "./envelope.ts";

export type BodyOptions = {
  readonly slot: CallSlot;
  /** Messages with a head each: gRPC, gRPC-Web, and streams of Connect. Otherwise the whole body is one message. */
  readonly isEnveloped: boolean;
  /** More messages may come at any time, or none for long. */
  readonly isOpenEnded: boolean;
  /** Also the first one. */
  readonly isPatient: boolean;
  readonly messageBytesMax: number;
  readonly monotonicMs: () => number;
  /** In the library's form: it is thrown where no interceptor sees it. */
  readonly refused: (refusal: Refusal) => Error;
  readonly callerGone: (cause: unknown) => Error;
};

const roomBytesMin = 1_024;

export async function* gathered(body: AsyncIterable<Uint8Array>, options: BodyOptions): AsyncGenerator<Uint8Array> {
  const { slot, isOpenEnded, isPatient, monotonicMs } = options;
  if (isOpenEnded && isPatient) slot.readingSinceMs = undefined;
  let held: Uint8Array = new Uint8Array(0);
  let size = 0;
  const handOn = () => {
    const whole = held.subarray(0, size);
    held = new Uint8Array(0);
    size = 0;
    return whole;
  };
  for await (const chunk of unbroken(body, options)) {
    for (let rest = chunk; rest.length > 0; ) {
      const piece = rest.subarray(0, wantedBytes(held, size, options));
      rest = rest.subarray(piece.length);
      held = hold(held, append(held, size, piece, roomBytesMin), options);
      size += piece.length;
      if (!isWhole(held, size, options)) continue;
      const { length } = held;
      if (isOpenEnded) slot.readingSinceMs = undefined;
      yield handOn();
      if (isOpenEnded) slot.release(length); // the message before is settled, or its handler would not ask for more
    }
    if (isOpenEnded && size > 0) slot.readingSinceMs ??= monotonicMs();
  }
  slot.readingSinceMs = undefined;
  if (size > 0) yield handOn();
}

/** Node ends the body of a request that is broken off with errors of several kinds, which all mean the same. */
async function* unbroken(body: AsyncIterable<Uint8Array>, { callerGone }: BodyOptions): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw callerGone(error);
  }
}

/** An answer on its way to its caller: counted while it waits to be read. */
export async function* counted(body: AsyncIterable<Uint8Array>, options: BodyOptions): AsyncGenerator<Uint8Array> {
  const { slot, monotonicMs } = options;
  for await (const chunk of body) {
    slot.holdUnchecked(chunk.length);
    slot.unreadSinceMs = monotonicMs();
    yield chunk; // the writer asks for the next one when it has room for more
    slot.unreadSinceMs = undefined;
    slot.release(chunk.length);
  }
  slot.unreadSinceMs = monotonicMs();
}

/** How many bytes may be added before the next look: to the end of the head, or of the message. */
function wantedBytes(held: Uint8Array, size: number, { isEnveloped, messageBytesMax }: BodyOptions): number {
  if (!isEnveloped) return messageBytesMax + 1 - size;
  return (size < headBytes ? headBytes : headBytes + lengthOf(held)) - size;
}

/** Also when it is too large: the library refuses it by its head, or by its first byte too many. */
function isWhole(held: Uint8Array, size: number, { isEnveloped, messageBytesMax }: BodyOptions): boolean {
  if (!isEnveloped) return size > messageBytesMax;
  if (size < headBytes) return false;
  const length = lengthOf(held);
  return length > messageBytesMax || size === headBytes + length;
}

/** Counts what a larger buffer holds beyond the one before. */
function hold(before: Uint8Array, after: Uint8Array, { slot, refused }: BodyOptions): Uint8Array {
  const refusal = after === before ? undefined : slot.hold(after.length - before.length);
  if (refusal !== undefined) throw refused(refusal);
  return after;
}
