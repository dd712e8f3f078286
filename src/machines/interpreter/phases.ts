// What a state does, one after the other: it starts machines, runs hooks, works, runs hooks. Each phase is
// a layer; the work itself may be in layers around each other: a panel around a policy around calls.
import type { State } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { calls } from "./calls.ts";
import { hook } from "./hooks.ts";
import { withPolicy } from "./policy.ts";
import { toolLoop } from "./tool-loop.ts";
import type { Layer } from "./types.ts";
import { verified } from "./verify.ts";
import { voting } from "./voting.ts";
import { askQuestion, launch, waitForSignal } from "./waits.ts";

export function phasesOf(state: State): Layer[] {
  const phases: Layer[] = [];
  if (state.launch.length > 0) phases.push(launch);
  phases.push(...(state.hooks?.before ?? []).map(hook));
  const work = workOf(state);
  if (work) phases.push(work);
  phases.push(...(state.hooks?.after ?? []).map(hook));
  return phases;
}

function workOf(state: State): Layer | undefined {
  if (state.waitFor) return waitForSignal;
  if (state.ask) return askQuestion;
  const own = callsOf(state);
  const chosen = state.policy ? withPolicy(own ?? calls) : own;
  return chosen && state.verify ? verified(chosen) : chosen;
}

function callsOf(state: State): Layer | undefined {
  if (state.toolLoop) return toolLoop;
  if (state.execution?.kind.case === "mdapVoting") return voting;
  return state.agent !== "" || state.action !== "" || state.machine.length > 0 ? calls : undefined;
}
