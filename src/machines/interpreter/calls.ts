// The calls of a state: one, several samples, one per item of a list, several machines; again while they fail. What
// they are follows from the context, which stands still meanwhile, so a snapshot keeps only what has come of them.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import {
  FanOutMode,
  type MachineCall,
  type RetryExecution,
  Sampling,
} from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import type { Variables } from "../expressions/cel.ts";
import { readAgentResult } from "./agent-result.ts";
import { actionCall, agentCall, draw, machineCall } from "./requests.ts";
import {
  type Call,
  type CallResult,
  type Layer,
  type MachineError,
  type Outcome,
  type Program,
  type Scope,
  type Snapshot,
  StateFailed,
  type Step,
} from "./types.ts";
import { evaluate, fill, jsonOf, variablesOf } from "./variables.ts";

/** As many tasks as one step may create. */
export const callsMax = 500;
/** As many conditions as one group may have. */
export const anyMax = 100;

/** A call that the state makes, by its place. */
type Unit = { readonly call: Call; readonly name?: string; readonly key?: string };

/** What has come of one. */
export type Entry = {
  readonly output?: JsonValue;
  readonly result?: JsonValue;
  readonly error?: MachineError;
  readonly retryAfterMs?: number;
};

type CallsLayer = {
  /** The units whose calls are under way, by their places. */
  readonly waiting: readonly number[];
  readonly attempt: number;
  readonly entries: Readonly<Record<string, Entry>>;
};

export const calls: Layer = {
  begin(scope) {
    const units = unitsOf(scope);
    if (units.length === 0) return { type: "done", outcome: { output: scope.state.key ? {} : [], results: [] } };
    const waiting = units.map((_, at) => at);
    return wait(scope, units, { waiting, attempt: 1, entries: {} }, 0);
  },
  resume(scope, layer) {
    const units = unitsOf(scope);
    const { waiting, attempt, entries } = layer as unknown as CallsLayer;
    const results = scope.event.calls ?? [];
    const now = { ...entries };
    const pending: { readonly at: number; readonly taskId: string }[] = [];
    waiting.forEach((at, place) => {
      const result = results[place] ?? { status: "canceled" };
      if (result.status === "pending") pending.push({ at, taskId: result.taskId });
      else now[at] = entryOf(scope, result);
    });
    if (pending.length > 0) {
      const kept = { waiting: pending.map(({ at }) => at), attempt, entries: now };
      return waitFor(
        scope,
        kept,
        [],
        pending.map(({ taskId }) => taskId),
      );
    }
    const again = waiting.filter((at) => mayRetry(scope, now[at], attempt));
    if (again.length === 0) return { type: "done", outcome: outcomeOf(scope, units, now) };
    const delayMs = Math.max(...again.map((at) => backoffMs(scope, at, attempt, now[at])));
    return wait(scope, units, { waiting: again, attempt: attempt + 1, entries: now }, delayMs);
  },
};

function wait(scope: Scope, units: readonly Unit[], layer: CallsLayer, delayMs: number): Step {
  const { waiting } = layer;
  const mode = isAny(scope) ? "any" : "all";
  const most = mode === "any" ? anyMax : callsMax;
  if (waiting.length > most)
    throw new StateFailed("TOO_MANY_CALLS", `${waiting.length} calls at once, of at most ${most}`);
  const create = waiting.flatMap((at) => units[at]?.call ?? []).map((call) => ({ ...call, delayMs }));
  return waitFor(scope, layer, create, []);
}

function waitFor(scope: Scope, layer: CallsLayer, create: readonly Call[], tasks: readonly string[]): Step {
  const mode = isAny(scope) ? "any" : "all";
  return { type: "suspend", layer: layer as unknown as JsonObject, create, wait: { for: "calls", mode, tasks } };
}

/**
 * Whether the calls that have ended decide a state that takes the first success, so that the others can be canceled.
 * The task of an agent succeeds also where its result tells of an error, which is none.
 */
export function isDecided(program: Program, snapshot: Snapshot, results: readonly CallResult[]): boolean {
  const state = program.states.get(snapshot.state);
  if (state?.mode !== FanOutMode.ANY) return true;
  return results.some((result) => {
    if (result.status !== "succeeded") return false;
    return state.agent === "" || !(isObject(result.result) && isObject(result.result["error"]));
  });
}

function isAny({ state, instead }: Scope): boolean {
  return state.mode === FanOutMode.ANY && !instead;
}

function unitsOf(scope: Scope): Unit[] {
  const { state, instead } = scope;
  const variables = variablesOf(scope);
  if (instead) return unitsOfAgent(scope, instead.agent, inputOf(scope, variables));
  if (state.foreach !== "") return unitsOfList(scope, variables);
  if (state.machine.length > 0) return state.machine.map((called) => machineUnit(scope, called, variables));
  const input = inputOf(scope, variables);
  return state.action === "" ? unitsOfAgent(scope, state.agent, input) : [{ call: actionCall(state.action, input) }];
}

function inputOf({ state }: Scope, variables: Variables): JsonValue {
  return fill(jsonOf(state.input) ?? {}, variables);
}

function machineUnit(scope: Scope, { name, input: own }: MachineCall, variables: Variables): Unit {
  const base = inputOf(scope, variables);
  const input = own ? overridden(base, fill(jsonOf(own) ?? {}, variables)) : base;
  return { name, call: machineCall(scope, name, input) };
}

function overridden(base: JsonValue, own: JsonValue): JsonValue {
  return isObject(base) && isObject(own) ? { ...base, ...own } : own;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** How many samples are made. 0 if the state makes none, but one answer. */
function samplesOf({ state, instead }: Scope): number {
  return state.execution?.kind.case === "parallel" && !instead ? state.execution.kind.value.nSamples : 0;
}

function unitsOfAgent(scope: Scope, agent: string, input: JsonValue): Unit[] {
  const { sampling } = scope.state;
  const samples = Math.max(1, samplesOf(scope));
  if (samples > 1 && sampling === Sampling.SINGLE) {
    return [{ call: agentCall(scope, agent, { input, index: 0, more: { n_samples: samples } }) }];
  }
  return Array.from({ length: samples }, (_, at) => {
    const index = at + samples * (scope.round ?? 0);
    return { call: agentCall(scope, agent, { input, index }) };
  });
}

function unitsOfList(scope: Scope, variables: Variables): Unit[] {
  const { foreach, as, key, machine, agent, action } = scope.state;
  const items = evaluate(foreach, variables);
  if (!Array.isArray(items)) throw new StateFailed("EXPRESSION_FAILED", `${foreach}: must be a list`);
  if (items.length > callsMax) throw new StateFailed("TOO_MANY_CALLS", `${items.length} items, of at most ${callsMax}`);
  const keys = new Set<string>();
  return items.map((item, index) => {
    const own = { ...variables, [as || "item"]: item, index };
    const named = key === "" ? {} : { key: keyOf(evaluate(key, own), keys) };
    const [called] = machine;
    if (called) return { ...machineUnit(scope, called, own), ...named };
    const input = inputOf(scope, own);
    const call = action === "" ? agentCall(scope, agent, { input, index }) : actionCall(action, input);
    return { call, ...named };
  });
}

function keyOf(value: JsonValue, keys: Set<string>): string {
  const key = typeof value === "string" ? value : JSON.stringify(value);
  if (keys.has(key)) throw new StateFailed("DUPLICATE_KEY", `two items have the key ${key}`);
  keys.add(key);
  return key;
}

export function entryOf(scope: Scope, result: CallResult): Entry {
  if (result.status === "canceled" || result.status === "pending") {
    const isLate = !isAny(scope);
    return {
      error: isLate ? { type: "TIMEOUT", message: "time was over" } : { type: "CANCELED", message: "not needed" },
    };
  }
  if (result.status === "failed") return { error: result.error };
  if (!scope.instead && scope.state.agent === "") return { output: result.result };
  const { output, result: rest, error, retryAfterMs } = readAgentResult(scope, result.result);
  return error ? { error, result: rest, retryAfterMs } : { output, result: rest };
}

function mayRetry(scope: Scope, entry: Entry | undefined, attempt: number): boolean {
  const retry = retryOf(scope);
  if (!retry || !entry?.error || entry.error.retryable === false || attempt > retry.backoffs.length) return false;
  const { deadlineMs, event } = scope;
  return deadlineMs === undefined || event.nowMs < deadlineMs;
}

function retryOf({ state, instead }: Scope): RetryExecution | undefined {
  if (instead) return undefined;
  return state.execution?.kind.case === "retry" ? state.execution.kind.value : undefined;
}

function backoffMs(scope: Scope, at: number, attempt: number, entry: Entry | undefined): number {
  const retry = retryOf(scope);
  const backoff = retry?.backoffs[attempt - 1];
  const moved = 1 + (retry?.jitter ?? 0) * (2 * draw(scope, at, attempt) - 1);
  return Math.round(Math.max((backoff ? durationMs(backoff) : 0) * moved, entry?.retryAfterMs ?? 0));
}

function outcomeOf(scope: Scope, units: readonly Unit[], entries: Readonly<Record<string, Entry>>): Outcome {
  const { state, instead } = scope;
  const samples = samplesOf(scope);
  const isList =
    state.foreach !== "" || state.machine.length > 1 || (samples > 0 && state.sampling !== Sampling.SINGLE);
  const all = units.map((_, at) => entries[at] ?? {});
  const [first = {}] = all;
  if (isList && !instead) return outcomeOfSeveral(scope, units, all);
  if (first.error) throw failedBy(first.error);
  if (samples > 1 && !Array.isArray(first.output)) {
    throw new StateFailed("AGENT_RESULT_INVALID", `output: must be a list of ${samples} samples`);
  }
  return { output: first.output ?? null, ...(first.result !== undefined && { result: first.result }) };
}

function outcomeOfSeveral(scope: Scope, units: readonly Unit[], entries: readonly Entry[]): Outcome {
  const names = units.map(({ key, name }) => key ?? (scope.state.foreach === "" ? name : undefined));
  const results = entries.map(({ retryAfterMs, ...entry }, at) => {
    const name = names[at];
    return { ...(name !== undefined && { name }), ...entry } as unknown as JsonObject;
  });
  const good = entries.find(({ error }) => !error);
  if (!good) {
    if (entries.every(({ error }) => error?.type === "TIMEOUT"))
      throw new StateFailed("TIMEOUT", "time was over", true);
    const { type = "", message = "" } = entries[0]?.error ?? {};
    throw new StateFailed(
      "ALL_FAILED",
      `none of ${entries.length} calls succeeded; the first: ${type}: ${message}`,
      true,
    );
  }
  if (isAny(scope)) return { output: good.output ?? null, results };
  const isNamed = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  const output = isNamed
    ? Object.fromEntries(entries.flatMap(({ output: one }, at) => (one === undefined ? [] : [[names[at], one]])))
    : entries.map(({ output: one }) => one ?? null);
  return { output: output as JsonValue, results };
}

export function failedBy({ type, message, retryable }: MachineError): StateFailed {
  return new StateFailed(type, message, retryable);
}
