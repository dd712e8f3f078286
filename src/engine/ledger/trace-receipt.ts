// TraceReceipt: what led to a receipt and what came of it, breadth first, within bounds. The links are followed without
// the bodies of the receipts; only those are read that fit into the answer.
import { create } from "@bufbuild/protobuf";
import { ReceiptSchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type TraceReceiptRequest,
  type TraceReceiptResponse,
  TraceReceiptResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import {
  listChildren,
  type OutlineReceiptsRow as Outline,
  outlineAnswers,
  outlineReceipts,
  type ReadReceiptRow,
  readReceipt,
} from "../../store/receipt.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { answerSize, takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { mayReadReceipt, mayReadReceipts } from "./get-receipt.ts";
import { readBodies } from "./read-bodies.ts";

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
    const row = await readReceipt(tx, { tenantId: caller.tenantId, receiptId });
    if (!row || !(await mayReadReceipt(tx, caller, row))) throw new Refused(notFound("receipt", receiptId));
    const up = await follow(tx, caller, row, depth, parentsOf);
    const down = await follow(tx, caller, row, depth, childrenOf);
    const receipt = assembleReceipt(row);
    const bytesMax = engine.pageBytesMax - answerSize(ReceiptSchema, receipt);
    const found = takeTurns(up.found, down.found);
    const related = takeFitting(ReceiptSchema, await readBodies(tx, caller.tenantId, found, bytesMax), bytesMax, 0);
    const isUp = new Set(up.found.map((one) => one.receiptId));
    return create(TraceReceiptResponseSchema, {
      receipt,
      ancestors: related.filter((one) => isUp.has(one.receiptId)),
      descendants: related.filter((one) => !isUp.has(one.receiptId)),
      truncated: up.truncated || down.truncated || related.length < found.length,
    });
  });
}

/** One of each in turn, so that of both directions the nearest are in the answer. */
function takeTurns(up: readonly Outline[], down: readonly Outline[]): Outline[] {
  const longest = Math.max(up.length, down.length);
  return Array.from({ length: longest }, (_, place) => [up[place], down[place]])
    .flat()
    .filter((one) => one !== undefined);
}

type Edge = Pick<ReadReceiptRow, "receiptId" | "chainId" | "parents">;
type Step = (tx: ReadTransaction, tenantId: string, from: readonly Edge[]) => Promise<Outline[]>;

/** Receipts that the caller may not read are left out, and nothing behind them is looked for. */
async function follow(tx: ReadTransaction, caller: Caller, start: Edge, depth: number, step: Step) {
  const seen = new Set([start.receiptId]);
  const found: Outline[] = [];
  let edge: readonly Edge[] = [start];
  for (let level = 0; level < depth && edge.length > 0; level += 1) {
    const next = (await step(tx, caller.tenantId, edge)).filter((row) => !seen.has(row.receiptId));
    const readable = await mayReadReceipts(tx, caller, next);
    const fresh: Outline[] = [];
    for (const row of next) {
      if (seen.has(row.receiptId) || !readable.has(row.receiptId)) continue;
      if (found.length >= receiptsMax) return { found, truncated: true };
      seen.add(row.receiptId);
      found.push(row);
      fresh.push(row);
    }
    edge = fresh;
  }
  const beyond = edge.length > 0 ? await step(tx, caller.tenantId, edge) : [];
  const unseen = beyond.filter((row) => !seen.has(row.receiptId));
  return { found, truncated: (await mayReadReceipts(tx, caller, unseen)).size > 0 };
}

async function parentsOf(tx: ReadTransaction, tenantId: string, from: readonly Edge[]): Promise<Outline[]> {
  const receiptIds = [...new Set(from.flatMap((row) => row.parents))];
  return receiptIds.length > 0 ? await outlineReceipts(tx, { tenantId, receiptIds }) : [];
}

/** In the same chain, the receipts that name one as a parent; in other chains, those that the links name. */
async function childrenOf(tx: ReadTransaction, tenantId: string, from: readonly Edge[]): Promise<Outline[]> {
  const receiptIds = from.map((row) => row.receiptId);
  const chainIds = [...new Set(from.map((row) => row.chainId))];
  const most = receiptsMax + 1;
  const [inside, links] = await Promise.all([
    outlineAnswers(tx, { tenantId, chainIds, receiptIds, most }),
    listChildren(tx, { tenantId, receiptIds, most }),
  ]);
  const outside = links.map((link) => link.childReceiptId);
  return outside.length > 0 ? [...inside, ...(await outlineReceipts(tx, { tenantId, receiptIds: outside }))] : inside;
}
