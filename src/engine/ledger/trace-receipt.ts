// TraceReceipt: what led to a receipt, and what came of it, breadth first, within bounds.
import { create } from "@bufbuild/protobuf";
import {
  type TraceReceiptRequest,
  type TraceReceiptResponse,
  TraceReceiptResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import {
  listChildren,
  type ReadReceiptRow,
  readChainsWhole,
  readReceipt,
  readReceipts,
} from "../../store/receipt.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { mayReadReceipts } from "./get-receipt.ts";

const depthDefault = 10;
const receiptsMax = 1_000;

export async function traceReceipt(
  engine: Engine,
  caller: Caller,
  request: TraceReceiptRequest,
): Promise<TraceReceiptResponse> {
  const { receiptId } = request;
  const depth = request.depth || depthDefault;
  return await read(engine.database, {}, async (tx) => {
    const receipt = await readReceipt(tx, { tenantId: caller.tenantId, receiptId });
    if (!receipt || !(await mayReadReceipts(tx, caller, [receipt])).has(receipt.receiptId)) {
      throw new Refused(notFound("receipt", receiptId));
    }
    const up = await follow(tx, caller, receipt, depth, parentsOf);
    const down = await follow(tx, caller, receipt, depth, childrenOf);
    return create(TraceReceiptResponseSchema, {
      receipt: assembleReceipt(receipt),
      ancestors: up.found.map(assembleReceipt),
      descendants: down.found.map(assembleReceipt),
      truncated: up.truncated || down.truncated,
    });
  });
}

type Step = (tx: ReadTransaction, tenantId: string, from: readonly ReadReceiptRow[]) => Promise<ReadReceiptRow[]>;

/** Receipts that the caller may not read are left out, and nothing behind them is looked for. */
async function follow(tx: ReadTransaction, caller: Caller, start: ReadReceiptRow, depth: number, step: Step) {
  const seen = new Set([start.receiptId]);
  const found: ReadReceiptRow[] = [];
  let edge: ReadReceiptRow[] = [start];
  for (let level = 0; level < depth && edge.length > 0; level += 1) {
    const next = (await step(tx, caller.tenantId, edge)).filter((row) => !seen.has(row.receiptId));
    const readable = await mayReadReceipts(tx, caller, next);
    edge = [];
    for (const row of next) {
      if (seen.has(row.receiptId) || !readable.has(row.receiptId)) continue;
      if (found.length >= receiptsMax) return { found, truncated: true };
      seen.add(row.receiptId);
      found.push(row);
      edge.push(row);
    }
  }
  const beyond = edge.length > 0 ? await step(tx, caller.tenantId, edge) : [];
  const unseen = beyond.filter((row) => !seen.has(row.receiptId));
  return { found, truncated: (await mayReadReceipts(tx, caller, unseen)).size > 0 };
}

async function parentsOf(
  tx: ReadTransaction,
  tenantId: string,
  from: readonly ReadReceiptRow[],
): Promise<ReadReceiptRow[]> {
  const receiptIds = [...new Set(from.flatMap((row) => row.parents))];
  return receiptIds.length > 0 ? await readReceipts(tx, { tenantId, receiptIds }) : [];
}

/** In the same chain, whoever names one as parent; in other chains, what the links say. */
async function childrenOf(
  tx: ReadTransaction,
  tenantId: string,
  from: readonly ReadReceiptRow[],
): Promise<ReadReceiptRow[]> {
  const ids = from.map((row) => row.receiptId);
  const wanted = new Set(ids);
  const [chains, links] = await Promise.all([
    readChainsWhole(tx, { tenantId, chainIds: [...new Set(from.map((row) => row.chainId))] }),
    listChildren(tx, { tenantId, receiptIds: ids, most: receiptsMax + 1 }),
  ]);
  const inside = chains.filter((row) => row.parents.some((parent) => wanted.has(parent)));
  const outside = links.map((link) => link.childReceiptId);
  return outside.length > 0 ? [...inside, ...(await readReceipts(tx, { tenantId, receiptIds: outside }))] : inside;
}
