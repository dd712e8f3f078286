// Expressions: CEL, compiled once, with bounds on what a text may be, as the engine itself has no bound on cost. JSON
// integers are bound as CEL integers, so `n + 1` holds for them. A field that is missing is an error that says so, and
// never false.

import {
  type CelInput,
  type CelResult,
  type CelValue,
  celEnv,
  isCelError,
  isCelList,
  isCelMap,
  isCelUint,
  parse,
  plan,
} from "@bufbuild/cel";
import type { JsonValue } from "@bufbuild/protobuf";

/** As the contract says of expressions. */
export const expressionBytesMax = 2_048;
/** Deeper ones are no conditions that a person reads. */
const depthMax = 32;
/** One list within another one; three would be a million steps over lists of 100. */
const comprehensionsMax = 2;
/** Of a list that an expression goes through. */
const listMax = 1_000;
/** As of all JSON in the contract. */
const valueDepthMax = 100;
/** Compiled expressions that are kept. A document has some hundreds. */
const cacheMax = 5_000;

export type Variables = Readonly<Record<string, JsonValue | undefined>>;

export class ExpressionError extends Error {
  override name = "ExpressionError";
}

/** What an expression contains. */
export type Shape = {
  /** The variables that it reads. */
  readonly variables: ReadonlySet<string>;
  /** What the simple form does not have, in the words of a message. Empty if it is simple. */
  readonly beyondSimple: ReadonlySet<string>;
};

export type Expression = Shape & {
  /** Throws an ExpressionError. */
  readonly evaluate: (variables: Variables) => JsonValue;
};

type Node = ReturnType<typeof parse>["expr"];
type Scan = {
  readonly variables: Set<string>;
  readonly beyondSimple: Set<string>;
  /** Variables of comprehensions that are open. */
  readonly bound: readonly string[];
  readonly depth: number;
  readonly comprehensions: number;
};

const simpleCalls = new Set(["_&&_", "_||_", "!_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "@in", "_[_]", "-_"]);

const environment = celEnv();
const cache = new Map<string, Expression>();

/** Throws an ExpressionError if the text is no expression, or one beyond the bounds. */
export function compile(text: string): Expression {
  const known = cache.get(text);
  if (known) return known;
  const expression = compileNew(text);
  if (cache.size >= cacheMax) cache.clear();
  cache.set(text, expression);
  return expression;
}

function compileNew(text: string): Expression {
  if (Buffer.byteLength(text) > expressionBytesMax) {
    throw new ExpressionError(`an expression has at most ${expressionBytesMax} bytes`);
  }
  const node = parsed(text);
  const scan: Scan = { variables: new Set(), beyondSimple: new Set(), bound: [], depth: 0, comprehensions: 0 };
  walk(node, scan);
  const { variables, beyondSimple } = scan;
  const goesThroughLists = beyondSimple.has(comprehension);
  const run = plan(environment, node) as (bindings: Record<string, CelInput>) => CelResult;
  return {
    variables,
    beyondSimple,
    evaluate(values) {
      const bindings: Record<string, CelInput> = {};
      for (const name of variables) {
        const value = values[name];
        if (value !== undefined) bindings[name] = celOf(value, goesThroughLists ? listMax : undefined, 0);
      }
      return jsonOf(resultOf(run, bindings, text), 0);
    },
  };
}

function parsed(text: string): Node {
  try {
    return parse(text).expr;
  } catch (error) {
    throw new ExpressionError(messageOf(error).replace("<input>:", "at "));
  }
}

function resultOf(
  run: (bindings: Record<string, CelInput>) => CelResult,
  bindings: Record<string, CelInput>,
  text: string,
) {
  let value: CelResult;
  try {
    value = run(bindings);
  } catch (error) {
    throw new ExpressionError(`${text}: ${messageOf(error)}`);
  }
  if (isCelError(value)) throw new ExpressionError(`${text}: ${value.message}`);
  return value;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const comprehension = "all, exists, map, filter";

function walk(node: Node | undefined, scan: Scan): void {
  if (!node) return;
  if (scan.depth > depthMax) throw new ExpressionError(`an expression is at most ${depthMax} deep`);
  const inside = { ...scan, depth: scan.depth + 1 };
  const { exprKind: kind } = node;
  if (kind.case === "identExpr") {
    if (!scan.bound.includes(kind.value.name)) scan.variables.add(kind.value.name);
  } else if (kind.case === "selectExpr") {
    if (kind.value.testOnly) scan.beyondSimple.add("has()");
    walk(kind.value.operand, inside);
  } else if (kind.case === "callExpr") {
    const { function: name, target, args } = kind.value;
    if (!simpleCalls.has(name)) scan.beyondSimple.add(name.replaceAll("_", " ").trim());
    walk(target, inside);
    for (const argument of args) walk(argument, inside);
  } else if (kind.case === "listExpr") {
    for (const element of kind.value.elements) walk(element, inside);
  } else if (kind.case === "structExpr") {
    scan.beyondSimple.add("maps and messages");
    for (const entry of kind.value.entries) {
      if (entry.keyKind.case === "mapKey") walk(entry.keyKind.value, inside);
      walk(entry.value, inside);
    }
  } else if (kind.case === "comprehensionExpr") {
    walkComprehension(kind.value, inside);
  }
}

function walkComprehension(value: Extract<Node["exprKind"], { case: "comprehensionExpr" }>["value"], scan: Scan): void {
  scan.beyondSimple.add(comprehension);
  const comprehensions = scan.comprehensions + 1;
  if (comprehensions > comprehensionsMax) {
    throw new ExpressionError(`an expression has at most ${comprehensionsMax} of ${comprehension} in one another`);
  }
  walk(value.iterRange, scan);
  const bound = [...scan.bound, value.iterVar, value.iterVar2, value.accuVar];
  const inside = { ...scan, comprehensions, bound };
  for (const part of [value.accuInit, value.loopCondition, value.loopStep, value.result]) walk(part, inside);
}

function celOf(value: JsonValue, longest: number | undefined, depth: number): CelInput {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (value === null || typeof value !== "object") return value;
  if (depth > valueDepthMax) throw new ExpressionError(`a value is at most ${valueDepthMax} deep`);
  if (Array.isArray(value)) {
    if (longest !== undefined && value.length > longest) {
      throw new ExpressionError(`a list that ${comprehension} may go through has at most ${longest} items`);
    }
    return value.map((item) => celOf(item, longest, depth + 1));
  }
  // A Map, so that no name of a field is special.
  return new Map(Object.entries(value).map(([key, item]) => [key, celOf(item, longest, depth + 1)]));
}

function jsonOf(value: CelValue, depth: number): JsonValue {
  if (depth > valueDepthMax) throw new ExpressionError(`a value is at most ${valueDepthMax} deep`);
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "bigint") return numberOf(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new ExpressionError(`${value} is no JSON`);
    return value;
  }
  if (isCelUint(value)) return numberOf(value.value);
  if (isCelList(value)) return [...value].map((item) => jsonOf(item, depth + 1));
  if (isCelMap(value)) {
    const entries = [...value.entries()].map(([key, item]) => [
      String(isCelUint(key) ? key.value : key),
      jsonOf(item, depth + 1),
    ]);
    return Object.fromEntries(entries) as JsonValue;
  }
  throw new ExpressionError("the value is no JSON: bytes, times and types have to become text");
}

function numberOf(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new ExpressionError(`${value} is too large for JSON`);
  return number;
}
