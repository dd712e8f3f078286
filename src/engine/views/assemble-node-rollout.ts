// Roll-outs of the contract, from their rows.
import { fromBinary } from "@bufbuild/protobuf";
import { NodeConfigSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type NodeRollout,
  type NodeRolloutNode,
  type NodeRolloutNodeStatus,
  NodeRolloutPlanSchema,
  type NodeRolloutState,
} from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { progressOf } from "../../core/node-rollouts.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { LockNodeRolloutRow, ReadNodeRolloutNodeRow } from "../../store/node_rollout.sql.gen.ts";

export type RolloutRow = LockNodeRolloutRow;
export type RolloutNodeRow = ReadNodeRolloutNodeRow;

export function planOf({ plan }: Pick<RolloutRow, "plan">) {
  return fromBinary(NodeRolloutPlanSchema, plan);
}

export function assembleRollout(row: RolloutRow): NodeRollout {
  return {
    $typeName: "asyncgate.v1.NodeRollout",
    rolloutId: row.rolloutId,
    state: row.state as NodeRolloutState,
    stateTime: timestampOfDate(row.stateTime),
    stateReason: row.stateReason,
    config: fromBinary(NodeConfigSchema, row.config),
    plan: planOf(row),
    nodes: row.nodes,
    progress: progressOf(row.counts),
    canariesLeft: row.canariesLeft,
    createdBy: parsePrincipal(row.createdBy),
    createTime: timestampOfDate(row.createTime),
    receiptId: row.receiptId,
  };
}

export function assembleRolloutNode(row: RolloutNodeRow, canaryCount: number): NodeRolloutNode {
  return {
    $typeName: "asyncgate.v1.NodeRolloutNode",
    nodeId: row.nodeId,
    status: row.status as NodeRolloutNodeStatus,
    statusTime: timestampOfDate(row.statusTime),
    canary: row.place <= canaryCount,
    place: row.place,
    version: row.version ?? "",
    formerVersion: row.formerVersion ?? "",
    error: row.error,
  };
}
