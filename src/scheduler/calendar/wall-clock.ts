// Finds the next time that a rule's fields match, on a clock that knows no zones and no daylight saving. Such a wall
// time is kept as the milliseconds that it would be in UTC. croner does the matching; what it cannot say is done here.
import { CronDate, CronPattern } from "croner";
import type { CronFields } from "./cron-text.ts";

export type WallClockRule = {
  readonly fields: CronFields;
  /** If two day fields are narrowed: both must match, and not either. */
  readonly bothDays: boolean;
  /** In order. Any year if absent. */
  readonly years?: readonly number[];
  /** Days of the month; −1 is the last one. Any if absent. */
  readonly days?: readonly number[];
};

export type WallClock = {
  /** The first wall time at or after `wall` that matches. Undefined if there is none before the year 3000. */
  next(wall: number): number | undefined;
  /** Whether the second that begins with `wall` matches. */
  matches(wall: number): boolean;
  /** The longest of day, hour, minute and second that matches as a whole wherever one of its seconds does. */
  readonly unitMs: number;
};

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const utcOffset = 0;
const noHistory = false;
/** Days and years reject at most one time a month each, and all dates that exist recur before that. */
const rejectedMax = 2_000;

/** Each pattern has a list of 10,000 years, 80 kB; all of them share this one. */
const { year: everyYear } = new CronPattern("* * * * *");

export function wallClockOf(rule: WallClockRule): WallClock {
  const pattern = new CronPattern(rule.fields.join(" "), undefined, { mode: "6-part" });
  pattern.year = everyYear;
  const options = { domAndDow: rule.bothDays };
  return {
    next(wall) {
      let from: number | undefined = wall;
      for (let rejected = 0; from !== undefined && rejected < rejectedMax; rejected += 1) {
        const before = new CronDate(new Date(from - secondMs), utcOffset);
        const found = before.increment(pattern, options, noHistory)?.getTime();
        if (found === undefined) return undefined;
        const place: Place = placeOf(rule, new Date(found));
        if (place === "in") return found;
        from = place.nextWall;
      }
      return undefined;
    },
    matches(wall) {
      const isMatch = new CronDate(new Date(wall), utcOffset).match(pattern, options);
      return isMatch && placeOf(rule, new Date(wall)) === "in";
    },
    unitMs: unitMsOf(pattern),
  };
}

function unitMsOf({ second, minute, hour }: CronPattern): number {
  if (!second.every(Boolean)) return secondMs;
  if (!minute.every(Boolean)) return minuteMs;
  return hour.every(Boolean) ? dayMs : hourMs;
}

/** Whether a time is in the years and days of a rule, or else where to look on. */
type Place = "in" | { readonly nextWall: number | undefined };

function placeOf({ years, days }: WallClockRule, date: Date): Place {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (years !== undefined && !years.includes(year)) {
    const later = years.find((one) => one > year);
    return { nextWall: later === undefined ? undefined : Date.UTC(later, 0, 1) };
  }
  if (days === undefined) return "in";
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const isMeant = (day: number) => days.includes(day) || days.includes(day - lastDay - 1);
  let day = date.getUTCDate();
  if (isMeant(day)) return "in";
  while (day <= lastDay && !isMeant(day)) day += 1;
  return { nextWall: Date.UTC(year, month, day) };
}
