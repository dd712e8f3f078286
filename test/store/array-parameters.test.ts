// Arrays as Postgres reads them: every value of every type comes back as it was sent, nulls and the ends of each range
// included; a value that does not fit is refused before anything is sent.
import { expect, test } from "vitest";
import {
  bigintArray,
  booleanArray,
  byteaArray,
  doubleArray,
  integerArray,
  smallintArray,
  textArray,
  timeArray,
  uuidArray,
} from "../../src/store/array-parameters.ts";
import { createTestDatabase, query } from "../helpers/database.ts";

const uuids = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff", null];
const mixedCase = ["0190B0f0-89ab-7CDE-8f01-23456789aBcD"];
const times = [
  new Date("1969-12-31T23:59:59.999Z"),
  null,
  new Date("2000-01-01T00:00:00Z"),
  new Date(4_102_444_800_123),
  new Date("0001-01-01T00:00:00.000Z"),
  new Date("0099-12-31T23:59:59.001Z"),
  new Date("1714-08-01T00:00:00.007Z"),
  new Date("2285-06-07T00:00:00.123Z"),
  new Date("9999-12-31T23:59:59.999Z"),
];
const texts = ["", "NULL", "null", null, 'a"b\\c,{d}', "line\nfeed", "ünïcode ✓ 𐍈"];
const bytes = [Buffer.from([]), null, Buffer.from([0, 255, 92, 120])];

/** Each value three times in a row: what repeats is copied. */
const repeated = <Value>(values: readonly Value[]): Value[] => values.flatMap((value) => [value, value, value]);

const cases: readonly (readonly [string, Buffer, readonly unknown[]])[] = [
  ["uuid", uuidArray(uuids), uuids],
  ["uuid", uuidArray(mixedCase), mixedCase.map((one) => one.toLowerCase())],
  [
    "bigint",
    bigintArray([0, -1, 2 ** 53 - 1, -(2 ** 53) + 1, null, 2 ** 32, -(2 ** 32)]),
    ["0", "-1", "9007199254740991", "-9007199254740991", null, "4294967296", "-4294967296"],
  ],
  ["integer", integerArray([0, -1, 2 ** 31 - 1, -(2 ** 31), null]), [0, -1, 2 ** 31 - 1, -(2 ** 31), null]],
  ["smallint", smallintArray([0, null, 2 ** 15 - 1, -(2 ** 15)]), [0, null, 2 ** 15 - 1, -(2 ** 15)]],
  ["double precision", doubleArray([0.1, -1e300, null]), [0.1, -1e300, null]],
  ["boolean", booleanArray([true, false, null]), [true, false, null]],
  ["text", textArray(texts), texts],
  ["bytea", byteaArray(bytes), bytes],
  ["timestamptz", timeArray(times), times],
  ["uuid", uuidArray(repeated(uuids)), repeated(uuids)],
  ["bigint", bigintArray(repeated([-1, null, 7])), repeated(["-1", null, "7"])],
  ["double precision", doubleArray([0, -0, -0]), [0, -0, -0]],
  ["text", textArray(repeated(texts)), repeated(texts)],
  ["bytea", byteaArray(repeated(bytes)), repeated(bytes)],
  ["timestamptz", timeArray(repeated(times)), repeated(times)],
  ["uuid", uuidArray([]), []],
  ["text", textArray([]), []],
];

test("every array arrives as it was sent", async () => {
  const databaseUrl = await createTestDatabase("empty");
  for (const [type, encoded, expected] of cases) {
    const rows = await query(databaseUrl, `select u from unnest($1::${type}[]) as u`, [encoded]);
    expect(
      rows.map(({ u }) => u),
      type,
    ).toEqual(expected);
  }
});

test("a value that its type cannot hold is refused", () => {
  expect(() => uuidArray(["0190b0f0-89ab-7cde-8f01-23456789abc"])).toThrow("not a uuid");
  expect(() => uuidArray(["0190b0f0-89ab-7cde-8f01-23456789abcg"])).toThrow("not a uuid");
  expect(() => uuidArray(["0190b0f0-89ab-7cde-8f01-23456789abc\u0130"])).toThrow("not a uuid");
  expect(() => smallintArray([2 ** 15])).toThrow("smallint");
  expect(() => integerArray([-(2 ** 31) - 1])).toThrow("integer");
  expect(() => integerArray([0.5])).toThrow("integer");
  expect(() => bigintArray([2 ** 53])).toThrow("bigint");
  expect(() => timeArray([new Date(Number.NaN)])).toThrow("time");
  expect(() => timeArray([new Date("0000-12-31T23:59:59.999Z")])).toThrow("time");
  expect(() => timeArray([new Date("+010000-01-01T00:00:00.000Z")])).toThrow("time");
});
