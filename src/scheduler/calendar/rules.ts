// What a spec consists of: rules that say when it fires, and exclusions that say when it does not. All times are whole
// seconds, in milliseconds.
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import type { CronFields } from "./cron-text.ts";
import type { TimeZone } from "./time-zone.ts";
import { type WallClockRule, wallClockOf } from "./wall-clock.ts";
import { type Firing, nextZoned, type ZonedRule } from "./zoned-runs.ts";

export type Rule = {
  /** The first firing at or after `from`. Undefined if there is none before `before`. */
  next(from: number, before: number): Firing | undefined;
};

/** If it covers the time: the first time at which it may not any more. */
export type Exclusion = (at: number) => number | undefined;

export type Interval = { readonly everyMs: number; readonly phaseMs: number };

const secondMs = 1_000;

/** Rounded up, so that nothing runs before the moment that was asked for. */
export function secondsUp({ seconds, nanos }: Timestamp): number {
  return (Number(seconds) + (nanos > 0 ? 1 : 0)) * secondMs;
}

export function wholeSecondsMs(duration: Duration | undefined): number {
  return Number(duration?.seconds ?? 0n) * secondMs;
}

/** Whether it names one time of day, in plain numbers, and so at most one run a day. */
export function isFixedTime([second, minute, hour]: CronFields): boolean {
  return [second, minute, hour].every((field) => /^\d+$/.test(field));
}

export function wallRule(rule: WallClockRule, zoned: Omit<ZonedRule, "clock">): Rule {
  const whole = { ...zoned, clock: wallClockOf(rule) };
  return { next: (from, before) => nextZoned(whole, from, before) };
}

export function intervalRule({ everyMs, phaseMs }: Interval): Rule {
  return {
    next(from, before) {
      const at = phaseMs + Math.ceil((from - phaseMs) / everyMs) * everyMs;
      return at < before ? { at, isRepeat: false } : undefined;
    },
  };
}

export function momentsRule(moments: readonly Timestamp[]): Rule {
  const sorted = moments.map(secondsUp).sort((one, other) => one - other);
  return {
    next(from, before) {
      const at = sorted.find((one) => one >= from);
      return at !== undefined && at < before ? { at, isRepeat: false } : undefined;
    },
  };
}

export function wallExclusion(rule: WallClockRule, zone: TimeZone): Exclusion {
  const clock = wallClockOf(rule);
  return (at) => {
    const { offset, until } = zone.stretchAt(at);
    const wall = at + offset;
    if (!clock.matches(wall)) return undefined;
    // Whole units are left in one step, or a year without runs would be left second by second.
    return Math.min((Math.floor(wall / clock.unitMs) + 1) * clock.unitMs - offset, until);
  };
}

export function intervalExclusion({ everyMs, phaseMs }: Interval): Exclusion {
  return (at) => ((at - phaseMs) % everyMs === 0 ? at + secondMs : undefined);
}

export function momentsExclusion(moments: readonly Timestamp[]): Exclusion {
  const all = new Set(moments.map(secondsUp));
  return (at) => (all.has(at) ? at + secondMs : undefined);
}
