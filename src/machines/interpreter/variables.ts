// The variables of expressions, and how expressions and templates are evaluated within a state: what goes wrong in one
// is an error of the state.
import type { JsonValue } from "@bufbuild/protobuf";
import { toJson } from "@bufbuild/protobuf";
import { type Value, ValueSchema } from "@bufbuild/protobuf/wkt";
import { compile, ExpressionError, type Variables } from "../expressions/cel.ts";
import { render } from "../expressions/templates.ts";
import { type Outcome, type Scope, StateFailed } from "./types.ts";

/** Everywhere in a state. */
export const stateVariables = ["context", "input", "output", "error", "execution"] as const;
/** When its work is done, too. */
export const outcomeVariables = [...stateVariables, "result", "results"] as const;

export function variablesOf({ program, snapshot, outcome }: Scope, more: Variables = {}): Variables {
  return {
    context: snapshot.context,
    input: program.input,
    output: outcome ? outcome.output : snapshot.output,
    error: snapshot.error ? { type: snapshot.error.type, message: snapshot.error.message } : null,
    execution: { id: program.executionId, step: snapshot.step, depth: program.depth, cost: snapshot.cost },
    ...(outcome && outcomeValues(outcome)),
    ...more,
  };
}

export function outcomeValues({ output, result = null, results = [] }: Outcome): Variables {
  return { output, result, results };
}

export function evaluate(expression: string, variables: Variables): JsonValue {
  return guarded(() => compile(expression).evaluate(variables));
}

export function holds(expression: string, variables: Variables): boolean {
  if (expression === "") return true;
  const value = evaluate(expression, variables);
  if (typeof value === "boolean") return value;
  throw new StateFailed("EXPRESSION_FAILED", `${expression}: must be true or false, and is ${JSON.stringify(value)}`);
}

export function fill(template: JsonValue, variables: Variables): JsonValue {
  return guarded(() => render(template, variables));
}

export function fillText(template: string, variables: Variables): string {
  const value = fill(template, variables);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A template of a document as JSON; undefined if there is none. */
export function jsonOf(value: Value | undefined): JsonValue | undefined {
  return value && toJson(ValueSchema, value);
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof ExpressionError) throw new StateFailed("EXPRESSION_FAILED", error.message);
    throw error;
  }
}
