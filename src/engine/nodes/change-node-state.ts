// DrainNode, ResumeNode and DeactivateNode: what an operator has become of a node.
import { type Node, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type DeactivateNodeRequest,
  DeactivateNodeRequestSchema,
  type DrainNodeRequest,
  DrainNodeRequestSchema,
  NodeService,
  type ResumeNodeRequest,
  ResumeNodeRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { nodePrincipal } from "../../core/nodes.ts";
import { writeNode } from "../../store/node.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { closeObligation, recordNodeReceipt } from "../node-configs/node-receipts.ts";
import { lockNodeNamed, refuseInactive } from "../node-configs/node-rows.ts";
import { leaveRollout } from "../node-rollouts/answer-in-rollout.ts";
import { lockRolloutOf } from "../node-rollouts/rollout-rows.ts";
import { topics } from "../runtime/wakeups.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleNode, type NodeRow } from "../views/assemble-node.ts";
import { endCredentials, keysOf } from "./node-credentials.ts";

type Operator = Caller & Administrator;
type Asked = { readonly nodeId: string; readonly reason: string };
/** The row as it is from now on; the same one if nothing changes. */
type Change = (tx: Transaction, row: NodeRow) => Promise<NodeRow>;

export async function drainNode(engine: Engine, operator: Operator, request: DrainNodeRequest): Promise<Node> {
  const digest = () => requestDigest(DrainNodeRequestSchema, request);
  const act = { method: NodeService.method.drainNode, requestId: request.requestId, digest };
  return await change(engine, operator, act, request, async (tx, row) => {
    refuseInactive(row);
    return row.state === NodeState.DRAINING ? row : decided(row, NodeState.DRAINING, request.reason, tx.now);
  });
}

export async function resumeNode(engine: Engine, operator: Operator, request: ResumeNodeRequest): Promise<Node> {
  const digest = () => requestDigest(ResumeNodeRequestSchema, request);
  const act = { method: NodeService.method.resumeNode, requestId: request.requestId, digest };
  return await change(engine, operator, act, request, async (_tx, row) => {
    if (row.state !== NodeState.DRAINING && row.state !== NodeState.INACTIVE) return row;
    const isReporting = row.state === NodeState.DRAINING && row.reportTime !== null;
    const state = isReporting ? NodeState.ACTIVE : NodeState.REGISTERED;
    return { ...row, state, stateTime: null, stateReason: "" };
  });
}

export async function deactivateNode(
  engine: Engine,
  operator: Operator,
  request: DeactivateNodeRequest,
): Promise<Node> {
  const { reason, requestId } = request;
  const digest = () => requestDigest(DeactivateNodeRequestSchema, request);
  const act = { method: NodeService.method.deactivateNode, requestId, digest };
  return await change(engine, operator, act, request, async (tx, row) => {
    if (row.state === NodeState.INACTIVE) return row;
    if (row.configOpen) await withdraw(engine, tx, operator, row, reason);
    await endCredentials(tx, keysOf(row));
    const inactive = decided(row, NodeState.INACTIVE, reason, tx.now);
    return { ...inactive, keyId: null, formerKeyId: null, configOpen: false, reportTime: null, ready: false };
  });
}

function decided(row: NodeRow, state: NodeState, stateReason: string, stateTime: Date): NodeRow {
  return { ...row, state, stateTime, stateReason };
}

/** A repeated call changes nothing that another one has changed since. */
async function change(
  engine: Engine,
  operator: Operator,
  act: Act,
  { nodeId, reason }: Asked,
  next: Change,
): Promise<Node> {
  const { tenantId } = operator;
  return await administer<Node>(engine, operator, act, async (tx, said) => {
    const rollout = await lockRolloutOf(tx, tenantId, nodeId);
    const row = await lockNodeNamed(tx, tenantId, nodeId);
    const after = said ? row : await next(tx, row);
    if (after !== row) {
      await writeNode(tx, { tenantId, ...after });
      if (rollout && after.state === NodeState.INACTIVE) await leaveRollout(engine, tx, tenantId, rollout, nodeId);
      tx.afterCommit(() => engine.wakeups.wake(topics.node(tenantId, nodeId)));
    }
    return { answer: assembleNode(after, tx.now), deed: { tenantId, subject: nodeId, note: reason } };
  });
}

/** The node need not answer any more, and has no credential to do it. */
async function withdraw(
  engine: Engine,
  tx: Transaction,
  { tenantId, principalText: from }: Operator,
  { nodeId, configVersion: version }: NodeRow,
  reason: string,
): Promise<void> {
  const principal = nodePrincipal(nodeId);
  await Promise.all([
    closeObligation(engine, tx, tenantId, principal, version),
    recordNodeReceipt(engine, tx, tenantId, {
      receiptId: decisionContext(engine, tx.now).newId(),
      from,
      to: principal,
      parents: [version],
      body: {
        case: "nodeConfigWithdrawn",
        value: { $typeName: "asyncgate.v1.NodeConfigWithdrawn", nodeId, version, reason },
      },
    }),
  ]);
}
