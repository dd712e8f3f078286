// A panel of agents checks what the work of a state has made, before it counts. What is rejected is made again, as long
// as the budget lasts.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Aggregate, Verify } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { readAgentResult } from "./agent-result.ts";
import { isObject } from "./calls.ts";
import { agentCall } from "./requests.ts";
import { type CallResult, type Layer, type Outcome, type Scope, StateFailed, type Step } from "./types.ts";
import { fill, jsonOf, variablesOf } from "./variables.ts";

const verifiersDefault = 100;
const weightedDefault = 0.5;

type VerifyLayer = {
  /** From 1. */
  readonly candidate: number;
  /** Calls of the panel that were made. */
  readonly asked: number;
  /** Of the work that is under way. Absent while the panel is asked. */
  readonly inner?: JsonObject;
  /** What is being checked. */
  readonly outcome?: Outcome;
  readonly isSecondOpinion?: boolean;
};

type Opinion = { readonly accept: boolean; readonly score: number; readonly confidence: number };

export function verified(inner: Layer): Layer {
  return {
    begin: (scope) => make(scope, inner, { candidate: 1, asked: 0 }),
    resume(scope, kept) {
      const layer = kept as unknown as VerifyLayer;
      if (layer.inner) return wrapped(scope, layer, inner.resume(candidateScope(scope, layer), layer.inner));
      return judge(scope, inner, layer);
    },
  };
}

function verifyOf({ state }: Scope): Verify {
  if (!state.verify) throw new StateFailed("UNKNOWN_STATE", "the state has no panel");
  return state.verify;
}

/** Agents are told which candidate it is, as the seed of another answer. */
function candidateScope(scope: Scope, { candidate }: VerifyLayer): Scope {
  return { ...scope, round: candidate - 1 };
}

function make(scope: Scope, inner: Layer, layer: VerifyLayer): Step {
  return wrapped(scope, layer, inner.begin(candidateScope(scope, layer)));
}

function wrapped(scope: Scope, layer: VerifyLayer, step: Step): Step {
  if (step.type === "done") return ask(scope, { ...layer, outcome: step.outcome ?? { output: scope.snapshot.output } });
  const { outcome: _, ...rest } = layer;
  return { ...step, layer: { ...rest, inner: step.layer } as unknown as JsonObject };
}

function ask(scope: Scope, { inner: _, ...layer }: VerifyLayer): Step {
  const { panel, budget } = verifyOf(scope);
  const most = budget?.verifiers ?? verifiersDefault;
  const asked = layer.asked + panel.length;
  if (asked > most) throw new StateFailed("NOT_VERIFIED", `${asked} calls of the panel, of at most ${most}`);
  const input: JsonObject = {
    output: layer.outcome?.output ?? null,
    // That of a list's items is another for each of them.
    input: scope.state.foreach === "" ? fill(jsonOf(scope.state.input) ?? {}, variablesOf(scope)) : null,
  };
  const create = panel.map((agent, index) => agentCall(scope, agent, { input, index }));
  const kept = { ...layer, asked } as unknown as JsonObject;
  return { type: "suspend", layer: kept, create, wait: { for: "calls", mode: "all", tasks: [] } };
}

function judge(scope: Scope, inner: Layer, layer: VerifyLayer): Step {
  const { panel, aggregate, budget, reEvaluateBelow } = verifyOf(scope);
  const opinions = panel.map((_, at) => opinionOf(scope, scope.event.calls?.[at]));
  const confidence = mean(opinions.map((one) => one.confidence));
  if (reEvaluateBelow !== undefined && confidence < reEvaluateBelow && !layer.isSecondOpinion) {
    return ask(scope, { ...layer, isSecondOpinion: true });
  }
  const { candidate, outcome = { output: null } } = layer;
  if (accepts(aggregate, panel, opinions)) return { type: "done", outcome: withVerdict(outcome, opinions, candidate) };
  const candidates = budget?.candidates ?? 1;
  if (candidate < candidates) return make(scope, inner, { candidate: candidate + 1, asked: layer.asked });
  throw new StateFailed("NOT_VERIFIED", `the panel has accepted none of ${candidates} outputs`);
}

/** One that fails, or says nothing that can be understood, does not accept. */
function opinionOf(scope: Scope, called: CallResult | undefined): Opinion {
  const none = { accept: false, score: 0, confidence: 0 };
  if (called?.status !== "succeeded") return none;
  const { output, error } = readAgentResult(scope, called.result);
  if (error || !isObject(output) || typeof output["accept"] !== "boolean") return none;
  const { accept, score = accept ? 1 : 0, confidence = 1 } = output;
  return { accept, score: part(score), confidence: part(confidence) };
}

function part(value: JsonValue): number {
  return typeof value === "number" ? Math.min(1, Math.max(0, value)) : 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function accepts(aggregate: Aggregate | undefined, panel: readonly string[], opinions: readonly Opinion[]): boolean {
  const count = opinions.filter(({ accept }) => accept).length;
  const kind = aggregate?.kind;
  if (kind?.case === "kOfN") return count >= kind.value.k;
  if (kind?.case === "meanScore") return mean(opinions.map(({ score }) => score)) >= kind.value.atLeast;
  if (kind?.case === "weighted") {
    const { weights, atLeast = weightedDefault } = kind.value;
    const named = new Map(Object.entries(weights));
    const weightOf = (at: number) => named.get(panel[at] ?? "") ?? 1;
    const all = opinions.reduce((sum, _, at) => sum + weightOf(at), 0);
    const accepting = opinions.reduce((sum, { accept }, at) => sum + (accept ? weightOf(at) : 0), 0);
    return all > 0 && accepting / all >= atLeast;
  }
  return count * 2 > opinions.length;
}

function withVerdict(outcome: Outcome, opinions: readonly Opinion[], candidates: number): Outcome {
  const verdict = {
    candidates,
    accepts: opinions.filter(({ accept }) => accept).length,
    of: opinions.length,
    score: mean(opinions.map(({ score }) => score)),
    confidence: mean(opinions.map(({ confidence }) => confidence)),
  };
  return { ...outcome, result: { ...(isObject(outcome.result) ? outcome.result : {}), verify: verdict } };
}
