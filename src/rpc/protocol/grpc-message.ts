// The one message of a unary gRPC request, read off its HTTP/2 stream: a flag, a length, and so many bytes. Never holds
// more than twice what has come, whatever length is claimed, and stops at the first byte that is too many.
import type { ServerHttp2Stream } from "node:http2";
import { limitExceeded, type Refusal, Refused } from "../../core/refusal.ts";
import type { CallSlot } from "../call/call-budget.ts";
import { malformed } from "../interceptors/map-errors.ts";
import { append, headBytes, lengthOf } from "./envelope.ts";

export type GrpcMessage = { readonly isCompressed: boolean; readonly bytes: Uint8Array };

const compressed = 1;
const nothing = new Uint8Array(0);
// In the library's words, as it answers for the other protocols.
const extraMessage = "protocol error: received extra input message for unary method";
const missingMessage = "protocol error: missing input message for unary method";
const incompleteMessage = "protocol error: incomplete envelope";

/** Undefined when the stream closes before its end: then no caller waits for an answer. */
export function readMessage(
  stream: ServerHttp2Stream,
  bytesMax: number,
  place: CallSlot,
): Promise<GrpcMessage | undefined> {
  return new Promise((resolve, reject) => {
    let held: Uint8Array = nothing;
    let received = 0;
    let wanted = headBytes; // until the length is known
    const refuse = (refusal: Refusal) => {
      stream.off("data", onData); // what still comes is thrown away
      reject(new Refused(refusal));
    };
    const onData = (chunk: Buffer) => {
      const before = held.length;
      held = received === 0 ? chunk : append(held, received, chunk); // most requests come in one chunk
      const full = place.hold(held.length - before);
      if (full !== undefined) return refuse(full);
      const knewLength = received >= headBytes;
      received += chunk.length;
      if (!knewLength && received >= headBytes) wanted += lengthOf(held);
      if (wanted > headBytes + bytesMax) refuse(tooLarge(wanted - headBytes, bytesMax));
      else if (received >= headBytes && received > wanted) refuse(malformed(extraMessage));
    };
    const onEnd = () => {
      if (stream.closed) return; // broken off, which looks like an end until it closes
      if (received === 0) return refuse(malformed(missingMessage));
      if (received < wanted) return refuse(malformed(incompleteMessage));
      // A copy: the message may be kept for long, and must not keep the connection's whole buffer.
      const bytes = new Uint8Array(held.subarray(headBytes, wanted));
      place.readingSinceMs = undefined;
      resolve({ isCompressed: ((held[0] ?? 0) & compressed) !== 0, bytes });
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

/** A message as it is sent. */
export function framed({ isCompressed, bytes }: GrpcMessage): Uint8Array {
  const frame = new Uint8Array(headBytes + bytes.length);
  frame[0] = isCompressed ? compressed : 0;
  new DataView(frame.buffer).setUint32(1, bytes.length);
  frame.set(bytes, headBytes);
  return frame;
}

/** The message in what `gathered` hands on: a whole one, the head of one that is too large, or half of the last. */
export function messageIn(frame: Uint8Array, bytesMax: number): GrpcMessage {
  if (frame.length < headBytes) throw new Refused(malformed(incompleteMessage));
  const length = lengthOf(frame);
  if (length > bytesMax) throw new Refused(tooLarge(length, bytesMax));
  if (frame.length < headBytes + length) throw new Refused(malformed(incompleteMessage));
  return { isCompressed: ((frame[0] ?? 0) & compressed) !== 0, bytes: frame.subarray(headBytes) };
}
