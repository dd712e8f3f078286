// JSON Schemas of the contract's messages, from descriptors, field rules and comments: for tools, whose hosts take only
// plain schemas (no references, no unions, one type a node), and for the OpenAPI document, which refers to components.
import {
  create,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  ScalarType,
} from "@bufbuild/protobuf";
import { json as jsonOption } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { type FieldRules, field as fieldRules } from "../../gen/typescript/buf/validate/validate_pb.ts";
import { createRules } from "../rpc/rules/rules.ts";
import { exactContainer, exactMessage, exactValue } from "./exact-schema.ts";
import type { Comments } from "./generate-docs-contract.ts";

export type Schema = { [keyword: string]: unknown };
export type ObjectSchema = Schema & { readonly type: "object" };

export type SchemaOptions = {
  /** If absent, nothing is described. */
  readonly comments?: Comments;
  /** The schema of a message within another one, so many levels below the root. */
  readonly nested: (message: DescMessage, depth: number) => Schema;
  /** A field that holds JSON. */
  readonly json: Schema;
  /** Which values of an enum are listed: all, those that mean something, or none of them. */
  readonly enums: "all" | "without zero" | "none";
  /** Fields that are always there, of a message so many levels below the root. */
  readonly required: (field: DescField, depth: number) => boolean;
  /** Whether the schema says all that JSON Schema can, also what hosts of tools do not take. */
  readonly isExact?: boolean;
};

const rules = createRules();

/** Whether the value that stands for an absent field breaks a rule. */
export function isRequired({ name, parent }: DescField): boolean {
  return rules.check(parent, create(parent))?.violations.some(({ field }) => field === name) ?? false;
}

/** As descriptors name a field of proto3 without `optional`. */
const implicitPresence = 2;

/** Answers have every field that has no presence, so that a reader never wonders. */
export function isAlwaysWritten(field: DescField): boolean {
  if (field.fieldKind === "list" || field.fieldKind === "map") return true;
  return field.fieldKind !== "message" && field.oneof === undefined && field.presence === implicitPresence;
}

export function messageSchema(message: DescMessage, options: SchemaOptions, depth = 0): ObjectSchema {
  const required = message.fields.filter((field) => options.required(field, depth)).map(({ name }) => name);
  const properties = message.fields.map((field) => [field.name, fieldSchema(field, options, depth)] as const);
  const own = depth === 0 ? options.comments?.get(message.typeName) : undefined;
  const description = join([own, ...oneofSentences(message, options)]);
  return {
    type: "object",
    ...(description !== "" && options.comments && { description }),
    properties: Object.fromEntries(properties),
    ...(required.length > 0 && { required }),
    ...(options.isExact && exactMessage(message)),
  };
}

/** Unions are words, because hosts drop tools whose schemas have any. */
function oneofSentences(message: DescMessage, { comments }: SchemaOptions): string[] {
  if (!comments) return [];
  return message.oneofs
    .filter((oneof: DescOneof) => oneof.fields.length > 1)
    .map(({ fields }) => `At most one of ${fields.map(({ name }) => name).join(", ")}.`);
}

export function fieldSchema(field: DescField, options: SchemaOptions, depth: number): Schema {
  const rules = hasOption(field, fieldRules) ? getOption(field, fieldRules) : undefined;
  const schema = valueSchema(field, rules, options, depth);
  const comment = options.comments?.get(`${field.parent.typeName}.${field.name}`);
  if (comment === undefined) return schema;
  const own = schema["description"];
  // What a message is, its field says better; what it excludes, and how a value is written, only the schema says.
  const description = join([comment, typeof own === "string" ? own : undefined]);
  return { ...schema, description: description.replaceAll(/\s*\n\s*/g, " ") };
}

function valueSchema(field: DescField, rules: FieldRules | undefined, options: SchemaOptions, depth: number): Schema {
  const schema = listOrValue(field, rules, options, depth);
  return options.isExact ? exactContainer(schema, rules) : schema;
}

function listOrValue(field: DescField, rules: FieldRules | undefined, options: SchemaOptions, depth: number): Schema {
  if (field.fieldKind === "list") {
    const of = rules?.type.case === "repeated" ? rules.type.value : undefined;
    return {
      type: "array",
      items: elementSchema(field, of?.items, options, depth),
      ...bounds({ minItems: of?.minItems, maxItems: of?.maxItems }),
    };
  }
  if (field.fieldKind === "map") {
    const of = rules?.type.case === "map" ? rules.type.value : undefined;
    return {
      type: "object",
      additionalProperties: elementSchema(field, of?.values, options, depth),
      ...bounds({ maxProperties: of?.maxPairs }),
    };
  }
  return elementSchema(field, rules, options, depth);
}

/** One value: of the field itself, of its list, or of its map. */
function elementSchema(field: DescField, rules: FieldRules | undefined, options: SchemaOptions, depth: number): Schema {
  const schema = plainSchema(field, rules, options, depth);
  return options.isExact ? exactValue(schema, field, rules) : schema;
}

function plainSchema(field: DescField, rules: FieldRules | undefined, options: SchemaOptions, depth: number): Schema {
  if (field.enum) {
    if (options.enums === "none") return { type: "string" };
    const values = field.enum.values.filter(({ number }) => options.enums === "all" || number !== 0);
    return { type: "string", enum: values.map(({ name }) => name) };
  }
  if (field.message) return wellKnown(field.message.typeName) ?? options.nested(field.message, depth + 1);
  if (field.fieldKind === "scalar" && getOption(field, jsonOption)) return { ...options.json };
  return scalarSchema(field.scalar ?? ScalarType.STRING, rules);
}

function wellKnown(typeName: string): Schema | undefined {
  switch (typeName) {
    case "google.protobuf.Timestamp":
      return { type: "string", format: "date-time" };
    case "google.protobuf.Duration":
      return { type: "string", pattern: "^-?[0-9]+(\\.[0-9]{1,9})?s$", description: 'In seconds, as "90s" or "1.5s".' };
    case "google.protobuf.Struct":
      return { type: "object" };
    default:
      if (typeName.startsWith("google.protobuf.")) throw new Error(`${typeName} has no schema yet`);
      return undefined;
  }
}

function scalarSchema(scalar: ScalarType, rules: FieldRules | undefined): Schema {
  const type = rules?.type;
  switch (scalar) {
    case ScalarType.BOOL:
      return { type: "boolean" };
    case ScalarType.INT32:
    case ScalarType.UINT32:
      return { type: "integer", ...(type?.case === "int32" || type?.case === "uint32" ? range(type.value) : {}) };
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return { type: "string", pattern: "^-?[0-9]+$" };
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return { type: "number", ...(type?.case === "double" || type?.case === "float" ? range(type.value) : {}) };
    case ScalarType.BYTES:
      return { type: "string", description: "Base64." };
    default:
      return { type: "string", ...(type?.case === "string" ? stringBounds(type.value) : {}) };
  }
}

type Range = {
  readonly greaterThan: { readonly case?: string | undefined; readonly value?: number | undefined };
  readonly lessThan: { readonly case?: string | undefined; readonly value?: number | undefined };
};

function range({ greaterThan, lessThan }: Range): Schema {
  return bounds({
    minimum: greaterThan.case === "gte" ? greaterThan.value : undefined,
    exclusiveMinimum: greaterThan.case === "gt" ? greaterThan.value : undefined,
    maximum: lessThan.case === "lte" ? lessThan.value : undefined,
    exclusiveMaximum: lessThan.case === "lt" ? lessThan.value : undefined,
  });
}

type StringRules = Extract<FieldRules["type"], { readonly case: "string" }>["value"];

/** A bound in bytes is one in characters too: no character has less than one byte. */
function stringBounds({ minLen, maxLen, minBytes, maxBytes, pattern, wellKnown }: StringRules): Schema {
  return {
    ...(wellKnown.case === "uuid" && { format: "uuid" }),
    ...bounds({ minLength: minLen || (minBytes ? 1 : 0), maxLength: maxLen || maxBytes }),
    ...(pattern !== "" && { pattern }),
  };
}

/** What is 0 or absent is no bound. */
function bounds(given: Readonly<Record<string, number | bigint | undefined>>): Schema {
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, bound]) =>
      bound === undefined || (Number(bound) === 0 && !/imum/.test(name)) ? [] : [[name, Number(bound)]],
    ),
  );
}

function join(sentences: readonly (string | undefined)[]): string {
  return sentences.filter((one) => one !== undefined && one !== "").join(" ");
}
