// What the answer of a node, and that it is taken out of service, mean for the roll-out that it is in. Under the locks
// of the roll-out and of the node, in the transaction of the answer: a server that is killed loses both or none.
import { NodeConfigStatus } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { AckNodeConfigRequest } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { isOutstanding, statusAfterAnswer, statusOutOfService } from "../../core/node-rollouts.ts";
import { readNodeRolloutNode } from "../../store/node_rollout.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import type { RolloutNodeRow, RolloutRow } from "../views/assemble-node-rollout.ts";
import { advanceRollout } from "./advance-rollout.ts";
import { writeMembers } from "./rollout-rows.ts";

type Answer = Pick<AckNodeConfigRequest, "version" | "status" | "error">;

export async function answerInRollout(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  nodeId: string,
  { version, status, error }: Answer,
): Promise<void> {
  const node = await readNodeRolloutNode(tx, { tenantId, rolloutId: rollout.rolloutId, nodeId });
  // An answer to what it had before, or has no more.
  if (node?.version !== version) return;
  const next = statusAfterAnswer(node.status, status);
  const what = status === NodeConfigStatus.FAILED ? "could not apply it" : "has rolled it back";
  await become(engine, tx, tenantId, rollout, node, { ...node, status: next, error }, `${nodeId} ${what}: ${error}`);
}

export async function leaveRollout(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  nodeId: string,
): Promise<void> {
  const node = await readNodeRolloutNode(tx, { tenantId, rolloutId: rollout.rolloutId, nodeId });
  if (!node) return;
  const error = "it was taken out of service";
  const status = statusOutOfService(node.status);
  await become(engine, tx, tenantId, rollout, node, { ...node, status, error }, `${nodeId} was taken out of service`);
}

async function become(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  before: RolloutNodeRow,
  after: RolloutNodeRow,
  cause: string,
): Promise<void> {
  if (after.status === before.status) return;
  const dueTime = isOutstanding(after.status) ? before.dueTime : null;
  const counted = await writeMembers(tx, tenantId, rollout, [before], [{ ...after, dueTime }]);
  await advanceRollout(engine, tx, tenantId, counted, cause);
}
