// Receipts about nodes: no task has them, so each is a chain of its own, linked with those that it answers. Which of
// them oblige and which close is the registry's, as for all receipts.
import { emptyChain } from "../../core/chain.ts";
import { type ReceiptDraft, sealReceipts } from "../../core/ledger.ts";
import { deleteObligations, insertObligations } from "../../store/obligation.sql.gen.ts";
import { insertReceiptLinks } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";
import { recordReceipts } from "../tx/record-receipts.ts";

export async function recordNodeReceipt(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  draft: ReceiptDraft,
): Promise<void> {
  const { receiptId, parents } = draft;
  const chain = { chainId: receiptId, taskId: null, head: emptyChain, taskVersion: 0, now: tx.now };
  await Promise.all([
    ...recordReceipts(tx, tenantId, sealReceipts(chain, [draft])),
    parents.length > 0 &&
      insertReceiptLinks(tx, {
        tenantId,
        parentReceiptIds: [...parents],
        childReceiptIds: parents.map(() => receiptId),
      }),
  ]);
  tx.afterCommit(() => engine.wakeups.wake(topics.obligations(tenantId, draft.to)));
}

/** A node owes an answer to a configuration. */
export async function openObligation(tx: Transaction, tenantId: string, principal: string, version: string) {
  await insertObligations(tx, { tenantId, principals: [principal], receiptIds: [version], taskIds: [version] });
}

/** A receipt that closes it is written in the same transaction. */
export async function closeObligation(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  principal: string,
  version: string,
): Promise<void> {
  await deleteObligations(tx, { tenantId, principals: [principal], receiptIds: [version] });
  tx.afterCommit(() => engine.wakeups.wake(topics.obligations(tenantId, principal)));
}
