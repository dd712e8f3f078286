// Runs that nothing came to in time, over many passes: the owner is told once, and none goes uncounted, whatever is
// asked of the schedule meanwhile.
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  ScheduleCause,
  ScheduleMisfire,
  ScheduleOverlap,
  type ScheduleProgress,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Outcome } from "../../../src/scheduler/rules/decide.ts";
import { progressOf, storedProgress } from "../../../src/scheduler/rules/stored.ts";
import { at, fired, minutesOf, pass, progressAt, resultOf, type WakeInit } from "./make-wake.ts";

const allInOrder = { misfire: ScheduleMisfire.CATCH_UP_ALL, overlap: ScheduleOverlap.ALLOW_ALL };
const command = (value: { case: "pause" | "resume"; value: { note: string } }) => [
  { commandId: value.case, command: value },
];

/** Passes at the same time until none of them asks for another one. */
function passes(init: WakeInit): Outcome[] {
  const all = [pass(init)];
  for (;;) {
    const last = all.at(-1) as Outcome;
    if (last.kind !== "sleep" || last.wakeTime?.getTime() !== init.now?.getTime()) return all;
    all.push(pass({ ...init, commands: [], progress: last.progress }));
  }
}

const toldOf = (outcomes: readonly Outcome[]) => outcomes.flatMap(({ stale }) => stale?.runTime ?? []);

describe("an overdue schedule", () => {
  test("is told of once for a gap that takes many passes, and again for the next gap", () => {
    const first = passes({ now: at(100.5), policies: allInOrder });
    expect(first).toHaveLength(5);
    expect(toldOf(first)).toEqual([at(1)]);
    const { progress } = first.at(-1) as Outcome;
    expect(progress.overdueSince).toBeUndefined();
    const second = passes({ now: at(200.5), policies: allInOrder, progress });
    expect(toldOf(second)).toEqual([at(101)]);
  });

  test("is told of once while a full quota holds its runs back", () => {
    const refusals = { refused: new Map<string, string>(), held: { most: 0, why: "full" } };
    const first = pass({ now: at(10.5), policies: allInOrder, refusals });
    const second = pass({ now: at(11.5), policies: allInOrder, progress: first.progress });
    const third = pass({ now: at(12.5), policies: allInOrder, progress: second.progress });
    expect([fired(first), fired(second).length, fired(third)]).toEqual([[], 11, [12]]);
    expect(toldOf([first, second, third])).toEqual([at(1)]);
  });
});

describe("a pause", () => {
  test("counts as missed what was due before it, and passes over what comes in it", () => {
    const paused = passes({ now: at(5.5), commands: command({ case: "pause", value: { note: "" } }) });
    const { progress } = paused.at(-1) as Outcome;
    expect(paused.flatMap(fired)).toEqual([]);
    expect(progress.counts).toMatchObject({ fired: 0n, missed: 5n });
    expect(minutesOf(progress.decidedUntil)).toBe(5);
    const later = pass({ now: at(30), progress });
    expect(later.progress.counts).toMatchObject({ missed: 5n });
    const resumed = pass({ now: at(60.5), progress, commands: command({ case: "resume", value: { note: "" } }) });
    expect([fired(resumed), resumed.progress.counts?.missed, resumed.progress.pauseTime]).toEqual([[], 5n, undefined]);
    expect(fired(pass({ now: at(61), progress: resumed.progress }))).toEqual([61]);
  });

  test("counts a day of seconds, a thousand a pass", () => {
    const commands = command({ case: "pause", value: { note: "" } });
    const all = passes({ everyMs: 1_000, now: at(24 * 60), commands });
    expect(all.length).toBeGreaterThan(80);
    expect(all.at(-1)?.progress.counts?.missed).toBe(86_400n);
    expect(toldOf(all)).toHaveLength(1);
  });

  test("that a failure begins counts what was due with it", () => {
    const progress = progressAt(0, { liveRuns: [{ runTime: timestampFromDate(at(0)), taskId: "task-0" }] });
    const results = [resultOf(0, TaskState.FAILED)];
    const outcome = pass({ now: at(1), progress, results, policies: { pauseOnFailure: true } });
    expect([fired(outcome), outcome.progress.counts?.missed]).toEqual([[], 1n]);
  });
});

test("what waits when no more may be fired is counted as skipped", () => {
  const waitingRuns = [1, 2, 3].map((one) => ({
    runTime: timestampFromDate(at(one)),
    cause: ScheduleCause.DUE,
    overlap: ScheduleOverlap.BUFFER_ALL,
  }));
  const progress = progressAt(3, { waitingRuns, state: { remainingActions: 1n } });
  const outcome = pass({ now: at(3.5), progress, policies: { overlap: ScheduleOverlap.BUFFER_ALL } });
  expect([outcome.kind, fired(outcome)]).toEqual(["end", [1]]);
  expect(outcome.progress).toMatchObject({ waitingRuns: [], counts: { fired: 1n, skippedOverlap: 2n } });
});

test("progress whose lists are all full fits a checkpoint, and loses only runs that are there to be shown", () => {
  const many = <One>(count: number, one: (place: number) => One) =>
    Array.from({ length: count }, (_, place) => one(place));
  const runTime = (place: number) => timestampFromDate(new Date(at(place).getTime() + 123));
  const run = (place: number) => ({
    runTime: runTime(place),
    fireTime: runTime(place),
    taskId: "01a22ea1-6991-7000-b234-443a46d50001",
    cause: ScheduleCause.BACKFILLED,
    count: 1_000_000n,
  });
  const waiting = (place: number) => ({ ...run(place), overlap: ScheduleOverlap.CANCEL_OTHER });
  const full = progressAt(0, {
    recentRuns: many(100, run),
    liveRuns: many(50, run),
    waitingRuns: many(100, waiting),
    askedRuns: many(100, waiting),
    skipRuns: many(100, runTime),
    appliedCommands: many(100, () => "x".repeat(87)),
    lastError: "e".repeat(1_024),
    state: { paused: true, note: "\u0001".repeat(1_024) },
  });
  const kept = storedProgress(full);
  expect(Buffer.byteLength(kept.content.value)).toBeLessThanOrEqual(65_536);
  const read = progressOf(
    { checkpoint: { $typeName: "asyncgate.v1.Payload", ...kept } },
    {} as never,
  ) as ScheduleProgress;
  expect(read).toMatchObject({ liveRuns: { length: 50 }, waitingRuns: { length: 100 }, askedRuns: { length: 100 } });
  expect(read.recentRuns.length).toBeGreaterThan(20);
  expect(read.recentRuns[0]).toEqual(full.recentRuns[0]);
});
