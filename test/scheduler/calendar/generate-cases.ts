// Draws specs and windows of time. Most windows lie around a change of a zone's clocks, and most fields are drawn from
// what the clocks show there, so that nearly every case has runs and many have one that the change concerns.
import {
  type CalendarCase,
  type EntriesCase,
  noEntries,
  type RangeText,
  type SpecCase,
  specCase,
  type TimeWindow,
} from "./spec-case.ts";

type Random = () => number;
export type WindowOfCases = { readonly window: TimeWindow; readonly cases: readonly SpecCase[] };

/** Half-hour changes, changes at midnight, skipped days, changes twice a year beside Ramadan, changed rules. */
const oddZones = [
  "Australia/Lord_Howe",
  "America/Nuuk",
  "Africa/Casablanca",
  "Pacific/Apia",
  "America/Asuncion",
  "America/Santiago",
  "America/Havana",
  "Asia/Beirut",
  "Asia/Gaza",
  "Africa/Cairo",
  "Asia/Tehran",
  "Asia/Kathmandu",
  "Antarctica/Troll",
  "Pacific/Chatham",
  "Pacific/Kwajalein",
  "Europe/Lisbon",
  "Europe/Dublin",
  "Europe/Berlin",
  "America/New_York",
  "America/Caracas",
  "Asia/Pyongyang",
  "Australia/Sydney",
];

const hour = 3_600;
const day = 24 * hour;
const [firstYear, lastYear] = [1973, 2036];

export function drawWindow(random: Random, zones: readonly string[]): TimeWindow {
  const zone = random() < 0.5 ? pick(random, oddZones) : pick(random, zones);
  const year = firstYear + Math.floor(random() * (lastYear - firstYear));
  const somewhere = Date.UTC(year, 0, 1) / 1_000 + Math.floor(random() * 365) * day + Math.floor(random() * day);
  const change = random() < 0.9 ? nextChange(zone, somewhere) : undefined;
  const from = change === undefined ? somewhere : change - Math.floor(random() * 2 * day) - 1;
  const isLong = random() < 0.05;
  return { zone, from, until: from + (isLong ? 35 * day : 3 * day) };
}

/** The first hour in which the zone's offset is another one, within a year. */
function nextChange(zone: string, from: number): number | undefined {
  const offsetAt = offsetsOf(zone);
  for (let at = from; at < from + 366 * day; at += day) {
    if (offsetAt(at) === offsetAt(at + day)) continue;
    for (let within = at; within < at + day; within += hour) {
      if (offsetAt(within) !== offsetAt(within + hour)) return within + hour;
    }
  }
  return undefined;
}

function offsetsOf(zone: string): (at: number) => string {
  const format = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset", hour: "numeric" });
  return (at) => format.format(at * 1_000).replace(/^.*GMT/, "");
}

export function drawCase(random: Random, window: TimeWindow): SpecCase {
  const local = localTimesOf(window);
  const hasExclusions = random() < 0.3;
  const [start, end] = [random() < 0.15, random() < 0.15];
  return specCase({
    ...drawEntries(random, local, window, random() < 0.3 ? 2 : 1),
    ...(hasExclusions && { exclude: drawEntries(random, local, window, 1) }),
    zone: window.zone,
    gap: pick(random, ["AUTO", "AUTO", "FIRST_INSTANT_AFTER", "SAME_DISTANCE", "SKIP"]),
    overlap_hour: pick(random, ["AUTO", "AUTO", "FIRST", "SECOND", "BOTH"]),
    start: start ? window.from + Math.floor(random() * day) : null,
    end: end ? window.until - Math.floor(random() * day) : null,
  });
}

type Local = { readonly days: readonly Date[]; readonly hours: readonly number[] };
/** How much likelier than others the hours are that a change concerns. */
const changeWeight = 40;

/** The dates and hours of the window, as its zone shows them. */
function localTimesOf({ zone, from, until }: TimeWindow): Local {
  const format = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const days = Array.from(
    { length: Math.floor((until - from) / hour) },
    (_, index) => new Date(`${format.format((from + index * hour) * 1_000).replace(" ", "T")}Z`),
  );
  const hours = days.map((date) => date.getUTCHours());
  const changed = hours.flatMap((one, index) => {
    const before = hours[index - 1] ?? one - 1;
    return (before + 1) % 24 === one ? [] : [before, (before + 1) % 24, one];
  });
  return { days, hours: [...hours, ...Array.from({ length: changeWeight }, () => changed).flat()] };
}

function drawEntries(random: Random, local: Local, window: TimeWindow, count: number): EntriesCase {
  const entries = {
    cron: [] as string[],
    calendar: [] as CalendarCase[],
    interval: [] as EntriesCase["interval"][number][],
  };
  const at: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const kind = random();
    if (kind < 0.6) entries.cron.push(drawCron(random, local));
    else if (kind < 0.85) entries.calendar.push(drawCalendar(random, local));
    else if (kind < 0.95) entries.interval.push(drawInterval(random));
    else at.push(...Array.from({ length: 3 }, () => window.from + Math.floor(random() * (window.until - window.from))));
  }
  return { ...noEntries, ...entries, at };
}

function drawInterval(random: Random): EntriesCase["interval"][number] {
  const every = pick(random, [900, 3_600, 5_400, 86_400, 60 + Math.floor(random() * 10_000)]);
  return { every, phase: Math.floor(random() * every) };
}

function drawCron(random: Random, local: Local): string {
  const today = pick(random, local.days);
  const fields = [
    drawMinute(random),
    drawHour(random, local),
    drawMonthDay(random, today),
    "*",
    drawWeekday(random, today),
  ];
  if (random() < 0.1) fields[3] = `${today.getUTCMonth() + 1}`;
  if (random() < 0.05) fields[3] = `${monthNames[today.getUTCMonth()]}-DEC/2`;
  if (random() < 0.1) fields.unshift(pick(random, ["0", "30", "*/20", "15,45", "59"]));
  return fields.join(" ");
}

const monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const dayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

function drawMinute(random: Random): string {
  const one = Math.floor(random() * 60);
  return pick(random, ["0", "0", "30", "15", `${one}`, "*/15", "*/7", "0,30", "5-35/10", random() < 0.3 ? "*" : "59"]);
}

function drawHour(random: Random, { hours }: Local): string {
  const one = pick(random, hours);
  const late = Math.min(one + 2, 23);
  return pick(random, [
    `${one}`,
    `${one}`,
    `${one}`,
    `${one}`,
    "*",
    "*/2",
    `${one}-${late}`,
    `${one},${(one + 11) % 24}`,
    "0",
  ]);
}

function drawMonthDay(random: Random, today: Date): string {
  const one = today.getUTCDate();
  if (random() < 0.6) return "*";
  return pick(random, [`${one}`, `${one}-31`, `${one},L`, "L", "LW", `${one}W`, "*/2", `1,${one}`]);
}

function drawWeekday(random: Random, today: Date): string {
  const one = today.getUTCDay();
  const nth = Math.ceil(today.getUTCDate() / 7);
  const name = dayNames[one];
  if (random() < 0.6) return "*";
  return pick(random, [
    `${one}`,
    `${name}`,
    `${name}#${nth}`,
    `${name}L`,
    "MON-FRI",
    "1-5/2",
    "FRI-SUN",
    "SAT,SUN",
    "7",
  ]);
}

function drawCalendar(random: Random, local: Local): CalendarCase {
  const today = pick(random, local.days);
  const at = pick(random, local.hours);
  const single = (value: number): RangeText => [value, value, 1];
  const maybe = (chance: number, ranges: readonly RangeText[]) => (random() < chance ? ranges : undefined);
  return {
    second: maybe(0.1, [single(Math.floor(random() * 60))]),
    minute: maybe(0.6, pick(random, [[single(30)], [[0, 59, 15]], [[10, 12, 1], single(40)]])),
    hour: maybe(0.8, pick(random, [[single(at)], [single(at)], [[0, 23, 1]], [[at, 23, 3]], [[1, 4, 1]]])),
    day_of_month: maybe(0.3, pick(random, [[single(today.getUTCDate())], [[-3, -1, 1]], [[1, 31, 2]], [[-31, -1, 3]]])),
    month: maybe(0.2, [[1, today.getUTCMonth() + 1, 1]]),
    day_of_week: maybe(0.3, pick(random, [[single(today.getUTCDay())], [[1, 5, 1]], [[6, 7, 1]]])),
    year: maybe(0.1, [[today.getUTCFullYear(), 2040, 2]]),
  };
}

function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[Math.floor(random() * values.length)];
  if (value === undefined) throw new RangeError("nothing to pick from");
  return value;
}
