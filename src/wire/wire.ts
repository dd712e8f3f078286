// Protobuf's wire format, written into one buffer that all messages share: nothing is allocated but the answer. What
// calls it is generated (encode.gen.ts). Encoding never waits, so only one message is ever being written.

const roomAtFirst = 65_536;
/** After a message larger than this the room is given back. */
const roomKept = 1_048_576;

let room = Buffer.allocUnsafe(roomAtFirst);
let at = 0;

/** Runs what writes a message, and gives its bytes. */
export function written<Message>(write: (message: Message) => void, message: Message): Uint8Array {
  at = 0;
  write(message);
  const bytes = Buffer.allocUnsafe(at);
  room.copy(bytes, 0, 0, at);
  if (room.length > roomKept) room = Buffer.allocUnsafe(roomAtFirst);
  return bytes;
}

function makeRoom(bytes: number): void {
  if (at + bytes <= room.length) return;
  const larger = Buffer.allocUnsafe(Math.max(room.length * 2, at + bytes));
  room.copy(larger, 0, 0, at);
  room = larger;
}

const varintBytesMax = 10;
const more = 0x80;
const sevenBits = 0x7f;

/** A whole number that is not negative, of up to 53 bits. */
function varint(value: number): void {
  let rest = value;
  while (rest > 0x7fff_ffff) {
    room[at++] = (rest % more) | more;
    rest = Math.floor(rest / more);
  }
  while (rest > sevenBits) {
    room[at++] = (rest & sevenBits) | more;
    rest >>>= 7;
  }
  room[at++] = rest;
}

const int32Max = 0x7fff_ffff;
const int32Min = -0x8000_0000;

/** int32 and enums. */
export function int32(tag: number, value: number): void {
  makeRoom(2 * varintBytesMax);
  varint(tag);
  checkInt32(value);
  if (value >= 0) varint(value);
  else bigVarint(BigInt(value));
}

export function int64(tag: number, value: bigint): void {
  makeRoom(2 * varintBytesMax);
  varint(tag);
  if (value >= 0n && value <= Number.MAX_SAFE_INTEGER) varint(Number(value));
  else bigVarint(value);
}

/** In two's complement, as protobuf has all that is negative. */
function bigVarint(value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} is no int64`);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    room[at++] = Number(rest & 0x7fn) | more;
    rest >>= 7n;
  }
  room[at++] = Number(rest);
}

export function bool(tag: number, value: boolean): void {
  makeRoom(varintBytesMax + 1);
  varint(tag);
  room[at++] = value ? 1 : 0;
}

const doubleBytes = 8;

export function double(tag: number, value: number): void {
  makeRoom(varintBytesMax + doubleBytes);
  varint(tag);
  at = room.writeDoubleLE(value, at);
}

/** Below this a character at a time is faster than a call into Node. */
const shortText = 48;
const utf8BytesMax = 3; // of one of a string's units

export function text(tag: number, value: string): void {
  const { length } = value;
  makeRoom(2 * varintBytesMax + length * utf8BytesMax);
  varint(tag);
  if (length <= shortText && shortAscii(value)) return;
  const start = at;
  varint(length); // Most text is ASCII; where it is not, its length may take more room than this.
  const guessed = at - start;
  const bytes = room.write(value, at, "utf8");
  const lengthBytes = varintSize(bytes);
  if (lengthBytes !== guessed) room.copyWithin(start + lengthBytes, at, at + bytes);
  at = start;
  varint(bytes);
  at += bytes;
}

function shortAscii(value: string): boolean {
  const { length } = value;
  room[at] = length;
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > sevenBits) return false;
    room[at + 1 + index] = code;
  }
  at += 1 + length;
  return true;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > sevenBits; rest = Math.floor(rest / more)) size += 1;
  return size;
}

export function bytes(tag: number, value: Uint8Array): void {
  makeRoom(2 * varintBytesMax + value.length);
  varint(tag);
  varint(value.length);
  room.set(value, at);
  at += value.length;
}

/** Begins a message in a message, for `close` to end. */
export function open(tag: number): number {
  makeRoom(2 * varintBytesMax);
  varint(tag);
  at += 1;
  return at;
}

/** Most are short enough for the one byte that was left for their length; longer ones are moved along. */
export function close(start: number): void {
  const length = at - start;
  const lengthBytes = varintSize(length);
  if (lengthBytes > 1) {
    makeRoom(varintBytesMax);
    room.copyWithin(start - 1 + lengthBytes, start, at);
  }
  at = start - 1;
  varint(length);
  at += length;
}

/** Numbers behind one tag. */
export function packed(tag: number, values: readonly number[]): void {
  const start = open(tag);
  for (const value of values) {
    makeRoom(varintBytesMax);
    checkInt32(value);
    if (value >= 0) varint(value);
    else bigVarint(BigInt(value));
  }
  close(start);
}

/**
 * The entries of a map, sorted by key. Clients send maps in any order (Go's in another one each time), and digests of
 * requests and receipts are made of these bytes: the same map must always be the same bytes.
 */
export function sortedEntries<Value>(map: Readonly<Record<string, Value>>): [string, Value][] {
  const entries = Object.entries(map);
  return entries.length > 1 ? entries.sort(([one], [other]) => (one < other ? -1 : 1)) : entries;
}

/** Fields that this version does not know go on as they came. */
export function unknownFields(fields: readonly { no: number; wireType: number; data: Uint8Array }[]): void {
  for (const { no, wireType, data } of fields) {
    makeRoom(varintBytesMax + data.length);
    varint(no * 8 + wireType);
    room.set(data, at);
    at += data.length;
  }
}

function checkInt32(value: number): void {
  if (!(Number.isInteger(value) && value >= int32Min && value <= int32Max))
    throw new RangeError(`${value} is no int32`);
}
