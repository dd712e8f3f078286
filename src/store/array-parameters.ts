/**
 * Arrays on their way to Postgres, in its binary form. Statements take hundreds of rows as one array a column; text
 * would be written digit by digit here and parsed digit by digit there, which cost a third of every batch. The type of
 * the elements stands in the array, so each encoder is for one type alone.
 */

const oids = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  float8: 701,
  timestamptz: 1184,
  uuid: 2950,
};

const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** One dimension, counted from one, as `unnest` wants it. */
function arrayBuffer(oid: number, count: number, hasNulls: boolean, elementBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(HEADER_BYTES + count * LENGTH_BYTES + elementBytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

type Write<Value> = (buffer: Buffer, value: Value, at: number) => void;

function ofWidth<Value>(oid: number, width: number, write: Write<Value>) {
  return (values: readonly (Value | null)[]): Buffer => {
    let nulls = 0;
    for (const value of values) if (value === null) nulls += 1;
    const buffer = arrayBuffer(oid, values.length, nulls > 0, (values.length - nulls) * width);
    let at = HEADER_BYTES;
    for (const value of values) {
      if (value === null) {
        at = buffer.writeInt32BE(NULL_LENGTH, at);
      } else {
        at = buffer.writeInt32BE(width, at);
        write(buffer, value, at);
        at += width;
      }
    }
    return buffer;
  };
}

function ofBytes<Value>(oid: number, lengthOf: (value: Value) => number, write: Write<Value>) {
  return (values: readonly (Value | null)[]): Buffer => {
    let bytes = 0;
    let nulls = 0;
    for (const value of values) {
      if (value === null) nulls += 1;
      else bytes += lengthOf(value);
    }
    const buffer = arrayBuffer(oid, values.length, nulls > 0, bytes);
    let at = HEADER_BYTES;
    for (const value of values) {
      if (value === null) {
        at = buffer.writeInt32BE(NULL_LENGTH, at);
      } else {
        const length = lengthOf(value);
        at = buffer.writeInt32BE(length, at);
        write(buffer, value, at);
        at += length;
      }
    }
    return buffer;
  };
}

function wholeWithin(value: number, bound: number, type: string): number {
  if (Number.isSafeInteger(value) && value >= -bound && value < bound) return value;
  throw new RangeError(`${value} is no ${type}`);
}

const TWO_TO_15 = 2 ** 15;
const TWO_TO_31 = 2 ** 31;
const TWO_TO_32 = 2 ** 32;
const TWO_TO_53 = 2 ** 53;

/** Two halves, because a BigInt for each number costs more than all the rest. */
function writeInt64(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / TWO_TO_32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * TWO_TO_32, at + 4);
}

const UUID_LENGTH = 36;
const UUID_BYTES = 16;
/** The value of a hexadecimal digit by its character code; what is none has a bit beyond the fourth. */
const NO_DIGIT = 0x80;
const digits = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? NO_DIGIT : value;
});
/** Where the digits of each byte stand among the dashes. */
const uuidPlaces = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

function writeUuid(buffer: Buffer, value: string, at: number): void {
  let seen = value.length === UUID_LENGTH ? 0 : NO_DIGIT;
  let to = at;
  for (const place of uuidPlaces) {
    const high = digits[value.charCodeAt(place)] ?? NO_DIGIT;
    const low = digits[value.charCodeAt(place + 1)] ?? NO_DIGIT;
    seen |= high | low;
    buffer[to] = (high << 4) | low;
    to += 1;
  }
  if (seen >= NO_DIGIT) throw new TypeError(`"${value}" is no uuid of 36 characters`);
}

/** Postgres counts microseconds from the beginning of the year 2000. */
const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1);
const MICROSECONDS_PER_MS = 1_000;
/** The times that the contract knows: from the year 1 to the year 9999. */
const TIME_MIN_MS = Date.parse("0001-01-01T00:00:00.000Z");
const TIME_MAX_MS = Date.parse("9999-12-31T23:59:59.999Z");

/** In halves: 285 years from 2000 on, the microseconds no longer fit the 53 bits of a number. */
function writeTime(buffer: Buffer, value: Date, at: number): void {
  const ms = value.getTime();
  if (!(ms >= TIME_MIN_MS && ms <= TIME_MAX_MS)) throw new RangeError(`${ms} ms is no time from year 1 to year 9999`);
  const high = Math.floor((ms - POSTGRES_EPOCH_MS) / TWO_TO_32);
  const low = (ms - POSTGRES_EPOCH_MS - high * TWO_TO_32) * MICROSECONDS_PER_MS;
  const carried = Math.floor(low / TWO_TO_32);
  buffer.writeInt32BE(high * MICROSECONDS_PER_MS + carried, at);
  buffer.writeUInt32BE(low - carried * TWO_TO_32, at + 4);
}

export const uuidArray = ofWidth<string>(oids.uuid, UUID_BYTES, writeUuid);
export const timeArray = ofWidth<Date>(oids.timestamptz, 8, writeTime);
export const booleanArray = ofWidth<boolean>(oids.bool, 1, (buffer, value, at) => {
  buffer[at] = value ? 1 : 0;
});
export const smallintArray = ofWidth<number>(oids.int2, 2, (buffer, value, at) => {
  buffer.writeInt16BE(wholeWithin(value, TWO_TO_15, "smallint"), at);
});
export const integerArray = ofWidth<number>(oids.int4, 4, (buffer, value, at) => {
  buffer.writeInt32BE(wholeWithin(value, TWO_TO_31, "integer"), at);
});
export const bigintArray = ofWidth<number>(oids.int8, 8, (buffer, value, at) => {
  writeInt64(buffer, wholeWithin(value, TWO_TO_53, "bigint that survives a JavaScript number"), at);
});
export const doubleArray = ofWidth<number>(oids.float8, 8, (buffer, value, at) => void buffer.writeDoubleBE(value, at));
export const textArray = ofBytes<string>(
  oids.text,
  (value) => Buffer.byteLength(value),
  (buffer, value, at) => void buffer.write(value, at),
);
export const byteaArray = ofBytes<Uint8Array>(
  oids.bytea,
  (value) => value.length,
  (buffer, value, at) => buffer.set(value, at),
);
