// Adds one receipt at the end of a chain: of a task, under the task's lock; or of a receipt without a task, which
// begins a chain of its own.
import { create, fromBinary } from "@bufbuild/protobuf";
import { type Receipt, ReceiptBodySchema, ReceiptSchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { followUp } from "../../core/append-receipt.ts";
import { assert } from "../../core/assert.ts";
import { emptyChain } from "../../core/chain.ts";
import type { DecisionContext } from "../../core/decision.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { type CallMark, type ReceiptDraft, type SealedReceipt, sealReceipts } from "../../core/ledger.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { idempotencyConflict, Refused } from "../../core/refusal.ts";
import type { TaskRecord } from "../../core/task-record.ts";
import { insertRequests } from "../../store/idempotency.sql.gen.ts";
import {
  insertReceiptLinks,
  listChildren,
  lockReceiptsWithoutTask,
  type OutlineChainsRow,
  outlineChains,
  outlineReceipts,
  type ReadReceiptRow,
  readReceipt,
} from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { topics, wakeAbout } from "../runtime/wakeups.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { recordReceipts } from "../tx/record-receipts.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";

type Entry = Pick<OutlineChainsRow, "receiptId" | "type" | "fromPrincipal" | "parents">;

export type LockedChain<Row extends Entry = Entry> = {
  /** Undefined for a receipt without a task. */
  readonly living: TaskRecord | undefined;
  readonly rows: readonly Row[];
};

/** More answers than one receipt of no task gets: one of each principal that it concerns. */
const answersMax = 100;

/** Locks the chain of a receipt, so that nothing is added to it meanwhile. */
export async function lockChain(
  tx: Transaction,
  tenantId: string,
  of: ReadReceiptRow,
  to: string,
): Promise<LockedChain> {
  if (!of.taskId) return await lockAnswers(tx, tenantId, of, to);
  const living = (await lockTasks(tx, tenantId, [of.taskId])).get(of.taskId);
  assert(living !== undefined, "a task with receipts has a place");
  return { living, rows: await outlineChains(tx, { tenantId, chainIds: [of.chainId] }) };
}

/** Answers to a receipt of no task are chains of their own; another answer waits until this one is written. */
async function lockAnswers(tx: Transaction, tenantId: string, of: ReadReceiptRow, to: string): Promise<LockedChain> {
  await lockReceiptsWithoutTask(tx, { tenantId, toPrincipal: to });
  const links = await listChildren(tx, { tenantId, receiptIds: [of.receiptId], most: answersMax });
  const receiptIds = links.map((link) => link.childReceiptId);
  const answers = receiptIds.length > 0 ? await outlineReceipts(tx, { tenantId, receiptIds }) : [];
  return { living: undefined, rows: [of, ...answers] };
}

export async function appendToChain(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  { living, rows }: LockedChain,
  draft: ReceiptDraft,
  moment: DecisionContext,
): Promise<Receipt> {
  if (!living) return await beginChain(engine, tx, tenantId, draft, moment);
  const decided = followUp(living, draft, moment);
  const inside = new Set(rows.map((row) => row.receiptId));
  await Promise.all([
    record(engine, tx, tenantId, [decided]),
    link(
      tx,
      tenantId,
      draft.receiptId,
      draft.parents.filter((parent) => !inside.has(parent)),
    ),
  ]);
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
  moment: DecisionContext,
): Promise<Receipt> {
  const chain = { chainId: draft.receiptId, taskId: null, head: emptyChain, taskVersion: 0, now: moment.now };
  const [sealed] = sealReceipts(chain, [draft]);
  assert(sealed !== undefined, "a draft becomes a receipt");
  await Promise.all([...recordReceipts(tx, tenantId, [sealed]), link(tx, tenantId, draft.receiptId, draft.parents)]);
  tx.afterCommit(() => engine.wakeups.wake(topics.obligations(tenantId, draft.to)));
  return receiptOf(sealed);
}

/** Parents in other chains: how a trace finds the way from them to here. */
async function link(tx: Transaction, tenantId: string, child: string, parents: readonly string[]): Promise<void> {
  if (parents.length === 0) return;
  const childReceiptIds = parents.map(() => child);
  await insertReceiptLinks(tx, { tenantId, parentReceiptIds: [...parents], childReceiptIds });
}

/**
 * Takes a request id for a call that is about to write; throws if another call has used it. Whether the same
 * call was said before has been asked already: its receipt tells.
 */
export async function takeRequestId(
  tx: Transaction,
  { tenantId, principalText }: Caller,
  call: CallMark & { readonly method: string },
): Promise<void> {
  const { method, requestId, requestDigest } = call;
  if (requestId === "") return;
  const taken = await insertRequests(tx, {
    tenantId,
    method,
    createTime: tx.now,
    principals: [principalText],
    requestIds: [requestId],
    requestDigests: [requestDigest],
    taskIds: ["{}"],
  });
  if (taken === 0) throw new Refused(idempotencyConflict(requestId));
}

/** One that is there already. */
export async function readExisting(tx: Transaction, tenantId: string, receiptId: string): Promise<Receipt> {
  const row = await readReceipt(tx, { tenantId, receiptId });
  assert(row !== undefined, "a receipt that was found is there");
  return assembleReceipt(row);
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
