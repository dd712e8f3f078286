// The receipt that closed an obligation, found in the ledger alone: the earliest of a type that may, which names it.
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { isTerminal, mayTerminate } from "../../core/termination.ts";
import {
  listChildren,
  type OutlineChainsRow,
  outlineChains,
  outlineReceipts,
  type ReadReceiptRow,
} from "../../store/receipt.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

export type Termination = {
  readonly closedBy: OutlineChainsRow | undefined;
  /** The other terminal receipts: of the wrong type, with another parent, or later than the first. */
  readonly notClosing: readonly OutlineChainsRow[];
};

/** More receipts than name one of no task as their parent: its answers, and one of each principal that has read it. */
const childrenMax = 100;

/** A terminator lies in the chain of what it closes, so one chain is all that is read; without a task, it is linked. */
export async function findTerminator(tx: Executor, tenantId: string, parent: ReadReceiptRow): Promise<Termination> {
  const receipts = parent.taskId
    ? await outlineChains(tx, { tenantId, chainIds: [parent.chainId] })
    : await readChildren(tx, tenantId, [parent.receiptId]);
  const terminal = receipts.filter((row) => isTerminal(row.type as ReceiptType));
  const closedBy = terminal.find((row) => closes(row, parent));
  return { closedBy, notClosing: terminal.filter((row) => row !== closedBy) };
}

/** Receipts of other chains that name these as parents, oldest first. */
export async function readChildren(
  tx: Executor,
  tenantId: string,
  receiptIds: readonly string[],
): Promise<OutlineChainsRow[]> {
  if (receiptIds.length === 0) return [];
  const links = await listChildren(tx, { tenantId, receiptIds, most: childrenMax });
  if (links.length === 0) return [];
  const rows = await outlineReceipts(tx, {
    tenantId,
    receiptIds: [...new Set(links.map(({ childReceiptId }) => childReceiptId))],
  });
  return rows.sort((one, other) => (one.receiptId < other.receiptId ? -1 : 1));
}

export function closes(
  row: { readonly type: number; readonly parents: readonly string[] },
  parent: { readonly type: number; readonly receiptId: string },
): boolean {
  return row.parents.includes(parent.receiptId) && mayTerminate(row.type as ReceiptType, parent.type as ReceiptType);
}
