// Fields of configurations, read strictly: all that is wrong is said, with the place where it stands.
import type { JsonValue } from "@bufbuild/protobuf";

export type Fields = Readonly<Record<string, JsonValue>>;
export type Say = (field: string, message: string) => void;

export const nameBytesMax = 255;
const namesMax = 100;

/** `path` ends with a point, or is empty for the whole. */
export function objectOf(value: unknown, path: string, known: readonly string[], say: Say): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    say(path.replace(/\.$/, "") || "the whole", "must be a map");
    return {};
  }
  for (const name of Object.keys(value)) {
    if (!known.includes(name)) say(`${path}${name}`, `is not a field: ${known.join(", ")} are`);
  }
  return value as Fields;
}

export function textOf(value: unknown, field: string, say: Say): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value !== "" && Buffer.byteLength(value) <= nameBytesMax) return value;
  say(field, `must be a text of 1 to ${nameBytesMax} bytes`);
  return undefined;
}

export function numberOf(
  value: unknown,
  field: string,
  [least, most]: readonly [number, number],
  say: Say,
  isWhole = true,
): number | undefined {
  if (value === undefined) return undefined;
  const isNumber = typeof value === "number" && (!isWhole || Number.isInteger(value));
  if (isNumber && value >= least && value <= most) return value;
  say(field, `must be a ${isWhole ? "whole " : ""}number from ${least} to ${most}`);
  return undefined;
}

export function flagOf(value: unknown, field: string, say: Say): boolean {
  if (value !== undefined && typeof value !== "boolean") say(field, "must be true or false");
  return value === true;
}

export function namesOf(value: unknown, field: string, say: Say): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.length <= namesMax) {
    return value.map((name, index) => textOf(name, `${field}[${index}]`, say) ?? "");
  }
  say(field, `must be a list of at most ${namesMax} names`);
  return undefined;
}
