// Settings that are too large for a line: a JSON list, or the path of a file with one. All faults of a list are
// reported at once, each with its position, but without the given values.
import { readFile } from "node:fs/promises";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ConfigError } from "./config.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** One entry of a list, and its faults. */
export type Entry = {
  readonly fields: Fields;
  fault(field: string, mustBe: string): void;
};

/** Reads the list of a setting and makes an item of each entry. Throws one error for all faults. */
export async function readList<Item>(
  setting: string,
  text: string | undefined,
  known: readonly string[],
  make: (entry: Entry) => Item | undefined,
): Promise<Item[]> {
  if (text === undefined) return [];
  const list = parse(setting, text.trimStart().startsWith("[") ? text : await readText(setting, text));
  const faults: string[] = [];
  const items = list.map((given, index) => {
    const position = `${setting}[${index}]`;
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      faults.push(`${position} must be an object`);
      return undefined;
    }
    for (const name of Object.keys(given))
      if (!known.includes(name)) faults.push(`${position}.${name} is not a known field`);
    return make({
      fields: given as Fields,
      fault: (field, mustBe) => void faults.push(`${position}.${field} must be ${mustBe}`),
    });
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return items.filter((item) => item !== undefined);
}

async function readText(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const why = error instanceof Error ? String(Reflect.get(error, "code") ?? error.name) : "";
    throw new ConfigError([`${setting} must be a JSON list, or the path of a file that can be read (${why})`]);
  }
}

function parse(setting: string, text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // The parser's message would repeat the given value.
  }
  throw new ConfigError([`${setting} must be a JSON list, or the path of a file with one`]);
}

export function textField(entry: Entry, name: string, fallback?: string): string {
  const value = Object.hasOwn(entry.fields, name) ? entry.fields[name] : fallback;
  if (typeof value === "string" && value !== "") return value;
  entry.fault(name, "a string");
  return "";
}

export function optionalText(entry: Entry, name: string): string | undefined {
  return Object.hasOwn(entry.fields, name) ? textField(entry, name) : undefined;
}

export function textList(entry: Entry, name: string, fallback?: readonly string[]): readonly string[] {
  const value = Object.hasOwn(entry.fields, name) ? entry.fields[name] : fallback;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")) return value;
  entry.fault(name, "a list of strings");
  return [];
}

export function wholeField(
  entry: Entry,
  name: string,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  const value = Object.hasOwn(entry.fields, name) ? entry.fields[name] : fallback;
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
  entry.fault(name, `a whole number from ${min} to ${max}`);
  return fallback;
}

const kinds: Readonly<Record<string, PrincipalKind>> = {
  agent: PrincipalKind.AGENT,
  worker: PrincipalKind.WORKER,
  human: PrincipalKind.HUMAN,
};

/** A credential cannot have another kind. */
export function kindOf(entry: Entry, field: string, name: string): PrincipalKind {
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind === undefined) entry.fault(field, `one of ${Object.keys(kinds).join(", ")}`);
  return kind ?? PrincipalKind.UNSPECIFIED;
}

const roles: Readonly<Record<string, Role>> = {
  tasker: Role.TASKER,
  worker: Role.WORKER,
  observer: Role.OBSERVER,
  operator: Role.OPERATOR,
  admin: Role.ADMIN,
  executor: Role.EXECUTOR,
  verifier: Role.VERIFIER,
};

export function roleOf(entry: Entry, field: string, name: string): Role {
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role === undefined) entry.fault(field, `one of ${Object.keys(roles).join(", ")}`);
  return role ?? Role.UNSPECIFIED;
}
