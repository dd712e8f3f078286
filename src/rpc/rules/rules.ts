// The contract's field rules as compiled checks: each message type becomes, once, a list of closures over its fields.
// It throws over a rule that it does not know, so no rule is silently unchecked. @bufbuild/protovalidate evaluates the
// same rules in 58 µs a task, and streams carry 20,000 tasks a second; test/rpc/rules/rules.test.ts compares the two.
import {
  type DescExtension,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import {
  type FieldRules,
  field as fieldOption,
  Ignore,
  message as messageOption,
  oneof as oneofOption,
} from "../../../gen/typescript/buf/validate/validate_pb.ts";
import { type FieldViolation, violationsMax } from "../../core/refusal.ts";
import { pathText, type Segment } from "../../wire/field-path.ts";
import { valueChecks } from "./rule-checks.ts";
import { isZero, type Report, type ValueCheck } from "./value-checks.ts";

export type Broken = { readonly violations: readonly FieldViolation[]; readonly omitted: number };
export type Rules = {
  /** Compiles a type and all that it contains; throws over a rule that it does not know. */
  prepare(schema: DescMessage): void;
  /** Every rule that a message breaks; undefined when it keeps them all. */
  check(schema: DescMessage, message: Message): Broken | undefined;
};

type FieldCheck = (message: Fields, report: Report) => void;
type Fields = Readonly<Record<string, unknown>>;
type Plan = FieldCheck[];

export function createRules(): Rules {
  const plans = new Map<string, Plan>();
  return {
    prepare: (schema) => void planOf(schema, plans),
    check(schema, message) {
      const plan = planOf(schema, plans);
      if (plan.length === 0) return undefined;
      const report = openReport();
      run(plan, message as unknown as Fields, report);
      return report.violations.length === 0 ? undefined : { violations: report.violations, omitted: report.omitted };
    },
  };
}

function openReport(): Report & { violations: FieldViolation[]; omitted: number } {
  const path: Segment[] = [];
  const report = {
    path,
    violations: [] as FieldViolation[],
    omitted: 0,
    fail(at: Segment, rule: string, description: string) {
      if (report.violations.length >= violationsMax) report.omitted++;
      else report.violations.push({ field: pathText([...path, at]), description, rule });
    },
  };
  return report;
}

function run(plan: Plan, message: Fields, report: Report): void {
  for (let index = 0; index < plan.length; index++) plan[index]?.(message, report);
}

function planOf(schema: DescMessage, plans: Map<string, Plan>): Plan {
  const known = plans.get(schema.typeName);
  if (known !== undefined) return known;
  const plan: Plan = [];
  plans.set(schema.typeName, plan); // before its fields: a message may contain itself
  try {
    refuseOption(schema, messageOption);
    for (const oneof of schema.oneofs) refuseOption(oneof, oneofOption);
    for (const field of schema.fields) plan.push(...fieldChecks(field, plans));
  } catch (error) {
    plans.delete(schema.typeName);
    throw error;
  }
  return plan;
}

function refuseOption(desc: DescMessage | DescOneof, option: DescExtension): void {
  const used = desc.proto.options?.$unknown?.some((unknown) => unknown.no === option.number) ?? false;
  if (used) throw new Error(`${desc.toString()}: rules on messages and oneofs are not known to src/rpc/rules/rules.ts`);
}

function fieldChecks(field: DescField, plans: Map<string, Plan>): FieldCheck[] {
  const rules = getOption(field, fieldOption);
  const name = field.name;
  if (rules.ignore === Ignore.ALWAYS) return [];
  const read = reader(field);
  const checks = valueChecks(field, rules);
  const descend = descent(field, rules, plans);
  if (descend !== undefined) checks.push(descend);
  if (!rules.required && checks.length === 0) return [];
  const skip = skipper(field, rules, checks);
  const [first] = checks;
  const check = checks.length === 1 && first !== undefined ? first : inOrder(checks);
  return [
    (message, report) => {
      const value = read(message);
      if (!skip(value)) check(value, report, name);
      else if (rules.required) report.fail(name, "required", "is required");
    },
  ];
}

function inOrder(checks: readonly ValueCheck[]): ValueCheck {
  return (value, report, at) => {
    for (let index = 0; index < checks.length; index++) checks[index]?.(value, report, at);
  };
}

type Skip = (value: unknown) => boolean;
const isAbsent: Skip = (value) => value === undefined;
const isEmptyText: Skip = (value) => value === "";
const isNought: Skip = (value) => value === 0;
const isEmptyList: Skip = (value) => (value as readonly unknown[]).length === 0;
const isNever: Skip = () => false;

/**
 * Fields with presence are skipped when absent; the others when zero, if their rule says so, or if zero keeps it. That
 * is found out here, once: most fields of most messages are zero.
 */
function skipper(field: DescField, rules: FieldRules, checks: readonly ValueCheck[]): Skip {
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT) return isAbsent;
  if (rules.required || rules.ignore === Ignore.IF_ZERO_VALUE) return isZero;
  if (field.fieldKind === "list") return keepsAll(checks, []) ? isEmptyList : isNever;
  if (field.fieldKind === "enum") return keepsAll(checks, 0) ? isNought : isNever;
  if (field.scalar === ScalarType.STRING) return keepsAll(checks, "") ? isEmptyText : isNever;
  return isNever;
}

function keepsAll(checks: readonly ValueCheck[], value: unknown): boolean {
  const report = openReport();
  inOrder(checks)(value, report, "");
  return report.violations.length === 0;
}

function reader(field: DescField): (message: Fields) => unknown {
  const name = field.localName;
  if (field.oneof === undefined) return (message) => message[name];
  const oneofName = field.oneof.localName;
  return (message) => {
    const chosen = message[oneofName] as { case?: string; value?: unknown };
    return chosen.case === name ? chosen.value : undefined;
  };
}

/** Checks messages within: in a field of its own, in a list, in a map. */
function descent(field: DescField, rules: FieldRules, plans: Map<string, Plan>): ValueCheck | undefined {
  const inner = field.message;
  if (inner === undefined) return undefined;
  if (field.fieldKind === "list" && itemsIgnored(rules)) return undefined;
  if (inner.typeName.startsWith("google.protobuf.")) return undefined; // checked whole, as one value
  const plan = planOf(inner, plans);
  const into = (value: unknown, report: Report, at: Segment) => {
    report.path.push(at);
    run(plan, value as Fields, report);
    report.path.pop();
  };
  if (field.fieldKind === "message") return into;
  return (values, report, at) => {
    report.path.push(at);
    if (field.fieldKind === "map") {
      for (const [key, value] of Object.entries(values as Fields)) into(value, report, { key });
    } else {
      const list = values as readonly unknown[];
      for (let index = 0; index < list.length; index++) into(list[index], report, index);
    }
    report.path.pop();
  };
}

function itemsIgnored(rules: FieldRules): boolean {
  return rules.type.case === "repeated" && rules.type.value.items?.ignore === Ignore.ALWAYS;
}
