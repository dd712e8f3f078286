// What the OpenAPI document says about a value of a request beyond what hosts of tools take in a schema: as far as JSON
// Schema can say it, a value that the schema allows is one that the server takes, and the other way round.
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type DurationRules, type FieldRules, Ignore } from "../../gen/typescript/buf/validate/validate_pb.ts";
import type { Schema } from "./json-schema.ts";

/** The schema of one value: of the field itself, of its list, or of its map, with the rules of that value. */
export function exactValue(schema: Schema, field: DescField, rules: FieldRules | undefined): Schema {
  if (field.enum) {
    const refused = rules?.type.case === "enum" ? rules.type.value.notIn : [];
    const values = field.enum.values.filter(({ number }) => !refused.includes(number));
    return { ...schema, enum: values.map(({ name }) => name) };
  }
  if (field.message?.typeName === "google.protobuf.Duration") {
    return { ...schema, pattern: durationPattern(rules?.type.case === "duration" ? rules.type.value : undefined) };
  }
  return field.scalar === undefined ? schema : exactScalar(schema, field.scalar, rules);
}

function exactScalar(schema: Schema, scalar: ScalarType, rules: FieldRules | undefined): Schema {
  switch (scalar) {
    case ScalarType.INT32:
      return { minimum: -(2 ** 31), maximum: 2 ** 31 - 1, ...schema };
    case ScalarType.UINT32:
      return { minimum: 0, maximum: 2 ** 32 - 1, ...schema };
    case ScalarType.INT64:
      return { ...schema, pattern: isNeverNegative(rules) ? "^[0-9]{1,18}$" : "^-?[0-9]{1,18}$" };
    case ScalarType.UINT64:
      return { ...schema, pattern: "^[0-9]{1,19}$" };
    case ScalarType.BYTES:
      return { ...schema, pattern: base64, contentEncoding: "base64" };
    default:
      return schema["format"] === "uuid" && rules?.ignore === Ignore.IF_ZERO_VALUE ? uuidOrEmpty : schema;
  }
}

function isNeverNegative(rules: FieldRules | undefined): boolean {
  if (rules?.type.case !== "int64") return false;
  const { greaterThan } = rules.type.value;
  return greaterThan.case !== undefined && greaterThan.value >= 0n;
}

const base64 = "^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

/** Generators make a type of `format: uuid` that cannot be empty. */
const uuidOrEmpty: Schema = {
  type: "string",
  pattern: "^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})?$",
};

/** What stands in a path is not empty. */
export function notEmpty(schema: Schema): Schema {
  if (schema["pattern"] === uuidOrEmpty["pattern"]) return { type: "string", format: "uuid" };
  return schema["type"] === "string" && schema["format"] === undefined ? { minLength: 1, ...schema } : schema;
}

/** As many digits as every server takes; what is longer is beyond 10,000 years. */
function durationPattern(rules: DurationRules | undefined): string {
  const { greaterThan } = rules ?? {};
  const mayBeNegative = greaterThan?.case === undefined || greaterThan.value.seconds < 0n;
  return `^${mayBeNegative ? "-?" : ""}[0-9]{1,11}(\\.[0-9]{1,9})?s$`;
}

/** What lists and maps say beside their size. */
export function exactContainer(schema: Schema, rules: FieldRules | undefined): Schema {
  if (rules?.type.case === "repeated" && rules.type.value.unique) return { ...schema, uniqueItems: true };
  const keys = rules?.type.case === "map" ? rules.type.value.keys?.type : undefined;
  if (keys?.case !== "string") return schema;
  const { minLen, maxBytes, pattern } = keys.value;
  return {
    ...schema,
    propertyNames: {
      ...(minLen > 0n && { minLength: Number(minLen) }),
      ...(maxBytes > 0n && { maxLength: Number(maxBytes) }),
      ...(pattern !== "" && { pattern }),
    },
  };
}

/** Unknown fields are refused, and so are two fields of a oneof. */
export function exactMessage(message: DescMessage): Schema {
  const pairs = message.oneofs.flatMap(({ fields }) =>
    fields.flatMap((one, index) => fields.slice(index + 1).map((other) => ({ required: [one.name, other.name] }))),
  );
  return { additionalProperties: false, ...(pairs.length > 0 && { not: { anyOf: pairs } }) };
}
