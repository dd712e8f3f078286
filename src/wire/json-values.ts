// What a single JSON value must be for its field, by protobuf's JSON mapping (protobuf.dev/programming-guides/json).
// Stricter than the library, which takes "2026-02-30", "0x10" for 16, "5seconds" for 5 s, and rounds int64 numbers.
import { type DescEnum, type DescField, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { shortened } from "./field-path.ts";
import { nearestName } from "./nearest.ts";
import { isDuration, isTimestamp } from "./times.ts";

export type ValueFault = { readonly rule: string; readonly description: string };

export function scalarFault(type: ScalarType, json: JsonValue): ValueFault | undefined {
  switch (type) {
    case ScalarType.STRING:
      return stringFault(json);
    case ScalarType.BOOL:
      return typeof json === "boolean" ? undefined : fault("bool", "must be true or false");
    case ScalarType.BYTES:
      return isBase64(json) ? undefined : fault("bytes", "must be a string in base64");
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return isNumber(json) ? undefined : fault("number", "must be a number");
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return isInt32(json, -(2 ** 31), 2 ** 31 - 1) ? undefined : fault("int32", "must be a whole number of 32 bits");
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return isInt32(json, 0, 2 ** 32 - 1) ? undefined : fault("uint32", "must be a whole number of 32 bits from 0 on");
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return int64Fault(json, 0n, 2n ** 64n - 1n);
    default:
      return int64Fault(json, -(2n ** 63n), 2n ** 63n - 1n);
  }
}

/** As the rules of fields have it for every text (src/rpc/rules/well-formed.ts). */
const illFormed: ValueFault = {
  rule: "string.well_formed",
  description: "must not contain half of a surrogate pair",
};

export function stringFault(json: JsonValue): ValueFault | undefined {
  if (typeof json !== "string") return fault("string", "must be a string");
  return json.isWellFormed() ? undefined : illFormed;
}

function fault(type: string, description: string): ValueFault {
  return { rule: `json.${type}`, description };
}

const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

function isNumber(json: JsonValue): boolean {
  if (typeof json === "number") return Number.isFinite(json); // 1e999 is JSON, and is Infinity once it is read
  if (typeof json !== "string") return false;
  if (json === "NaN" || json === "Infinity" || json === "-Infinity") return true;
  return decimal.test(json) && Number.isFinite(Number(json));
}

function isInt32(json: JsonValue, min: number, max: number): boolean {
  if (typeof json === "string" && !decimal.test(json)) return false;
  const value = typeof json === "string" ? Number(json) : json;
  return Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
}

const whole = /^-?\d{1,20}$/;

function int64Fault(json: JsonValue, min: bigint, max: bigint): ValueFault | undefined {
  if (typeof json === "number" && Number.isInteger(json) && !Number.isSafeInteger(json)) {
    return fault("int64_as_number", "must be written as a string: numbers beyond 2^53 lose digits in JSON");
  }
  const isWhole = typeof json === "number" ? Number.isInteger(json) : typeof json === "string" && whole.test(json);
  const value = isWhole ? BigInt(json as number | string) : undefined;
  if (value !== undefined && value >= min && value <= max) return undefined;
  return fault("int64", "must be a whole number of 64 bits");
}

/** The letters of either alphabet, with or without padding. */
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

function isBase64(json: JsonValue): boolean {
  if (typeof json !== "string" || !base64.test(json)) return false;
  const padding = json.endsWith("==") ? 2 : json.endsWith("=") ? 1 : 0;
  return padding === 0 ? json.length % 4 !== 1 : json.length % 4 === 0;
}

/** Numbers that the contract does not define are left to its rules (`enum.defined_only`). */
export function enumFault(desc: DescEnum, json: JsonValue): ValueFault | undefined {
  if (typeof json === "number" && isInt32(json, -(2 ** 31), 2 ** 31 - 1)) return undefined;
  if (typeof json === "string" && desc.values.some(({ name }) => name === json)) return undefined;
  return {
    rule: "json.enum",
    description: `must be a ${desc.name} (${valuesHint(desc, json)}), and is ${written(json)}`,
  };
}

function valuesHint(desc: DescEnum, json: JsonValue): string {
  const names = desc.values.filter(({ number }) => number !== 0).map(({ name }) => name);
  const given = typeof json === "string" ? json.toUpperCase() : "";
  const prefix = (desc.sharedPrefix ?? "").toUpperCase();
  const meant = [given, `${prefix}${given}`].map((one) => nearestName(one, names)).find((one) => one !== undefined);
  return meant === undefined ? shortened(names.join(", "), namesMax) : `did you mean ${meant}?`;
}

/** Characters of a refusal that a caller reads. */
const namesMax = 300;
const writtenMax = 40;

function written(json: JsonValue): string {
  return shortened(JSON.stringify(json), writtenMax);
}

// --- well-known types ------------------------------------------------------------------------------------------------

/** Undefined for a type whose JSON form is that of any message. */
export function wellKnownFault(field: DescField, json: JsonValue): ValueFault | "none" | undefined {
  switch (field.message?.typeName) {
    case "google.protobuf.Timestamp":
      return isTimeText(json) ? "none" : fault("timestamp", "must be a time like 2026-01-31T12:00:00Z, and exist");
    case "google.protobuf.Duration":
      return isDurationText(json) ? "none" : fault("duration", "must be a duration like 1.5s, within 10,000 years");
    default:
      return undefined;
  }
}

const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;
const minuteSeconds = 60;
const hourSeconds = 3_600;
const msPerSecond = 1_000;

function isTimeText(json: JsonValue): boolean {
  const parts = typeof json === "string" ? rfc3339.exec(json) : null;
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(1, 7).map(Number);
  const [offsetHours = 0, offsetMinutes = 0] = parts.slice(9, 11).map((part) => Number(part ?? 0));
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 23 || offsetMinutes > 59) return false;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
  const local = Date.parse(`${parts[0].slice(0, 19)}Z`) / msPerSecond;
  const offset = (offsetHours * hourSeconds + offsetMinutes * minuteSeconds) * (parts[8] === "-" ? -1 : 1);
  return isTimestamp({ $typeName: "google.protobuf.Timestamp", seconds: BigInt(local - offset), nanos: 0 });
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const durationText = /^-?(\d{1,12})(?:\.\d{1,9})?s$/;

function isDurationText(json: JsonValue): boolean {
  const parts = typeof json === "string" ? durationText.exec(json) : null;
  if (parts === null) return false;
  return isDuration({ $typeName: "google.protobuf.Duration", seconds: BigInt(parts[1] ?? 0), nanos: 0 });
}
