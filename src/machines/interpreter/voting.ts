// Voting: candidates until one answer leads by enough votes. As many are called at once as the leader lacks at least,
// so no call is made that could not have mattered. Candidates that a red flag names are discarded, and count as
// candidates.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { FinishReason } from "../../../gen/typescript/asyncgate/machine/v1/agent_pb.ts";
import type { VotingExecution } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { canonical } from "../document/canonical.ts";
import { readAgentResult } from "./agent-result.ts";
import { agentCall } from "./requests.ts";
import { type CallResult, type Layer, type Scope, StateFailed, type Step } from "./types.ts";
import { evaluate, fill, holds, jsonOf, variablesOf } from "./variables.ts";

type Votes = { readonly output: JsonValue; readonly result: JsonValue; readonly votes: number };

type VotingLayer = {
  /** Candidates that were called. */
  readonly candidates: number;
  readonly discarded: number;
  /** By what counts as the answer. */
  readonly votes: Readonly<Record<string, Votes>>;
};

export const voting: Layer = {
  begin: (scope) => callMore(scope, { candidates: 0, discarded: 0, votes: {} }),
  resume(scope, kept) {
    let layer = kept as unknown as VotingLayer;
    for (const result of scope.event.calls ?? []) {
      layer = counted(scope, layer, result);
      const [leader, second] = standings(layer);
      if (leader && leader.votes - (second?.votes ?? 0) >= votingOf(scope).kMargin) return decided(layer, leader);
    }
    return callMore(scope, layer);
  },
};

function votingOf({ state }: Scope): VotingExecution {
  if (state.execution?.kind.case !== "mdapVoting") throw new StateFailed("UNKNOWN_STATE", "the state has no votes");
  return state.execution.kind.value;
}

function standings({ votes }: VotingLayer): Votes[] {
  return Object.values(votes).toSorted((one, other) => other.votes - one.votes);
}

function callMore(scope: Scope, layer: VotingLayer): Step {
  const { kMargin, maxCandidates } = votingOf(scope);
  const [leader, second] = standings(layer);
  const lacks = kMargin - ((leader?.votes ?? 0) - (second?.votes ?? 0));
  const count = Math.min(lacks, maxCandidates - layer.candidates);
  if (count <= 0) {
    const { candidates, discarded } = layer;
    const message = `no answer leads by ${kMargin} after ${candidates} candidates, ${discarded} of them discarded`;
    throw new StateFailed("NO_CONSENSUS", message);
  }
  const input = fill(jsonOf(scope.state.input) ?? {}, variablesOf(scope));
  const create = Array.from({ length: count }, (_, at) =>
    agentCall(scope, scope.instead?.agent ?? scope.state.agent, { input, index: layer.candidates + at }),
  );
  const next: VotingLayer = { ...layer, candidates: layer.candidates + count };
  return {
    type: "suspend",
    layer: next as unknown as JsonObject,
    create,
    wait: { for: "calls", mode: "all", tasks: [] },
  };
}

function counted(scope: Scope, layer: VotingLayer, result: CallResult): VotingLayer {
  const candidate = candidateOf(scope, result);
  if (!candidate) return { ...layer, discarded: layer.discarded + 1 };
  const { key, output, result: rest } = candidate;
  const before = layer.votes[key] ?? { output, result: rest, votes: 0 };
  return { ...layer, votes: { ...layer.votes, [key]: { ...before, votes: before.votes + 1 } } };
}

/** Undefined if a red flag names it: its format, its length, or what the document asks of it. */
function candidateOf(scope: Scope, called: CallResult) {
  if (called.status !== "succeeded") return undefined;
  const { message, output, result, error } = readAgentResult(scope, called.result);
  const { normalize, validWhen, outputBytesMax } = votingOf(scope);
  if (error || message?.finishReason === FinishReason.LENGTH) return undefined;
  if (outputBytesMax > 0 && Buffer.byteLength(JSON.stringify(output)) > outputBytesMax) return undefined;
  const variables = variablesOf({ ...scope, outcome: { output, result } });
  try {
    if (!holds(validWhen, variables)) return undefined;
    return { key: canonical(normalize === "" ? output : evaluate(normalize, variables)), output, result };
  } catch (thrown) {
    // An answer in which an expression finds no field is not in the form that was asked for.
    if (thrown instanceof StateFailed) return undefined;
    throw thrown;
  }
}

function decided(layer: VotingLayer, { output, result }: Votes): Step {
  const results = standings(layer).map(({ output: one, votes }) => ({ output: one, votes }));
  return { type: "done", outcome: { output, result, results } };
}
