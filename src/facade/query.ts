// The query of a REST request as the contract's JSON: `?page_size=10&labels[team]=red&principal.kind=AGENT`. Lists
// repeat their key, fields of messages are reached by dots, entries of maps stand in brackets. Every fault is told.
import { type DescEnum, type DescField, type DescMessage, type JsonObject, ScalarType } from "@bufbuild/protobuf";

export type QueryFault = { readonly field: string; readonly description: string };

export type ParsedQuery = { readonly json: JsonObject; readonly faults: readonly QueryFault[] };

/** As deep as requests go in a query: `principal.kind`. */
const depthMax = 4;

export function parseQuery(schema: DescMessage, query: URLSearchParams): ParsedQuery {
  const json: JsonObject = {};
  const faults: QueryFault[] = [];
  for (const key of new Set(query.keys())) {
    const fault = setField(schema, json, key, query.getAll(key));
    if (fault !== undefined) faults.push({ field: key, description: fault });
  }
  return { json, faults };
}

/** Sets one key of the query; what is wrong with it, if anything is. */
function setField(schema: DescMessage, json: JsonObject, key: string, values: readonly string[]): string | undefined {
  const { path, mapKey } = partsOf(key);
  const last = path.pop() ?? "";
  let within = schema;
  let target = json;
  if (path.length >= depthMax) return "is nested too deeply";
  for (const name of path) {
    const field = fieldNamed(within, name);
    if (field?.fieldKind !== "message" || isWellKnown(field.message)) return unknownField(within);
    const held = Object.hasOwn(target, field.name) ? target[field.name] : undefined;
    const next: JsonObject = isObject(held) ? held : {};
    target[field.name] = next;
    [within, target] = [field.message, next];
  }
  const field = fieldNamed(within, last);
  if (field === undefined) return unknownField(within);
  return mapKey === undefined ? setValues(field, target, values) : setEntry(field, target, mapKey, values);
}

function partsOf(key: string): { path: string[]; mapKey: string | undefined } {
  const [, path = key, mapKey] = /^([^[\]]+)\[(.*)\]$/s.exec(key) ?? [];
  return { path: path.split("."), mapKey };
}

function setValues(field: DescField, target: JsonObject, values: readonly string[]): string | undefined {
  if (Object.hasOwn(target, field.name)) return "is given twice";
  if (field.fieldKind === "map") return `is a map: write ${field.name}[key]=value`;
  if (field.fieldKind === "list") {
    if (field.listKind === "message" && !isWellKnown(field.message)) return "cannot be said in a query";
    target[field.name] = values.map((value) => jsonOf(field, value));
    return undefined;
  }
  if (values.length > 1) return "may be given once only";
  if (field.fieldKind === "message" && !isWellKnown(field.message)) {
    return `is a message: write ${field.name}.<field>=value`;
  }
  target[field.name] = jsonOf(field, values[0] ?? "");
  return undefined;
}

function setEntry(field: DescField, target: JsonObject, key: string, values: readonly string[]): string | undefined {
  if (field.fieldKind !== "map") return "is no map";
  if (values.length > 1) return "may be given once only";
  const entries = Object.hasOwn(target, field.name) ? target[field.name] : undefined;
  target[field.name] = { ...(isObject(entries) ? entries : {}), [key]: values[0] ?? "" };
  return undefined;
}

/** The JSON value that a text stands for. What does not fit is left a text, which the contract's JSON then refuses. */
function jsonOf(field: DescField, text: string) {
  const { scalar } = field;
  if (scalar === ScalarType.BOOL || booleans.has(field.message?.typeName ?? "")) {
    return text === "true" ? true : text === "false" ? false : text;
  }
  if (field.enum) return enumJson(field.enum, text);
  return text;
}

const booleans: ReadonlySet<string> = new Set(["google.protobuf.BoolValue"]);

/** A value may be named without the prefix that all values of its enum share: `QUEUED` for `TASK_STATE_QUEUED`. */
function enumJson(desc: DescEnum, text: string) {
  const prefixed = `${desc.sharedPrefix ?? ""}${text}`.toUpperCase();
  return desc.values.some(({ name }) => name === prefixed) ? prefixed : text;
}

/** Messages whose JSON is one value. */
function isWellKnown({ typeName }: DescMessage): boolean {
  return typeName.startsWith("google.protobuf.");
}

function fieldNamed(schema: DescMessage, name: string): DescField | undefined {
  return schema.fields.find((field) => field.name === name || field.jsonName === name);
}

function unknownField(schema: DescMessage): string {
  return `is no field of ${schema.name}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
