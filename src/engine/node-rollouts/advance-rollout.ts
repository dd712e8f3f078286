// A roll-out goes on, in the transaction of whatever has changed it: an answer, an operator's call, the sweep. Nodes
// are issued what is next, and locked in the order of their ids; the rules decide, one step after the other.
import { fromBinary } from "@bufbuild/protobuf";
import { NodeConfigSchema, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeRolloutNodeStatus, NodeRolloutState } from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { assert } from "../../core/assert.ts";
import { addMs } from "../../core/duration.ts";
import {
  answerTimeoutMs,
  countOf,
  countsOf,
  isLive,
  nextStep,
  outstanding,
  type RolloutStep,
} from "../../core/node-rollouts.ts";
import { servicePrincipal } from "../../core/principal.ts";
import { lockNodesOf, writeNode } from "../../store/node.sql.gen.ts";
import { readNodeConfigsAt } from "../../store/node_config.sql.gen.ts";
import {
  countNodeRolloutNodes,
  markNodesToRevert,
  pickNodeRolloutNodes,
  readNodeRolloutDue,
  writeNodeRollout,
} from "../../store/node_rollout.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { issueConfig } from "../node-configs/issue-config.ts";
import type { NodeRow } from "../views/assemble-node.ts";
import { planOf, type RolloutNodeRow, type RolloutRow } from "../views/assemble-node-rollout.ts";
import { canaryCountOf, type NewState, recordState, standingOf, writeMembers } from "./rollout-rows.ts";

const { PENDING, ISSUED, SKIPPED, TO_REVERT, REVERTING, NOT_REVERTED } = NodeRolloutNodeStatus;

/** More than one only where nodes are passed by, or a state changes. What is left after them is the sweep's. */
const stepsMax = 10;

/** Does all that can be done now, and writes the roll-out. `cause`: why it stops, if it does. */
export async function advanceRollout(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  before: RolloutRow,
  cause = "",
): Promise<RolloutRow> {
  let rollout = before;
  let isDone = false;
  for (let steps = 0; steps < stepsMax && !isDone; steps += 1) {
    const after = await take(engine, tx, tenantId, rollout, nextStep(standingOf(rollout)), cause);
    isDone = after === rollout;
    rollout = after;
  }
  const written = { ...rollout, dueTime: isDone ? await nextDue(tx, tenantId, rollout) : tx.now };
  await writeNodeRollout(tx, { tenantId, ...written });
  return written;
}

/** The same roll-out if there is nothing to do but wait. */
async function take(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  step: RolloutStep,
  cause: string,
): Promise<RolloutRow> {
  if (step.do === "wait") return rollout;
  if (step.do === "revert") return await revertNext(engine, tx, tenantId, rollout, step.most);
  if (step.do === "issue") return await issueNext(engine, tx, tenantId, rollout, step);
  const { state } = step;
  const isEnd = !isLive(state);
  return await enterState(engine, tx, tenantId, rollout, { state, reason: isEnd ? "" : cause, from: servicePrincipal });
}

/** A new state, with its receipt. The caller writes the row that is returned. */
export async function enterState(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  next: NewState,
): Promise<RolloutRow> {
  const { rolloutId } = rollout;
  if (next.state !== NodeRolloutState.ROLLING_BACK) return await recordState(engine, tx, tenantId, rollout, next);
  await markNodesToRevert(tx, { tenantId, rolloutId, status: TO_REVERT, now: tx.now });
  const counted = await countNodeRolloutNodes(tx, { tenantId, rolloutId });
  const counts = countsOf(0).map((_, status) => counted.find((one) => one.status === status)?.nodes ?? 0);
  return await recordState(engine, tx, tenantId, { ...rollout, counts }, next);
}

async function nextDue(tx: Transaction, tenantId: string, { rolloutId, state, counts }: RolloutRow) {
  if (!isLive(state) || countOf(counts, ...outstanding) === 0) return null;
  return (await readNodeRolloutDue(tx, { tenantId, rolloutId, statuses: [...outstanding] })).dueTime;
}

const isOutOfService = "it is out of service";
const staysNew = "it is out of service, and has the configuration of the roll-out if it comes back";
const formerNotKept = "the configuration that it had before is no longer kept";

type Issuing = { readonly most: number; readonly canariesOnly: boolean };

async function issueNext(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  { most, canariesOnly }: Issuing,
): Promise<RolloutRow> {
  const { rolloutId, createdBy: by } = rollout;
  const plan = planOf(rollout);
  const untilPlace = canariesOnly ? canaryCountOf(plan) : rollout.nodes;
  const picked = await pickNodeRolloutNodes(tx, { tenantId, rolloutId, status: PENDING, untilPlace, most });
  if (picked.length === 0) return rollout;
  const nodes = await lockTheirNodes(tx, tenantId, picked);
  const config = fromBinary(NodeConfigSchema, rollout.config);
  const dueTime = addMs(tx.now, answerTimeoutMs(plan));
  const after = await Promise.all(
    picked.map(async (one): Promise<RolloutNodeRow> => {
      const node = nodeOf(nodes, one);
      if (node.state === NodeState.INACTIVE) return { ...one, status: SKIPPED, dueTime: null, error: isOutOfService };
      const version = await issueTo(engine, tx, tenantId, node, { config, by, rolloutId });
      // What it had before the roll-out, also where it is issued this one again.
      const formerNumber = one.formerNumber ?? node.configNumber;
      const formerVersion = one.formerVersion ?? node.configVersion;
      return { ...one, status: ISSUED, version, formerNumber, formerVersion, dueTime, error: "" };
    }),
  );
  return await writeMembers(tx, tenantId, rollout, picked, after);
}

async function revertNext(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  rollout: RolloutRow,
  most: number,
): Promise<RolloutRow> {
  const { rolloutId, createdBy: by, nodes: untilPlace } = rollout;
  const picked = await pickNodeRolloutNodes(tx, { tenantId, rolloutId, status: TO_REVERT, untilPlace, most });
  if (picked.length === 0) return rollout;
  const nodes = await lockTheirNodes(tx, tenantId, picked);
  const former = await readNodeConfigsAt(tx, {
    tenantId,
    nodeIds: picked.map(({ nodeId }) => nodeId),
    numbers: picked.map(({ formerNumber }) => formerNumber ?? 0),
  });
  const formerOf = new Map(former.map(({ nodeId, config }) => [nodeId, config]));
  const dueTime = addMs(tx.now, answerTimeoutMs(planOf(rollout)));
  const after = await Promise.all(
    picked.map(async (one): Promise<RolloutNodeRow> => {
      const node = nodeOf(nodes, one);
      const bytes = formerOf.get(one.nodeId);
      const fault = node.state === NodeState.INACTIVE ? staysNew : bytes ? undefined : formerNotKept;
      if (fault !== undefined || !bytes) return { ...one, status: NOT_REVERTED, dueTime: null, error: fault ?? "" };
      // Its address stays as it is: a roll-out has none.
      const { workerApi: _address, ...config } = fromBinary(NodeConfigSchema, bytes);
      const version = await issueTo(engine, tx, tenantId, node, { config, by, rolloutId });
      return { ...one, status: REVERTING, version, dueTime };
    }),
  );
  return await writeMembers(tx, tenantId, rollout, picked, after);
}

async function lockTheirNodes(
  tx: Transaction,
  tenantId: string,
  picked: readonly RolloutNodeRow[],
): Promise<Map<string, NodeRow>> {
  const rows = await lockNodesOf(tx, { tenantId, nodeIds: picked.map(({ nodeId }) => nodeId) });
  return new Map(rows.map((row) => [row.nodeId, row]));
}

function nodeOf(nodes: ReadonlyMap<string, NodeRow>, { nodeId }: RolloutNodeRow): NodeRow {
  const node = nodes.get(nodeId);
  assert(node !== undefined, "nodes are never deleted");
  return node;
}

async function issueTo(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  node: NodeRow,
  issue: Parameters<typeof issueConfig>[4],
): Promise<string> {
  const { row } = await issueConfig(engine, tx, tenantId, node, issue);
  await writeNode(tx, { tenantId, ...row });
  return row.configVersion;
}
