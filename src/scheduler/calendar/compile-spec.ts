// Turns a spec into rules and exclusions. Compiled specs are kept by their content: what fires a thousand schedules
// with one spec compiles it once.
import { createHash } from "node:crypto";
import {
  ScheduleGap,
  ScheduleOverlapHour,
  type ScheduleSpec,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { readCalendar } from "./calendar-fields.ts";
import { type CronFields, readCron } from "./cron-text.ts";
import {
  type Exclusion,
  type Interval,
  intervalExclusion,
  intervalRule,
  isFixedTime,
  momentsExclusion,
  momentsRule,
  type Rule,
  secondsUp,
  wallExclusion,
  wallRule,
  wholeSecondsMs,
} from "./rules.ts";
import { type TimeZone, timeZoneOf } from "./time-zone.ts";
import type { WallClockRule } from "./wall-clock.ts";
import type { ZonedRule } from "./zoned-runs.ts";

export type CompiledSpec = {
  readonly zone: TimeZone;
  /** Each with its path within the spec. */
  readonly rules: ReadonlyMap<string, Rule>;
  readonly exclusions: readonly Exclusion[];
  /** No firing is before it. */
  readonly fromMs: number;
  /** No firing is at or after it. */
  readonly untilMs: number;
  readonly jitterMs: number;
};

/** croner ends there, and no schedule is asked for what comes later. */
const lastMs = Date.UTC(3000, 0, 1);
/** Usual ones take 1 MB together, the largest that there can be 110 MB. */
const specsMax = 256;
const compiledSpecs = new Map<string, CompiledSpec>();

/** For specs in which checkSpec finds no fault. */
export function compiledSpecOf(spec: ScheduleSpec): CompiledSpec {
  const content = JSON.stringify(spec, (_, value) => (typeof value === "bigint" ? String(value) : value));
  const key = createHash("sha256").update(content).digest("base64");
  const known = compiledSpecs.get(key);
  if (known !== undefined) return known;
  const [oldest] = compiledSpecs.size < specsMax ? [] : compiledSpecs.keys();
  if (oldest !== undefined) compiledSpecs.delete(oldest);
  const compiled = compileSpec(spec);
  compiledSpecs.set(key, compiled);
  return compiled;
}

function compileSpec(spec: ScheduleSpec): CompiledSpec {
  const zone = timeZoneOf(spec.timeZone || "UTC");
  if (zone === undefined) throw new RangeError(`there is no time zone ${spec.timeZone}`);
  return {
    zone,
    rules: new Map(rulesOf(spec, zone)),
    exclusions: exclusionsOf(spec, zone),
    fromMs: spec.startTime === undefined ? 0 : Math.max(secondsUp(spec.startTime), 0),
    untilMs: spec.endTime === undefined ? lastMs : Math.min(secondsUp(spec.endTime), lastMs),
    jitterMs: wholeSecondsMs(spec.jitter) + Math.floor((spec.jitter?.nanos ?? 0) / 1_000_000),
  };
}

function* rulesOf(spec: ScheduleSpec, zone: TimeZone): Iterable<[path: string, rule: Rule]> {
  const ofClock = (rule: WallClockRule) => wallRule(rule, { zone, ...policiesOf(spec, rule.fields) });
  for (const [index, text] of spec.cron.entries()) {
    yield [`cron[${index}]`, ofClock({ fields: fieldsOf(text, "0"), bothDays: false })];
  }
  for (const [index, interval] of spec.interval.entries()) {
    yield [`interval[${index}]`, intervalRule(intervalOf(interval))];
  }
  for (const [index, calendar] of spec.calendar.entries()) {
    yield [`calendar[${index}]`, ofClock(readCalendar(calendar, "0"))];
  }
  if (spec.at.length > 0) yield ["at", momentsRule(spec.at)];
}

function exclusionsOf({ exclude }: ScheduleSpec, zone: TimeZone): Exclusion[] {
  if (exclude === undefined) return [];
  return [
    ...exclude.cron.map((text) => wallExclusion({ fields: fieldsOf(text, "*"), bothDays: false }, zone)),
    ...exclude.calendar.map((calendar) => wallExclusion(readCalendar(calendar, "*"), zone)),
    ...exclude.interval.map((interval) => intervalExclusion(intervalOf(interval))),
    momentsExclusion(exclude.at),
  ];
}

function intervalOf({ every, phase }: ScheduleSpec["interval"][number]): Interval {
  return { everyMs: wholeSecondsMs(every), phaseMs: wholeSecondsMs(phase) };
}

function fieldsOf(text: string, secondIfAbsent: "0" | "*"): CronFields {
  const read = readCron(text, secondIfAbsent);
  if ("fault" in read) throw new RangeError(read.fault.description);
  return read.fields;
}

/** AUTO: a fixed time of day runs once, whatever clocks do; everything else follows real time. */
function policiesOf({ gap, overlapHour }: ScheduleSpec, fields: CronFields): Pick<ZonedRule, "gap" | "overlap"> {
  const isFixed = isFixedTime(fields);
  return {
    gap: gaps[gap] ?? (isFixed ? "first_instant_after" : "skip"),
    overlap: overlaps[overlapHour] ?? (isFixed ? "first" : "both"),
  };
}

const gaps: Readonly<Partial<Record<ScheduleGap, ZonedRule["gap"]>>> = {
  [ScheduleGap.FIRST_INSTANT_AFTER]: "first_instant_after",
  [ScheduleGap.SAME_DISTANCE]: "same_distance",
  [ScheduleGap.SKIP]: "skip",
};

const overlaps: Readonly<Partial<Record<ScheduleOverlapHour, ZonedRule["overlap"]>>> = {
  [ScheduleOverlapHour.FIRST]: "first",
  [ScheduleOverlapHour.SECOND]: "second",
  [ScheduleOverlapHour.BOTH]: "both",
};
