// Reads a calendar entry of a spec into the fields of a wall-clock rule, and says what is wrong with it.
import type { ScheduleCalendar, ScheduleRange } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { CronFields } from "./cron-text.ts";
import type { SpecFault } from "./spec-fault.ts";
import type { WallClockRule } from "./wall-clock.ts";

type FieldKind = {
  readonly name: "second" | "minute" | "hour" | "dayOfMonth" | "month" | "dayOfWeek" | "year";
  /** As it is called in the contract. */
  readonly path: string;
  readonly min: number;
  readonly max: number;
};

const dayOfMonthKind: FieldKind = { name: "dayOfMonth", path: "day_of_month", min: 1, max: 31 };
const yearKind: FieldKind = { name: "year", path: "year", min: 1970, max: 9999 };

const kinds: readonly FieldKind[] = [
  { name: "second", path: "second", min: 0, max: 59 },
  { name: "minute", path: "minute", min: 0, max: 59 },
  { name: "hour", path: "hour", min: 0, max: 23 },
  dayOfMonthKind,
  { name: "month", path: "month", min: 1, max: 12 },
  { name: "dayOfWeek", path: "day_of_week", min: 0, max: 7 },
  yearKind,
];

const rangesMax = 32;

/** Faults of an entry whose path within the spec is `path`. */
export function calendarFaults(calendar: ScheduleCalendar, path: string): SpecFault[] {
  return kinds.flatMap((kind) => {
    const ranges = calendar[kind.name];
    if (ranges.length <= rangesMax) {
      return ranges.flatMap((range, index) => rangeFaults(range, kind, `${path}.${kind.path}[${index}]`));
    }
    return [{ field: `${path}.${kind.path}`, description: `has ${ranges.length} ranges; at most ${rangesMax} may be` }];
  });
}

function rangeFaults(range: ScheduleRange, kind: FieldKind, field: string): SpecFault[] {
  const { start, end = start, step } = range;
  const [least, most] = kind === dayOfMonthKind && start < 0 ? [-kind.max, -kind.min] : [kind.min, kind.max];
  const wrong = [start, end].find((value) => value < least || value > most);
  if (wrong !== undefined) {
    const { min, max } = kind;
    const fromEnd = kind === dayOfMonthKind ? `, or ${-max} to ${-min} from the last day on` : "";
    return [{ field, description: `is ${wrong}; it must be ${min} to ${max}${fromEnd}` }];
  }
  if (end < start) return [{ field, description: `ends at ${end}, before it begins at ${start}` }];
  return step < 0 ? [{ field, description: `has the step ${step}; it must be 1 or more` }] : [];
}

/** `timeIfEmpty` is what seconds, minutes and hours mean that are not given. */
export function readCalendar(calendar: ScheduleCalendar, timeIfEmpty: "0" | "*"): WallClockRule {
  const { dayOfMonth, year } = calendar;
  const fields: CronFields = [
    textOf(calendar.second, timeIfEmpty),
    textOf(calendar.minute, timeIfEmpty),
    textOf(calendar.hour, timeIfEmpty),
    // croner counts from the end of the month no further than one day.
    dayOfMonth.some(({ start }) => start < 0) ? "*" : textOf(dayOfMonth, "*"),
    textOf(calendar.month, "*"),
    textOf(calendar.dayOfWeek, "*"),
  ];
  return {
    fields,
    bothDays: true,
    ...(year.length > 0 && { years: valuesOf(year) }),
    ...(fields[3] === "*" && dayOfMonth.length > 0 && { days: valuesOf(dayOfMonth) }),
  };
}

function textOf(ranges: readonly ScheduleRange[], ifEmpty: string): string {
  return ranges.length === 0 ? ifEmpty : ranges.map(rangeText).join(",");
}

function rangeText(range: ScheduleRange): string {
  const { start, end = start } = range;
  const step = Math.max(range.step, 1);
  return start + step > end ? String(start) : `${start}-${end}/${step}`;
}

/** In order, each once. */
function valuesOf(ranges: readonly ScheduleRange[]): number[] {
  const values = new Set<number>();
  for (const { start, end = start, step } of ranges) {
    for (let value = start; value <= end; value += Math.max(step, 1)) values.add(value);
  }
  return [...values].sort((one, other) => one - other);
}
