// The isolation of tenants: what operations about receipts and obligations are asked, with another tenant's ids.
import { create } from "@bufbuild/protobuf";
import { ListOpenObligationsRequestSchema } from "../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  AppendReceiptRequestSchema,
  CheckTerminationRequestSchema,
  ListReceiptsRequestSchema,
  TraceReceiptRequestSchema,
  VerifyLedgerRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { artifact } from "../helpers/ledger-scenario.ts";
import type { Probe } from "./isolation-sessions.ts";

export const receiptProbes = {
  getReceipt: (op, { agent, all }, { receiptId }) => [
    op.getReceipt(agent, { receiptId }),
    op.getReceipt(all, { receiptId }),
  ],
  listReceipts: (op, { agent, all }, { taskId, inboxPage, chainPage }) => [
    ...[agent, all].map((caller) => op.listReceipts(caller, create(ListReceiptsRequestSchema, { taskId }))),
    op.listReceipts(agent, create(ListReceiptsRequestSchema, { pageToken: inboxPage })),
    op.listReceipts(agent, create(ListReceiptsRequestSchema, { pageToken: chainPage })),
  ],
  acknowledgeReceipt: (op, { agent, all }, { anomalyId: receiptId }) =>
    [agent, all].map((caller) => op.acknowledgeReceipt(caller, create(AcknowledgeReceiptRequestSchema, { receiptId }))),
  appendReceipt: (op, { agent, worker, operator }, { receiptId, taskId }) => [
    ...[agent, worker, operator].flatMap((caller) =>
      [{ parents: [receiptId] }, { parents: [receiptId], taskId }, { taskId }].map((request) =>
        op.appendReceipt(
          caller,
          create(AppendReceiptRequestSchema, { type: ReceiptType.TASK_COMPLETED, artifacts: [artifact], ...request }),
        ),
      ),
    ),
    ...[{ taskId }, { parents: [receiptId] }].map((request) =>
      op.appendReceipt(
        operator,
        create(AppendReceiptRequestSchema, { type: ReceiptType.SYSTEM_ANOMALY, anomaly: {}, ...request }),
      ),
    ),
  ],
  checkTermination: (op, { agent, all }, { receiptId: parentReceiptId }) =>
    [agent, all].map((caller) =>
      op.checkTermination(caller, create(CheckTerminationRequestSchema, { parentReceiptId })),
    ),
  traceReceipt: (op, { agent, all }, { receiptId }) =>
    [agent, all].map((caller) => op.traceReceipt(caller, create(TraceReceiptRequestSchema, { receiptId }))),
  verifyLedger: (op, { all }, { taskId, ledgerPage: pageToken }) => [
    op.verifyLedger(all, create(VerifyLedgerRequestSchema, { taskId })),
    op.verifyLedger(all, create(VerifyLedgerRequestSchema, { pageToken })),
  ],
  listOpenObligations: (op, { agent, all }, { cursor }) => [
    op.listOpenObligations(agent, create(ListOpenObligationsRequestSchema, { cursor })),
    op.listOpenObligations(all, create(ListOpenObligationsRequestSchema, { cursor, principal: agent.principal })),
  ],
  explainObligation: (op, { agent, all }, { receiptId }) =>
    [agent, all].map((caller) => op.explainObligation(caller, { receiptId })),
} satisfies Partial<Record<keyof Operations, Probe>>;
