// Agents from a script, for examples, tests and the first steps with a document: what tasks of each type result in, as
// data. The first entry whose `when` holds answers; strings are templates over `payload` and `call`.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { NonRetryable } from "../../../clients/typescript/src/errors.ts";
import type { Job } from "../../../clients/typescript/src/job.ts";
import { readText } from "../document/read-text.ts";
import { compile, ExpressionError } from "../expressions/cel.ts";
import { expressionsOf, render } from "../expressions/templates.ts";

type Entry = {
  /** An expression. If absent, the entry always answers. */
  readonly when: string;
  readonly result: JsonValue;
  readonly fail: JsonObject | undefined;
  readonly delayMs: number;
};

export type Script = {
  readonly tasks: ReadonlyMap<string, readonly Entry[]>;
  /** Sent when the execution begins; they are kept until a state takes them. */
  readonly signals: readonly { readonly channel: string; readonly payload: JsonValue }[];
  /** Given to questions in their order, the last to all further ones. */
  readonly answers: readonly JsonValue[];
};

/** A script is for trying things: a task that takes longer is a real one. */
const delayMsMax = 60_000;

export class ScriptError extends Error {
  override name = "ScriptError";
}

export function readScript(text: string): Script {
  const read = readText(text);
  if ("faults" in read) throw new ScriptError(read.faults.map(({ line, message }) => `${line}: ${message}`).join("; "));
  const script = objectOf(read.value, "the script");
  const known = new Set(["tasks", "signals", "answers"]);
  for (const name of Object.keys(script)) if (!known.has(name)) throw new ScriptError(`there is no field ${name}`);
  const tasks = Object.entries(objectOf(script["tasks"] ?? {}, "tasks")).map(
    ([type, entries]) => [type, listOf(entries, type).map((entry, at) => entryOf(entry, `${type}[${at}]`))] as const,
  );
  const signals = listOf(script["signals"] ?? [], "signals").map((one) => {
    const { channel, payload = null } = objectOf(one, "a signal");
    if (typeof channel !== "string") throw new ScriptError("a signal needs a channel");
    return { channel, payload };
  });
  return { tasks: new Map(tasks), signals, answers: listOf(script["answers"] ?? [], "answers") };
}

function entryOf(value: JsonValue, place: string): Entry {
  const { when = "", result = null, fail, delay_ms: delayMs = 0, ...rest } = objectOf(value, place);
  const [unknown] = Object.keys(rest);
  if (unknown) throw new ScriptError(`${place}: there is no field ${unknown}`);
  if (typeof when !== "string") throw new ScriptError(`${place}: \`when\` must be an expression`);
  if (typeof delayMs !== "number" || delayMs < 0 || delayMs > delayMsMax) {
    throw new ScriptError(`${place}: \`delay_ms\` must be from 0 to ${delayMsMax}`);
  }
  try {
    if (when !== "") compile(when);
    for (const { expression } of expressionsOf([result, fail ?? null])) compile(expression);
  } catch (error) {
    if (error instanceof ExpressionError) throw new ScriptError(`${place}: ${error.message}`);
    throw error;
  }
  return { when, result, fail: fail === undefined ? undefined : objectOf(fail, place), delayMs };
}

function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return value;
  throw new ScriptError(`${what} must be an object`);
}

function listOf(value: JsonValue, what: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new ScriptError(`${what} must be a list`);
}

type ScriptedHandler = (payload: JsonValue, job: Pick<Job, "signal">) => Promise<JsonValue>;

/** By type of task. `call` counts the calls of a type in this process, from 0. */
export function scriptedHandlers({ tasks }: Script): Record<string, ScriptedHandler> {
  const counts = new Map<string, number>();
  const handlers = [...tasks].map(([type, entries]): [string, ScriptedHandler] => [
    type,
    async (payload, job) => {
      const call = counts.get(type) ?? 0;
      counts.set(type, call + 1);
      const variables = { payload, call };
      const entry = entries.find(({ when }) => when === "" || compile(when).evaluate(variables) === true);
      if (!entry) throw new NonRetryable(`the script of ${type} has no entry for this`, { type: "NO_ENTRY" });
      if (entry.delayMs > 0) await pause(entry.delayMs, job.signal);
      if (entry.fail) throw failure(render(entry.fail, variables) as JsonObject);
      return render(entry.result, variables);
    },
  ]);
  return Object.fromEntries(handlers);
}

function failure({ type = "FAILED", message = "as the script says", retryable = true }: JsonObject): Error {
  if (retryable === false) return new NonRetryable(String(message), { type: String(type) });
  const error = new Error(String(message));
  error.name = String(type);
  return error;
}

/** A task that is canceled meanwhile ends at once. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    });
  });
}
