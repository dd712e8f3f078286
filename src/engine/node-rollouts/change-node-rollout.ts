// PauseNodeRollout, ResumeNodeRollout, RollBackNodeRollout and CancelNodeRollout: what an operator makes of a roll-out.
import {
  type CancelNodeRolloutRequest,
  CancelNodeRolloutRequestSchema,
  type NodeRollout,
  NodeRolloutNodeStatus,
  type PauseNodeRolloutRequest,
  PauseNodeRolloutRequestSchema,
  type ResumeNodeRolloutRequest,
  ResumeNodeRolloutRequestSchema,
  type RollBackNodeRolloutRequest,
  RollBackNodeRolloutRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { nodeRolloutState } from "../../core/node-refusals.ts";
import { failedStatuses, type RolloutChange, stateAfterCall } from "../../core/node-rollouts.ts";
import { Refused } from "../../core/refusal.ts";
import { pickNodeRolloutNodes } from "../../store/node_rollout.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type Act, administer } from "../admin/administer.ts";
import type { Administrator } from "../admin/audit.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleRollout, type RolloutRow } from "../views/assemble-node-rollout.ts";
import { advanceRollout, enterState } from "./advance-rollout.ts";
import { lockRollout, writeMembers } from "./rollout-rows.ts";

type Operator = Caller & Administrator;
type Asked = { readonly rolloutId: string; readonly reason: string };
/** What becomes of its nodes before it goes on. */
type Prepare = (tx: Transaction, tenantId: string, rollout: RolloutRow) => Promise<RolloutRow>;

const { method } = NodeService;
const asItIs: Prepare = async (_tx, _tenantId, rollout) => rollout;

export async function pauseNodeRollout(
  engine: Engine,
  operator: Operator,
  request: PauseNodeRolloutRequest,
): Promise<NodeRollout> {
  const digest = () => requestDigest(PauseNodeRolloutRequestSchema, request);
  const act = { method: method.pauseNodeRollout, requestId: request.requestId, digest };
  return await change(engine, operator, act, "pause", request);
}

export async function resumeNodeRollout(
  engine: Engine,
  operator: Operator,
  request: ResumeNodeRolloutRequest,
): Promise<NodeRollout> {
  const { requestId, skipFailed } = request;
  const digest = () => requestDigest(ResumeNodeRolloutRequestSchema, request);
  const act = { method: method.resumeNodeRollout, requestId, digest };
  const { PENDING, SKIPPED } = NodeRolloutNodeStatus;
  return await change(engine, operator, act, "resume", request, async (tx, tenantId, rollout) => {
    const { rolloutId, nodes } = rollout;
    const bounds = { tenantId, rolloutId, untilPlace: nodes, most: nodes };
    const failed = await Promise.all(failedStatuses.map((status) => pickNodeRolloutNodes(tx, { ...bounds, status })));
    const before = failed.flat();
    const after = before.map((node) => ({ ...node, status: skipFailed ? SKIPPED : PENDING }));
    return await writeMembers(tx, tenantId, rollout, before, after);
  });
}

export async function rollBackNodeRollout(
  engine: Engine,
  operator: Operator,
  request: RollBackNodeRolloutRequest,
): Promise<NodeRollout> {
  const digest = () => requestDigest(RollBackNodeRolloutRequestSchema, request);
  const act = { method: method.rollBackNodeRollout, requestId: request.requestId, digest };
  return await change(engine, operator, act, "roll back", request);
}

export async function cancelNodeRollout(
  engine: Engine,
  operator: Operator,
  request: CancelNodeRolloutRequest,
): Promise<NodeRollout> {
  const digest = () => requestDigest(CancelNodeRolloutRequestSchema, request);
  const act = { method: method.cancelNodeRollout, requestId: request.requestId, digest };
  return await change(engine, operator, act, "cancel", request);
}

/** A repeated call changes nothing that another one has changed since. */
async function change(
  engine: Engine,
  operator: Operator,
  act: Act,
  how: RolloutChange,
  { rolloutId, reason }: Asked,
  prepare = asItIs,
): Promise<NodeRollout> {
  const { tenantId, principalText: from } = operator;
  return await administer<NodeRollout>(engine, operator, act, async (tx, said) => {
    const deed = { tenantId, subject: rolloutId, note: reason };
    const before = await lockRollout(tx, tenantId, rolloutId);
    const state = said ? undefined : stateAfterCall(how, before.state);
    if (state === "refused") throw new Refused(nodeRolloutState(before));
    if (state === undefined) return { answer: assembleRollout(before), deed };
    const prepared = await prepare(tx, tenantId, before);
    const entered = await enterState(engine, tx, tenantId, prepared, { state, reason, from });
    return { answer: assembleRollout(await advanceRollout(engine, tx, tenantId, entered)), deed };
  });
}
