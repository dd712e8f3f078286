// A case of parity.test.ts, and the machine that cases vary.
import type { JsonValue } from "@bufbuild/protobuf";
import type { Scripts } from "./simulate.ts";

export type ParityCase = {
  readonly field: string;
  readonly with: string;
  readonly without: string;
  /** What the run with the field has in its effects, and the other has not. */
  readonly shows: string;
  readonly scripts?: Scripts;
  readonly input?: JsonValue;
  readonly depth?: number;
  readonly files?: Readonly<Record<string, string>>;
};

type Parts = { readonly head?: string; readonly agent?: string; readonly state?: string; readonly more?: string };

/** A machine of two states, with a part of it replaced. */
export function machine({ head = "", agent = "{task_type: a}", state = "agent: one", more = "" }: Parts = {}): string {
  const indented = state
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
  const transitions = state.includes("transitions:") ? "" : "    transitions: done\n";
  const done = more.includes("  done:") ? "" : "  done: {type: final}\n";
  const agents = `agents:\n  one: ${agent}\n  two: {task_type: b}\n`;
  const states = `states:\n  first:\n    type: initial\n${indented}\n${transitions}${more}${done}`;
  return `name: m\nexpression: cel\n${agents}${head}${states}`;
}
