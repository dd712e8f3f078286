// Runs as one line each: the local time, and what changed clocks have to do with it.
import type { ScheduleSpec } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { type Run, runsAfter } from "../../../src/scheduler/calendar/runs-after.ts";
import type { SpecCase } from "./spec-case.ts";

export type KnownTimes = {
  readonly what: string;
  readonly spec: Partial<SpecCase>;
  readonly after: string;
  /** Local times with offsets, and what `runText` adds. */
  readonly runs: readonly string[];
};

export function runText({ localTime, offsetChanged, movedFrom, isRepeat }: Run): string {
  const marks = [
    ...(offsetChanged ? ["changed"] : []),
    ...(movedFrom === undefined ? [] : [`moved from ${movedFrom.slice(11, 16)}`]),
    ...(isRepeat ? ["again"] : []),
  ];
  return [localTime, ...marks].join(" ");
}

/** The first runs; after the last one there is `none`. */
export function runTexts(spec: ScheduleSpec, after: string, count: number): string[] {
  const runs = runsAfter(spec, "any", new Date(after));
  return Array.from({ length: count }, () => {
    const { value } = runs.next();
    return value ? runText(value) : "none";
  });
}
