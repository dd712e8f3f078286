// Each check of a schedule's history can fail: a history that is whole passes all of them, and one that is doctored in
// a single place fails the check for it.
import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ScheduleCause, ScheduleOverlap, ScheduleSchema } from "../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { type Task, TaskSchema, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { firingKey, runTimeText } from "../../src/scheduler/rules/names.ts";
import {
  faultsOfSchedule,
  type ScheduleCheckName,
  type ScheduleHistory,
  scheduleCheckNames,
} from "./schedule-checks.ts";

const noon = Date.parse("2026-11-30T12:00:00Z");
const at = (seconds: number) => new Date(noon + seconds * 1_000);
const alice = { kind: PrincipalKind.AGENT, id: "alice" };

function task(seconds: number, more: { from?: number; to?: number; owner?: string } = {}): Task {
  const { from = seconds + 0.5, to = seconds + 20, owner = "alice" } = more;
  return create(TaskSchema, {
    taskId: `task-${seconds}`,
    labels: { run_time: runTimeText(at(seconds)) },
    idempotencyKey: firingKey("s", at(seconds)),
    createdBy: { kind: PrincipalKind.AGENT, id: owner },
    createTime: timestampFromDate(at(from)),
    endTime: timestampFromDate(at(to)),
    state: TaskState.SUCCEEDED,
  });
}

/** Runs at 60, 120, 180, 240 and 300: fired, skipped because of an earlier one, skipped by call, missed, fired. */
function whole(): ScheduleHistory {
  const run = (seconds: number, cause: ScheduleCause = ScheduleCause.DUE) => ({
    runTime: timestampFromDate(at(seconds)),
    taskId: `task-${seconds}`,
    cause,
  });
  const schedule = create(ScheduleSchema, {
    scheduleId: "s",
    spec: { interval: [{ every: durationFromMs(60_000) }] },
    policies: { overlap: ScheduleOverlap.SKIP },
    createdBy: alice,
    createTime: timestampFromDate(at(1)),
    decidedUntil: timestampFromDate(at(300)),
    counts: { fired: 3n, skippedOverlap: 1n, skippedByCall: 1n, missed: 1n },
    recentRuns: [run(300), run(200.5, ScheduleCause.TRIGGERED), run(60)],
  });
  const generation = (number: number, from: number, to?: number) =>
    create(TaskSchema, {
      taskId: `generation-${number}`,
      createTime: timestampFromDate(at(from)),
      state: to === undefined ? TaskState.BLOCKED : TaskState.SUCCEEDED,
      ...(to !== undefined && { endTime: timestampFromDate(at(to)) }),
    });
  return {
    schedule,
    tasks: [task(60, { to: 150 }), task(200.5), task(300)],
    generations: [generation(1, 1, 100), generation(2, 100)],
    triggers: 1,
    skips: 1,
  };
}

const doctored: Readonly<Record<ScheduleCheckName, (history: ScheduleHistory) => ScheduleHistory>> = {
  "fired once": (history) => ({ ...history, tasks: [...history.tasks, { ...task(60), taskId: "again" }] }),
  "fired at run times": (history) => ({ ...history, tasks: [...history.tasks.slice(1), task(61)] }),
  "not before its time": (history) => ({ ...history, tasks: [task(60, { from: 59 }), ...history.tasks.slice(1)] }),
  "fired is counted": (history) => ({ ...history, tasks: history.tasks.slice(1) }),
  "every due run is decided": (history) => ({
    ...history,
    schedule: { ...history.schedule, decidedUntil: timestampFromDate(at(360)) },
  }),
  "triggers are fired once": (history) => ({ ...history, triggers: 2 }),
  "skips are counted": (history) => ({ ...history, skips: 2 }),
  "the owner's": (history) => ({ ...history, tasks: [task(60, { owner: "bob" }), ...history.tasks.slice(1)] }),
  "no overlap": (history) => ({ ...history, tasks: [task(60, { to: 310 }), ...history.tasks.slice(1)] }),
  "recent runs are tasks": (history) => ({
    ...history,
    schedule: {
      ...history.schedule,
      recentRuns: history.schedule.recentRuns.map((run) => ({ ...run, taskId: "none" })),
    },
  }),
  "one generation at a time": (history) => ({ ...history, generations: history.generations.toReversed() }),
};

test("a history that is whole passes every check", () => {
  expect(faultsOfSchedule(whole())).toEqual([]);
});

test.each(scheduleCheckNames)("a doctored history fails the check %s", (name) => {
  expect(faultsOfSchedule(doctored[name](whole())).map(({ check }) => check)).toContain(name);
});
