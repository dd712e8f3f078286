// Expressions and templates: what they are worth, and their bounds.
import { describe, expect, test } from "vitest";
import { compile, ExpressionError } from "../../src/machines/expressions/cel.ts";
import { expressionsOf, render } from "../../src/machines/expressions/templates.ts";
import { readScript, ScriptError } from "../../src/machines/runner/scripted-agents.ts";

const values = { context: { n: 1, half: 0.5, list: [{ a: "x" }, { a: "y" }], big: "z" }, none: null };
const evaluate = (text: string) => compile(text).evaluate(values);

describe("an expression", () => {
  test("counts with JSON integers, and returns JSON", () => {
    expect(evaluate("context.n + 1")).toBe(2);
    expect(evaluate("context.half + 1.0")).toBe(1.5);
    expect(evaluate("context.list.map(one, one.a)")).toEqual(["x", "y"]);
    expect(evaluate("{'k': context.n, 'l': [true, none]}")).toEqual({ k: 1, l: [true, null] });
    expect(evaluate("context")).toEqual(values.context);
  });

  test("that reads a field that is missing says so, and is not false", () => {
    expect(() => evaluate("context.missing == 1")).toThrow(/context\.missing == 1: field not found: missing/);
    expect(evaluate("has(context.missing)")).toBe(false);
  });

  test("knows what it reads, and whether it is simple", () => {
    expect(compile("context.n > 1 && !(input.x in [1, 2])")).toMatchObject({ beyondSimple: new Set() });
    expect([...compile("context.list.exists(one, one.a == input.a)").variables].sort()).toEqual(["context", "input"]);
    for (const text of [
      "size(context.list)",
      "has(context.n)",
      "context.n + 1",
      "context.list.all(one, true)",
      "{'a': 1}",
    ]) {
      expect(compile(text).beyondSimple.size, text).toBeGreaterThan(0);
    }
  });

  test("has bounds: its text, its depth, comprehensions in one another, the lists they go through", () => {
    expect(() => compile(`'${"x".repeat(2_050)}'`)).toThrow(ExpressionError);
    expect(() => compile(`${"[".repeat(40)}1${"]".repeat(40)}`)).toThrow(/at most 32 deep/);
    const nested = (depth: number): string =>
      depth === 0 ? "true" : `context.list.all(v${depth}, ${nested(depth - 1)})`;
    expect(compile(nested(2)).evaluate(values)).toBe(true);
    expect(() => compile(nested(3))).toThrow(/at most 2/);
    const long = { context: { list: Array.from({ length: 1_001 }, () => 1) } };
    expect(() => compile("context.list.all(one, one == 1)").evaluate(long)).toThrow(/at most 1000 items/);
    expect(compile("context.list[1000] == 1").evaluate(long)).toBe(true);
    expect(compile("'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$')").evaluate({})).toBe(false);
  });
});

describe("a template", () => {
  test("that is one expression becomes its value, and text among text", () => {
    expect(render("{{ context.list }}", values)).toEqual(values.context.list);
    expect(render("n is {{ context.n }}, {{ context.list[0] }}", values)).toBe('n is 1, {"a":"x"}');
    expect(render({ a: ["{{ context.n }}", "plain", 3] }, values)).toEqual({ a: [1, "plain", 3] });
    expect(render("{{ {'a': {'b': '}}'}} }}", values)).toEqual({ a: { b: "}}" } });
  });

  test("tells its expressions with their places", () => {
    expect(expressionsOf({ a: ["{{ x }} {{ y }}"] })).toEqual([
      { path: ["a", 0], expression: "x" },
      { path: ["a", 0], expression: "y" },
    ]);
  });
});

test.each([
  ["tasks: [1]", "tasks must be an object"],
  ["tasks: {a: [{reslt: 1}]}", "there is no field reslt"],
  ["tasks: {a: [{when: 1 +}]}", "found +"],
  ["tsks: {}", "there is no field tsks"],
  ["signals: [{payload: 1}]", "a signal needs a channel"],
])("a script that is wrong is refused: %s", (text, message) => {
  expect(() => readScript(text)).toThrow(ScriptError);
  expect(() => readScript(text)).toThrow(message);
});
