// Roll-outs as operations find and write them. Whatever changes one locks its row first, then nodes in the order of
// their ids: a node waits for nothing while it is locked, so none of these wait in a circle.
import type { NodeRolloutPlan, NodeRolloutState } from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { nodeInRollout } from "../../core/node-refusals.ts";
import { isLeft, isLive, moved, progressOf, type RolloutStanding } from "../../core/node-rollouts.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import {
  lockNodeRollout,
  readLiveRolloutOfNode,
  readNodeRollout,
  writeNodeRolloutNodes,
} from "../../store/node_rollout.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { Transaction } from "../../store/transaction.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { recordNodeReceipt } from "../node-configs/node-receipts.ts";
import { planOf, type RolloutNodeRow, type RolloutRow } from "../views/assemble-node-rollout.ts";

export async function findRollout(tx: Executor, tenantId: string, rolloutId: string): Promise<RolloutRow> {
  const row = await readNodeRollout(tx, { tenantId, rolloutId });
  if (!row) throw new Refused(notFound("node_rollout", rolloutId));
  return row;
}

export async function lockRollout(tx: Executor, tenantId: string, rolloutId: string): Promise<RolloutRow> {
  const row = await lockNodeRollout(tx, { tenantId, rolloutId });
  if (!row) throw new Refused(notFound("node_rollout", rolloutId));
  return row;
}

/**
 * The live roll-out that has the node, locked. Called before the node is locked. A roll-out that starts meanwhile is
 * not found: what the caller is about came before that.
 */
export async function lockRolloutOf(tx: Executor, tenantId: string, nodeId: string): Promise<RolloutRow | undefined> {
  const found = await readLiveRolloutOfNode(tx, { tenantId, nodeId });
  const row = found && (await lockNodeRollout(tx, { tenantId, rolloutId: found.rolloutId }));
  return row && isLive(row.state) ? row : undefined;
}

/** Under the lock of the node. */
export async function refuseInRollout(tx: Executor, tenantId: string, nodeId: string): Promise<void> {
  const found = await readLiveRolloutOfNode(tx, { tenantId, nodeId });
  if (found) throw new Refused(nodeInRollout(found, [nodeId]));
}

export function standingOf(row: RolloutRow): RolloutStanding {
  return { ...row, plan: planOf(row) };
}

export function canaryCountOf({ canaryCount }: NodeRolloutPlan): number {
  return canaryCount ?? 0;
}

/** Writes nodes of a roll-out, and counts them. The caller writes the row that is returned. */
export async function writeMembers(
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  before: readonly RolloutNodeRow[],
  after: readonly RolloutNodeRow[],
): Promise<RolloutRow> {
  if (after.length === 0) return rollout;
  const canaryCount = canaryCountOf(planOf(rollout));
  let { counts, canariesLeft }: { counts: readonly number[]; canariesLeft: number } = rollout;
  for (const [place, node] of after.entries()) {
    const status = before[place]?.status ?? node.status;
    counts = moved(counts, status, node.status);
    if (node.place <= canaryCount) canariesLeft += Number(isLeft(node.status)) - Number(isLeft(status));
  }
  await writeNodeRolloutNodes(tx, {
    tenantId,
    rolloutId: rollout.rolloutId,
    now: tx.now,
    nodeIds: after.map(({ nodeId }) => nodeId),
    statuses: after.map(({ status }) => status),
    configVersions: after.map(({ version }) => version),
    formerNumbers: after.map(({ formerNumber }) => formerNumber),
    formerVersions: after.map(({ formerVersion }) => formerVersion),
    dueTimes: after.map(({ dueTime }) => dueTime),
    errors: after.map(({ error }) => error),
  });
  return { ...rollout, counts: [...counts], canariesLeft };
}

export type NewState = {
  readonly state: NodeRolloutState;
  readonly reason: string;
  /** The operator, or the service. */
  readonly from: string;
};

/** The receipt that tells of a new state. The caller writes the row that is returned. */
export async function recordState(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  { state, reason, from }: NewState,
  parents: readonly string[] = [rollout.receiptId],
): Promise<RolloutRow> {
  const { rolloutId, createdBy: to, counts } = rollout;
  const receiptId = decisionContext(engine, tx.now).newId();
  await recordNodeReceipt(engine, tx, tenantId, {
    receiptId,
    from,
    to,
    parents: [...parents],
    body: {
      case: "nodeRolloutChanged",
      value: {
        $typeName: "asyncgate.v1.NodeRolloutChanged",
        rolloutId,
        state,
        reason,
        progress: progressOf(counts),
      },
    },
  });
  return { ...rollout, state, stateTime: tx.now, stateReason: reason, receiptId };
}
