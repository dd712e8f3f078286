// VerifyLedger: proves that the ledger is whole, of one task or of a tenant page by page.
import { create } from "@bufbuild/protobuf";
import {
  LedgerFaultKind,
  ReceiptService,
  type VerifyLedgerRequest,
  type VerifyLedgerResponse,
  VerifyLedgerResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { formatPageToken, parsePageToken, uuidLeast, uuidShape } from "../../core/page-token.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import { type ChainFault, verifyChain } from "../../core/verify-chain.ts";
import {
  listChains,
  type ReadChainsWholeRow,
  readChainsWhole,
  readHeads,
  readReceiptTypes,
} from "../../store/receipt.sql.gen.ts";
import { listDroppedAmong } from "../../store/retention.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";

const chainsDefault = 200;
const question = new TextEncoder().encode(ReceiptService.method.verifyLedger.name);

export async function verifyLedger(
  engine: Engine,
  caller: Caller,
  request: VerifyLedgerRequest,
): Promise<VerifyLedgerResponse> {
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const { tenantId } = caller;
  const most = request.pageSize || chainsDefault;
  return await read(engine.database, {}, async (tx) => {
    const afterChainId = token.position ?? uuidLeast;
    const chainIds = request.taskId
      ? [request.taskId]
      : (await listChains(tx, { tenantId, afterChainId, most: most + 1 })).map((row) => row.chainId);
    const page = chainIds.slice(0, most);
    const found = await verifyChains(tx, tenantId, page);
    if (request.taskId && found.receipts === 0 && found.faults.length === 0)
      throw new Refused(notFound("task", request.taskId));
    const last = page.at(-1);
    return create(VerifyLedgerResponseSchema, {
      whole: found.faults.length === 0,
      chains: BigInt(page.length),
      receipts: BigInt(found.receipts),
      faults: found.faults,
      nextPageToken: last && chainIds.length > most ? formatPageToken(question, last) : "",
    });
  });
}

type FaultOfChain = ChainFault & { readonly taskId: string };

async function verifyChains(tx: ReadTransaction, tenantId: string, chainIds: readonly string[]) {
  const [rows, heads] = await Promise.all([
    readChainsWhole(tx, { tenantId, chainIds }),
    readHeads(tx, { tenantId, taskIds: chainIds }),
  ]);
  const headOf = new Map(heads.map((head) => [head.taskId, head]));
  const chains = new Map<string, ReadChainsWholeRow[]>(chainIds.map((id) => [id, []]));
  for (const row of rows) chains.get(row.chainId)?.push(row);
  const faults: FaultOfChain[] = [];
  const whole: ReadChainsWholeRow[] = [];
  for (const [chainId, chain] of chains) {
    const head = headOf.get(chainId);
    const end = head?.headSequence && head.headHash ? { sequence: head.headSequence, hash: head.headHash } : undefined;
    const fault = verifyChain(chain, end);
    if (fault) faults.push({ ...fault, sequence: fault.sequence, taskId: chain[0]?.taskId ?? (end ? chainId : "") });
    else whole.push(...chain);
  }
  faults.push(...(await missingParents(tx, tenantId, whole)));
  return {
    receipts: rows.length,
    faults: faults.map((fault) => ({ ...fault, sequence: BigInt(fault.sequence) })),
  };
}

/** Every parent that a receipt names exists in its tenant, or went with a week that was dropped. */
async function missingParents(
  tx: ReadTransaction,
  tenantId: string,
  rows: readonly ReadChainsWholeRow[],
): Promise<FaultOfChain[]> {
  const known = new Set(rows.map((row) => row.receiptId));
  const foreign = [...new Set(rows.flatMap((row) => row.parents).filter((parent) => !known.has(parent)))];
  if (foreign.length > 0) {
    for (const row of await readReceiptTypes(tx, { tenantId, receiptIds: foreign })) known.add(row.receiptId);
    const gone = foreign.filter((receiptId) => !known.has(receiptId));
    if (gone.length > 0) {
      for (const row of await listDroppedAmong(tx, { tenantId, receiptIds: gone })) known.add(row.receiptId);
    }
  }
  return rows
    .filter((row) => row.parents.some((parent) => !known.has(parent)))
    .map((row) => ({
      taskId: row.taskId ?? "",
      sequence: row.sequence,
      receiptId: row.receiptId,
      kind: LedgerFaultKind.PARENT_MISSING,
    }));
}
