// The interpreter: a machine, what an execution was and what has happened since, to what it is now and the one effect
// that it asks for. Pure: the same arguments give the same answer, so a step that a crash has cut off is made again.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { type State, StateType } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { type Shrunk, shrink } from "./large-values.ts";
import { phasesOf } from "./phases.ts";
import {
  type Advance,
  type Effect,
  type Ended,
  type Event,
  type MachineError,
  type Outcome,
  type Program,
  type Scope,
  type Snapshot,
  StateFailed,
  type Step,
  type Warning,
  type Work,
} from "./types.ts";
import { fill, holds, jsonOf, variablesOf } from "./variables.ts";
import { askAgain } from "./waits.ts";

/** Of the trail, so that a snapshot does not grow with the steps. */
const trailMax = 32;

type Running = {
  readonly program: Program;
  readonly event: Event;
  readonly warnings: Warning[];
  snapshot: Snapshot;
};

/** With no snapshot, the execution begins. */
export function advance(program: Program, before: Snapshot | undefined, event: Event): Advance {
  const running: Running = { program, event, warnings: [], snapshot: before ?? blank };
  let effect: Effect | undefined;
  if (!before) begin(running);
  // Ends: each round enters a state, and there are at most `max_steps`, or returns what the state waits for.
  while (effect === undefined) {
    const { ended, work } = running.snapshot;
    effect = ended ? { type: "end", ended } : work ? proceed(running, work) : startWork(running, 0, undefined);
  }
  return { ...bounded(running, effect), warnings: running.warnings };
}

const blank: Snapshot = {
  format: 1,
  step: 0,
  state: "",
  context: {},
  output: null,
  cost: 0,
  tokens: 0,
  warned: [],
  trail: [],
};

function begin(running: Running): void {
  const { program } = running;
  try {
    const state = stateOf(program, program.initial);
    const scope = scopeOf(running, state, { name: program.initial });
    const context = fill((program.machine.context as JsonObject | undefined) ?? {}, variablesOf(scope));
    running.snapshot = { ...running.snapshot, context: context as JsonObject };
    enter(running, program.initial);
  } catch (error) {
    end(running, { error: errorOf(error) });
  }
}

function enter(running: Running, name: string, error?: MachineError): void {
  const { program, snapshot } = running;
  const step = snapshot.step + 1;
  const { error: _, work: __, ...rest } = snapshot;
  if (step > program.bounds.stepsMax) {
    const message = `step ${step}, of at most ${program.bounds.stepsMax}, would enter ${name}`;
    end(running, { error: { type: "MAX_STEPS_EXCEEDED", message } });
    return;
  }
  const trail = [...snapshot.trail, [step, name] as const].slice(-trailMax);
  running.snapshot = { ...rest, step, state: name, trail, ...(error && { error }) };
  const state = stateOf(program, name);
  if (state.type !== StateType.FINAL) return;
  try {
    const template = jsonOf(state.output);
    const scope = scopeOf(running, state, { name });
    end(running, { output: template === undefined ? snapshot.output : fill(template, variablesOf(scope)) });
  } catch (thrown) {
    end(running, { error: errorOf(thrown) });
  }
}

function end(running: Running, ended: Ended): void {
  const { work: _, ...rest } = running.snapshot;
  running.snapshot = { ...rest, ended };
}

function stateOf({ states }: Program, name: string): State {
  const state = states.get(name);
  if (!state) throw new StateFailed("UNKNOWN_STATE", `there is no state ${name}`);
  return state;
}

type Within = {
  readonly name?: string;
  readonly outcome?: Outcome | undefined;
  readonly deadlineMs?: number | undefined;
};

function scopeOf({ program, snapshot, event }: Running, state: State, { name, outcome, deadlineMs }: Within): Scope {
  const tally = { cost: 0, tokens: 0, warnings: [] };
  return {
    program,
    name: name ?? snapshot.state,
    state,
    snapshot,
    event,
    tally,
    deadlineMs,
    ...(outcome && { outcome }),
  };
}

/** From the given phase on, until one waits or all are done. */
function startWork(
  running: Running,
  from: number,
  outcome: Outcome | undefined,
  deadline?: number,
): Effect | undefined {
  const { program, snapshot, event } = running;
  const state = stateOf(program, snapshot.state);
  const timeout = state.timeout && event.nowMs + durationMs(state.timeout);
  const deadlineMs = deadline ?? timeout;
  const layer = phasesOf(state)[from];
  if (!layer) return leave(running, state, outcome);
  const scope = scopeOf(running, state, { outcome, deadlineMs });
  return take(running, scope, from, () => layer.begin(scope));
}

function proceed(running: Running, { phase, layer, deadlineMs, outcome }: Work): Effect | undefined {
  const state = stateOf(running.program, running.snapshot.state);
  const scope = scopeOf(running, state, { outcome, deadlineMs });
  return take(running, scope, phase, () => {
    const resumed = phasesOf(state)[phase];
    if (!resumed) throw new StateFailed("UNKNOWN_STATE", `${running.snapshot.state} has no phase ${phase}`);
    return resumed.resume(scope, layer);
  });
}

function take(running: Running, scope: Scope, phase: number, work: () => Step): Effect | undefined {
  let step: Step;
  try {
    step = work();
  } catch (error) {
    if (!(error instanceof StateFailed)) throw error;
    count(running, scope);
    return fail(running, scope.state, error.error);
  }
  count(running, scope);
  const { deadlineMs, outcome } = scope;
  if (step.type === "done") {
    if (step.context)
      running.snapshot = { ...running.snapshot, context: { ...running.snapshot.context, ...step.context } };
    return startWork(running, phase + 1, step.outcome ?? outcome, deadlineMs);
  }
  const kept: Work = {
    phase,
    layer: step.layer,
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(outcome && { outcome }),
  };
  running.snapshot = { ...running.snapshot, work: kept };
  const timeoutMs = deadlineMs === undefined ? undefined : Math.max(1, deadlineMs - running.event.nowMs);
  if (step.type === "ask") return { type: "ask", question: { ...step.question, timeoutMs } };
  const { wait } = step;
  if (wait.for === "creation") return { type: "suspend", create: step.create, wait };
  const own = wait.for === "calls" ? wait.timeoutMs : undefined;
  const least = own === undefined ? timeoutMs : Math.min(own, timeoutMs ?? own);
  return { type: "suspend", create: step.create, wait: { ...wait, timeoutMs: least } };
}

function count(running: Running, { tally }: Scope): void {
  const { cost, tokens } = running.snapshot;
  running.snapshot = { ...running.snapshot, cost: cost + tally.cost, tokens: tokens + tally.tokens };
  warn(running, tally.warnings);
}

function warn(running: Running, warnings: readonly Warning[]): void {
  for (const warning of warnings) {
    if (running.snapshot.warned.includes(warning.name)) continue;
    running.warnings.push(warning);
    running.snapshot = { ...running.snapshot, warned: [...running.snapshot.warned, warning.name] };
  }
}

/** The work is done: what is kept of it, and where to go on. */
function leave(running: Running, state: State, outcome: Outcome | undefined): undefined {
  const { program } = running;
  try {
    if (outcome) checkOutput(program, outcome.output);
    const { output } = outcome ?? running.snapshot;
    const context = contextAfter(scopeOf(running, state, { outcome }));
    running.snapshot = { ...running.snapshot, output, context };
    warnOfContext(running);
    const scope = scopeOf(running, state, { outcome });
    const variables = variablesOf(scope);
    const next = state.transitions.find(({ condition }) => holds(condition, variables));
    if (!next) throw new StateFailed("NO_TRANSITION", `no transition of ${running.snapshot.state} holds`);
    enter(running, next.to);
  } catch (error) {
    fail(running, state, errorOf(error));
  }
}

function contextAfter(scope: Scope): JsonObject {
  const { context } = scope.snapshot;
  const kept = Object.entries(scope.state.outputToContext);
  if (kept.length === 0) return context;
  const variables = variablesOf(scope);
  return {
    ...context,
    ...Object.fromEntries(kept.map(([key, template]) => [key, fill(jsonOf(template) ?? null, variables)])),
  };
}

function checkOutput({ bounds }: Program, output: JsonValue): void {
  const { outputBytesMax } = bounds;
  if (outputBytesMax === undefined) return;
  const size = Buffer.byteLength(JSON.stringify(output));
  if (size > outputBytesMax) throw new StateFailed("OUTPUT_TOO_LARGE", `${size} bytes, of at most ${outputBytesMax}`);
}

function warnOfContext(running: Running): void {
  const bound = running.program.bounds.contextBytesWarn;
  const name = "context_bytes";
  if (bound === undefined || running.snapshot.warned.includes(name)) return;
  const value = Buffer.byteLength(JSON.stringify(running.snapshot.context));
  if (value >= bound) {
    warn(running, [{ name, message: `the context has ${value} bytes, from ${bound} on is warned`, value, bound }]);
  }
}

function fail(running: Running, state: State, error: MachineError): undefined {
  // The type is what a worker has sent, so it may be a name that every object has.
  const to = Object.hasOwn(state.onError, error.type) ? state.onError[error.type] : state.onError["*"];
  if (to === undefined) end(running, { error });
  else enter(running, to, error);
}

function errorOf(thrown: unknown): MachineError {
  if (thrown instanceof StateFailed) return thrown.error;
  throw thrown;
}

/** What is too large for the snapshot is kept beside it. One that cannot be kept ends the execution, and says so. */
function bounded({ program, snapshot }: Running, effect: Effect): Omit<Advance, "warnings"> {
  const bound = program.bounds.checkpointBytesMax;
  const shrunk = shrink(snapshot, bound, effect.type !== "end");
  if (shrunk) return effect.type === "ask" && shrunk.values.length > 0 ? before(shrunk) : { ...shrunk, effect };
  const { work: _, stored: __, discarded: ___, ...rest } = snapshot;
  const empty = { ...rest, context: {}, output: null, emptied: true as const };
  if (effect.type === "end" && "output" in effect.ended) {
    // The result is kept by the task itself.
    return { snapshot: { ...empty, ended: effect.ended }, effect, values: [] };
  }
  const size = Buffer.byteLength(JSON.stringify(snapshot));
  const error = { type: "CHECKPOINT_TOO_LARGE", message: `a snapshot of ${size} bytes, of at most ${bound}` };
  const ended = effect.type === "end" ? effect.ended : { error };
  return { snapshot: { ...empty, ended }, effect: { type: "end", ended }, values: [] };
}

/** A question cannot be asked in the step that keeps values: they are kept first, and it is asked in the next one. */
function before({ snapshot, values }: Shrunk): Omit<Advance, "warnings"> {
  const { work } = snapshot;
  const kept = work ? { ...snapshot, work: { ...work, layer: askAgain } } : snapshot;
  return { snapshot: kept, effect: { type: "suspend", create: [], wait: { for: "creation" } }, values };
}
