// Templates: JSON whose strings may contain `{{ expression }}`. A string that is one expression and nothing else
// becomes its value; among other text, the value becomes text.
import type { JsonValue } from "@bufbuild/protobuf";
import { compile, ExpressionError, type Variables } from "./cel.ts";

type Part = { readonly text: string } | { readonly expression: string };

export function render(template: JsonValue, variables: Variables): JsonValue {
  if (typeof template === "string") return renderText(template, variables);
  if (template === null || typeof template !== "object") return template;
  if (Array.isArray(template)) return template.map((item) => render(item, variables));
  return Object.fromEntries(Object.entries(template).map(([key, item]) => [key, render(item, variables)]));
}

function renderText(template: string, variables: Variables): JsonValue {
  if (!template.includes("{{")) return template;
  const parts = partsOf(template);
  const [only] = parts;
  if (parts.length === 1 && only && "expression" in only) return compile(only.expression).evaluate(variables);
  return parts
    .map((part) => ("text" in part ? part.text : textOf(compile(part.expression).evaluate(variables))))
    .join("");
}

/** As people would write it: strings without quotes, all else as JSON. */
export function textOf(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The expressions of a template, with the place of each in it. Throws an ExpressionError if one is not closed. */
export function expressionsOf(
  template: JsonValue,
  path: readonly (string | number)[] = [],
): { readonly path: readonly (string | number)[]; readonly expression: string }[] {
  if (typeof template === "string") {
    return partsOf(template).flatMap((part) => ("expression" in part ? [{ path, expression: part.expression }] : []));
  }
  if (template === null || typeof template !== "object") return [];
  const entries = Array.isArray(template) ? template.map((item, at) => [at, item] as const) : Object.entries(template);
  return entries.flatMap(([key, item]) => expressionsOf(item, [...path, key]));
}

function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (;;) {
    const open = template.indexOf("{{", from);
    if (open > from || (open < 0 && from < template.length)) {
      parts.push({ text: template.slice(from, open < 0 ? undefined : open) });
    }
    if (open < 0) return parts;
    const close = closeOf(template, open + 2);
    parts.push({ expression: template.slice(open + 2, close).trim() });
    from = close + 2;
  }
}

/** Braces within quotes, and those of maps, do not close an expression. */
function closeOf(template: string, from: number): number {
  let quote = "";
  let braces = 0;
  for (let at = from; at < template.length; at += 1) {
    const one = template[at] ?? "";
    if (quote !== "") {
      if (one === "\\") at += 1;
      else if (one === quote) quote = "";
    } else if (one === '"' || one === "'") quote = one;
    else if (one === "{") braces += 1;
    else if (one === "}" && braces > 0) braces -= 1;
    else if (one === "}" && template[at + 1] === "}") return at;
  }
  throw new ExpressionError("{{ has no }}");
}
