// Runs a machine without a server: the interpreter, and scripts in the place of workers, signals and people. What it
// keeps between two steps goes through JSON, as a checkpoint does.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Machine } from "../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { advance } from "../../src/machines/interpreter/advance.ts";
import { restored } from "../../src/machines/interpreter/large-values.ts";
import { programOf } from "../../src/machines/interpreter/program.ts";
import type {
  Answered,
  Call,
  CallResult,
  Effect,
  Ended,
  Event,
  Snapshot,
  Warning,
} from "../../src/machines/interpreter/types.ts";
import { loadMachine } from "../../src/machines/validation/load.ts";
import { createRules } from "../../src/rpc/rules/rules.ts";

const rules = createRules();
export const checkRules = (...[schema, message]: Parameters<typeof rules.check>) =>
  rules.check(schema, message)?.violations ?? [];

/**
 * What a call results in: its value, or the error that it throws. `pending`: it has not ended when the wait is over.
 */
export type Scripted = JsonValue | CallResult | "pending";
export type Scripts = {
  /** By type of task. The number is that of the call among those of its type, from 0. */
  readonly tasks?: Readonly<Record<string, (payload: JsonObject, number: number) => Scripted>>;
  readonly signal?: (channel: string) => JsonValue | undefined;
  readonly answer?: (title: string) => Answered;
};

export type Simulated = {
  readonly ended: Ended;
  readonly snapshot: Snapshot;
  readonly effects: readonly Effect[];
  readonly calls: readonly Call[];
  readonly warnings: readonly Warning[];
  /** The names of all states that were entered, as far as the trail has them. */
  readonly states: readonly string[];
  /** After each step, without what is kept beside the snapshot. */
  readonly snapshotBytes: readonly number[];
  /** Where the execution stood after each step: its state, and what is done of its work. */
  readonly places: readonly string[];
  /** What was kept beside it, by its digests. */
  readonly moved: readonly string[];
};

export async function load(text: string): Promise<Machine> {
  const loaded = await loadMachine(text, { checkRules });
  if ("machine" in loaded) return loaded.machine;
  throw new Error(loaded.faults.map(({ path, message }) => `${path}: ${message}`).join("\n"));
}

const effectsMax = 5_000;
/** As `2026-01-01`, and a second later at each step. */
const startMs = 1_767_225_600_000;

export type SimulateOptions = {
  readonly input?: JsonValue;
  readonly depth?: number;
  readonly executionId?: string;
  /** In place of the interpreter, for tests of what is expected of it. */
  readonly interpreter?: typeof advance;
};

export function simulate(machine: Machine, scripts: Scripts, options: SimulateOptions = {}): Simulated {
  const { input = {}, depth = 0, executionId = "execution", interpreter = advance } = options;
  const program = programOf({ machine, input, depth, executionId, checkRules });
  const counts = new Map<string, number>();
  const effects: Effect[] = [];
  const calls: Call[] = [];
  const warnings: Warning[] = [];
  const values = new Map<string, JsonValue>();
  const snapshotBytes: number[] = [];
  const places: string[] = [];
  let nowMs = startMs;
  let made = interpreter(program, undefined, { nowMs });
  for (;;) {
    effects.push(made.effect);
    warnings.push(...made.warnings);
    const { effect } = made;
    for (const { digest, text } of made.values) values.set(digest, JSON.parse(text) as JsonValue);
    const kept = JSON.parse(JSON.stringify(made.snapshot)) as Snapshot;
    places.push(placeOf(kept));
    snapshotBytes.push(Buffer.byteLength(JSON.stringify(kept)));
    const snapshot = restored(kept, (digest) => values.get(digest) ?? null);
    if (effect.type === "end") {
      const states = snapshot.trail.map(([, name]) => name);
      return {
        ended: effect.ended,
        snapshot,
        effects,
        calls,
        warnings,
        states,
        snapshotBytes,
        places,
        moved: [...values.keys()],
      };
    }
    if (effects.length > effectsMax) throw new Error("it does not end");
    if (effect.type === "suspend") calls.push(...effect.create);
    nowMs += 1_000;
    made = interpreter(program, snapshot, eventOf(effect, scripts, counts, nowMs));
  }
}

/** Without times, which are another one at each step. */
function placeOf({ step, work }: Snapshot): string {
  const { deadlineMs: _, ...rest } = work ?? {};
  return JSON.stringify([step, rest]);
}

function eventOf(effect: Effect, scripts: Scripts, counts: Map<string, number>, nowMs: number): Event {
  if (effect.type === "ask") {
    return { nowMs, answer: scripts.answer?.(effect.question.title) ?? { outcome: "expired" } };
  }
  if (effect.type !== "suspend" || effect.wait.for === "creation") return { nowMs };
  if (effect.wait.for === "signal") {
    const payload = scripts.signal?.(effect.wait.channel);
    return payload === undefined ? { nowMs } : { nowMs, signal: { payload } };
  }
  const { mode, timeoutMs = 0 } = effect.wait;
  let isOver = false;
  const results = effect.create.map((call): CallResult => {
    const number = counts.get(call.type) ?? 0;
    counts.set(call.type, number + 1);
    const script = scripts.tasks?.[call.type];
    if (!script) throw new Error(`no script does tasks of the type ${call.type}`);
    const result = resultOf(script(call.payload as JsonObject, number));
    if (isOver && mode === "any") return { status: "canceled" };
    isOver ||= result.status === "succeeded" && !JSON.stringify(result.result).startsWith('{"error"');
    return result;
  });
  const isLate = results.some(({ status }) => status === "canceled") && mode === "all";
  return { nowMs: isLate ? nowMs + timeoutMs : nowMs, calls: results };
}

function resultOf(scripted: Scripted): CallResult {
  if (scripted === "pending") return { status: "canceled" };
  if (scripted !== null && typeof scripted === "object" && "status" in scripted) return scripted as CallResult;
  return { status: "succeeded", result: scripted as JsonValue };
}

/** The result of an agent that answers with this. */
export function says(output: JsonValue, more: JsonObject = {}): JsonObject {
  return { output, finish_reason: "STOP", ...more };
}

export function failed(type: string, message = "", retryable = true): CallResult {
  return { status: "failed", error: { type, message, retryable } };
}
