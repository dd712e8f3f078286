// Where receipts lie. A page has all that one transaction puts on record about tasks of one week; the id of a receipt
// is the id of its page with the receipt's place in the last 16 bits.
import { compoundKey } from "./compound-key.ts";

/** Where the place begins in the text of an id, and how long it is. */
export const placeAt = 32;
export const placeDigits = 4;

const noPlace = "0".repeat(placeDigits);

/** Of the receipt that was asked about last: one transaction asks about many of a page. */
let lastBeginning = "";
let lastPageId = "";

export function pageOf(receiptId: string): string {
  if (lastBeginning === "" || !receiptId.startsWith(lastBeginning)) {
    lastBeginning = receiptId.slice(0, placeAt);
    lastPageId = lastBeginning + noPlace;
  }
  return lastPageId;
}

const weekMs = 604_800_000;
/** The first Monday after the beginning of 1970. */
const mondayMs = 345_600_000;
const timeDigits = 12;

/** The week that was asked for last, which is mostly the one that is asked for next. */
let lastWeekMs = Number.POSITIVE_INFINITY;
let lastWeek = "";

/** The least id of the week in which an id was made. */
export function weekOf(id: string): string {
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  if (!(ms >= lastWeekMs && ms < lastWeekMs + weekMs)) {
    lastWeekMs = ms - ((ms - mondayMs) % weekMs);
    const digits = lastWeekMs.toString(16).padStart(timeDigits, "0");
    lastWeek = `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
  }
  return lastWeek;
}

/** The pages that receipts of tasks are on, each once: their weeks and their ids, in the same order. */
export function pagesOf(receipts: readonly { readonly taskId: string; readonly receiptId: string }[]) {
  const pages = new Map<string, { readonly week: string; readonly pageId: string }>();
  for (const { taskId, receiptId } of receipts) {
    const page = { week: weekOf(taskId), pageId: pageOf(receiptId) };
    // By both: a transaction that changes tasks of two weeks writes two pages of one id.
    pages.set(compoundKey(page.week, page.pageId), page);
  }
  const each = [...pages.values()];
  return { weeks: each.map(({ week }) => week), pageIds: each.map(({ pageId }) => pageId) };
}
