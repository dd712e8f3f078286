// Which of several agents does the work of a state, and what the work may cost and take.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { BudgetPolicy, EscalatePolicy } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { canonical } from "../document/canonical.ts";
import { calls, isObject } from "./calls.ts";
import { type Layer, type MachineError, type Outcome, type Scope, StateFailed, type Step } from "./types.ts";
import { holds, variablesOf } from "./variables.ts";

type PolicyLayer = {
  /** Which agent is at work, from 0. */
  readonly at: number;
  readonly inner: JsonObject;
  /** What the execution had cost when the work began. */
  readonly cost: number;
  readonly latencyEndMs?: number;
};

/** What follows when an agent has done its work, or failed: it counts, or the next one is called. */
type Rule = {
  /** The agent that works then. Undefined: the state's own work. */
  readonly agents: readonly (string | undefined)[];
  readonly isTaken: (scope: Scope, outcome: Outcome, at: number) => boolean;
  readonly isCaught: (error: MachineError, at: number) => boolean;
};

export function withPolicy(own: Layer): Layer {
  return {
    begin: (scope) => start(scope, own, 0),
    resume(scope, kept) {
      const layer = kept as unknown as PolicyLayer;
      const { at, inner } = layer;
      return followed(scope, own, layer, () => layerOf(scope, own, at).resume(scopeOf(scope, layer), inner));
    },
  };
}

function ruleOf({ state }: Scope): Rule {
  const kind = state.policy?.kind;
  if (kind?.case === "singleFirst") {
    const { agent, acceptWhen, then } = kind.value;
    return {
      agents: [agent, then],
      isTaken: (scope, outcome) => holds(acceptWhen, variablesOf({ ...scope, outcome })),
      isCaught: () => true,
    };
  }
  if (kind?.case === "fallback") return { agents: kind.value.agents, isTaken: () => true, isCaught: () => true };
  if (kind?.case === "escalate") return escalation(kind.value);
  return { agents: [undefined], isTaken: () => true, isCaught: () => false };
}

function escalation({ on, to }: EscalatePolicy): Rule {
  return {
    agents: [undefined, to],
    isTaken: (_, outcome) => {
      const { disagreementAbove, confidenceBelow } = on ?? {};
      if (disagreementAbove !== undefined && disagreement(outcome) > disagreementAbove) return false;
      return confidenceBelow === undefined || confidenceOf(outcome.output) >= confidenceBelow;
    },
    isCaught: ({ type }) => on?.errorTypes.includes(type) ?? false,
  };
}

/** The part of the samples that differ from the most frequent one. */
function disagreement({ output, results }: Outcome): number {
  const all = Array.isArray(results) ? results.map((one) => (isObject(one) ? one["output"] : undefined)) : [output];
  const texts = all.filter((one) => one !== undefined).map(canonical);
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return texts.length === 0 ? 0 : 1 - Math.max(...counts.values()) / texts.length;
}

/** An answer that tells no confidence is sure of itself. */
function confidenceOf(output: JsonValue): number {
  const confidence = isObject(output) ? output["confidence"] : undefined;
  return typeof confidence === "number" ? confidence : 1;
}

function budgetOf({ state }: Scope): BudgetPolicy | undefined {
  return state.policy?.kind.case === "budget" ? state.policy.kind.value : undefined;
}

/** Another agent than the state's own is called once, whatever the state's own does. */
function layerOf(scope: Scope, own: Layer, at: number): Layer {
  return ruleOf(scope).agents[at] === undefined ? own : calls;
}

function scopeOf(scope: Scope, { at, latencyEndMs }: Pick<PolicyLayer, "at" | "latencyEndMs">): Scope {
  const agent = ruleOf(scope).agents[at];
  const deadlines = [scope.deadlineMs, latencyEndMs].filter((one) => one !== undefined);
  const deadlineMs = deadlines.length > 0 ? Math.min(...deadlines) : undefined;
  return { ...scope, deadlineMs, ...(agent !== undefined && { instead: { agent } }) };
}

function start(scope: Scope, own: Layer, at: number): Step {
  const latency = budgetOf(scope)?.latency;
  const end = latency && { latencyEndMs: scope.event.nowMs + durationMs(latency) };
  const layer: PolicyLayer = { at, inner: {}, cost: scope.snapshot.cost, ...end };
  return followed(scope, own, layer, () => layerOf(scope, own, at).begin(scopeOf(scope, layer)));
}

function followed(scope: Scope, own: Layer, layer: PolicyLayer, work: () => Step): Step {
  const { agents, isTaken, isCaught } = ruleOf(scope);
  const isLast = layer.at === agents.length - 1;
  let step: Step;
  try {
    step = work();
  } catch (thrown) {
    if (!(thrown instanceof StateFailed)) throw thrown;
    checkBudget(scope, layer, thrown.error);
    if (isLast || !isCaught(thrown.error, layer.at)) throw thrown;
    return start(scope, own, layer.at + 1);
  }
  if (step.type === "done") {
    const { outcome = { output: scope.snapshot.output } } = step;
    checkBudget(scope, layer, undefined);
    return isLast || isTaken(scope, outcome, layer.at) ? { ...step, outcome } : start(scope, own, layer.at + 1);
  }
  const kept = { ...layer, inner: step.layer } as unknown as JsonObject;
  if (step.type !== "suspend" || step.wait.for !== "calls" || layer.latencyEndMs === undefined) {
    return { ...step, layer: kept };
  }
  const timeoutMs = Math.max(1, layer.latencyEndMs - scope.event.nowMs);
  return { ...step, layer: kept, wait: { ...step.wait, timeoutMs } };
}

function checkBudget(scope: Scope, { cost, latencyEndMs }: PolicyLayer, error: MachineError | undefined): void {
  const bound = budgetOf(scope)?.cost;
  const spent = scope.snapshot.cost + scope.tally.cost - cost;
  if (bound !== undefined && spent > bound) {
    throw new StateFailed("BUDGET_EXCEEDED", `the work has cost ${spent}, of at most ${bound}`);
  }
  if (latencyEndMs !== undefined && error?.type === "TIMEOUT" && scope.event.nowMs >= latencyEndMs) {
    throw new StateFailed("BUDGET_EXCEEDED", "the work has taken longer than its latency allows");
  }
}
