// Adds one receipt at the end of a chain: of a task, under the task's lock; or of a receipt without a task, which begins
// a chain of its own.
import { create, fromBinary } from "@bufbuild/protobuf";
import { type Receipt, ReceiptBodySchema, ReceiptSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { followUp } from "../core/append-receipt.ts";
import { assert } from "../core/assert.ts";
import { emptyChain } from "../core/chain.ts";
import type { Moment } from "../core/decision.ts";
import { timestampOfDate } from "../core/duration.ts";
import { type ReceiptDraft, type SealedReceipt, sealReceipts } from "../core/ledger.ts";
import type { Living } from "../core/living.ts";
import { parsePrincipal } from "../core/principal.ts";
import {
  insertReceiptLinks,
  type ReadChainsWholeRow,
  type ReadReceiptRow,
  readChainsWhole,
} from "../store/receipt.sql.gen.ts";
import type { Transaction } from "../store/transaction.ts";
import { assembleReceipt } from "./assemble-receipt.ts";
import type { Engine } from "./engine.ts";
import { lockTasks } from "./lock-tasks.ts";
import { record, recordReceipts } from "./record.ts";
import { topics, wakeAbout } from "./wakeups.ts";

export type LockedChain = {
  /** Undefined for a receipt without a task. */
  readonly living: Living | undefined;
  readonly rows: readonly ReadChainsWholeRow[];
  readonly read: (row: ReadChainsWholeRow) => Receipt;
};

/** The chain that a receipt lies in, so that nobody adds to it meanwhile. */
export async function lockChain(tx: Transaction, tenantId: string, of: ReadReceiptRow): Promise<LockedChain> {
  const living = of.taskId ? (await lockTasks(tx, tenantId, [of.taskId])).get(of.taskId) : undefined;
  assert(!of.taskId || living !== undefined, "a task with receipts has a place");
  const rows = await readChainsWhole(tx, { tenantId, chainIds: [of.chainId] });
  return { living, rows, read: assembleReceipt };
}

export async function appendToChain(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  { living }: Pick<LockedChain, "living">,
  draft: ReceiptDraft,
  moment: Moment,
): Promise<Receipt> {
  if (!living) return await beginChain(engine, tx, tenantId, draft, moment);
  const decided = followUp(living, draft, moment);
  await record(tx, tenantId, [decided]);
  wakeAbout(engine.wakeups, tx, tenantId, [decided]);
  const [sealed] = decided.receipts;
  assert(sealed !== undefined, "a draft becomes a receipt");
  return receiptOf(sealed);
}

async function beginChain(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  draft: ReceiptDraft,
  moment: Moment,
): Promise<Receipt> {
  const chain = { chainId: draft.receiptId, taskId: null, head: emptyChain, taskVersion: 0, now: moment.now };
  const [sealed] = sealReceipts(chain, [draft]);
  assert(sealed !== undefined, "a draft becomes a receipt");
  const links = draft.parents.length;
  await Promise.all([
    ...recordReceipts(tx, tenantId, [sealed]),
    links > 0
      ? insertReceiptLinks(tx, {
          tenantId,
          parentReceiptIds: [...draft.parents],
          childReceiptIds: draft.parents.map(() => draft.receiptId),
        })
      : undefined,
  ]);
  tx.afterCommit(() => engine.wakeups.wake(topics.obligations(tenantId, draft.to)));
  return receiptOf(sealed);
}

/** A receipt that has just been written, as it will be read. */
export function receiptOf(sealed: SealedReceipt): Receipt {
  return create(ReceiptSchema, {
    receiptId: sealed.receiptId,
    type: sealed.type,
    from: parsePrincipal(sealed.from),
    to: parsePrincipal(sealed.to),
    taskId: sealed.taskId ?? "",
    leaseId: sealed.leaseId ?? "",
    parents: [...sealed.parents],
    body: fromBinary(ReceiptBodySchema, sealed.body),
    sequence: BigInt(sealed.sequence),
    prevHash: sealed.prevHash,
    hash: sealed.hash,
    contentDigest: sealed.contentDigest,
    createTime: timestampOfDate(sealed.createTime),
    taskVersion: BigInt(sealed.taskVersion),
    supersededBy: sealed.supersededBy ?? "",
  });
}
