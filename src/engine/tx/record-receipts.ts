// Adds receipts to the ledger: one row for all receipts of a page, and one for each principal that they are for.
import { assert } from "../../core/assert.ts";
import { compoundKey } from "../../core/compound-key.ts";
import type { SealedReceipt } from "../../core/ledger.ts";
import { pageOf, weekOf } from "../../core/ledger-page.ts";
import { insertLedgerPage, insertLedgerTo } from "../../store/ledger_page.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";

type Page = { readonly week: string; readonly pageId: string; readonly rows: SealedReceipt[] };

/** Also for a receipt without a task, which changes nothing else and has a page of its own. */
export function recordReceipts(tx: Executor, tenantId: string, rows: readonly SealedReceipt[]): Promise<void>[] {
  const pages = pagesOf(rows);
  if (pages.length === 0) return [];
  const recipients = pages.flatMap(({ week, pageId, rows }) =>
    [...new Set(rows.map(({ to }) => to))].map((principal) => ({ week, pageId, principal })),
  );
  return [
    ...pages.map((page) => hits(1, "InsertLedgerPage", insertLedgerPage(tx, { tenantId, ...columnsOf(page) }))),
    hits(
      recipients.length,
      "InsertLedgerTo",
      insertLedgerTo(tx, {
        tenantId,
        weeks: recipients.map(({ week }) => week),
        pageIds: recipients.map(({ pageId }) => pageId),
        principals: recipients.map(({ principal }) => principal),
      }),
    ),
  ];
}

/** What one transaction records at once is mostly one page. A week has pages of its own, so that it can be dropped. */
function pagesOf(rows: readonly SealedReceipt[]): Page[] {
  const pages = new Map<string, Page>();
  let last: Page | undefined;
  for (const row of rows) {
    const pageId = pageOf(row.receiptId);
    const week = weekOf(row.chainId);
    if (last?.pageId !== pageId || last.week !== week) {
      const key = compoundKey(week, pageId);
      last = pages.get(key) ?? { week, pageId, rows: [] };
      pages.set(key, last);
    }
    last.rows.push(row);
  }
  return [...pages.values()];
}

function columnsOf({ week, pageId, rows }: Page) {
  const [first] = rows;
  assert(first !== undefined, "a page has a receipt");
  const digestWithoutTask = first.taskId === null ? first.contentDigest : null;
  assert(digestWithoutTask === null || rows.length === 1, "a receipt without a task has a page of its own");
  return {
    week,
    pageId,
    createTime: first.createTime,
    digestWithoutTask,
    chainIds: rows.map((row) => row.chainId),
    sequences: rows.map((row) => row.sequence),
    receiptIds: rows.map((row) => row.receiptId),
    types: rows.map((row) => row.type),
    fromPrincipals: rows.map((row) => row.from),
    toPrincipals: rows.map((row) => row.to),
    leaseIds: orNull(rows.map((row) => row.leaseId)),
    parents: rows.map((row) => `{${row.parents.join(",")}}`),
    bodies: rows.map((row) => row.body),
    contentDigests: rows.map((row) => row.contentDigest),
    prevHashes: rows.map((row) => row.prevHash),
    hashes: rows.map((row) => row.hash),
    taskVersions: rows.map((row) => row.taskVersion),
    supersededBys: orNull(rows.map((row) => row.supersededBy)),
    requestIds: orNull(rows.map((row) => row.requestId)),
    requestDigests: orNull(rows.map((row) => row.requestDigest)),
    prevPageIds: orNull(rows.map((row) => row.prevPageId)),
  };
}

/** A column that is empty on the whole page takes no room. */
function orNull<Value>(column: readonly (Value | null)[]): readonly (Value | null)[] | null {
  return column.some((value) => value !== null) ? column : null;
}

/** Every row that was read under its lock must be hit; one that is missed means that the lock was not held. */
export async function hits(expected: number, what: string, affected: Promise<number>): Promise<void> {
  const count = await affected;
  assert(count === expected, `${what} hit ${count} rows of ${expected}`);
}
