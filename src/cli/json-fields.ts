// On the command line, strings that contain JSON are written and shown as JSON: `{"json": {"a": 1}}`, not `{"json":
// "{…}"}`.
import { type DescField, type DescMessage, getOption, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { json as jsonOption } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";

/** From the command line's form to the contract's JSON. A string is taken as JSON text already. */
export function hideJson(schema: DescMessage, value: JsonValue): JsonValue {
  return walk(schema, value, (held) => (typeof held === "string" ? held : JSON.stringify(held)));
}

/** From the contract's JSON to the command line's form. */
export function showJson(schema: DescMessage, value: JsonValue): JsonValue {
  return walk(schema, value, (held) => {
    if (typeof held !== "string" || held === "") return held;
    try {
      return JSON.parse(held) as JsonValue;
    } catch {
      return held;
    }
  });
}

function walk(schema: DescMessage, value: JsonValue, change: (held: JsonValue) => JsonValue): JsonValue {
  // Well-known types have their own JSON form, without fields of ours.
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
  if (field.fieldKind === "list" && field.listKind === "message" && Array.isArray(value)) {
    return value.map((item) => walk(field.message, item, change));
  }
  return value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
