import { create, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ScheduleSpecSchema } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { checkSpec } from "../../../src/scheduler/calendar/check-spec.ts";
import { type Run, runsAfter } from "../../../src/scheduler/calendar/runs-after.ts";
import { changedRules, gaps, overlaps } from "./known-changes.ts";
import { dates, together } from "./known-dates.ts";
import { runTexts } from "./run-text.ts";
import { duration, specCase, specOf, timestamp } from "./spec-case.ts";

const knownTimes = [...gaps, ...overlaps, ...changedRules, ...dates, ...together];

describe("the runs that were worked out by hand", () => {
  test("are many, in many zones", () => {
    expect(knownTimes.length).toBeGreaterThanOrEqual(60);
    expect(new Set(knownTimes.map(({ what }) => what)).size).toBe(knownTimes.length);
    expect(new Set(knownTimes.map(({ spec }) => spec.zone)).size).toBeGreaterThanOrEqual(20);
  });

  test.each(knownTimes)("$what", ({ spec, after, runs }) => {
    const message = specOf(specCase(spec));
    expect(checkSpec(message, new Date(after))).toEqual([]);
    expect(runTexts(message, after, runs.length)).toEqual(runs);
  });
});

function take(runs: Iterable<Run>, count: number): Run[] {
  const taken: Run[] = [];
  for (const run of runs) if (taken.push(run) === count) break;
  return taken;
}

describe("runs", () => {
  const spec = specOf(
    specCase({ cron: ["*/10 2 * * *"], interval: [{ every: 7_777, phase: 0 }], zone: "Europe/Berlin" }),
  );
  const after = new Date("2026-10-24T00:00:00Z");

  test("continue after any of them as if they had been asked for at once", () => {
    const all = take(runsAfter(spec, "a", after), 60);
    for (const [index, { runTime }] of all.slice(0, -1).entries()) {
      expect(take(runsAfter(spec, "a", runTime), 1)).toEqual([all[index + 1]]);
    }
  });

  test("are whole seconds, later than the moment that was asked for", () => {
    const every = specOf(specCase({ interval: [{ every: 1, phase: 0 }] }));
    const runTimes = (moment: string) =>
      take(runsAfter(every, "a", new Date(moment)), 2).map(({ runTime }) => runTime.toISOString());
    expect(runTimes("2026-01-01T00:00:00.000Z")).toEqual(["2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z"]);
    expect(runTimes("2026-01-01T00:00:00.999Z")).toEqual(["2026-01-01T00:00:01.000Z", "2026-01-01T00:00:02.000Z"]);
  });

  test("of a single moment are rounded up to the second", () => {
    const moment = { ...timestamp(1_800_000_000), nanos: 1 };
    const [run] = runsAfter(create(ScheduleSpecSchema, { at: [moment] }), "a", after);
    expect(run?.runTime.getTime()).toBe(1_800_000_001_000);
  });

  test("do not change the spec", () => {
    const before = toBinary(ScheduleSpecSchema, spec);
    take(runsAfter(spec, "a", after), 5);
    expect(toBinary(ScheduleSpecSchema, spec)).toEqual(before);
  });

  test("of two specs that differ in one field are not taken for the same", () => {
    const runTimes = (zone: string) =>
      take(runsAfter({ ...spec, timeZone: zone }, "a", after), 20).map(({ runTime }) => runTime);
    expect(runTimes("Europe/Berlin")).not.toEqual(runTimes("Europe/London"));
    expect(runTimes("Europe/Berlin")).toEqual(runTimes("Europe/Berlin"));
  });

  test("end where there are none for 27 years", () => {
    const excluded = { cron: ["* * * * *"], calendar: [], interval: [], at: [] };
    const silent = specOf(specCase({ cron: ["0 0 * * *"], exclude: excluded }));
    expect([...runsAfter(silent, "a", after)]).toEqual([]);
  });

  test("find a rare date behind years of excluded days", () => {
    const notLeapDays = { cron: ["* * 1-28,30,31 * *", "* * 29 1,3-12 *"], calendar: [], interval: [], at: [] };
    const rare = specOf(specCase({ cron: ["* * * * * *"], exclude: notLeapDays }));
    expect(runTexts(rare, "2096-03-01T00:00:00Z", 1)).toEqual(["2104-02-29T00:00:00+00:00"]);
  });

  test.each(["0-59 0-59 0-23 1-30 * *", "* * 0-23 1-30 * *", "*/1 * * 1-30 * *"])(
    "leave days that `%s` excludes",
    (text) => {
      const exclude = { cron: [text], calendar: [], interval: [], at: [] };
      const spec = specOf(specCase({ interval: [{ every: 1, phase: 0 }], zone: "Europe/Berlin", exclude }));
      expect(runTexts(spec, "2026-10-31T23:00:00Z", 1)).toEqual(["2026-12-31T00:00:00+01:00"]);
    },
  );
});

describe("jitter", () => {
  const jittered = (seconds: number) =>
    create(ScheduleSpecSchema, { cron: ["*/2 * * * *", "0 5 * * *"], jitter: duration(seconds) });
  const after = new Date("2026-01-01T00:00:00Z");
  const delays = (id: string, seconds: number) =>
    take(runsAfter(jittered(seconds), id, after), 200).map(
      ({ runTime, dueTime }) => dueTime.getTime() - runTime.getTime(),
    );

  test("is the same for the same schedule and run time, and another one for others", () => {
    expect(delays("a", 60)).toEqual(delays("a", 60));
    expect(delays("a", 60)).not.toEqual(delays("b", 60));
    expect(new Set(delays("a", 60)).size).toBeGreaterThan(190);
    // Other languages must come to the same: SHA-256 of "a\n2026-01-01T00:02:00Z", its first 48 bits, modulo 60,001.
    expect(delays("a", 60)[0]).toBe(43_471);
  });

  test("is spread from nothing to its bound", () => {
    const found = delays("a", 60);
    expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...found)).toBeLessThanOrEqual(60_000);
    expect(Math.min(...found)).toBeLessThan(6_000);
    expect(Math.max(...found)).toBeGreaterThan(54_000);
  });

  test("never reaches the next run, however large it is", () => {
    const runs = take(runsAfter(jittered(86_400), "a", after), 300);
    for (const [index, { dueTime }] of runs.slice(0, -1).entries()) {
      expect(dueTime.getTime()).toBeLessThan(runs[index + 1]?.runTime.getTime() ?? 0);
    }
  });

  test("is in the last run, too", () => {
    const last = create(ScheduleSpecSchema, { at: [timestamp(1_800_000_000)], jitter: duration(60) });
    const [run, ...others] = runsAfter(last, "a", after);
    expect(others).toEqual([]);
    expect((run?.dueTime.getTime() ?? 0) - 1_800_000_000_000).toBeGreaterThan(0);
  });

  test("without any, runs are due at their run times", () => {
    expect(new Set(delays("a", 0))).toEqual(new Set([0]));
  });
});
