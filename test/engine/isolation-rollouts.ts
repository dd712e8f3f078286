// The part of isolation.test.ts about roll-outs: the first tenant has a live one, of its one node.
import type { Operations } from "../../src/engine/index.ts";
import type { Scene } from "../helpers/ledger-scenario.ts";
import {
  cancelRollout,
  getRollout,
  listRollouts,
  nodesOfRollout,
  pause,
  resumeRollout,
  rollBack,
  start,
} from "../helpers/node-rollouts.ts";
import type { Ids, Probe } from "./isolation-sessions.ts";

export async function startMarkedRollout(scene: Scene, canary: string): Promise<Pick<Ids, "rolloutId">> {
  const config = { sandbox: { programs: { names: [canary] } } };
  const { rolloutId } = await start(scene, { config, reason: canary });
  return { rolloutId };
}

export const rolloutProbes = {
  startNodeRollout: (operations, { all }) => [
    start({ operations, operator: all }),
    start({ operations, operator: all }, { nodes: { nodeIds: ["a-node-in-one"] } }),
  ],
  getNodeRollout: (operations, { all }, { rolloutId }) => [getRollout({ operations, operator: all }, rolloutId)],
  listNodeRollouts: (operations, { all }) => [
    listRollouts({ operations, operator: all }),
    listRollouts({ operations, operator: all }, { live: true }),
  ],
  listNodeRolloutNodes: (operations, { all }, { rolloutId }) => [
    nodesOfRollout({ operations, operator: all }, rolloutId),
  ],
  pauseNodeRollout: (operations, { all }, { rolloutId }) => [pause({ operations, operator: all }, rolloutId)],
  resumeNodeRollout: (operations, { all }, { rolloutId }) => [resumeRollout({ operations, operator: all }, rolloutId)],
  rollBackNodeRollout: (operations, { all }, { rolloutId }) => [rollBack({ operations, operator: all }, rolloutId)],
  cancelNodeRollout: (operations, { all }, { rolloutId }) => [cancelRollout({ operations, operator: all }, rolloutId)],
} satisfies Partial<Record<keyof Operations, Probe>>;
