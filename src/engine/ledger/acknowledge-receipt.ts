// AcknowledgeReceipt: the addressee of a receipt has taken note of it. A repeated call finds the acknowledgement.
import type { Receipt } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type AcknowledgeReceiptRequest,
  AcknowledgeReceiptRequestSchema,
  ReceiptService,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { ReceiptDraft } from "../../core/ledger.ts";
import { servicePrincipal } from "../../core/principal.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { readReceipt } from "../../store/receipt.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { appendToChain, lockChain, readExisting, takeRequestId } from "./append-to-chain.ts";

export type Acknowledged = { readonly receipt: Receipt; readonly existed: boolean };

export async function acknowledgeReceipt(
  engine: Engine,
  caller: Caller,
  request: AcknowledgeReceiptRequest,
): Promise<Acknowledged> {
  const { tenantId, principalText: me } = caller;
  return await transaction(engine.database, {}, async (tx) => {
    const acknowledged = await readReceipt(tx, { tenantId, receiptId: request.receiptId });
    if (!acknowledged || acknowledged.toPrincipal !== me) throw new Refused(notFound("receipt", request.receiptId));
    // As the store writes it: the caller may have used capitals, and ids are hashed.
    const { receiptId } = acknowledged;
    const chain = await lockChain(tx, tenantId, acknowledged, servicePrincipal);
    const before = chain.rows.find(
      (row) =>
        row.type === ReceiptType.RECEIPT_ACKNOWLEDGED && row.fromPrincipal === me && row.parents.includes(receiptId),
    );
    if (before) return { receipt: await readExisting(tx, tenantId, before.receiptId), existed: true };
    const digest = requestDigest(AcknowledgeReceiptRequestSchema, request);
    const call = {
      method: ReceiptService.method.acknowledgeReceipt.name,
      requestId: request.requestId,
      requestDigest: digest,
    };
    await takeRequestId(tx, caller, call);
    const moment = decisionContext(engine, tx.now);
    const draft: ReceiptDraft = {
      receiptId: moment.newId(),
      from: me,
      to: servicePrincipal,
      parents: [receiptId],
      body: {
        case: "receiptAcknowledged",
        value: { $typeName: "asyncgate.v1.ReceiptAcknowledged", note: request.note },
      },
    };
    return { receipt: await appendToChain(engine, tx, tenantId, chain, draft, moment), existed: false };
  });
}
