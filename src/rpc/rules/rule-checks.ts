// Which checks a field gets by its type and by the rules that the contract puts on it, in a field of its own, in a list
// or in a map. A rule that is not listed throws when it is compiled (see rules.ts).
import { type DescField, isFieldSet, ScalarType } from "@bufbuild/protobuf";
import {
  type FieldRules,
  FieldRulesSchema,
  Ignore,
  type MapRules,
  MapRulesSchema,
  type RepeatedRules,
  RepeatedRulesSchema,
} from "../../../gen/typescript/buf/validate/validate_pb.ts";
import {
  allow,
  bytesChecks,
  durationChecks,
  enumChecks,
  type Kind,
  numberChecks,
  stringChecks,
  type ValueCheck,
} from "./value-checks.ts";
import { jsonCheck, wellFormedChecks } from "./well-formed.ts";

export function valueChecks(field: DescField, rules: FieldRules): ValueCheck[] {
  const name = field.toString();
  if (field.fieldKind === "list") return listChecks(field, rules, name);
  if (field.fieldKind === "map") return mapChecks(field, rules, name);
  const json = jsonCheck(field);
  const checks = singleChecks(kindOf(field), rules, name);
  return json === undefined ? checks : [...checks, json];
}

function kindOf(desc: DescField): Kind {
  if (desc.enum !== undefined) return { is: "enum", numbers: new Set(desc.enum.values.map(({ number }) => number)) };
  if (desc.message !== undefined) return { is: "message", typeName: desc.message.typeName };
  if (desc.scalar !== undefined) return { is: "scalar", scalar: desc.scalar };
  throw new Error(`A field of no kind known to src/rpc/rules/rule-checks.ts`);
}

function singleChecks(kind: Kind, rules: FieldRules | undefined, name: string): ValueCheck[] {
  const checks = wellFormedChecks(kind, name);
  if (rules === undefined) return checks;
  allow(FieldRulesSchema, rules, name, ["required", "ignore", ...types]);
  const { type } = rules;
  if (type.case === undefined) return checks;
  if (!fits(kind, type.case)) throw new Error(`${name}: rules of ${type.case} on a field of another type`);
  switch (type.case) {
    case "string":
      return [...checks, ...stringChecks(type.value, name)];
    case "bytes":
      return [...checks, ...bytesChecks(type.value, name)];
    case "enum":
      return [...checks, ...enumChecks(type.value, kind, name)];
    case "duration":
      return [...checks, ...durationChecks(type.value, name)];
    case "int32":
    case "uint32":
    case "int64":
    case "uint64":
    case "float":
    case "double":
      return [...checks, ...numberChecks(type.value, type.case, name)];
    default:
      throw new Error(`${name}: rules of ${type.case} are not known to src/rpc/rules/rule-checks.ts`);
  }
}

const scalarTypes: Readonly<Record<string, ScalarType>> = {
  int32: ScalarType.INT32,
  uint32: ScalarType.UINT32,
  int64: ScalarType.INT64,
  uint64: ScalarType.UINT64,
  float: ScalarType.FLOAT,
  double: ScalarType.DOUBLE,
  string: ScalarType.STRING,
  bytes: ScalarType.BYTES,
};
const types = [...Object.keys(scalarTypes), "enum", "duration", "repeated", "map"];

function fits(kind: Kind, rules: string): boolean {
  if (kind.is === "scalar") return scalarTypes[rules] === kind.scalar;
  if (kind.is === "enum") return rules === "enum";
  return rules === "duration" && kind.typeName === "google.protobuf.Duration";
}

// --- lists and maps --------------------------------------------------------------------------------------------------

function listChecks(field: DescField & { fieldKind: "list" }, rules: FieldRules, name: string): ValueCheck[] {
  allow(FieldRulesSchema, rules, name, ["required", "ignore", "repeated"]);
  const list = rules.type.case === "repeated" ? rules.type.value : undefined;
  const checks = list === undefined ? [] : listSizeChecks(list, field, name);
  if (list?.items?.ignore === Ignore.ALWAYS) return checks;
  if (list?.items !== undefined && list.items.ignore !== Ignore.UNSPECIFIED) {
    throw new Error(`${name}: items with ignore are not known to src/rpc/rules/rule-checks.ts, but for IGNORE_ALWAYS`);
  }
  const items = singleChecks(kindOf(field), list?.items, name);
  if (items.length > 0) checks.push(eachItem(items));
  return checks;
}

function eachItem(items: readonly ValueCheck[]): ValueCheck {
  return (values, report, at) => {
    const list = values as readonly unknown[];
    report.path.push(at);
    for (let index = 0; index < list.length; index++) for (const check of items) check(list[index], report, index);
    report.path.pop();
  };
}

function listSizeChecks(rules: RepeatedRules, field: DescField & { fieldKind: "list" }, name: string): ValueCheck[] {
  allow(RepeatedRulesSchema, rules, name, ["min_items", "max_items", "unique", "items"]);
  const [min, max] = [Number(rules.minItems), Number(rules.maxItems)];
  const checks: ValueCheck[] = [];
  const add = (rule: string, description: string, keeps: (list: readonly unknown[]) => boolean) => {
    checks.push((value, report, at) => {
      if (!keeps(value as readonly unknown[])) report.fail(at, `repeated.${rule}`, description);
    });
  };
  if (min > 0)
    add("min_items", `must have at least ${min} ${min === 1 ? "item" : "items"}`, (list) => list.length >= min);
  if (isFieldSet(rules, RepeatedRulesSchema.field.maxItems)) {
    add("max_items", `must have at most ${max} items`, (list) => list.length <= max);
  }
  if (rules.unique) {
    if (field.listKind === "message" || (field.listKind === "scalar" && field.scalar === ScalarType.BYTES)) {
      throw new Error(`${name}: unique is known to src/rpc/rules/rule-checks.ts for plain values only`);
    }
    add("unique", "must not contain anything twice", (list) => list.length < 2 || new Set(list).size === list.length);
  }
  return checks;
}

function mapChecks(field: DescField & { fieldKind: "map" }, rules: FieldRules, name: string): ValueCheck[] {
  allow(FieldRulesSchema, rules, name, ["required", "ignore", "map"]);
  const map = rules.type.case === "map" ? rules.type.value : undefined;
  const checks = map === undefined ? [] : mapSizeChecks(map, name);
  for (const part of [map?.keys, map?.values]) {
    if (part === undefined || part.ignore === Ignore.UNSPECIFIED) continue;
    throw new Error(`${name}: keys or values with ignore are not known to src/rpc/rules/rule-checks.ts`);
  }
  const keyKind: Kind = { is: "scalar", scalar: field.mapKey };
  if (map?.keys !== undefined && field.mapKey !== ScalarType.STRING) {
    throw new Error(`${name}: rules on keys are known to src/rpc/rules/rule-checks.ts for strings only`);
  }
  const keys = field.mapKey === ScalarType.STRING ? singleChecks(keyKind, map?.keys, name) : [];
  const values = singleChecks(kindOf(field), map?.values, name);
  if (keys.length + values.length > 0) checks.push(eachEntry(keys, values));
  return checks;
}

function eachEntry(keys: readonly ValueCheck[], values: readonly ValueCheck[]): ValueCheck {
  return (entries, report, at) => {
    const record = entries as Readonly<Record<string, unknown>>;
    report.path.push(at);
    for (const key in record) {
      const segment = { key };
      for (const check of keys) check(key, report, segment);
      for (const check of values) check(record[key], report, segment);
    }
    report.path.pop();
  };
}

function mapSizeChecks(rules: MapRules, name: string): ValueCheck[] {
  allow(MapRulesSchema, rules, name, ["min_pairs", "max_pairs", "keys", "values"]);
  const [min, max] = [Number(rules.minPairs), Number(rules.maxPairs)];
  const checks: ValueCheck[] = [];
  if (min > 0) {
    checks.push((value, report, at) => {
      const size = Object.keys(value as object).length;
      if (size < min) report.fail(at, "map.min_pairs", `must have at least ${min} entries`);
    });
  }
  if (isFieldSet(rules, MapRulesSchema.field.maxPairs)) {
    checks.push((value, report, at) => {
      const size = Object.keys(value as object).length;
      if (size > max) report.fail(at, "map.max_pairs", `must have at most ${max} entries`);
    });
  }
  return checks;
}
