// Reads what a command is given: flags and words. A mistake is one line that names it.
import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import type { JsonValue } from "@bufbuild/protobuf";
import { duplicateKey } from "../wire/json-text.ts";
import { type Context, UsageError } from "./command.ts";

/** How many words beside the flags, and what one of them is. */
export type Words = { readonly least: number; readonly most: number; readonly what: string };

/** Neither flags nor words. */
export function readNothing(args: readonly string[]): void {
  readArguments(args, {}, { least: 0, most: 0, what: "" });
}

export function readArguments<const T extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: T,
  { least, most, what }: Words,
) {
  const read = parsed(args, options);
  const count = read.positionals.length;
  if (count < least) throw new UsageError(`${what} is missing`);
  if (count > most) throw new UsageError(`unexpected: ${read.positionals.slice(most).join(" ")}`);
  return read;
}

function parsed<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

export function parseJson(text: string): JsonValue {
  let json: JsonValue;
  try {
    json = JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new UsageError(`this is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const key = duplicateKey(text);
  if (key !== undefined) throw new UsageError(`the key "${key}" is given twice`);
  return json;
}

/** The text itself, of a file for `@path`, or of stdin for `-`. */
export async function textGiven({ terminal }: Context, given: string): Promise<string> {
  if (given === "-") return await terminal.readInput();
  if (!given.startsWith("@")) return given;
  return await terminal.readFile(given.slice(1)).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot read ${given.slice(1)}: ${error.code ?? error.message}`);
  });
}

/** `90s`, `10m`, `1.5h` or `7d`, as the contract writes it in JSON. */
export function durationGiven(flag: string, text: string): string {
  const seconds = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 } as const;
  const [, count, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (unit === undefined) throw new UsageError(`${flag} takes a time such as 90s, 10m, 1.5h or 7d`);
  return `${Number((Number(count) * seconds[unit as keyof typeof seconds]).toFixed(3))}s`;
}

export function wholeGiven(flag: string, text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new UsageError(`${flag} takes a whole number`);
  return Number(text);
}

/** `k=v`, each given once. */
export function pairsGiven(flag: string, texts: readonly string[]): Record<string, string> {
  const pairs = texts.map((text): [string, string] => {
    const at = text.indexOf("=");
    if (at < 1) throw new UsageError(`${flag} takes name=value`);
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const twice = pairs.find(([name], place) => pairs.findIndex(([other]) => other === name) !== place);
  if (twice) throw new UsageError(`${flag} ${twice[0]} is given twice`);
  return Object.fromEntries(pairs);
}
