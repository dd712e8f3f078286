// AckNodeConfig: what became of a configuration on the calling node. The first answer to a version closes the
// obligation that it is; a later one, which says something else, is on record behind it. The roll-out that the node is
// in goes on in the same transaction.
import { NodeConfigAckSchema, NodeConfigStatus } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type {
  AckNodeConfigRequest,
  AckNodeConfigResponse,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { acksMax, checkAck, nodePrincipal } from "../../core/nodes.ts";
import { limitExceeded, Refused, throwIfRefused } from "../../core/refusal.ts";
import { writeNode } from "../../store/node.sql.gen.ts";
import {
  insertNodeConfigAck,
  type ListNodeConfigAcksRow,
  type ListNodeConfigsRow,
  listNodeConfigAcks,
} from "../../store/node_config.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { closeObligation, recordNodeReceipt } from "../node-configs/node-receipts.ts";
import { lockOwnNode, ownNodeId } from "../node-configs/node-rows.ts";
import { answerInRollout } from "../node-rollouts/answer-in-rollout.ts";
import { lockRolloutOf } from "../node-rollouts/rollout-rows.ts";
import { assembleAck, type NodeRow } from "../views/assemble-node.ts";
import { findVersion } from "./find-version.ts";

type Answer = Omit<AckNodeConfigResponse, "$typeName" | "$unknown">;

export async function ackNodeConfig(engine: Engine, node: Caller, request: AckNodeConfigRequest): Promise<Answer> {
  throwIfRefused(checkAck(request));
  const { tenantId } = node;
  return await transaction(engine.database, {}, async (tx) => {
    // Before the node: whatever changes a roll-out locks it first, and then nodes.
    const rollout = await lockRolloutOf(tx, tenantId, ownNodeId(node));
    const row = await lockOwnNode(tx, node);
    const config = await findVersion(tx, tenantId, row.nodeId, request.version);
    const numbers = [config.number];
    const acks = await listNodeConfigAcks(tx, { tenantId, nodeId: row.nodeId, numbers, most: acksMax });
    const last = acks.at(-1);
    if (last && isSame(last, request)) return { ack: assembleAck(config.version, last), existed: true };
    if (acks.length >= acksMax) {
      throw new Refused(limitExceeded({ limit: "node_config_acks_max", bound: acksMax, value: acks.length + 1 }));
    }
    const said = await put(engine, tx, tenantId, row, config, request, last);
    if (rollout) await answerInRollout(engine, tx, tenantId, rollout, row.nodeId, request);
    return { ack: assembleAck(config.version, said), existed: false };
  });
}

function isSame(last: ListNodeConfigAcksRow, { status, error, effectiveHash }: AckNodeConfigRequest): boolean {
  return last.status === status && last.error === error && last.effectiveHash === effectiveHash;
}

async function put(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  row: NodeRow,
  { number, version, issuedBy }: ListNodeConfigsRow,
  { status, error, effectiveHash }: AckNodeConfigRequest,
  last: ListNodeConfigAcksRow | undefined,
): Promise<Omit<ListNodeConfigAcksRow, "number">> {
  const { nodeId } = row;
  const principal = nodePrincipal(nodeId);
  const receiptId = decisionContext(engine, tx.now).newId();
  const said = { receiptId, status, error, effectiveHash, createTime: tx.now };
  const isClosing = row.configOpen && version === row.configVersion;
  const isApplied = status === NodeConfigStatus.APPLIED;
  await Promise.all([
    insertNodeConfigAck(tx, { tenantId, nodeId, number, ...said }),
    isClosing && closeObligation(engine, tx, tenantId, principal, version),
    recordNodeReceipt(engine, tx, tenantId, {
      receiptId,
      from: principal,
      to: issuedBy,
      parents: [last?.receiptId ?? version],
      body: {
        case: "nodeConfigAcknowledged",
        value: { $typeName: "asyncgate.v1.NodeConfigAcknowledged", nodeId, version, status, error, effectiveHash },
      },
    }),
    writeNode(tx, {
      tenantId,
      ...row,
      configOpen: row.configOpen && !isClosing,
      ack: encode(NodeConfigAckSchema, assembleAck(version, said)),
      ...(isApplied && { appliedNumber: number, appliedVersion: version }),
    }),
  ]);
  return said;
}
