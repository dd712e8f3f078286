// Reads a cron expression and says what is wrong with it, and where. What it returns holds numbers only, and nothing
// that readers of cron understand in two ways: no `7/20`, no range that wraps, no `?`.

export type CronFields = readonly [
  second: string,
  minute: string,
  hour: string,
  dayOfMonth: string,
  month: string,
  dayOfWeek: string,
];

export type CronFault = {
  /** Where it is in the text, from 1. */
  readonly column: number;
  readonly description: string;
};

export type CronReading = { readonly fields: CronFields } | { readonly fault: CronFault };

type FieldKind = {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** How many different values there are, which bounds the steps. */
  readonly count: number;
  /** Three letters each, the first for `min`. */
  readonly names?: readonly string[];
};

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const secondKind: FieldKind = { name: "second", min: 0, max: 59, count: 60 };
const minuteKind: FieldKind = { name: "minute", min: 0, max: 59, count: 60 };
const hourKind: FieldKind = { name: "hour", min: 0, max: 23, count: 24 };
const dayOfMonthKind: FieldKind = { name: "day of month", min: 1, max: 31, count: 31 };
const monthKind: FieldKind = { name: "month", min: 1, max: 12, count: 12, names: monthNames };
/** 0 and 7 are both Sunday. */
const dayOfWeekKind: FieldKind = { name: "day of week", min: 0, max: 7, count: 7, names: dayNames };

const nicknames: Readonly<Record<string, CronFields>> = {
  "@yearly": ["0", "0", "0", "1", "1", "*"],
  "@annually": ["0", "0", "0", "1", "1", "*"],
  "@monthly": ["0", "0", "0", "1", "*", "*"],
  "@weekly": ["0", "0", "0", "*", "*", "0"],
  "@daily": ["0", "0", "0", "*", "*", "*"],
  "@midnight": ["0", "0", "0", "*", "*", "*"],
  "@hourly": ["0", "0", "*", "*", "*", "*"],
};

/** `secondIfAbsent` is the first field of an expression that has only five. */
export function readCron(text: string, secondIfAbsent: "0" | "*" = "0"): CronReading {
  const strange = text.search(/[^\t\x20-\x7e]/);
  if (strange >= 0) return { fault: strangeCharacter(strange + 1) };
  const cells = [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({ word, column: index + 1 }));
  try {
    return { fields: readCells(cells, secondIfAbsent) };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const { column, message, advice } = error;
    return { fault: { column, description: `${message} in \`${text}\`, column ${column}: ${advice}` } };
  }
}

/** Its text is not repeated: it may hold anything. */
function strangeCharacter(column: number): CronFault {
  return { column, description: `a character that no cron expression has, column ${column}` };
}

type Cell = { readonly word: string; readonly column: number };

function readCells(cells: readonly Cell[], secondIfAbsent: string): CronFields {
  const [first = { word: "", column: 1 }] = cells;
  if (first.word.startsWith("@")) return readNickname(cells.length, first);
  if (cells.length !== 5 && cells.length !== 6) {
    const counted = cells.length === 1 ? "1 field" : `${cells.length} fields`;
    throw new Unreadable(first.column, counted, "there are 5, or 6 with seconds first");
  }
  const all = cells.length === 6 ? cells : [{ word: secondIfAbsent, column: 1 }, ...cells];
  const field = (index: number, kind: FieldKind) => readField(all[index] ?? first, kind);
  return [
    field(0, secondKind),
    field(1, minuteKind),
    field(2, hourKind),
    field(3, dayOfMonthKind),
    field(4, monthKind),
    field(5, dayOfWeekKind),
  ];
}

/** Thrown and caught in this file alone: it carries a fault out of the depths of a field. */
class Unreadable extends Error {
  readonly column: number;
  readonly advice: string;
  constructor(column: number, message: string, advice: string) {
    super(message);
    this.column = column;
    this.advice = advice;
  }
}

function readNickname(count: number, { word, column }: Cell): CronFields {
  const fields = nicknames[word.toLowerCase()];
  if (fields === undefined || count !== 1) {
    throw new Unreadable(column, word, `one of ${Object.keys(nicknames).join(", ")} may stand alone`);
  }
  return fields;
}

function readField({ word, column }: Cell, kind: FieldKind): string {
  if (word === "?" && (kind === dayOfMonthKind || kind === dayOfWeekKind)) return "*";
  if (word.toUpperCase() === "LW" && kind === dayOfMonthKind) return "LW";
  const items = word.split(",");
  let at = column;
  const read = items.map((item) => {
    const value = readItem(item, at, kind, items.length > 1);
    at += item.length + 1;
    return value;
  });
  return read.join(",");
}

function readItem(item: string, column: number, kind: FieldKind, isListed: boolean): string {
  if (item === "") throw new Unreadable(column, `empty ${kind.name}`, rangeOf(kind));
  if (item === "*" && !isListed) return "*";
  const special = readSpecial(item, column, kind);
  if (special !== undefined) return special;
  const parts = /^(\*|[A-Za-z0-9]+)(?:-([A-Za-z0-9]+))?(?:\/(\d+))?$/.exec(item);
  if (parts === null) throw new Unreadable(column, `${kind.name} ${item}`, rangeOf(kind));
  const [, from = "", to, step] = parts;
  if (from === "*") return readStepOfAll(item, column, kind, to, step);
  const value = readValue(from, column, kind);
  // A week that begins on Sunday begins with 0.
  const low = kind === dayOfWeekKind && value === 7 && to !== "7" ? 0 : value;
  if (to === undefined) {
    if (step === undefined) return String(value);
    throw new Unreadable(column, `${kind.name} ${item}`, `write ${low}-${lastOf(kind)}/${step}`);
  }
  const high = readRangeEnd(to, column + from.length + 1, low, kind);
  if (high < low) {
    const advice = `the range ends before it begins; write ${low}-${lastOf(kind)},${kind.min}-${high}`;
    throw new Unreadable(column, `${kind.name} ${item}`, advice);
  }
  return step === undefined ? `${low}-${high}` : `${low}-${high}/${readStep(item, step, column, kind)}`;
}

/** `L` and `15W` of days in the month; `FRI#2` and `FRIL` of days in the week. */
function readSpecial(item: string, column: number, kind: FieldKind): string | undefined {
  if (kind === dayOfMonthKind) {
    if (item.toUpperCase() === "L") return "L";
    const [, day] = /^(\d+)W$/i.exec(item) ?? [];
    return day === undefined ? undefined : `${readValue(day, column, kind)}W`;
  }
  if (kind !== dayOfWeekKind) return undefined;
  const [, day, nth] = /^([A-Za-z]{3}|\d+)(#[^#]*|L)$/i.exec(item) ?? [];
  if (day === undefined || nth === undefined) return undefined;
  const value = readValue(day, column, kind) % 7;
  if (/^(#?L|#[1-5])$/i.test(nth)) return `${value}${nth.toUpperCase().replace("#L", "L")}`;
  throw new Unreadable(column + day.length, `day of week ${item}`, "after the day, #1 to #5 count it, L is the last");
}

function readStepOfAll(
  item: string,
  column: number,
  kind: FieldKind,
  to: string | undefined,
  step: string | undefined,
): string {
  if (to !== undefined || step === undefined) {
    throw new Unreadable(column, `${kind.name} ${item}`, "* stands alone, or with a step: */5");
  }
  return `*/${readStep(item, step, column, kind)}`;
}

function readStep(item: string, step: string, column: number, kind: FieldKind): number {
  const value = Number(step);
  if (value >= 1 && value <= kind.count) return value;
  const at = column + item.length - step.length;
  throw new Unreadable(at, `step ${step}`, `steps of ${kind.name}s are 1 to ${kind.count}`);
}

function readRangeEnd(text: string, column: number, low: number, kind: FieldKind): number {
  const high = readValue(text, column, kind);
  // A range of days may end on a Sunday as well as begin on one.
  return kind === dayOfWeekKind && high === 0 && low > 0 ? 7 : high;
}

function readValue(text: string, column: number, kind: FieldKind): number {
  const name = kind.names?.indexOf(text.toUpperCase()) ?? -1;
  if (name >= 0) return kind.min + name;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= kind.min && value <= kind.max) return value;
  throw new Unreadable(column, `${kind.name} ${text}`, rangeOf(kind));
}

function rangeOf({ min, max, names }: FieldKind): string {
  const named = names === undefined ? "" : `, or ${names[0]} to ${names.at(-1)}`;
  return `${min} to ${max}${named}`;
}

function lastOf(kind: FieldKind): number {
  return kind === dayOfWeekKind ? 6 : kind.max;
}
