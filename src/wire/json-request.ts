// Requests in JSON, checked against their type before the library makes a message of them: every unknown field, every
// unknown enum value and every value of another type is named by its path, all at once. The library would skip unknown
// names, or throw at the first fault.
import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { pathText, type Segment, shortened } from "./field-path.ts";
import { enumFault, scalarFault, stringFault, type ValueFault, wellKnownFault } from "./json-values.ts";
import { nearestName } from "./nearest.ts";

export type JsonViolation = { readonly field: string; readonly description: string; readonly rule: string };
/** `omitted` counts the violations beyond the first `violationsMax`. */
export type JsonViolations = { readonly violations: readonly JsonViolation[]; readonly omitted: number };

/** As many as the rules of fields name (src/rpc/rules). */
const violationsMax = 20;

/** What is wrong with JSON for a message of this type; undefined when the library can read it. */
export function jsonViolations(schema: DescMessage, json: JsonValue): JsonViolations | undefined {
  const report: Report = { path: [], violations: [], omitted: 0 };
  checkMessage(schema, json, report);
  return report.violations.length === 0 ? undefined : report;
}

type Report = { readonly path: Segment[]; readonly violations: JsonViolation[]; omitted: number };

function fail(report: Report, { rule, description }: ValueFault): void {
  if (report.violations.length >= violationsMax) report.omitted += 1;
  else report.violations.push({ field: pathText(report.path) || "request", description, rule });
}

const notObject: ValueFault = { rule: "json.object", description: "must be a JSON object" };
const notArray: ValueFault = { rule: "json.array", description: "must be a JSON array" };

function checkMessage(schema: DescMessage, json: JsonValue, report: Report): void {
  if (isObject(json)) checkFields(schema, json, report);
  else fail(report, notObject);
}

function checkFields(schema: DescMessage, json: JsonObject, report: Report): void {
  const fields = fieldsOf(schema);
  const given = new Set<DescField>();
  for (const [name, value] of Object.entries(json)) {
    const field = fields.get(name);
    report.path.push(field?.name ?? shortened(name, nameCharactersMax));
    if (field === undefined) fail(report, unknownField(schema, name));
    else if (given.has(field)) fail(report, { rule: "json.duplicate", description: "is given twice" });
    else if (value !== null) checkField(field, value, report);
    report.path.pop();
    if (field !== undefined) given.add(field);
  }
  checkOneofs(schema, json, fields, report);
}

function checkOneofs(
  schema: DescMessage,
  json: JsonObject,
  fields: ReadonlyMap<string, DescField>,
  report: Report,
): void {
  if (schema.oneofs.length === 0) return;
  const set = Object.keys(json).flatMap((name) => (json[name] === null ? [] : (fields.get(name) ?? [])));
  for (const oneof of schema.oneofs) {
    const members = [...new Set(set.filter((field) => field.oneof === oneof).map(({ name }) => name))];
    if (members.length < 2) continue;
    fail(report, { rule: "json.oneof", description: `must have only one of ${members.join(", ")}` });
  }
}

function checkField(field: DescField, json: JsonValue, report: Report): void {
  if (field.fieldKind === "list") checkList(field, json, report);
  else if (field.fieldKind === "map") checkMap(field, json, report);
  else checkValue(field, json, report);
}

function checkList(field: DescField, json: JsonValue, report: Report): void {
  if (!Array.isArray(json)) return void fail(report, notArray);
  for (const [index, item] of json.entries()) {
    report.path.push(index);
    checkPart(field, item, report);
    report.path.pop();
  }
}

function checkMap(field: DescField, json: JsonValue, report: Report): void {
  if (!isObject(json)) return void fail(report, notObject);
  for (const [key, value] of Object.entries(json)) checkEntry(field, key, value, report);
}

/** Keys of every map of the contract are strings. */
function checkEntry(field: DescField, key: string, value: JsonValue, report: Report): void {
  report.path.push({ key });
  const fault = stringFault(key);
  if (fault !== undefined) fail(report, fault);
  else checkPart(field, value, report);
  report.path.pop();
}

function checkPart(field: DescField, json: JsonValue, report: Report): void {
  if (json === null) fail(report, { rule: "json.null", description: "must not be null" });
  else checkValue(field, json, report);
}

/** One value: of the field, of an item of its list, or of an entry of its map. */
function checkValue(field: DescField, json: JsonValue, report: Report): void {
  if (field.message !== undefined) {
    const known = wellKnownFault(field, json);
    if (known === undefined) checkMessage(field.message, json, report);
    else if (known !== "none") fail(report, known);
    return;
  }
  const fault =
    field.enum !== undefined
      ? enumFault(field.enum, json)
      : field.scalar !== undefined && scalarFault(field.scalar, json);
  if (fault) fail(report, fault);
}

const nameCharactersMax = 60;

function unknownField(schema: DescMessage, name: string): ValueFault {
  // As it was written: in either of the two spellings that JSON has for a field.
  const names = schema.fields.map((field) => (name.includes("_") ? field.name : field.jsonName));
  const nearest = nearestName(name, names);
  const hint = nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
  return { rule: "json.unknown_field", description: `is no field of ${schema.name}${hint}` };
}

const fieldsByName = new WeakMap<DescMessage, ReadonlyMap<string, DescField>>();

/** By either of its names. */
function fieldsOf(schema: DescMessage): ReadonlyMap<string, DescField> {
  const known = fieldsByName.get(schema);
  if (known !== undefined) return known;
  const fields = new Map(
    schema.fields.flatMap((field) => [[field.name, field] as const, [field.jsonName, field] as const]),
  );
  fieldsByName.set(schema, fields);
  return fields;
}

function isObject(json: JsonValue): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
