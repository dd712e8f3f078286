// Protobuf's wire format, written into one buffer that all messages share: only the result is allocated. The generated
// encoders call it (encode.gen.ts). Encoding never awaits, so only one message at a time is being written.

const initialBytes = 65_536;
/** A message larger than this leaves a buffer that is not kept. */
const keptBytesMax = 1_048_576;

let buffer = Buffer.allocUnsafe(initialBytes);
let at = 0;

/** The bytes that `write` makes of a message. */
export function written<Message>(write: (message: Message) => void, message: Message): Uint8Array {
  at = 0;
  write(message);
  const bytes = Buffer.allocUnsafe(at);
  buffer.copy(bytes, 0, 0, at);
  if (buffer.length > keptBytesMax) buffer = Buffer.allocUnsafe(initialBytes);
  return bytes;
}

function reserve(bytes: number): void {
  if (at + bytes <= buffer.length) return;
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + bytes));
  buffer.copy(larger, 0, 0, at);
  buffer = larger;
}

const varintBytesMax = 10;
const more = 0x80;
const sevenBits = 0x7f;

/** A whole number that is not negative, of up to 53 bits. */
function varint(value: number): void {
  let rest = value;
  while (rest > 0x7fff_ffff) {
    buffer[at++] = (rest % more) | more;
    rest = Math.floor(rest / more);
  }
  while (rest > sevenBits) {
    buffer[at++] = (rest & sevenBits) | more;
    rest >>>= 7;
  }
  buffer[at++] = rest;
}

const int32Max = 0x7fff_ffff;
const int32Min = -0x8000_0000;

/** int32 and enums. */
export function int32(tag: number, value: number): void {
  reserve(2 * varintBytesMax);
  varint(tag);
  checkInt32(value);
  if (value >= 0) varint(value);
  else bigVarint(BigInt(value));
}

export function int64(tag: number, value: bigint): void {
  reserve(2 * varintBytesMax);
  varint(tag);
  // As a number: comparing a bigint costs more than all else here.
  const number = Number(value);
  if (number >= 0 && number <= Number.MAX_SAFE_INTEGER) varint(number);
  else bigVarint(value);
}

/** In two's complement, as protobuf writes negative numbers. */
function bigVarint(value: bigint): void {
  if (BigInt.asIntN(64, value) !== value) throw new RangeError(`${value} is no int64`);
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    buffer[at++] = Number(rest & 0x7fn) | more;
    rest >>= 7n;
  }
  buffer[at++] = Number(rest);
}

export function bool(tag: number, value: boolean): void {
  reserve(varintBytesMax + 1);
  varint(tag);
  buffer[at++] = value ? 1 : 0;
}

const doubleBytes = 8;

export function double(tag: number, value: number): void {
  reserve(varintBytesMax + doubleBytes);
  varint(tag);
  at = buffer.writeDoubleLE(value, at);
}

/** Up to this length, one character at a time is faster than a call into Node. Tokens and digests are within it. */
const shortText = 80;
const utf8BytesMax = 3; // of one of a string's units

export function text(tag: number, value: string): void {
  const { length } = value;
  reserve(2 * varintBytesMax + length * utf8BytesMax);
  varint(tag);
  if (length <= shortText && shortAscii(value)) return;
  const start = at;
  varint(length); // right for ASCII, which most text is; other text may need a longer length
  const guessed = at - start;
  const bytes = buffer.write(value, at, "utf8");
  const lengthBytes = varintSize(bytes);
  if (lengthBytes !== guessed) buffer.copyWithin(start + lengthBytes, at, at + bytes);
  at = start;
  varint(bytes);
  at += bytes;
}

function shortAscii(value: string): boolean {
  const { length } = value;
  buffer[at] = length;
  for (let index = 0; index < length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > sevenBits) return false;
    buffer[at + 1 + index] = code;
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
  reserve(2 * varintBytesMax + value.length);
  varint(tag);
  varint(value.length);
  buffer.set(value, at);
  at += value.length;
}

/** Begins a message within a message; `close` ends it. */
export function open(tag: number): number {
  reserve(2 * varintBytesMax);
  varint(tag);
  at += 1;
  return at;
}

/** One byte was left for the length, which is enough for most; longer messages are moved. */
export function close(start: number): void {
  const length = at - start;
  const lengthBytes = varintSize(length);
  if (lengthBytes > 1) {
    reserve(varintBytesMax);
    buffer.copyWithin(start - 1 + lengthBytes, start, at);
  }
  at = start - 1;
  varint(length);
  at += length;
}

/** Numbers behind one tag. */
export function packed(tag: number, values: readonly number[]): void {
  const start = open(tag);
  for (const value of values) {
    reserve(varintBytesMax);
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

/** Fields that this version does not know are written as they were read. */
export function unknownFields(fields: readonly { no: number; wireType: number; data: Uint8Array }[]): void {
  for (const { no, wireType, data } of fields) {
    reserve(varintBytesMax + data.length);
    varint(no * 8 + wireType);
    buffer.set(data, at);
    at += data.length;
  }
}

function checkInt32(value: number): void {
  if (!(Number.isInteger(value) && value >= int32Min && value <= int32Max))
    throw new RangeError(`${value} is no int32`);
}
