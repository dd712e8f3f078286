// String fields that hold JSON (the contract marks them) are JSON values for people and models: `{"json": {"a": 1}}`,
// not `{"json": "{\\"a\\": 1}"}`. Numbers in them keep all their digits: what a double cannot hold stays as it was
// written.
import {
  type DescField,
  type DescMessage,
  getOption,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from "@bufbuild/protobuf";
import { json as jsonOption } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";

/** JSON that is written as the given text. Node has it; the standard library of the compiler does not know it yet. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): JsonValue;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;

const keepDigits: Reviver = (_key, value, { source }) =>
  typeof value === "number" && source !== undefined && String(value) !== source && !isSameNumber(value, source)
    ? rawJSON(source)
    : value;

/** `1.0` and `1e2` are the numbers that they look like; `9007199254740993` is not. */
function isSameNumber(value: number, source: string): boolean {
  return Number.isFinite(value) && digitsOf(String(value)) === digitsOf(source);
}

/** The significant digits and where the point stands, however the number is written. */
function digitsOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`;
  const significant = digits.replace(/^0+/, "");
  const point = whole.length + Number(exponent) - (digits.length - significant.length);
  const trimmed = significant.replace(/0+$/, "");
  return trimmed === "" ? "0" : `${sign}${trimmed}e${point}`;
}

/** Like JSON.parse, but numbers that a double cannot hold keep their digits when they are written again. */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown) as JsonValue;
}

/** How a string is taken where a JSON value is expected. */
export type StringsAre =
  /** The JSON text itself. */
  | "text"
  /** A JSON string like any other value. */
  | "values"
  /** The JSON text if it is the text of an object or a list, else a string: models send either. */
  | "either";

/** From JSON as people write it to the contract's own JSON. */
export function hideJson(schema: DescMessage, value: JsonValue, stringsAre: StringsAre): JsonValue {
  return walk(schema, value, (held) => textOf(held, stringsAre));
}

function textOf(held: JsonValue, stringsAre: StringsAre): JsonValue {
  if (typeof held === "string" && (stringsAre === "text" || (stringsAre === "either" && isCompound(held)))) return held;
  return JSON.stringify(held);
}

function isCompound(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** From the contract's own JSON to JSON as people read it. */
export function showJson(schema: DescMessage, value: JsonValue): JsonValue {
  return walk(schema, value, (held) => {
    if (typeof held !== "string" || held === "") return held;
    try {
      return parseJson(held);
    } catch {
      return held;
    }
  });
}

function walk(schema: DescMessage, value: JsonValue, change: (held: JsonValue) => JsonValue): JsonValue {
  if (isRawJSON(value)) return Number(value.rawJSON);
  // Well-known types have a JSON form of their own, with nothing of ours inside.
  if (!isObject(value) || schema.typeName.startsWith("google.protobuf.")) return value;
  const fields = new Map(
    schema.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
  );
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const field = fields.get(name);
      return [name, field ? walkField(field, inner, change) : inner];
    }),
  );
}

function walkField(field: DescField, value: JsonValue, change: (held: JsonValue) => JsonValue): JsonValue {
  if (field.fieldKind === "scalar" && getOption(field, jsonOption)) return change(value);
  if (field.fieldKind === "message") return walk(field.message, value, change);
  if (field.fieldKind === "list" && Array.isArray(value)) return value.map((item) => walkPart(field, item, change));
  if (field.fieldKind === "map" && isObject(value) && !isRawJSON(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walkPart(field, item, change)]));
  }
  return numberOf(field, value);
}

function walkPart(field: DescField, value: JsonValue, change: (held: JsonValue) => JsonValue): JsonValue {
  return field.message ? walk(field.message, value, change) : numberOf(field, value);
}

const longIntegers: ReadonlySet<ScalarType | undefined> = new Set([
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64],
  ...[ScalarType.UINT64, ScalarType.FIXED64],
]);

/** The contract's JSON takes a number of many digits as a string, but only where it takes such numbers. */
function numberOf({ scalar }: DescField, value: JsonValue): JsonValue {
  if (!isRawJSON(value)) return value;
  return longIntegers.has(scalar) ? value.rawJSON : Number(value.rawJSON);
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
