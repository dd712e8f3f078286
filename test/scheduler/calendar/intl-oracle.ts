// A second calendar, slow and plain: it asks Intl for the local time of every minute and looks which of them match. It
// shares nothing with the calendar, not even how cron is read, so that an error in one does not hide in the other.
// Offsets are whole minutes since 1972; the oracle knows nothing earlier.
import type { CalendarCase, EntriesCase, RangeText, RunsOf, SpecCase, TimeWindow } from "./spec-case.ts";

const minute = 60;
/** Around the window, so that both occurrences of a local time are seen. The longest gap is a day, in Samoa. */
const margin = 26 * 60 * minute;

export type LocalMinutes = {
  /** The time of the first minute, in seconds. */
  readonly begin: number;
  /** Of each minute, the local time as minutes since 1970 on that clock. */
  readonly walls: readonly number[];
  /** The index of each local time's first minute, and of its last. */
  readonly first: ReadonlyMap<number, number>;
  readonly last: ReadonlyMap<number, number>;
};

export function localMinutes({ zone, from, until }: TimeWindow): LocalMinutes {
  const begin = Math.floor((from - margin) / minute) * minute;
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const walls: number[] = [];
  for (let at = begin; at < until + margin; at += minute) {
    // 2026-03-29, 03:00
    const text = format.format(at * 1_000);
    walls.push(Date.parse(`${text.slice(0, 10)}T${text.slice(12)}Z`) / 60_000);
  }
  const last = new Map(walls.map((wall, index) => [wall, index]));
  const first = new Map(walls.map((wall, index) => [wall, index] as const).reverse());
  return { begin, walls, first, last };
}

/** Where local time does not go on by one minute, as [index, local time]: two sources of the zone agree if these do. */
export function changesOf({ walls }: LocalMinutes): (readonly [index: number, wall: number])[] {
  return walls.flatMap((wall, index) =>
    wall === (walls[index - 1] ?? Number.NaN) + 1 ? [] : [[index, wall] as const],
  );
}

export const intlRuns: RunsOf = (one, window) => oracleRuns(one, window, localMinutes(window));

/** The same, for several specs in one window. */
export function oracleRuns(one: SpecCase, { from, until }: TimeWindow, table: LocalMinutes): number[] {
  const found = new Set<number>();
  for (const rule of rulesOf(one, "0")) for (const time of ruleTimes(rule, one, table)) found.add(time);
  for (const { every, phase } of one.interval) {
    for (let time = from; time < until; time += 1) if ((time - phase) % every === 0) found.add(time);
  }
  for (const time of one.at) found.add(time);
  const excluding = rulesOf(one.exclude, "*");
  const isExcluded = (time: number): boolean => {
    const wall = table.walls[Math.floor((time - table.begin) / minute)] ?? Number.NaN;
    return (
      one.exclude.at.includes(time) ||
      one.exclude.interval.some(({ every, phase }) => (time - phase) % every === 0) ||
      excluding.some((rule) => isMatch(rule, wall) && rule.seconds.has(((time % minute) + minute) % minute))
    );
  };
  const first = Math.max(from, one.start ?? from);
  const last = Math.min(until, one.end ?? until);
  return [...found].filter((time) => time >= first && time < last && !isExcluded(time)).sort((a, b) => a - b);
}

type Rule = {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly isDay: (day: Day) => boolean;
  readonly isFixed: boolean;
};

type Day = { year: number; month: number; day: number; weekday: number; lastDay: number };

function* ruleTimes(rule: Rule, { gap, overlap_hour }: SpecCase, table: LocalMinutes): Iterable<number> {
  const { begin, walls } = table;
  const gapPolicy = gap === "AUTO" ? (rule.isFixed ? "FIRST_INSTANT_AFTER" : "SKIP") : gap;
  const overlapPolicy = overlap_hour === "AUTO" ? (rule.isFixed ? "FIRST" : "BOTH") : overlap_hour;
  for (const [index, wall] of walls.entries()) {
    const time = begin + index * minute;
    const before = walls[index - 1] ?? wall - 1;
    for (let missing = before + 1; missing < wall; missing += 1) {
      if (gapPolicy === "SKIP" || !isMatch(rule, missing)) continue;
      if (gapPolicy === "FIRST_INSTANT_AFTER") yield time;
      else for (const second of rule.seconds) yield time + (missing - before - 1) * minute + second;
    }
    if (!isMatch(rule, wall)) continue;
    if (overlapPolicy === "FIRST" && table.first.get(wall) !== index) continue;
    if (overlapPolicy === "SECOND" && table.last.get(wall) !== index) continue;
    for (const second of rule.seconds) yield time + second;
  }
}

function isMatch({ minutes, hours, isDay }: Rule, wall: number): boolean {
  if (!minutes.has(((wall % 60) + 60) % 60)) return false;
  const date = new Date(wall * 60_000);
  if (!hours.has(date.getUTCHours())) return false;
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  return isDay({ year, month: month + 1, day: date.getUTCDate(), weekday: date.getUTCDay(), lastDay });
}

function rulesOf({ cron, calendar }: EntriesCase, secondIfAbsent: string): Rule[] {
  return [
    ...cron.map((text) => cronRule(text, secondIfAbsent)),
    ...calendar.map((fields) => calendarRule(fields, secondIfAbsent === "0" ? [[0, 0, 1]] : undefined)),
  ];
}

// --- cron, read a second time ----------------------------------------------------------------------------------------

const monthNames = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const dayNames = "sun mon tue wed thu fri sat sun".split(" ");

function cronRule(text: string, secondIfAbsent: string): Rule {
  const parts = text.toLowerCase().split(" ");
  const [second = "", minutes = "", hours = "", days = "", months = "", weekdays = ""] =
    parts.length === 6 ? parts : [secondIfAbsent, ...parts];
  const inMonth = numbers(months, 1, 12, (name) => monthNames.indexOf(name) + 1);
  const isMonthDay = monthDay(days);
  const isWeekday = weekday(weekdays);
  return {
    seconds: numbers(second, 0, 59),
    minutes: numbers(minutes, 0, 59),
    hours: numbers(hours, 0, 23),
    isFixed: [second, minutes, hours].every((part) => String(Number(part)) === part),
    isDay: (day) => {
      if (!inMonth.has(day.month)) return false;
      if (days === "*" || weekdays === "*")
        return (days === "*" || isMonthDay(day)) && (weekdays === "*" || isWeekday(day));
      return isMonthDay(day) || isWeekday(day);
    },
  };
}

function numbers(text: string, low: number, high: number, named: (name: string) => number = () => 0): Set<number> {
  const found = new Set<number>();
  const value = (part: string) => (/^\d/.test(part) ? Number(part) : named(part));
  for (const item of text.split(",")) {
    const [range = "", step = "1"] = item.split("/");
    const [start = "", end = start] = range.split("-");
    const [first, last] = range === "*" ? [low, high] : [value(start), value(end)];
    for (let one = first; one <= last; one += Number(step)) found.add(one);
  }
  return found;
}

function monthDay(text: string): (day: Day) => boolean {
  const isItem = text.split(",").map((item) => {
    if (item === "l") return ({ day, lastDay }: Day) => day === lastDay;
    if (item === "lw") return (day: Day) => isWorkday(day, day.day) && !laterWorkday(day);
    if (item.endsWith("w")) return (day: Day) => nearestWorkday(day, Number(item.slice(0, -1))) === day.day;
    const days = numbers(item, 1, 31);
    return ({ day }: Day) => days.has(day);
  });
  return (day) => isItem.some((is) => is(day));
}

function isWorkday({ day, weekday: today }: Day, other: number): boolean {
  const one = (((today + other - day) % 7) + 7) % 7;
  return one !== 0 && one !== 6;
}

function laterWorkday(day: Day): boolean {
  for (let other = day.day + 1; other <= day.lastDay; other += 1) if (isWorkday(day, other)) return true;
  return false;
}

/** Within the month; of two, a Saturday takes the Friday and a Sunday the Monday. */
function nearestWorkday(day: Day, target: number): number | undefined {
  if (target > day.lastDay) return undefined;
  const isSaturday = (((day.weekday + target - day.day) % 7) + 7) % 7 === 6;
  const order = isSaturday ? [0, -1, 1, -2, 2] : [0, 1, -1, 2, -2];
  return order.map((step) => target + step).find((one) => one >= 1 && one <= day.lastDay && isWorkday(day, one));
}

function weekday(text: string): (day: Day) => boolean {
  const named = (name: string) => dayNames.indexOf(name);
  const isItem = text.split(",").map((item) => {
    const [name = "", nth] = item.replace(/l$/, "#l").split("#");
    const days = numbers(name.replace(/-sun$/, "-7"), 0, 6, named);
    return ({ day, weekday: today, lastDay }: Day) => {
      if (!days.has(today) && !(today === 0 && days.has(7))) return false;
      if (nth === undefined) return true;
      return nth === "l" ? day + 7 > lastDay : Math.ceil(day / 7) === Number(nth);
    };
  });
  return (day) => isItem.some((is) => is(day));
}

// --- calendars -------------------------------------------------------------------------------------------------------

function calendarRule(fields: CalendarCase, ifEmpty: readonly RangeText[] | undefined): Rule {
  const among = (ranges: readonly RangeText[] | undefined, ...values: number[]) =>
    !ranges ||
    ranges.some(([start, end, step]) => values.some((one) => one >= start && one <= end && (one - start) % step === 0));
  const all = (ranges: readonly RangeText[] | undefined, count: number) =>
    new Set(Array.from({ length: count }, (_, one) => one).filter((one) => among(ranges ?? ifEmpty, one)));
  const [seconds, minutes, hours] = [all(fields.second, 60), all(fields.minute, 60), all(fields.hour, 24)];
  return {
    seconds,
    minutes,
    hours,
    isFixed: [seconds, minutes, hours].every(({ size }) => size === 1),
    isDay: ({ year, month, day, weekday: today, lastDay }) =>
      among(fields.year, year) &&
      among(fields.month, month) &&
      among(fields.day_of_month, day, day - lastDay - 1) &&
      among(fields.day_of_week, today, today === 0 ? 7 : today),
  };
}
