// What the generated `*.sql.gen.ts` files use: a statement, its executor, and the codecs between Postgres's text form
// and TypeScript. Each value is converted once: the generator writes the right codec into the statement's row function,
// so no parser is looked up by type at run time.

/** One column of one row as Postgres sends it: text, or null. */
export type RawRow = readonly (string | null)[];
export type RawResult = { readonly rows: readonly RawRow[]; readonly affected: number };

export type Statement = {
  /** The name and a hash of the text, so that two versions of a server never share a prepared statement. */
  readonly name: string;
  readonly text: string;
};

/** A value as it is sent: a Uint8Array in binary form, everything else as text. */
export type Encoded = string | number | boolean | Uint8Array | null;

/**
 * Runs statements. A promise that is not awaited because an earlier one failed causes no unhandled rejection, so
 * statements that are sent together need no Promise.all; they must still be awaited.
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
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer below 2^53`);
  return value;
}

export function fromTime(value: Date): string {
  return value.toISOString();
}

// --- values coming out ---------------------------------------------------------------------------------------

/** An int8 as a number: counters, sequences and fences stay far below 2^53; a larger one is a bug. */
export function toInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is not an integer below 2^53`);
  return value;
}

export function toBoolean(text: string): boolean {
  return text === "t";
}

export function toBytes(text: string): Uint8Array {
  return text.startsWith("\\x") ? Buffer.from(text.slice(2), "hex") : fromEscapeForm(text);
}

/** The form of `bytea_output = escape`: ASCII, with `\\` for a backslash and `\377` for every other byte. */
function fromEscapeForm(text: string): Uint8Array {
  const plain = text.replace(/\\(?:\\|([0-7]{3}))/g, (_, octal?: string) =>
    octal === undefined ? "\\" : String.fromCharCode(Number.parseInt(octal, 8)),
  );
  return Buffer.from(plain, "latin1");
}

const utcMilliseconds = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}\+00$/;
const utcTime = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?\+00$/;
const secondMs = 1_000;
const minuteMs = 60_000;
const digitZero = 48;
/** `Date.UTC` takes the years 0 to 99 for 1900 to 1999; the calendar is the same 400 years later. */
const calendarYears = 400;
const calendarMs = 146_097 * 86_400_000;

function digitsAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at += 1) value = value * 10 + text.charCodeAt(at) - digitZero;
  return value;
}

/** A time in the form that every transaction sets: ISO, UTC. Microseconds are cut off: nothing writes any. */
export function toTime(text: string): Date {
  // The form of almost every time, read by position: a tenth of the cost.
  if (utcMilliseconds.test(text)) {
    const year = digitsAt(text, 0, 4) + calendarYears;
    const day = Date.UTC(year, digitsAt(text, 5, 2) - 1, digitsAt(text, 8, 2)) - calendarMs;
    const minutes = digitsAt(text, 11, 2) * 60 + digitsAt(text, 14, 2);
    return new Date(day + minutes * minuteMs + digitsAt(text, 17, 2) * secondMs + digitsAt(text, 20, 3));
  }
  const parts = utcTime.exec(text);
  if (parts === null) throw new Error(`"${text}" is not an ISO time in UTC; every transaction asks for that form`);
  const [, year, month, day, hour, minute, second, fraction = ""] = parts;
  const date = Date.UTC(Number(year) + calendarYears, Number(month) - 1, Number(day));
  const minutes = Number(hour) * 60 + Number(minute);
  const ms = Number(second) * secondMs + Number(`${fraction}000`.slice(0, 3));
  return new Date(date - calendarMs + minutes * minuteMs + ms);
}

/** One-dimensional arrays without nulls; a null is a bug of the statement. */
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

/** An element in quotes, with backslash escapes, or a bare one. */
const arrayElement = /"((?:[^"\\]|\\.)*)"|([^,{}"\\]+)/gsy;

function splitQuoted(text: string): string[] {
  const elements: string[] = [];
  let at = 1;
  while (at < text.length && text[at] !== "}") {
    arrayElement.lastIndex = at;
    const match = arrayElement.exec(text);
    if (match === null || !text.startsWith("{")) throw new Error(`cannot read the array ${text}: only flat ones are`);
    const [whole, inQuotes, bare] = match;
    if (bare === "NULL") throw new Error("an array holds a null; filter it out in the statement");
    elements.push(bare ?? (inQuotes ?? "").replace(/\\(.)/gs, "$1"));
    at += whole.length;
    if (text[at] === ",") at += 1;
  }
  return elements;
}
