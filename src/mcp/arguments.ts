// A tool's arguments as a request of the contract. Models send JSON as text, numbers as strings and enum values without
// their prefix; whatever means one thing only is taken. Every other fault is told by field.
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { hideJson, parseJson } from "../facade/json-fields.ts";
import { jsonViolations } from "../wire/json-request.ts";

/** What is wrong with arguments, for a model to read. */
export class ArgumentFault extends Error {
  override name = "ArgumentFault";
}

export function requestOf(schema: DescMessage, given: JsonObject): Message {
  const json = hideJson(schema, messageOf(schema, given), "either");
  const faults = jsonViolations(schema, json);
  if (faults === undefined) return fromJson(schema, json);
  const told = faults.violations.map(({ field, description }) => `${field} ${description}.`);
  throw new ArgumentFault(
    [...told, ...(faults.omitted > 0 ? [`There are ${faults.omitted} more faults.`] : [])].join(" "),
  );
}

function messageOf(schema: DescMessage, given: JsonValue): JsonValue {
  const value = parsedIf(given, isObject);
  if (!isObject(value) || schema.typeName.startsWith("google.protobuf.")) return value;
  const known = new Map(
    schema.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
  );
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const field = known.get(name);
      // Models say "nothing" by null where a field may simply be left out.
      if (inner === null) return field ? [] : [[name, inner]];
      return [[name, field ? fieldOf(field, inner) : inner]];
    }),
  );
}

function fieldOf(field: DescField, given: JsonValue): JsonValue {
  if (field.fieldKind === "list") {
    const value = parsedIf(given, Array.isArray);
    return Array.isArray(value) ? value.map((item) => elementOf(field, item)) : value;
  }
  if (field.fieldKind === "map") {
    const value = parsedIf(given, isObject);
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, elementOf(field, item)]));
  }
  return elementOf(field, given);
}

function elementOf(field: DescField, given: JsonValue): JsonValue {
  if (field.message) return messageOf(field.message, given);
  if (typeof given !== "string") return given;
  if (field.enum) return enumOf(field.enum, given);
  if (field.scalar === ScalarType.BOOL && (given === "true" || given === "false")) return given === "true";
  return numbers.has(field.scalar ?? 0) && /^-?\d{1,9}(\.\d{1,9})?$/.test(given) ? Number(given) : given;
}

/** Scalars that JSON writes as numbers. */
const numbers: ReadonlySet<number> = new Set([
  ScalarType.INT32,
  ScalarType.UINT32,
  ScalarType.FLOAT,
  ScalarType.DOUBLE,
]);

/** `queued`, `QUEUED` and `TASK_STATE_QUEUED` are one value. */
function enumOf(desc: DescEnum, given: string): string {
  const upper = given.toUpperCase();
  const prefixed = `${desc.sharedPrefix ?? ""}`.toUpperCase() + upper;
  return desc.values.find(({ name }) => name === prefixed || name === upper)?.name ?? given;
}

/** A value that came as its own JSON text. */
function parsedIf(given: JsonValue, fits: (value: JsonValue) => boolean): JsonValue {
  if (typeof given !== "string") return given;
  try {
    const value = parseJson(given);
    return fits(value) ? value : given;
  } catch {
    return given;
  }
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
