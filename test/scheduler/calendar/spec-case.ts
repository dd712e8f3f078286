// A spec in plain JSON, which the calendar's message and both oracles are made from, with a window of time in which its
// runs are compared. All times are seconds since 1970.
import { create } from "@bufbuild/protobuf";
import type { Duration, Timestamp } from "@bufbuild/protobuf/wkt";
import {
  ScheduleGap,
  ScheduleOverlapHour,
  type ScheduleSpec,
  ScheduleSpecSchema,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { runsAfter } from "../../../src/scheduler/calendar/runs-after.ts";

export type RangeText = readonly [start: number, end: number, step: number];

export type CalendarCase = {
  readonly [field in "second" | "minute" | "hour" | "day_of_month" | "month" | "day_of_week" | "year"]?:
    | readonly RangeText[]
    | undefined;
};

export type IntervalCase = { readonly every: number; readonly phase: number };

export type EntriesCase = {
  readonly cron: readonly string[];
  readonly calendar: readonly CalendarCase[];
  readonly interval: readonly IntervalCase[];
  readonly at: readonly number[];
};

export type SpecCase = EntriesCase & {
  readonly exclude: EntriesCase;
  readonly zone: string;
  readonly start: number | null;
  readonly end: number | null;
  readonly gap: "AUTO" | "FIRST_INSTANT_AFTER" | "SAME_DISTANCE" | "SKIP";
  readonly overlap_hour: "AUTO" | "FIRST" | "SECOND" | "BOTH";
};

export type TimeWindow = { readonly zone: string; readonly from: number; readonly until: number };

export const noEntries: EntriesCase = { cron: [], calendar: [], interval: [], at: [] };

export function specCase(parts: Partial<SpecCase>): SpecCase {
  const settings = { zone: "UTC", start: null, end: null, gap: "AUTO", overlap_hour: "AUTO" } as const;
  return { ...noEntries, exclude: noEntries, ...settings, ...parts };
}

export function specOf(one: SpecCase): ScheduleSpec {
  return create(ScheduleSpecSchema, {
    ...entriesOf(one),
    exclude: entriesOf(one.exclude),
    timeZone: one.zone,
    gap: ScheduleGap[one.gap],
    overlapHour: ScheduleOverlapHour[one.overlap_hour],
    ...(one.start !== null && { startTime: timestamp(one.start) }),
    ...(one.end !== null && { endTime: timestamp(one.end) }),
  });
}

function entriesOf({ cron, calendar, interval, at }: EntriesCase) {
  return {
    cron: [...cron],
    calendar: calendar.map((fields) => ({
      second: rangesOf(fields.second),
      minute: rangesOf(fields.minute),
      hour: rangesOf(fields.hour),
      dayOfMonth: rangesOf(fields.day_of_month),
      month: rangesOf(fields.month),
      dayOfWeek: rangesOf(fields.day_of_week),
      year: rangesOf(fields.year),
    })),
    interval: interval.map(({ every, phase }) => ({ every: duration(every), phase: duration(phase) })),
    at: at.map(timestamp),
  };
}

function rangesOf(ranges: readonly RangeText[] = []) {
  return ranges.map(([start, end, step]) => ({ start, end, step }));
}

export function timestamp(seconds: number): Timestamp {
  return { $typeName: "google.protobuf.Timestamp", seconds: BigInt(seconds), nanos: 0 };
}

export function duration(seconds: number): Duration {
  return { $typeName: "google.protobuf.Duration", seconds: BigInt(seconds), nanos: 0 };
}

export type RunsOf = (one: SpecCase, window: TimeWindow) => number[];

/** The run times of the calendar within the window. */
export const calendarRuns: RunsOf = (one, { from, until }) => {
  const times: number[] = [];
  for (const { runTime } of runsAfter(specOf(one), "any", new Date((from - 1) * 1_000))) {
    const seconds = runTime.getTime() / 1_000;
    if (seconds >= until) break;
    times.push(seconds);
  }
  return times;
};
