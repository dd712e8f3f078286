// Nodes of the contract, from their rows.
import { fromBinary } from "@bufbuild/protobuf";
import {
  type Node,
  type NodeConfigAck,
  NodeConfigAckSchema,
  NodeConfigSchema,
  type NodeConfigStatus,
  type NodeConfigVersion,
  type NodeEnrollment,
} from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { hexOf, nodePrincipal, obstaclesOf, stateOfNode } from "../../core/nodes.ts";
import { parsePrincipal } from "../../core/principal.ts";
import type { LockNodeRow } from "../../store/node.sql.gen.ts";
import type { ListNodeConfigAcksRow, ListNodeConfigsRow } from "../../store/node_config.sql.gen.ts";
import type { LockNodeEnrollmentRow } from "../../store/node_enrollment.sql.gen.ts";

export type NodeRow = LockNodeRow;

export function lastAckOf({ ack }: Pick<NodeRow, "ack">): NodeConfigAck | undefined {
  return ack ? fromBinary(NodeConfigAckSchema, ack) : undefined;
}

export function assembleNode(row: NodeRow, now: Date): Node {
  const lastAck = lastAckOf(row);
  const { reportTime, stateTime } = row;
  return {
    $typeName: "asyncgate.v1.Node",
    nodeId: row.nodeId,
    state: stateOfNode(row, now),
    principal: parsePrincipal(nodePrincipal(row.nodeId)),
    ready: row.ready,
    reasons: row.reasons,
    dispatchable: obstaclesOf(row, lastAck, now).length === 0,
    jobs: row.jobs,
    configVersion: row.configVersion,
    appliedVersion: row.appliedVersion ?? "",
    ...(lastAck && { lastAck }),
    ...(reportTime && { reportTime: timestampOfDate(reportTime) }),
    reportHash: row.reportSha256 ? hexOf(row.reportSha256) : "",
    effectiveHash: row.effectiveHash,
    enrollmentId: row.enrollmentId,
    createTime: timestampOfDate(row.createTime),
    registerTime: timestampOfDate(row.registerTime),
    ...(stateTime && { stateTime: timestampOfDate(stateTime) }),
    stateReason: row.stateReason,
    push: row.push,
  };
}

export function assembleConfig(
  nodeId: string,
  { number, version, config, configSha256, issuedBy, createTime }: ListNodeConfigsRow,
  acks: readonly ListNodeConfigAcksRow[] = [],
): NodeConfigVersion {
  return {
    $typeName: "asyncgate.v1.NodeConfigVersion",
    nodeId,
    version,
    number: BigInt(number),
    config: fromBinary(NodeConfigSchema, config),
    configHash: hexOf(configSha256),
    issuedBy: parsePrincipal(issuedBy),
    createTime: timestampOfDate(createTime),
    acks: acks.filter((ack) => ack.number === number).map((ack) => assembleAck(version, ack)),
  };
}

export function assembleAck(version: string, row: Omit<ListNodeConfigAcksRow, "number">): NodeConfigAck {
  return {
    $typeName: "asyncgate.v1.NodeConfigAck",
    version,
    status: row.status as NodeConfigStatus,
    error: row.error,
    effectiveHash: row.effectiveHash,
    createTime: timestampOfDate(row.createTime),
    receiptId: row.receiptId,
  };
}

export function assembleEnrollment(row: LockNodeEnrollmentRow): NodeEnrollment {
  const { revokeTime } = row;
  return {
    $typeName: "asyncgate.v1.NodeEnrollment",
    enrollmentId: row.enrollmentId,
    label: row.label,
    nodeIdPrefix: row.nodeIdPrefix,
    nodesMax: row.nodesMax,
    nodes: row.nodes,
    mayReplace: row.mayReplace,
    config: fromBinary(NodeConfigSchema, row.config),
    createdBy: parsePrincipal(row.createdBy),
    createTime: timestampOfDate(row.createTime),
    expireTime: timestampOfDate(row.expireTime),
    ...(revokeTime && { revokeTime: timestampOfDate(revokeTime) }),
  };
}
