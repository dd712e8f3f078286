// What goes on while something is killed, and what the workers do in it.
import { branching, branchingHandlers } from "./branching.ts";
import type { Witness } from "./history.ts";
import { judging, judgingHandlers } from "./judging.ts";
import type { Handlers, Scenario } from "./scenario.ts";
import { sharing, sharingHandlers } from "./sharing.ts";
import { signaling, signalingHandlers } from "./signaling.ts";
import { waiting, waitingHandlers } from "./waiting.ts";

export const scenarios: readonly Scenario[] = [...waiting, ...judging, ...sharing, ...branching, ...signaling];

const makers = [waitingHandlers, judgingHandlers, sharingHandlers, branchingHandlers, signalingHandlers];

export function handlersOf(witness: Witness): { readonly operator: Handlers; readonly second: Handlers } {
  const all = makers.map((make) => make(witness));
  return {
    operator: Object.assign({}, ...all.map((one) => one.operator)) as Handlers,
    second: Object.assign({}, ...all.map((one) => one.second)) as Handlers,
  };
}
