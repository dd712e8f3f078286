// The receipt that closed an obligation, found in the ledger alone: the earliest of a type that may, which names it.
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { isTerminal, mayTerminate } from "../../core/termination.ts";
import { type OutlineChainsRow, outlineChains, type ReadReceiptRow } from "../../store/receipt.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

export type Termination = {
  readonly closedBy: OutlineChainsRow | undefined;
  /** The other terminal receipts of the chain: of the wrong type, with another parent, or later than the first. */
  readonly notClosing: readonly OutlineChainsRow[];
};

/** A terminator lies in the chain of what it closes, so one chain is all that is read. */
export async function findTerminator(tx: Executor, tenantId: string, parent: ReadReceiptRow): Promise<Termination> {
  const chain = await outlineChains(tx, { tenantId, chainIds: [parent.chainId] });
  const terminal = chain.filter((row) => isTerminal(row.type as ReceiptType));
  const closedBy = terminal.find((row) => closes(row, parent));
  return { closedBy, notClosing: terminal.filter((row) => row !== closedBy) };
}

export function closes(
  row: { readonly type: number; readonly parents: readonly string[] },
  parent: { readonly type: number; readonly receiptId: string },
): boolean {
  return row.parents.includes(parent.receiptId) && mayTerminate(row.type as ReceiptType, parent.type as ReceiptType);
}
