// What every value must be, with or without rules on its field: readable in every form that messages take (protobuf,
// its JSON, Postgres). A value that one form carries and another does not would break answers after it was stored.
import { type DescField, getOption, ScalarType } from "@bufbuild/protobuf";
import { type Duration, FeatureSet_FieldPresence, type Timestamp } from "@bufbuild/protobuf/wkt";
import { json as jsonOption } from "../../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { jsonDepthMax, jsonFaultOf } from "../../wire/json-text.ts";
import { isDuration, isTimestamp } from "../../wire/times.ts";
import type { Kind, ValueCheck } from "./value-checks.ts";

/** The checks of a value of this kind. Throws over a well-known type that the contract did not use until now. */
export function wellFormedChecks(kind: Kind, name: string): ValueCheck[] {
  if (kind.is === "scalar") return kind.scalar === ScalarType.STRING ? [text] : [];
  if (kind.is === "enum" || !kind.typeName.startsWith("google.protobuf.")) return [];
  const check = wellKnownTypes.get(kind.typeName);
  if (check === undefined) throw new Error(`${name}: ${kind.typeName} is not known to src/rpc/rules/well-formed.ts`);
  return [check];
}

/** Postgres stores no U+0000 in text. A lone surrogate comes out of JSON escapes only, and has no UTF-8. */
const text: ValueCheck = (value, report, at) => {
  if ((value as string).includes("\0")) report.fail(at, "string.no_nul", "must not contain the character U+0000");
  if (!(value as string).isWellFormed()) {
    report.fail(at, "string.well_formed", "must not contain half of a surrogate pair");
  }
};

const timestamp: ValueCheck = (value, report, at) => {
  if (isTimestamp(value as Timestamp)) return;
  const description = "must be from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z, nanos from 0 to 999999999";
  report.fail(at, "timestamp.well_formed", description);
};

const duration: ValueCheck = (value, report, at) => {
  if (isDuration(value as Duration)) return;
  const description = "must be within 315576000000 s, nanos within 999999999 and of the same sign as seconds";
  report.fail(at, "duration.well_formed", description);
};

/** A value that holds JSON: each text in it must be one that every form carries, and names of fields are texts. */
const anyJson: ValueCheck = (value, report, at) => {
  if (typeof value === "string") text(value, report, at);
  if (value === null || typeof value !== "object") return;
  for (const [key, inner] of Object.entries(value)) {
    text(key, report, at);
    anyJson(inner, report, at);
  }
};

const wellKnownTypes: ReadonlyMap<string, ValueCheck> = new Map([
  ["google.protobuf.Struct", anyJson],
  ["google.protobuf.Value", anyJson],
  ["google.protobuf.Timestamp", timestamp],
  ["google.protobuf.Duration", duration],
]);

/** For a string that the contract marks as JSON; undefined for any other field. */
export function jsonCheck(field: DescField): ValueCheck | undefined {
  if (!getOption(field, jsonOption)) return undefined;
  if (field.fieldKind !== "scalar" || field.scalar !== ScalarType.STRING) {
    throw new Error(`${field.toString()}: only a string of its own can hold JSON`);
  }
  const mayBeEmpty = field.presence === FeatureSet_FieldPresence.IMPLICIT;
  return (value, report, at) => {
    if (mayBeEmpty && value === "") return;
    const fault = jsonFaultOf(value as string);
    if (fault === "malformed") report.fail(at, "string.json", "must be one JSON document");
    if (fault === "too_deep") report.fail(at, "string.json_depth", `must be nested at most ${jsonDepthMax} deep`);
  };
}
