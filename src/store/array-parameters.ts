// Arrays as Postgres's binary parameters. Statements take hundreds of rows as one array per column; as text, each value
// would be formatted here and parsed there, which cost a third of every batch. A binary array names the type of its
// elements, so there is one encoder per type.
import { writeShortAscii } from "../core/ascii.ts";
import { uuidBytes, writeUuid } from "../core/uuid.ts";

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

const headerBytes = 20;
const lengthBytes = 4;
const nullLength = -1;

/** One dimension with a lower bound of one, as `unnest` expects it. */
function arrayBuffer(oid: number, count: number, hasNulls: boolean, elementBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(headerBytes + count * lengthBytes + elementBytes);
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

type Write<Value> = (buffer: Buffer, value: Value, at: number) => void;
type Column<Value> = readonly (Value | null)[];

function nullsOf(values: Column<unknown>): number {
  let nulls = 0;
  for (let index = 0; index < values.length; index += 1) if (values[index] === null) nulls += 1;
  return nulls;
}

function putLength(buffer: Buffer, length: number, at: number): number {
  buffer[at] = length >> 24;
  buffer[at + 1] = length >> 16;
  buffer[at + 2] = length >> 8;
  buffer[at + 3] = length;
  return at + lengthBytes;
}

/** The bytes before `at` once more: many columns of a batch hold one value, which is then encoded once. */
function repeatBytes(buffer: Buffer, count: number, at: number): number {
  for (let index = at; index < at + count; index += 1) buffer[index] = buffer[index - count] as number;
  return at + count;
}

/**
 * Loops count, here and below: a loop over the values themselves makes an object for each, which came to an eighth of
 * all that a task allocated.
 */
function ofWidth<Value>(oid: number, width: number, write: Write<Value>) {
  return (values: Column<Value>): Buffer => {
    const nulls = nullsOf(values);
    const buffer = arrayBuffer(oid, values.length, nulls > 0, (values.length - nulls) * width);
    let at = headerBytes;
    let last: Value | null = null;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as Value | null;
      if (value === null) {
        at = putLength(buffer, nullLength, at);
      } else if (Object.is(value, last)) {
        at = repeatBytes(buffer, lengthBytes + width, at);
      } else {
        at = putLength(buffer, width, at);
        write(buffer, value, at);
        at += width;
      }
      last = value;
    }
    return buffer;
  };
}

function ofBytes<Value>(oid: number, lengthOf: (value: Value) => number, write: Write<Value>) {
  return (values: Column<Value>): Buffer => {
    const lengths = new Int32Array(values.length);
    let bytes = 0;
    let nulls = 0;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as Value | null;
      if (value === null) {
        nulls += 1;
      } else {
        const isSame = index > 0 && value === values[index - 1];
        const length = isSame ? (lengths[index - 1] as number) : lengthOf(value);
        lengths[index] = length;
        bytes += length;
      }
    }
    const buffer = arrayBuffer(oid, values.length, nulls > 0, bytes);
    let at = headerBytes;
    for (let index = 0; index < values.length; index += 1) {
      const value = values[index] as Value | null;
      const length = lengths[index] as number;
      if (value === null) {
        at = putLength(buffer, nullLength, at);
      } else if (index > 0 && value === values[index - 1]) {
        const slot = lengthBytes + length;
        buffer.copyWithin(at, at - slot, at);
        at += slot;
      } else {
        at = putLength(buffer, length, at);
        write(buffer, value, at);
        at += length;
      }
    }
    return buffer;
  };
}

function wholeWithin(value: number, bound: number, type: string): number {
  if (Number.isSafeInteger(value) && value >= -bound && value < bound) return value;
  throw new RangeError(`${value} is not a ${type}`);
}

const twoTo15 = 2 ** 15;
const twoTo31 = 2 ** 31;
const twoTo32 = 2 ** 32;
const twoTo53 = 2 ** 53;

/** In two halves, because a BigInt per number would cost more than everything else here. */
function writeInt64(buffer: Buffer, value: number, at: number): void {
  const high = Math.floor(value / twoTo32);
  buffer.writeInt32BE(high, at);
  buffer.writeUInt32BE(value - high * twoTo32, at + 4);
}

/** Postgres counts microseconds from the beginning of the year 2000. */
const postgresEpochMs = Date.UTC(2000, 0, 1);
const microsecondsPerMs = 1_000;
/** The range of the contract's times. */
const timeMinMs = Date.parse("0001-01-01T00:00:00.000Z");
const timeMaxMs = Date.parse("9999-12-31T23:59:59.999Z");

/** In two halves: the microseconds of 285 years exceed the 53 bits of a number. */
function writeTime(buffer: Buffer, value: Date, at: number): void {
  const ms = value.getTime();
  if (!(ms >= timeMinMs && ms <= timeMaxMs)) throw new RangeError(`${ms} ms is not a time from year 1 to year 9999`);
  const high = Math.floor((ms - postgresEpochMs) / twoTo32);
  const low = (ms - postgresEpochMs - high * twoTo32) * microsecondsPerMs;
  const carry = Math.floor(low / twoTo32);
  buffer.writeInt32BE(high * microsecondsPerMs + carry, at);
  buffer.writeUInt32BE(low - carry * twoTo32, at + 4);
}

export const uuidArray = ofWidth<string>(oids.uuid, uuidBytes, writeUuid);
export const timeArray = ofWidth<Date>(oids.timestamptz, 8, writeTime);
export const booleanArray = ofWidth<boolean>(oids.bool, 1, (buffer, value, at) => {
  buffer[at] = value ? 1 : 0;
});
export const smallintArray = ofWidth<number>(oids.int2, 2, (buffer, value, at) => {
  buffer.writeInt16BE(wholeWithin(value, twoTo15, "smallint"), at);
});
export const integerArray = ofWidth<number>(oids.int4, 4, (buffer, value, at) => {
  buffer.writeInt32BE(wholeWithin(value, twoTo31, "integer"), at);
});
export const bigintArray = ofWidth<number>(oids.int8, 8, (buffer, value, at) => {
  writeInt64(buffer, wholeWithin(value, twoTo53, "bigint below 2^53"), at);
});
export const doubleArray = ofWidth<number>(oids.float8, 8, (buffer, value, at) => void buffer.writeDoubleBE(value, at));
export const textArray = ofBytes<string>(
  oids.text,
  (value) => Buffer.byteLength(value),
  (buffer, value, at) => void (writeShortAscii(buffer, value, at) || buffer.write(value, at)),
);
export const byteaArray = ofBytes<Uint8Array>(
  oids.bytea,
  (value) => value.length,
  (buffer, value, at) => buffer.set(value, at),
);
