// Scenarios: what they consist of, how they are read, and when an answer is as expected. They are data, in
// scenarios/, and the same for all languages.
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonObject = { readonly [name: string]: Json };

/** One step. Its first field says what it does; docs/conformance.md lists the kinds. */
export type Step = JsonObject;

export type Scenario = {
  /** The file that it is in, and its title: unique together. */
  readonly group: string;
  readonly title: string;
  /** With `own`, it has a server that other scenarios do not use. */
  readonly server: "shared" | "own";
  readonly steps: readonly Step[];
};

const folder = fileURLToPath(new URL("scenarios/", import.meta.url));

export function readScenarios(): Scenario[] {
  return globSync("*.json", { cwd: folder })
    .sort()
    .flatMap((file) => {
      const scenarios = JSON.parse(readFileSync(`${folder}${file}`, "utf8")) as Omit<Scenario, "group">[];
      return scenarios.map((scenario) => ({
        ...scenario,
        server: scenario.server ?? "shared",
        group: basename(file, ".json"),
      }));
    });
}

/** Undefined if `actual` is as expected: objects may have more fields, everything else must be equal. */
export function difference(expected: Json, actual: Json | undefined, path = ""): string | undefined {
  if (isObject(expected)) {
    if (actual === undefined || !isObject(actual)) return differs(expected, actual, path);
    for (const [name, value] of Object.entries(expected)) {
      const found = difference(value, actual[name], `${path}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual) || actual.length !== expected.length) return differs(expected, actual, path);
    for (const [index, value] of expected.entries()) {
      const found = difference(value as Json, actual[index] as Json, `${path}[${index}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return expected === actual ? undefined : differs(expected, actual, path);
}

function differs(expected: Json, actual: Json | undefined, path: string): string {
  return `${path || "the answer"} is ${clip(actual)} instead of ${clip(expected)}`;
}

function clip(value: Json | undefined): string {
  const text = JSON.stringify(value) ?? "absent";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** `$name` becomes what was saved under that name, and `{unique}` a word that no other scenario has. */
export function fill(value: Json, saved: ReadonlyMap<string, Json>, unique: string): Json {
  if (typeof value === "string") {
    if (!value.startsWith("$")) return value.replaceAll("{unique}", unique);
    const found = saved.get(value.slice(1));
    if (found === undefined) throw new Error(`nothing is saved as ${value}`);
    return found;
  }
  if (Array.isArray(value)) return value.map((one) => fill(one as Json, saved, unique));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, fill(one, saved, unique)]));
}

/** The scenario with its last expectation switched to something that is never so. */
export function switched(scenario: Scenario): Scenario {
  const at = scenario.steps.findLastIndex((step) => "expect" in step || "expect_error" in step);
  if (at < 0) throw new Error(`"${scenario.title}" expects nothing`);
  const steps = scenario.steps.map((step, index) => (index === at ? { ...step, ...wrongly(step) } : step));
  return { ...scenario, steps };
}

function wrongly(step: Step): JsonObject {
  const never = "something that is never so";
  if ("expect_error" in step) return { expect_error: { reason: never } };
  return { until: false, expect: step["expect"] === never ? null : never };
}
