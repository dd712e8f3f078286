// StartNodeRollout: settles which nodes get a configuration, and issues it to the canaries. One start of a tenant at a
// time, so that no node gets into two live roll-outs. A repeated call finds the roll-out that the first one started.
import { NodeConfigSchema, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type NodeRollout,
  NodeRolloutNodeStatus,
  NodeRolloutPlanSchema,
  NodeRolloutState,
  type NodeSelector,
  type StartNodeRolloutRequest,
  StartNodeRolloutRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { methodOptions } from "../../core/method-options.ts";
import { nodeInactive, nodeInRollout, rolloutNodesNamed } from "../../core/node-refusals.ts";
import {
  checkSelector,
  completePlan,
  countsOf,
  inOrder,
  rolloutsKept,
  selectorFault,
} from "../../core/node-rollouts.ts";
import { checkNodeConfig } from "../../core/nodes.ts";
import { uuidGreatest, uuidLeast } from "../../core/page-token.ts";
import { limitExceeded, notFound, orThrow, Refused, throwIfRefused } from "../../core/refusal.ts";
import { listNodesWith, readNodeStates } from "../../store/node.sql.gen.ts";
import {
  deleteNodeRolloutNodes,
  deleteNodeRollouts,
  insertNodeRollout,
  insertNodeRolloutNodes,
  listEndedNodeRollouts,
  listLiveNodeRollouts,
  lockNodeRollouts,
  readLiveRolloutsOfNodes,
} from "../../store/node_rollout.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import { type Administrator, recordAudit } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { type Call, callDigest, claimRequestIds, lockCall, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleRollout, type RolloutRow } from "../views/assemble-node-rollout.ts";
import { advanceRollout } from "./advance-rollout.ts";
import { findRollout, recordState } from "./rollout-rows.ts";

const { name: method } = methodOptions(NodeService.method.startNodeRollout);

export async function startNodeRollout(
  engine: Engine,
  operator: Caller & Administrator,
  request: StartNodeRolloutRequest,
): Promise<NodeRollout> {
  const { nodes: selector, config, requestId, reason } = request;
  const { tenantId, principalText: by } = operator;
  assert(selector !== undefined && config !== undefined, "the contract requires nodes and configuration");
  throwIfRefused(checkSelector(selector) ?? checkNodeConfig(config));
  const digest = callDigest(requestId, () => requestDigest(StartNodeRolloutRequestSchema, request));
  const call: Call = { method: NodeService.method.startNodeRollout.name, principal: by, requestId, digest };
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      await lockCall(tx, tenantId, call);
      await lockNodeRollouts(tx, { tenantId });
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) return assembleRollout(await findRollout(tx, tenantId, orThrow(said).taskIds[0] ?? ""));
      const nodeIds = await selectNodes(tx, operator, selector);
      await refuseTooMany(tx, operator);
      await refuseTaken(tx, tenantId, nodeIds);
      await forgetEnded(tx, tenantId);
      const started = await insert(engine, tx, operator, request, nodeIds);
      const { rolloutId } = started;
      const rollout = await advanceRollout(engine, tx, tenantId, started);
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [rolloutId] }]);
      await recordAudit(engine, tx, operator, { method, tenantId, subject: rolloutId, requestId, note: reason });
      return assembleRollout(rollout);
    }),
  );
}

/** In the order in which they are issued the configuration. */
async function selectNodes(tx: Transaction, { tenantId, limits }: Caller, selector: NodeSelector): Promise<string[]> {
  const bound = limits.node_rollout_nodes_max;
  const nodeIds =
    selector.nodeIds.length > 0
      ? await namedNodes(tx, tenantId, selector.nodeIds)
      : inOrder(
          await listNodesWith(tx, { tenantId, nodeIdPrefix: selector.nodeIdPrefix, most: limits.nodes_max }),
          tx.now,
        );
  if (nodeIds.length === 0) throw new Refused(selectorFault("select no node in service"));
  if (nodeIds.length <= bound) return nodeIds;
  throw new Refused(limitExceeded({ limit: "node_rollout_nodes_max", bound, value: nodeIds.length, field: "nodes" }));
}

async function namedNodes(tx: Transaction, tenantId: string, nodeIds: readonly string[]): Promise<string[]> {
  const rows = await readNodeStates(tx, { tenantId, nodeIds: [...nodeIds] });
  const stateOf = new Map(rows.map(({ nodeId, state }) => [nodeId, state]));
  for (const nodeId of nodeIds) {
    const state = stateOf.get(nodeId);
    if (state === undefined) throw new Refused(notFound("node", nodeId));
    if (state === NodeState.INACTIVE) throw new Refused(nodeInactive(nodeId));
  }
  return [...nodeIds];
}

async function refuseTooMany(tx: Transaction, { tenantId, limits }: Caller): Promise<void> {
  const bound = limits.node_rollouts_max;
  const live = await listLiveNodeRollouts(tx, { tenantId, beforeRolloutId: uuidGreatest, most: bound });
  if (live.length < bound) return;
  throw new Refused(limitExceeded({ limit: "node_rollouts_max", bound, value: live.length + 1 }));
}

async function refuseTaken(tx: Transaction, tenantId: string, nodeIds: readonly string[]): Promise<void> {
  const taken = await readLiveRolloutsOfNodes(tx, { tenantId, nodeIds: [...nodeIds], most: rolloutNodesNamed });
  const [first] = taken;
  if (!first) return;
  const ofFirst = taken.filter(({ rolloutId }) => rolloutId === first.rolloutId);
  throw new Refused(
    nodeInRollout(
      first,
      ofFirst.map(({ nodeId }) => nodeId),
    ),
  );
}

/** A few at a time: each start adds one. */
const forgottenMax = 5;

async function forgetEnded(tx: Transaction, tenantId: string): Promise<void> {
  const ended = await listEndedNodeRollouts(tx, { tenantId, kept: rolloutsKept, most: forgottenMax });
  if (ended.length === 0) return;
  const rolloutIds = ended.map(({ rolloutId }) => rolloutId);
  await Promise.all([
    deleteNodeRolloutNodes(tx, { tenantId, rolloutIds }),
    deleteNodeRollouts(tx, { tenantId, rolloutIds }),
  ]);
}

async function insert(
  engine: Engine,
  tx: Transaction,
  { tenantId, principalText: from }: Caller,
  { config, plan: asked, reason }: StartNodeRolloutRequest,
  nodeIds: readonly string[],
): Promise<RolloutRow> {
  assert(config !== undefined, "the contract requires the configuration");
  const rolloutId = engine.ids(tx.now);
  const state = NodeRolloutState.RUNNING;
  const plan = completePlan(asked, nodeIds.length);
  const row: RolloutRow = {
    rolloutId,
    state,
    stateTime: tx.now,
    stateReason: reason,
    config: encode(NodeConfigSchema, config),
    plan: encode(NodeRolloutPlanSchema, plan),
    nodes: nodeIds.length,
    counts: [...countsOf(nodeIds.length)],
    canariesLeft: plan.canaryCount,
    createdBy: from,
    createTime: tx.now,
    dueTime: null,
    receiptId: uuidLeast,
  };
  const started = await recordState(engine, tx, tenantId, row, { state, reason, from }, []);
  await insertNodeRollout(tx, { tenantId, ...started });
  const { PENDING } = NodeRolloutNodeStatus;
  await insertNodeRolloutNodes(tx, { tenantId, rolloutId, nodeIds: [...nodeIds], status: PENDING, now: tx.now });
  return started;
}
