// Whether a chain of receipts is whole: every digest recomputed, every link followed, the end compared with what the
// task itself says. Names the first bad place.

import type { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LedgerFaultKind } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { type ChainEnd, contentDigest, genesisHash, linkHash } from "./chain.ts";
import { mayTerminate } from "./termination.ts";

export type ChainRow = {
  readonly receiptId: string;
  readonly sequence: number;
  readonly type: number;
  readonly fromPrincipal: string;
  readonly toPrincipal: string;
  readonly taskId: string | null;
  readonly leaseId: string | null;
  readonly parents: readonly string[];
  readonly body: Uint8Array;
  readonly contentDigest: Uint8Array;
  readonly prevHash: Uint8Array;
  readonly hash: Uint8Array;
  readonly createTime: Date;
  readonly taskVersion: number;
  readonly supersededBy: string | null;
};

export type ChainFault = { readonly sequence: number; readonly receiptId: string; readonly kind: LedgerFaultKind };

/** `head` is where the task says its chain ends; undefined for a receipt without a task. */
export function verifyChain(rows: readonly ChainRow[], head: ChainEnd | undefined): ChainFault | undefined {
  let before: ChainEnd & { readonly taskVersion: number } = { sequence: 0, hash: genesisHash, taskVersion: 0 };
  const firstCloser = createFirstCloser();
  for (const row of rows) {
    const isAsDerived = row.supersededBy === firstCloser(row) && row.taskVersion >= before.taskVersion;
    const kind = faultOf(row, before) ?? (isAsDerived ? undefined : LedgerFaultKind.FIELD_ALTERED);
    if (kind !== undefined) return { sequence: row.sequence, receiptId: row.receiptId, kind };
    before = row;
  }
  return head && endFault(rows, before, head);
}

/**
 * Takes the receipts of a chain in their order. Answers with the first receipt that closed a parent of this one, if
 * this one may close that parent, too.
 */
function createFirstCloser(): (row: ChainRow) => string | null {
  const types = new Map<string, ReceiptType>();
  const closers = new Map<string, string>();
  return ({ receiptId, type, parents }) => {
    types.set(receiptId, type as ReceiptType);
    const closable = parents.filter((parent) => mayTerminate(type as ReceiptType, types.get(parent) ?? 0));
    const earlier = closable.find((parent) => closers.has(parent));
    for (const parent of closable) if (!closers.has(parent)) closers.set(parent, receiptId);
    return (earlier && closers.get(earlier)) ?? null;
  };
}

/** The chain hangs together; whether it ends as the task says it does. */
function endFault(rows: readonly ChainRow[], end: ChainEnd, head: ChainEnd): ChainFault | undefined {
  if (end.sequence < head.sequence) {
    return { sequence: end.sequence + 1, receiptId: "", kind: LedgerFaultKind.TRUNCATED };
  }
  const last = rows[head.sequence - 1];
  if (last && !same(last.hash, head.hash)) {
    return { sequence: last.sequence, receiptId: last.receiptId, kind: LedgerFaultKind.HASH_MISMATCH };
  }
  const added = rows[head.sequence];
  return added && { sequence: added.sequence, receiptId: added.receiptId, kind: LedgerFaultKind.BROKEN_LINK };
}

function faultOf(row: ChainRow, before: ChainEnd): LedgerFaultKind | undefined {
  if (row.sequence !== before.sequence + 1) return LedgerFaultKind.MISSING;
  const said = { ...row, type: row.type as ReceiptType, from: row.fromPrincipal, to: row.toPrincipal };
  if (!same(contentDigest(said), row.contentDigest)) return LedgerFaultKind.CONTENT_ALTERED;
  if (!same(row.prevHash, before.hash)) return LedgerFaultKind.BROKEN_LINK;
  return same(linkHash(row), row.hash) ? undefined : LedgerFaultKind.HASH_MISMATCH;
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
