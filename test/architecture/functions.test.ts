// No function is longer than a screen and a half, and objects are written plainly.
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { isGenerated, lineOf, readSource, readSources, type Source } from "../../src/build/generate-docs-source.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const written = readSources(root).filter(({ path }) => !isGenerated(path));
const linesMax = 60;

const openers = "([{";
const closers = ")]}";
const notFunctions = /\b(if|for|while|switch|catch|await)\s*$/;

/** Where each bracket is closed or opened, by their places in the code. */
function pairs(code: string): Map<number, number> {
  const found = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < code.length; at += 1) {
    const character = code[at] ?? "";
    if (openers.includes(character)) open.push(at);
    if (!closers.includes(character)) continue;
    const from = open.pop();
    if (from === undefined) throw new Error(`a bracket is closed that was not opened, line ${lineOf(code, at)}`);
    found.set(from, at).set(at, from);
  }
  return found;
}

/** The parameters in front of a body, or undefined when what stands there is no function's head. */
function startOfHead(code: string, bodyAt: number, closing: ReadonlyMap<number, number>): number | undefined {
  const head = code.slice(0, bodyAt).trimEnd();
  const isArrow = head.endsWith("=>");
  const signature = withoutReturnedFunction(isArrow ? head.slice(0, -2) : head, closing);
  const closed = signature.lastIndexOf(")");
  const opened = closing.get(closed);
  const between = signature.slice(closed + 1).trim();
  const isHead = opened !== undefined && (between === "" || (between.startsWith(":") && !between.includes(";")));
  if (!isHead) return isArrow ? head.length - 2 : undefined;
  return isArrow || !notFunctions.test(code.slice(0, opened)) ? opened : undefined;
}

/** `function f(a: B)` of `function f(a: B): (c: D) => E`. */
function withoutReturnedFunction(signature: string, closing: ReadonlyMap<number, number>): string {
  const arrow = /=>[^(){};]*$/.exec(signature)?.index ?? 0;
  const opened = closing.get(signature.slice(0, arrow).trimEnd().length - 1);
  return opened !== undefined && isReturnType(signature, opened)
    ? signature.slice(0, signature.lastIndexOf(":", opened)).trimEnd()
    : signature;
}

function isReturnType(code: string, from: number): boolean {
  return /\)\s*:\s*$/.test(code.slice(0, from));
}

/** The end of an arrow function without braces. */
function endOfExpression(code: string, from: number, closing: ReadonlyMap<number, number>): number {
  for (let at = from; at < code.length; at += 1) {
    const character = code[at] ?? "";
    if (openers.includes(character)) at = closing.get(at) ?? at;
    else if (closers.includes(character) || character === "," || character === ";") return at;
  }
  return code.length;
}

type Span = { readonly from: number; readonly to: number };

function* functionsOf(code: string): Iterable<Span> {
  const closing = pairs(code);
  for (const [from, to] of closing) {
    if (code[from] !== "{") continue;
    const start = startOfHead(code, from, closing);
    if (start !== undefined) yield { from: start, to };
  }
  for (const { index } of code.matchAll(/=>(?!\s*\{)/g)) {
    const from = startOfHead(code, index + 2, closing) ?? index;
    if (!isReturnType(code, from)) yield { from, to: endOfExpression(code, index + 2, closing) };
  }
}

function* tooLong({ path, code }: Source): Iterable<string> {
  for (const { from, to } of functionsOf(code)) {
    const line = lineOf(code, from);
    const lines = lineOf(code, to) - line + 1;
    if (lines > linesMax) yield `${path}:${line} has ${lines} lines`;
  }
}

test(`keeps functions to ${linesMax} lines`, () => {
  const found = written.flatMap((source) => [...tooLong(source)]);
  expect(found).toEqual([]);
});

/** A spread of an object literal switches the checks for excess properties off. */
function* literalSpreads({ path, code }: Source): Iterable<string> {
  for (const { index } of code.matchAll(/\.\.\.\{/g)) yield `${path}:${lineOf(code, index)} spreads an object literal`;
}

test("writes objects plainly, without spreading object literals", () => {
  expect(written.flatMap((source) => [...literalSpreads(source)])).toEqual([]);
  const text = "const a = { ...b, ...(c && { d }), ...{ e: 1 } };";
  expect([...literalSpreads(readSource("a.ts", text))]).toEqual(["a.ts:1 spreads an object literal"]);
});

const filler = (count: number) => "  a();\n".repeat(count);

test.each([
  ["a function", `function f(\n  a: string,\n): void {\n${filler(57)}}`, `function f(): void {\n${filler(58)}}`],
  ["one that returns an object type", `function f(): { a: string } {\n${filler(59)}}`, `f(): { a: string } {\n}`],
  ["a method", `const a = {\n  async f<T>(b: T) {\n${filler(59)}  },\n};`, `const a = {\n${filler(60)}};`],
  ["a getter", `const a = {\n  get f() {\n${filler(59)}  },\n};`, `class A {\n${filler(60)}}`],
  ["an arrow", `const f = (a: string) => {\n${filler(59)}};`, `const f = (a: string) => {\n${filler(58)}};`],
  ["an arrow of one parameter", `const f = a => {\n${filler(59)}};`, `if (a(b)) {\n${filler(60)}}`],
  [
    "an arrow with a type",
    `const f = (a): Promise<B> => {\n${filler(59)}};`,
    `for await (const a of b) {\n${filler(60)}}`,
  ],
  [
    "one that returns a function",
    `function f(): (a: b) => C {\n${filler(59)}}`,
    `function f(): (a: b) => C {\n}\n`.repeat(61),
  ],
  ["an arrow without braces", `const f = (a) =>\n  b({\n${filler(58)}});`, `const f = (a) => b;\n${filler(60)}`],
])("a control: %s that is too long is found, and what is short or no function is not", (_, long, short) => {
  expect([...tooLong(readSource("long.ts", long))]).toHaveLength(1);
  expect([...tooLong(readSource("short.ts", short))]).toEqual([]);
});
