// The part of the sweep for roll-outs: nodes that have not answered in time, and what one transaction has left to do.
import { outstanding, statusAfterTime } from "../../core/node-rollouts.ts";
import {
  lockDueNodeRollout,
  type PickDueNodeRolloutsRow,
  pickDueNodeRollouts,
  pickNodeRolloutNodes,
} from "../../store/node_rollout.sql.gen.ts";
import { read, type Transaction, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { advanceRollout } from "./advance-rollout.ts";
import { writeMembers } from "./rollout-rows.ts";

const passMax = 100;
/** As many as may have an answer outstanding in one roll-out. */
const outstandingMax = 100;

/** Returns how many roll-outs were looked at. */
export async function settleRollouts(engine: Engine, signal: AbortSignal): Promise<number> {
  const picked = await read(engine.database, {}, async (tx) =>
    pickDueNodeRollouts(tx, { now: await tx.now, most: passMax }),
  );
  let settled = 0;
  for (const one of picked) {
    if (signal.aborted) break;
    settled += await transaction(engine.database, {}, (tx) => settle(engine, tx, one));
  }
  return settled;
}

async function settle(
  engine: Engine,
  tx: Transaction,
  { tenantId, rolloutId }: PickDueNodeRolloutsRow,
): Promise<number> {
  // One that is busy is looked at in the next pass.
  const rollout = await lockDueNodeRollout(tx, { tenantId, rolloutId });
  if (!rollout?.dueTime || rollout.dueTime > tx.now) return 0;
  const bounds = { tenantId, rolloutId, untilPlace: rollout.nodes, most: outstandingMax };
  const unanswered = await Promise.all(outstanding.map((status) => pickNodeRolloutNodes(tx, { ...bounds, status })));
  const before = unanswered.flat().filter(({ dueTime }) => dueTime !== null && dueTime <= tx.now);
  const error = "it has not answered in time";
  const after = before.map((node) => ({ ...node, status: statusAfterTime(node.status), dueTime: null, error }));
  const counted = await writeMembers(tx, tenantId, rollout, before, after);
  await advanceRollout(engine, tx, tenantId, counted, `${before[0]?.nodeId ?? "a node"} has not answered in time`);
  return 1;
}
