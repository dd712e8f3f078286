// Settings that are too large for a line: a JSON list, or the path of a file that holds one. All faults of a list are
// told at once, each with its place; what was written is not repeated.
import { readFile } from "node:fs/promises";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ConfigError } from "./config.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** Collects what is wrong with one entry of a list. */
export type Entry = {
  readonly fields: Fields;
  fault(field: string, mustBe: string): void;
};

/** Reads a setting's list and makes something of each entry; throws over all faults at once. */
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
    const place = `${setting}[${index}]`;
    if (typeof given !== "object" || given === null || Array.isArray(given)) {
      faults.push(`${place} must be an object`);
      return undefined;
    }
    for (const name of Object.keys(given)) if (!known.includes(name)) faults.push(`${place}.${name} is no field of it`);
    return make({
      fields: given as Fields,
      fault: (field, mustBe) => void faults.push(`${place}.${field} must be ${mustBe}`),
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
    throw new ConfigError([`${setting} must be a JSON list, or a file that can be read (${why})`]);
  }
}

function parse(setting: string, text: string): readonly unknown[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list)) return list;
  } catch {
    // Told below: the parser's own words would repeat what was written.
  }
  throw new ConfigError([`${setting} must be a JSON list, or the path of a file that holds one`]);
}

export function textField(entry: Entry, name: string, fallback?: string): string {
  const value = Object.hasOwn(entry.fields, name) ? entry.fields[name] : fallback;
  if (typeof value === "string" && value !== "") return value;
  entry.fault(name, "a text");
  return "";
}

export function optionalText(entry: Entry, name: string): string | undefined {
  return Object.hasOwn(entry.fields, name) ? textField(entry, name) : undefined;
}

export function textList(entry: Entry, name: string, fallback?: readonly string[]): readonly string[] {
  const value = Object.hasOwn(entry.fields, name) ? entry.fields[name] : fallback;
  if (Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string")) return value;
  entry.fault(name, "a list of texts");
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

/** The other kinds are not to be had by a credential. */
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
};

export function roleOf(entry: Entry, field: string, name: string): Role {
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined;
  if (role === undefined) entry.fault(field, `one of ${Object.keys(roles).join(", ")}`);
  return role ?? Role.UNSPECIFIED;
}
