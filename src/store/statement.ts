/**
 * What the generated `*.sql.gen.ts` files stand on: a statement, the thing that runs it, and the codecs between
 * Postgres's text form and TypeScript. Values cross as text and once: no parser is asked for by type at run time,
 * the generator has already written the right one into each statement's row function.
 */

/** One column of one row as Postgres sends it: text, or null. */
export type RawRow = readonly (string | null)[];
export type RawResult = { readonly rows: readonly RawRow[]; readonly affected: number };

export type Statement = {
  /** The name and a hash of the text, so that two versions of a server never share a prepared statement. */
  readonly name: string;
  readonly text: string;
};

/** A value ready for the wire. A Uint8Array goes as binary, all else as text. */
export type Encoded = string | number | boolean | Uint8Array | null;

/**
 * Runs statements. The promise it returns may be left behind when an earlier one fails: its rejection is already
 * handled, so statements issued together need no Promise.all to be safe (but do need to be awaited).
 */
export type Executor = {
  query<Answer>(
    statement: Statement,
    values: readonly Encoded[],
    decode: (result: RawResult) => Answer,
  ): Promise<Answer>;
};

// --- answers -------------------------------------------------------------------------------------------------

export function many<Row>(decodeRow: (raw: never) => Row): (result: RawResult) => Row[] {
  const decode = decodeRow as (raw: RawRow) => Row;
  return (result) => result.rows.map((raw) => decode(raw));
}

export function maybe<Row>(decodeRow: (raw: never) => Row, name: string): (result: RawResult) => Row | undefined {
  const decode = decodeRow as (raw: RawRow) => Row;
  return ({ rows }) => {
    const [raw] = rows;
    if (rows.length > 1) throw new Error(`${name} is :maybe, but answered ${rows.length} rows; its key is too wide`);
    return raw === undefined ? undefined : decode(raw);
  };
}

export function one<Row>(decodeRow: (raw: never) => Row, name: string): (result: RawResult) => Row {
  const decode = decodeRow as (raw: RawRow) => Row;
  return ({ rows }) => {
    const [raw] = rows;
    if (raw === undefined || rows.length > 1) throw new Error(`${name} is :one, but answered ${rows.length} rows`);
    return decode(raw);
  };
}

export function affected(result: RawResult): number {
  return result.affected;
}

// --- values going in -----------------------------------------------------------------------------------------

export function fromInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no integer that survives a JavaScript number`);
  return value;
}

export function fromTime(value: Date): string {
  return value.toISOString();
}

// --- values coming out ---------------------------------------------------------------------------------------

/** int8 comes as a number: counters, sequences and fences stay far below 2^53, and one that does not is a bug. */
export function toInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} does not fit a JavaScript number`);
  return value;
}

export function toBoolean(text: string): boolean {
  return text === "t";
}

export function toBytes(text: string): Uint8Array {
  if (!text.startsWith("\\x")) throw new Error("bytea arrived in escape form; set bytea_output = 'hex' in Postgres");
  return Buffer.from(text.slice(2), "hex");
}

const TIME = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?$/;
const MINUTE_MS = 60_000;

const ZERO = 48;

function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - ZERO;
  return value;
}

const UTC_MILLISECONDS = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00$/;

/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999; the calendar is the same 400 years later. */
const CALENDAR_YEARS = 400;
const CALENDAR_MS = 146_097 * 86_400_000;

/** Microseconds are cut off: nothing writes any. */
export function toTime(text: string): Date {
  // What almost every time looks like, read by its places: a tenth of the cost.
  if (UTC_MILLISECONDS.test(text)) {
    const year = digitsAt(text, 0, 4) + CALENDAR_YEARS;
    const day = Date.UTC(year, digitsAt(text, 5, 2) - 1, digitsAt(text, 8, 2)) - CALENDAR_MS;
    const minutes = digitsAt(text, 11, 2) * 60 + digitsAt(text, 14, 2);
    return new Date(day + minutes * MINUTE_MS + digitsAt(text, 17, 2) * 1_000 + digitsAt(text, 20, 3));
  }
  const parts = TIME.exec(text);
  if (parts === null) throw new Error(`time "${text}" is not in ISO form; set datestyle = 'ISO' in Postgres`);
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHours, offsetMinutes = "0"] = parts;
  const millisecond = Number(`${fraction}000`.slice(0, 3));
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -1 : 1);
  const utc = Date.UTC(
    Number(year) + CALENDAR_YEARS,
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    millisecond,
  );
  return new Date(utc - CALENDAR_MS - offset * MINUTE_MS);
}

/** One-dimensional arrays whose elements are never null; a null in one is a bug of the statement and is said so. */
export function toArray<Element>(text: string, toElement: (text: string) => Element): Element[] {
  return splitArray(text).map((element) => toElement(element));
}

export function toText(text: string): string {
  return text;
}

function splitArray(text: string): string[] {
  const body = text.slice(1, -1);
  if (!text.startsWith("{") || body.includes("{")) return splitQuoted(text);
  if (body === "") return [];
  if (body.includes('"') || body.includes("\\") || body.includes("NULL")) return splitQuoted(text);
  return body.split(",");
}

/** An element is either in quotes, with backslash escapes, or bare. */
const ARRAY_ELEMENT = /"((?:[^"\\]|\\.)*)"|([^,{}"\\]+)/gsy;

function splitQuoted(text: string): string[] {
  const elements: string[] = [];
  let at = 1;
  while (at < text.length && text[at] !== "}") {
    ARRAY_ELEMENT.lastIndex = at;
    const match = ARRAY_ELEMENT.exec(text);
    if (match === null || !text.startsWith("{")) throw new Error(`cannot read the array ${text}: only flat ones are`);
    const [whole, inQuotes, bare] = match;
    if (bare === "NULL") throw new Error("an array holds a null; filter it out in the statement");
    elements.push(bare ?? (inQuotes ?? "").replace(/\\(.)/gs, "$1"));
    at += whole.length;
    if (text[at] === ",") at += 1;
  }
  return elements;
}
