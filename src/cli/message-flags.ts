// Flags for the fields of a request, such as `--principal human:ada --roles tasker,worker`, and the contract's JSON
// made from them. The flag of tenant_id is --tenant, because it also takes a name.
import type { DescEnum, DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { PrincipalKindSchema, PrincipalSchema } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { UsageError } from "./command.ts";

function flagOf({ name }: DescField): string {
  return name === "tenant_id" ? "tenant" : name.replaceAll("_", "-");
}

/** `--page-size`, in the order of the contract. */
export function flagNames(message: DescMessage): string[] {
  return message.fields.map((field) => `--${flagOf(field)}`);
}

/** The values given for each flag. Lists and maps may be given several times, other fields once. */
export function fromFlags(message: DescMessage, given: Readonly<Record<string, readonly string[]>>): JsonObject {
  const fields = message.fields.flatMap((field) => {
    const texts = given[flagOf(field)] ?? [];
    if (texts.length === 0) return [];
    const isMany = field.fieldKind === "list" || field.fieldKind === "map";
    if (texts.length > 1 && !isMany) throw new UsageError(`--${flagOf(field)} is given more than once`);
    return [[field.name, jsonOf(field, texts.join(","))] as const];
  });
  return Object.fromEntries(fields);
}

function jsonOf(field: DescField, text: string): JsonValue {
  if (field.fieldKind === "enum") return enumName(field.enum, text);
  if (field.fieldKind === "list" && field.listKind === "enum") {
    const { enum: ofItems } = field;
    return text.split(",").map((one) => enumName(ofItems, one));
  }
  if (field.fieldKind === "map") return Object.fromEntries(text.split(",").map(pairOf));
  if (field.fieldKind === "message" && field.message.typeName === PrincipalSchema.typeName) {
    const colon = text.indexOf(":");
    if (colon < 1) throw new UsageError("a principal is written kind:id, as in human:ada");
    return { kind: enumName(PrincipalKindSchema, text.slice(0, colon)), id: text.slice(colon + 1) };
  }
  return text; // times, durations and numbers may be strings in the contract's JSON
}

/** `ROLE_TASKER` for `tasker`. */
function enumName({ values, sharedPrefix }: DescEnum, text: string): string {
  const name = `${sharedPrefix ?? ""}${text.trim()}`.toUpperCase().replaceAll("-", "_");
  const known = values.find((value) => value.name === name && value.number !== 0);
  if (known === undefined) {
    const names = values.filter(({ number }) => number !== 0).map((value) => value.localName.toLowerCase());
    throw new UsageError(`"${text}" is not one of ${names.join(", ")}`);
  }
  return known.name;
}

function pairOf(text: string): [string, string] {
  const [name = "", value, ...rest] = text.split("=");
  if (value === undefined || rest.length > 0) throw new UsageError("limits are written name=number,name=number");
  return [name.trim(), value.trim()];
}
