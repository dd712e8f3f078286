// What a state does, one after the other: it starts machines, then it works. Each phase is a layer.
import type { State } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { calls } from "./calls.ts";
import type { Layer } from "./types.ts";
import { askQuestion, launch, waitForSignal } from "./waits.ts";

export function phasesOf(state: State): Layer[] {
  const phases: Layer[] = [];
  if (state.launch.length > 0) phases.push(launch);
  const work = workOf(state);
  if (work) phases.push(work);
  return phases;
}

function workOf(state: State): Layer | undefined {
  if (state.waitFor) return waitForSignal;
  if (state.ask) return askQuestion;
  return state.agent !== "" || state.action !== "" || state.machine.length > 0 ? calls : undefined;
}
