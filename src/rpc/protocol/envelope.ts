// The envelope of a message on a stream, as gRPC and Connect write it: a flag, a length, and so many bytes; and the
// buffer in which the pieces of one are put together.

export const headBytes = 5;

/** The length that a head states. */
export function lengthOf(head: Uint8Array): number {
  return new DataView(head.buffer, head.byteOffset).getUint32(1);
}

/**
 * Puts a piece behind the first `size` bytes of `held`, or of a larger copy if there is no room for it. Room doubles,
 * so that a message that comes byte by byte is not copied at each; a length that is only claimed reserves nothing.
 */
export function append(held: Uint8Array, size: number, piece: Uint8Array, roomBytesMin = 0): Uint8Array {
  const needed = size + piece.length;
  let room = held;
  if (needed > held.length) {
    room = new Uint8Array(Math.max(needed, held.length * 2, roomBytesMin));
    room.set(held.subarray(0, size));
  }
  room.set(piece, size);
  return room;
}
