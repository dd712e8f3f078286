// Where receipts lie. A page has all that one transaction puts on record about tasks of one week; the id of a receipt
// is the id of its page with the receipt's place in the last 16 bits.

/** Where the place begins in the text of an id, and how long it is. */
export const placeAt = 32;
export const placeDigits = 4;

const noPlace = "0".repeat(placeDigits);

export function pageOf(receiptId: string): string {
  return receiptId.slice(0, placeAt) + noPlace;
}

const weekMs = 604_800_000;
/** The first Monday after the beginning of 1970. */
const mondayMs = 345_600_000;
const timeDigits = 12;

/** The least id of the week in which an id was made. */
export function weekOf(id: string): string {
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  const week = (ms - ((ms - mondayMs) % weekMs)).toString(16).padStart(timeDigits, "0");
  return `${week.slice(0, 8)}-${week.slice(8)}-0000-0000-000000000000`;
}
