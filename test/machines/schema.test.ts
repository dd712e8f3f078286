// The JSON Schema of documents: it takes what validation takes, and refuses what validation refuses of their form.
import { readdir, readFile } from "node:fs/promises";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { readComments } from "../../src/build/generate-docs-contract.ts";
import { machineSchema } from "../../src/build/machine-schema.ts";
import schema from "../../src/machines/document/machine-schema.gen.json" with { type: "json" };
import { readText } from "../../src/machines/document/read-text.ts";
import { checkMachine } from "../../src/machines/validation/load.ts";
import { parityCases } from "./parity-cases.ts";
import { checkRules } from "./simulate.ts";

const takes = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

function parsed(text: string): JsonValue {
  const read = readText(text);
  if ("faults" in read) throw new Error(read.faults.map(({ message }) => message).join("; "));
  return read.value;
}

function isValid(value: JsonValue): boolean {
  return !("faults" in checkMachine(value, checkRules, { short: true }));
}

test("it is what the contract says", () => {
  const root = new URL("../../", import.meta.url).pathname;
  expect(schema).toEqual(machineSchema(readComments(root)));
});

test("it takes every example, and what a file says in place of a machine", async () => {
  const folder = new URL("../../examples/machines/", import.meta.url);
  const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml") && !name.endsWith(".agents.yaml"));
  expect(files.length).toBeGreaterThan(5);
  for (const name of files) {
    const value = parsed(await readFile(new URL(name, folder), "utf8"));
    expect(takes(value), `${name}: ${JSON.stringify(takes.errors)}`).toBe(true);
  }
  const scripts = (await readdir(folder)).filter((name) => name.endsWith(".agents.yaml"));
  for (const name of scripts) expect(takes(parsed(await readFile(new URL(name, folder), "utf8"))), name).toBe(false);
});

test("it takes each document that shows the effect of a field", () => {
  expect(parityCases.length).toBeGreaterThan(50);
  for (const one of parityCases) {
    for (const text of [one.with, one.without]) {
      expect(takes(parsed(text)), `${one.field}: ${JSON.stringify(takes.errors)}`).toBe(true);
    }
  }
});

const plain: JsonObject = {
  name: "m",
  agents: { one: { task_type: "a.one" } },
  machines: { inner: { file: "inner.yaml" } },
  states: { a: { type: "initial", agent: "one", transitions: [{ to: "b" }] }, b: { type: "final" } },
};
const first = (plain["states"] as JsonObject)["a"] as JsonObject;
const withState = (more: JsonObject): JsonObject => ({
  ...plain,
  machines: {},
  states: { ...(plain["states"] as JsonObject), a: { ...first, ...more } },
});
const without = (object: JsonObject, field: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== field));

/** Forms that are wrong wherever they stand. Each document is refused by both. */
const wrong: readonly (readonly [string, JsonValue])[] = [
  ["a list", []],
  ["no name", without(plain, "name")],
  ["no states", without(plain, "states")],
  ["no state", { ...plain, states: {} }],
  ["an empty name", { ...plain, name: "" }],
  ["a long version", { ...plain, version: "x".repeat(65) }],
  ["an unknown field", { ...plain, stats: {} }],
  ["an unknown field of a state", withState({ agnet: "one" })],
  ["a number for a name", { ...plain, name: 1 }],
  ["an unknown type", withState({ type: "begin" })],
  ["the zero value of an enum", withState({ type: "STATE_TYPE_UNSPECIFIED" })],
  ["a text for a map", { ...plain, agents: "one" }],
  ["an agent without a type", { ...plain, agents: { one: {} } }],
  ["too many attempts", { ...plain, agents: { one: { task_type: "t", max_attempts: 101 } } }],
  ["a capability twice", { ...plain, agents: { one: { task_type: "t", capabilities: ["x", "x"] } } }],
  ["a machine that is both", { ...plain, machines: { m: { file: "f", inline: plain } } }],
  ["two kinds of execution", withState({ execution: { default: {}, parallel: { n_samples: 2 } } })],
  ["no kind of execution", withState({ execution: {} })],
  ["an execution by a name that needs settings", withState({ execution: "retry" })],
  ["retries without waits", withState({ execution: { retry: {} } })],
  ["a time span without a unit", withState({ timeout: "5" })],
  ["a negative time span", withState({ timeout: -1 })],
  ["jitter above 1", withState({ execution: { retry: { backoffs: ["1s"], jitter: 2 } } })],
  ["half a sample", withState({ execution: { parallel: { n_samples: 1.5 } } })],
  ["machines by names and objects", withState({ agent: "", machine: ["a", { name: "b" }] })],
  ["a transition to nowhere", withState({ transitions: [{ condition: "true" }] })],
  ["a list for on_error", withState({ on_error: ["b"] })],
  ["a loop without tools", withState({ tool_loop: { allowed: [] } })],
  ["a policy of two kinds", withState({ policy: { fallback: { agents: ["one"] }, budget: { cost: 1 } } })],
  ["a policy of no kind", withState({ policy: {} })],
  ["an empty panel", withState({ verify: { panel: [] } })],
  ["a variable that is no name", withState({ foreach: "[1]", as: "1x" })],
  ["too many steps", { ...plain, settings: { max_steps: 100_001 } }],
  ["what is not supported yet", { ...plain, settings: { parallel_fallback: true } }],
  ["a text for tokens", { ...plain, settings: { prompt_tokens_warn: { m: "many" } } }],
];

describe("it refuses, as validation does,", () => {
  test.each(wrong)("%s", (_name, value) => {
    expect(isValid(value)).toBe(false);
    expect(takes(value)).toBe(false);
  });
});

describe("a control: it takes, as validation does,", () => {
  const right: readonly (readonly [string, JsonValue])[] = [
    ["the plain document", { ...plain, machines: {} }],
    ["an agent by its type", { ...plain, machines: {}, agents: { one: "a.one" } }],
    ["a value of an enum in full", withState({ type: "STATE_TYPE_INITIAL" })],
    ["a transition by its state", withState({ transitions: "b" })],
    ["an execution by its name", withState({ execution: "default" })],
    ["seconds as a number", withState({ timeout: 1.5 })],
    ["minutes", withState({ timeout: "2m" })],
    ["on_error by its state", withState({ on_error: "b" })],
    ["a panel that decides by a majority", withState({ verify: { panel: ["one"], aggregate: "majority" } })],
  ];
  test.each(right)("%s", (_name, value) => {
    expect(isValid(value)).toBe(true);
    expect(takes(value), JSON.stringify(takes.errors)).toBe(true);
  });
});
