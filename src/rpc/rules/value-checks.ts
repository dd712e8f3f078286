// Checks of single values: texts, bytes, numbers, times and enums. Each rule of the contract becomes a closure; a rule
// that is not listed here throws when it is compiled, never when a message is checked.
import { type DescMessage, isFieldSet, type Message, type ScalarType } from "@bufbuild/protobuf";
import type { Duration } from "@bufbuild/protobuf/wkt";
import {
  type BytesRules,
  BytesRulesSchema,
  type DurationRules,
  DurationRulesSchema,
  type EnumRules,
  EnumRulesSchema,
  type FieldRules,
  FieldRulesSchema,
  type StringRules,
  StringRulesSchema,
} from "../../../gen/typescript/buf/validate/validate_pb.ts";
import type { Segment } from "../../wire/field-path.ts";

export type Report = { readonly path: Segment[]; fail(at: Segment, rule: string, description: string): void };
export type ValueCheck = (value: unknown, report: Report, at: Segment) => void;

/** What a value is, in a field of its own, in a list or in a map. */
export type Kind =
  | { readonly is: "scalar"; readonly scalar: ScalarType }
  | { readonly is: "enum"; readonly numbers: ReadonlySet<number> }
  | { readonly is: "message"; readonly typeName: string };

/** Throws when rules say anything but what is listed. */
export function allow(schema: DescMessage, rules: Message, name: string, known: readonly string[]): void {
  const extra = schema.fields.filter((field) => isFieldSet(rules, field) && !known.includes(field.name));
  const [unknown] = [...extra.map((field) => field.name), ...(rules.$unknown ?? []).map(({ no }) => `number ${no}`)];
  if (unknown === undefined) return;
  throw new Error(
    `${name}: the rule ${schema.name}.${unknown} is not known to src/rpc/rules/value-checks.ts; add it there`,
  );
}

// --- strings and bytes ----------------------------------------------------------------------------------------------

// Any version, either case, as protovalidate has it.
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function stringChecks(rules: StringRules, name: string): ValueCheck[] {
  allow(StringRulesSchema, rules, name, ["min_len", "max_len", "min_bytes", "max_bytes", "pattern", "uuid"]);
  const checks: ValueCheck[] = [];
  const add = (rule: string, description: string, keeps: (text: string) => boolean) => {
    checks.push((value, report, at) => {
      if (!keeps(value as string)) report.fail(at, `string.${rule}`, description);
    });
  };
  const { field } = StringRulesSchema;
  const [minLen, maxLen] = [Number(rules.minLen), Number(rules.maxLen)];
  const [minBytes, maxBytes] = [Number(rules.minBytes), Number(rules.maxBytes)];
  if (isFieldSet(rules, field.minLen)) {
    const description = minLen === 1 ? "must not be empty" : `must have at least ${minLen} characters`;
    add("min_len", description, (text) => characters(text) >= minLen);
  }
  if (isFieldSet(rules, field.maxLen)) {
    const description = `must have at most ${maxLen} characters`;
    add("max_len", description, (text) => text.length <= maxLen || characters(text) <= maxLen);
  }
  if (isFieldSet(rules, field.minBytes)) {
    add("min_bytes", `must have at least ${minBytes} bytes`, (text) => utf8Bytes(text) >= minBytes);
  }
  if (isFieldSet(rules, field.maxBytes)) {
    add("max_bytes", `must have at most ${maxBytes} bytes`, (text) => fitsBytes(text, maxBytes));
  }
  if (isFieldSet(rules, field.pattern)) {
    const pattern = new RegExp(rules.pattern, "u");
    add("pattern", `must match ${rules.pattern}`, (text) => pattern.test(text));
  }
  if (rules.wellKnown.case === "uuid" && rules.wellKnown.value) checks.push(uuid);
  return checks;
}

const uuid: ValueCheck = (value, report, at) => {
  if (value === "") report.fail(at, "string.uuid_empty", "must be a UUID, and is empty");
  else if (!uuidPattern.test(value as string)) report.fail(at, "string.uuid", "must be a UUID");
};

/** Characters are code points: a surrogate pair counts once. */
function characters(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    if (isHighSurrogate(text.charCodeAt(index)) && isLowSurrogate(text.charCodeAt(index + 1))) count--;
  }
  return count;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

const utf8BytesPerUnitMax = 3;

function fitsBytes(text: string, max: number): boolean {
  if (text.length * utf8BytesPerUnitMax <= max) return true;
  return text.length <= max && utf8Bytes(text) <= max;
}

function utf8Bytes(text: string): number {
  return Buffer.byteLength(text, "utf8");
}

export function bytesChecks(rules: BytesRules, name: string): ValueCheck[] {
  allow(BytesRulesSchema, rules, name, ["min_len", "max_len"]);
  const [min, max] = [Number(rules.minLen), Number(rules.maxLen)];
  const checks: ValueCheck[] = [];
  if (isFieldSet(rules, BytesRulesSchema.field.minLen)) {
    checks.push((value, report, at) => {
      if ((value as Uint8Array).length < min) report.fail(at, "bytes.min_len", `must have at least ${min} bytes`);
    });
  }
  if (isFieldSet(rules, BytesRulesSchema.field.maxLen)) {
    checks.push((value, report, at) => {
      if ((value as Uint8Array).length > max) report.fail(at, "bytes.max_len", `must have at most ${max} bytes`);
    });
  }
  return checks;
}

// --- numbers, durations, enums ---------------------------------------------------------------------------------------

type NumberRules = Extract<FieldRules["type"], { case: "int32" | "uint32" | "int64" | "uint64" | "float" | "double" }>;
type Comparable = number | bigint;

export function numberChecks(rules: NumberRules["value"], type: NumberRules["case"], name: string): ValueCheck[] {
  const schema = FieldRulesSchema.field[type].message;
  if (schema === undefined) throw new Error(`${name}: FieldRules.${type} is no message`);
  allow(schema, rules, name, ["gt", "gte", "lt", "lte"]);
  const { greaterThan: low, lessThan: high } = rules;
  const lower = low.case === undefined ? undefined : { op: low.case, bound: low.value as Comparable };
  const upper = high.case === undefined ? undefined : { op: high.case, bound: high.value as Comparable };
  return rangeChecks(type, lower, upper, (value, bound) => compare(value as Comparable, bound), String, name);
}

export function durationChecks(rules: DurationRules, name: string): ValueCheck[] {
  allow(DurationRulesSchema, rules, name, ["gt", "gte", "lt", "lte"]);
  const { greaterThan: low, lessThan: high } = rules;
  const lower = low.case === undefined ? undefined : { op: low.case, bound: low.value };
  const upper = high.case === undefined ? undefined : { op: high.case, bound: high.value };
  const text = (bound: Duration) => `${Number(bound.seconds) + bound.nanos / 1e9} s`;
  const order = (value: unknown, bound: Duration) => compareDurations(value as Duration, bound);
  return rangeChecks("duration", lower, upper, order, text, name);
}

type Lower<Bound> = { readonly op: "gt" | "gte"; readonly bound: Bound } | undefined;
type Upper<Bound> = { readonly op: "lt" | "lte"; readonly bound: Bound } | undefined;

/** One check for both ends, under one rule id, `int32.gte_lte`, as protovalidate names it. */
function rangeChecks<Bound>(
  type: string,
  lower: Lower<Bound>,
  upper: Upper<Bound>,
  order: (value: unknown, bound: Bound) => number,
  text: (bound: Bound) => string,
  name: string,
): ValueCheck[] {
  if (lower === undefined && upper === undefined) return [];
  if (lower !== undefined && upper !== undefined && order(lower.bound, upper.bound) >= 0) {
    throw new Error(`${name}: ranges that exclude their middle are not known to src/rpc/rules/value-checks.ts`);
  }
  const rule = `${type}.${[lower?.op, upper?.op].filter((op) => op !== undefined).join("_")}`;
  const least = lower && `${lower.op === "gte" ? "at least" : "more than"} ${text(lower.bound)}`;
  const most = upper && `${upper.op === "lte" ? "at most" : "less than"} ${text(upper.bound)}`;
  const description = `must be ${[least, most].filter((part) => part !== undefined).join(" and ")}`;
  return [
    (value, report, at) => {
      if (!above(lower, value, order) || !below(upper, value, order)) report.fail(at, rule, description);
    },
  ];
}

/** `order` returns NaN for a value that is no number: it is within no bound. */
function above<Bound>(lower: Lower<Bound>, value: unknown, order: (value: unknown, bound: Bound) => number): boolean {
  if (lower === undefined) return true;
  const is = order(value, lower.bound);
  return lower.op === "gte" ? is >= 0 : is > 0;
}

function below<Bound>(upper: Upper<Bound>, value: unknown, order: (value: unknown, bound: Bound) => number): boolean {
  if (upper === undefined) return true;
  const is = order(value, upper.bound);
  return upper.op === "lte" ? is <= 0 : is < 0;
}

function compare(value: Comparable, bound: Comparable): number {
  if (value === bound) return 0;
  if (value < bound) return -1;
  return value > bound ? 1 : Number.NaN;
}

function compareDurations(value: Duration, bound: Duration): number {
  return compare(value.seconds, bound.seconds) || compare(value.nanos, bound.nanos);
}

export function enumChecks(rules: EnumRules, kind: Kind, name: string): ValueCheck[] {
  allow(EnumRulesSchema, rules, name, ["defined_only", "not_in"]);
  const checks: ValueCheck[] = [];
  if (rules.definedOnly && kind.is === "enum") {
    checks.push((value, report, at) => {
      if (kind.numbers.has(value as number)) return;
      report.fail(at, "enum.defined_only", `must be a value that the contract defines, and is ${value}`);
    });
  }
  if (rules.notIn.length > 0) {
    const refused = new Set(rules.notIn);
    const description = `must be given, and not be ${[...refused].join(", ")}`;
    checks.push((value, report, at) => {
      if (refused.has(value as number)) report.fail(at, "enum.not_in", description);
    });
  }
  return checks;
}

/** The zero of a field without presence. */
export function isZero(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return !value;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return Object.keys(value).length === 0;
}
