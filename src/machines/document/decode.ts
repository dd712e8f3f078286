// JSON to a message of the contract, strictly, and with every fault at once: each field must exist and have its type.
// Documents may also use the short forms that docs/machines.md lists; all of them are expanded here and nowhere else.
import {
  type DescEnum,
  type DescField,
  type DescMessage,
  fromJson,
  type JsonObject,
  type JsonValue,
  type MessageShape,
  ScalarType,
} from "@bufbuild/protobuf";
import type { Path, RawFault } from "./faults.ts";

type Decoding = { readonly faults: RawFault[]; readonly short: boolean };

export type Decoded<Desc extends DescMessage> =
  | { readonly message: MessageShape<Desc> }
  | { readonly faults: readonly RawFault[] };

/** More would help no reader. */
const faultsMax = 100;
/** As of all JSON in the contract. */
const depthMax = 100;

export function decode<Desc extends DescMessage>(
  schema: Desc,
  value: JsonValue,
  { short = false }: { readonly short?: boolean } = {},
): Decoded<Desc> {
  const decoding: Decoding = { faults: [], short };
  const json = messageOf(schema, value, [], decoding);
  if (decoding.faults.length > 0) return { faults: decoding.faults.slice(0, faultsMax) };
  try {
    return { message: fromJson(schema, json) };
  } catch (error) {
    return { faults: [{ path: [], message: error instanceof Error ? error.message : String(error) }] };
  }
}

function fault(decoding: Decoding, path: Path, message: string): null {
  decoding.faults.push({ path, message });
  return null;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function messageOf(schema: DescMessage, value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  if (path.length > depthMax) return fault(decoding, path, `a document is at most ${depthMax} deep`);
  if (schema.typeName === "google.protobuf.Value") return value;
  if (schema.typeName === "google.protobuf.Struct") {
    return isObject(value) ? value : fault(decoding, path, "must be an object");
  }
  if (schema.typeName === "google.protobuf.Duration") return durationOf(value, path, decoding);
  const long = decoding.short ? longOf(schema, value) : value;
  if (!isObject(long)) return fault(decoding, path, `must be an object, and is ${kindOf(long)}`);
  const object: JsonObject = {};
  for (const [name, given] of Object.entries(long)) {
    const field = schema.fields.find((one) => one.name === name || one.jsonName === name);
    if (!field) fault(decoding, [...path, name], `there is no such field${nearest(schema, name)}`);
    else if (Object.hasOwn(object, field.name)) fault(decoding, [...path, name], "is given twice");
    else if (given !== null || field.message?.typeName === "google.protobuf.Value") {
      object[field.name] = fieldOf(field, given, [...path, name], decoding);
    }
  }
  for (const oneof of schema.oneofs) {
    const given = oneof.fields.filter(({ name }) => Object.hasOwn(object, name)).map(({ name }) => name);
    if (given.length > 1) fault(decoding, path, `has ${given.join(" and ")}, of which it may have one`);
  }
  return object;
}

function fieldOf(field: DescField, value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  if (field.fieldKind === "map") {
    const given = decoding.short && field.name === "on_error" && typeof value === "string" ? { "*": value } : value;
    if (!isObject(given)) return fault(decoding, path, `must be an object, and is ${kindOf(given)}`);
    return Object.fromEntries(
      Object.entries(given).map(([key, item]) => [key, itemOf(field, item, [...path, key], decoding)]),
    );
  }
  if (field.fieldKind !== "list") return itemOf(field, value, path, decoding);
  const given = decoding.short ? listOf(field, value) : value;
  if (!Array.isArray(given)) return fault(decoding, path, `must be a list, and is ${kindOf(given)}`);
  if (decoding.short && isMixed(field, given))
    return fault(decoding, path, "mixes names and objects: write one of the two");
  return given.map((item, at) => itemOf(field, item, [...path, at], decoding));
}

function itemOf(field: DescField, value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  if (field.message) return messageOf(field.message, value, path, decoding);
  if (field.enum) return enumOf(field.enum, value, path, decoding);
  return scalarOf(field.scalar ?? ScalarType.STRING, value, path, decoding);
}

const integers = new Set([ScalarType.INT32, ScalarType.INT64, ScalarType.UINT32, ScalarType.UINT64]);

function scalarOf(type: ScalarType, value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  if (type === ScalarType.BOOL) {
    return typeof value === "boolean" ? value : fault(decoding, path, `must be true or false, and is ${kindOf(value)}`);
  }
  if (type === ScalarType.STRING) {
    return typeof value === "string" ? value : fault(decoding, path, `must be a string, and is ${kindOf(value)}`);
  }
  const isText64 = type === ScalarType.INT64 && typeof value === "string" && /^-?\d{1,19}$/.test(value);
  if (isText64) return value;
  if (typeof value !== "number") return fault(decoding, path, `must be a number, and is ${kindOf(value)}`);
  if (integers.has(type) && !Number.isSafeInteger(value)) return fault(decoding, path, "must be a whole number");
  return value;
}

/** By its full name, or by what makes it different from the others: `initial` is `STATE_TYPE_INITIAL`. */
function enumOf(desc: DescEnum, value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  const names = desc.values.filter(({ number }) => number !== 0).map(({ name }) => name);
  const prefix = desc.sharedPrefix?.toUpperCase() ?? "";
  const given = typeof value === "string" ? value.toUpperCase() : "";
  const found = names.find((name) => name === given || name === `${prefix}${given}`);
  if (found) return found;
  const known = names.map((name) => name.slice(prefix.length).toLowerCase()).join(", ");
  return fault(decoding, path, `must be one of ${known}`);
}

const units: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 };

/** `1.5s`, and `500ms`, `2m`, `1h`, `7d`; a number is seconds. */
function durationOf(value: JsonValue, path: Path, decoding: Decoding): JsonValue {
  const [, amount = "", unit = ""] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(value)) ?? [];
  const seconds = typeof value === "number" ? value : Number(amount) * (units[unit] ?? Number.NaN);
  if (!Number.isFinite(seconds) || seconds < 0)
    return fault(decoding, path, "must be a time span, such as 500ms, 30s or 2m");
  return `${seconds.toFixed(3)}s`;
}

/** The long form of what a document may write for a message. */
function longOf(schema: DescMessage, value: JsonValue): JsonValue {
  if (typeof value !== "string") return value;
  if (schema.name === "MachineCall") return { name: value };
  if (schema.name === "Execution" || schema.name === "Aggregate") return { [value]: {} };
  if (schema.name === "WaitFor") return { channel: value };
  if (schema.name === "AgentRef") return { task_type: value };
  if (schema.name === "MachineRef") return { file: value };
  if (schema.name === "Transition") return { to: value };
  return value;
}

/** A single name or object in place of a list. */
function listOf(field: DescField, value: JsonValue): JsonValue {
  const isOne = field.name === "machine" || field.name === "launch" || field.name === "transitions";
  return isOne && (typeof value === "string" || isObject(value)) ? [value] : value;
}

function isMixed(field: DescField, items: readonly JsonValue[]): boolean {
  return field.name === "machine" && items.some(isObject) && items.some((item) => typeof item === "string");
}

function kindOf(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `the ${typeof value} ${JSON.stringify(value).slice(0, 40)}`;
}

/** Letters that may be wrong, missing or too many in a name that is still recognized. */
const typosMax = 2;

/** The field that was meant, for those who misspell it. */
function nearest({ fields }: DescMessage, name: string): string {
  const names = fields.map((field) => field.name);
  const found = names.find((known) => typos(known, name.toLowerCase()) <= typosMax);
  return found ? `; is it ${found}?` : `: there are ${names.join(", ")}`;
}

/** How many letters have to be put in, taken out or replaced between two names. */
function typos(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const replaced = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
