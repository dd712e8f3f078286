/**
 * The one message of a unary gRPC request, read off its HTTP/2 stream: a flag, a length, and so many bytes. Never holds
 * more than twice what has come, whatever length is claimed, and stops at the first byte that is too many.
 */
import type { ServerHttp2Stream } from "node:http2";
import { limitExceeded, type Refusal, Refused } from "../../core/refusal.ts";
import type { CallSlot } from "../call/call-budget.ts";
import { malformed } from "../interceptors/map-errors.ts";

export type GrpcMessage = { readonly isCompressed: boolean; readonly bytes: Uint8Array };

const HEAD_BYTES = 5;
const COMPRESSED = 1;
const NOTHING = new Uint8Array(0);
// In the library's words, as it answers for the other protocols.
const EXTRA = "protocol error: received extra input message for unary method";
const MISSING = "protocol error: missing input message for unary method";
const INCOMPLETE = "protocol error: incomplete envelope";

/** Undefined when the stream closes before its end: then no caller waits for an answer. */
export function readMessage(
  stream: ServerHttp2Stream,
  bytesMax: number,
  place: CallSlot,
): Promise<GrpcMessage | undefined> {
  return new Promise((resolve, reject) => {
    let held: Uint8Array = NOTHING;
    let received = 0;
    let wanted = HEAD_BYTES; // until the length is known
    const refuse = (refusal: Refusal) => {
      stream.off("data", onData); // what still comes is thrown away
      reject(new Refused(refusal));
    };
    const onData = (chunk: Buffer) => {
      const before = held.length;
      held = append(held, received, chunk);
      const full = place.hold(held.length - before);
      if (full !== undefined) return refuse(full);
      const knewLength = received >= HEAD_BYTES;
      received += chunk.length;
      if (!knewLength && received >= HEAD_BYTES) wanted += lengthOf(held);
      if (wanted > HEAD_BYTES + bytesMax) refuse(tooLarge(wanted - HEAD_BYTES, bytesMax));
      else if (received >= HEAD_BYTES && received > wanted) refuse(malformed(EXTRA));
    };
    const onEnd = () => {
      if (stream.closed) return; // broken off, which looks like an end until it closes
      if (received === 0) return refuse(malformed(MISSING));
      if (received < wanted) return refuse(malformed(INCOMPLETE));
      // A copy: the message may be kept for long, and must not keep the connection's whole buffer.
      const bytes = new Uint8Array(held.subarray(HEAD_BYTES, wanted));
      place.readingSinceMs = undefined;
      resolve({ isCompressed: ((held[0] ?? 0) & COMPRESSED) !== 0, bytes });
    };
    stream.once("close", () => resolve(undefined));
    if (stream.readableEnded) return onEnd(); // an empty stream ends before anything reads it
    stream.on("data", onData).once("end", onEnd);
  });
}

/** Of a request. */
export function tooLarge(value: number, bound: number): Refusal {
  return limitExceeded({ limit: "message_bytes_max", bound, value });
}

/** Room doubles, so that a message that comes byte by byte costs no more than its size. */
function append(held: Uint8Array, received: number, chunk: Uint8Array): Uint8Array {
  if (received === 0) return chunk;
  const needed = received + chunk.length;
  let room = held;
  if (needed > held.length) {
    room = new Uint8Array(Math.max(needed, held.length * 2));
    room.set(held.subarray(0, received));
  }
  room.set(chunk, received);
  return room;
}

function lengthOf(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset).getUint32(1);
}

/** A message as it is sent. */
export function framed({ isCompressed, bytes }: GrpcMessage): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + bytes.length);
  frame[0] = isCompressed ? COMPRESSED : 0;
  new DataView(frame.buffer).setUint32(1, bytes.length);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

/** The message in what `gathered` hands on: a whole one, the head of one that is too large, or half of the last. */
export function messageIn(frame: Uint8Array, bytesMax: number): GrpcMessage {
  if (frame.length < HEAD_BYTES) throw new Refused(malformed(INCOMPLETE));
  const length = lengthOf(frame);
  if (length > bytesMax) throw new Refused(tooLarge(length, bytesMax));
  if (frame.length < HEAD_BYTES + length) throw new Refused(malformed(INCOMPLETE));
  return { isCompressed: ((frame[0] ?? 0) & COMPRESSED) !== 0, bytes: frame.subarray(HEAD_BYTES) };
}
