// One pass over a schedule: what is fired, what waits, what is skipped and counted, and when it is looked at again.
import type { MessageInitShape } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { describe, expect, test } from "vitest";
import {
  ScheduleCause,
  ScheduleMisfire,
  ScheduleOverlap,
  type ScheduleProgress,
} from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import type { ScheduleCommandSchema } from "../../../gen/typescript/asyncgate/v1/schedule_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Outcome } from "../../../src/scheduler/rules/decide.ts";
import { firingsMax, waitingMax } from "../../../src/scheduler/rules/pass.ts";
import { at, fired, minutesOf, pass, progressAt, resultOf } from "./make-wake.ts";

const live = (...minutes: number[]) =>
  minutes.map((one) => ({ runTime: timestampFromDate(at(one)), taskId: `task-${one}` }));
const waiting = ({ waitingRuns }: ScheduleProgress) => waitingRuns.map(({ runTime }) => minutesOf(runTime));
const sleeping = (outcome: Outcome) => {
  if (outcome.kind !== "sleep") throw new Error(`expected a sleep, and got ${outcome.kind}`);
  return outcome;
};

describe("a due run", () => {
  test("is fired with its key, its labels and its count, and the next one is waited for", () => {
    const outcome = sleeping(
      pass({ now: at(1), definition: { action: { type: "work", labels: { a: "{{count}}" } } } }),
    );
    expect(outcome.firings).toMatchObject([
      {
        runTime: at(1),
        request: {
          type: "work",
          idempotencyKey: "schedule:s:2026-11-30T12:01:00Z",
          labels: { a: "1", schedule_id: "s", run_time: "2026-11-30T12:01:00Z" },
        },
      },
    ]);
    expect(outcome.wakeTime).toEqual(at(2));
    expect(outcome.progress).toMatchObject({ counts: { fired: 1n }, recentRuns: [{ cause: ScheduleCause.DUE }] });
    expect(minutesOf(outcome.progress.decidedUntil)).toBe(1);
    expect(minutesOf(outcome.progress.nextRunTime)).toBe(2);
  });

  test("is decided once: the same time again fires nothing", () => {
    const first = sleeping(pass({ now: at(1) }));
    expect(fired(pass({ now: at(1), progress: first.progress }))).toEqual([]);
  });

  test("before its time fires nothing", () => {
    expect(fired(pass({ now: new Date(at(1).getTime() - 1) }))).toEqual([]);
  });

  test("of a new schedule is after its creation", () => {
    const progress = progressAt(0);
    delete progress.decidedUntil;
    expect(fired(pass({ progress, createTime: at(3.5), now: at(4) }))).toEqual([4]);
  });
});

describe("missed runs", () => {
  test("catch up one: the latest due run stands for all, and the others are counted", () => {
    const outcome = pass({ now: at(5.5) });
    expect(fired(outcome)).toEqual([5]);
    expect(outcome.progress).toMatchObject({
      counts: { fired: 1n, missed: 4n },
      recentRuns: [{ cause: ScheduleCause.CAUGHT_UP }],
    });
  });

  test("within ten seconds they are late, and not missed", () => {
    const outcome = pass({
      everyMs: 2_000,
      now: new Date(at(0).getTime() + 9_000),
      policies: { overlap: ScheduleOverlap.ALLOW_ALL },
    });
    expect(fired(outcome)).toHaveLength(4);
    expect(outcome.progress.counts?.missed).toBe(0n);
  });

  test("skip: none is fired, all are counted", () => {
    const outcome = pass({ now: at(5.5), policies: { misfire: ScheduleMisfire.SKIP } });
    expect(fired(outcome)).toEqual([]);
    expect(outcome.progress.counts).toMatchObject({ fired: 0n, missed: 5n });
  });

  test("catch up all: in their order, twenty a pass, and the rest at once", () => {
    const policies = { misfire: ScheduleMisfire.CATCH_UP_ALL, overlap: ScheduleOverlap.ALLOW_ALL };
    const first = sleeping(pass({ now: at(25.5), policies }));
    expect(fired(first)).toEqual(Array.from({ length: firingsMax }, (_, place) => place + 1));
    expect(first.wakeTime).toEqual(at(25.5));
    const second = sleeping(pass({ now: at(25.6), policies, progress: first.progress }));
    expect(fired(second)).toEqual([21, 22, 23, 24, 25]);
    expect(second.progress.counts).toMatchObject({ fired: 25n, missed: 0n });
    expect(second.wakeTime).toEqual(at(26));
  });

  test("before the catch-up window they are counted", () => {
    const policies = {
      misfire: ScheduleMisfire.CATCH_UP_ALL,
      overlap: ScheduleOverlap.ALLOW_ALL,
      catchupWindow: durationFromMs(150_000),
    };
    const outcome = pass({ now: at(5.5), policies });
    expect(fired(outcome)).toEqual([3, 4, 5]);
    expect(outcome.progress.counts?.missed).toBe(2n);
  });

  test("of a day down every second are counted one by one, a thousand a pass", () => {
    let outcome = sleeping(pass({ everyMs: 1_000, now: at(24 * 60) }));
    let passes = 1;
    for (; outcome.wakeTime && outcome.wakeTime <= at(24 * 60); passes += 1) {
      outcome = sleeping(pass({ everyMs: 1_000, now: at(24 * 60), progress: outcome.progress }));
    }
    const {
      fired: done,
      missed,
      skippedOverlap,
    } = outcome.progress.counts ?? { fired: 0n, missed: 0n, skippedOverlap: 0n };
    expect(done + missed + skippedOverlap).toBe(86_400n);
    expect(passes).toBe(87);
  });

  test("are told to the owner when overdue by more than twice their distance", () => {
    expect(pass({ now: at(4.5) }).stale?.runTime).toEqual(at(1));
    expect(pass({ now: at(2.9) }).stale).toBeUndefined();
  });
});

describe("runs that overlap", () => {
  const progress = progressAt(0, { liveRuns: live(0) });
  const running = [resultOf(0, TaskState.UNSPECIFIED)];

  test("skip: counted, and the running one stays followed", () => {
    const outcome = pass({ now: at(1), progress, results: running });
    expect(fired(outcome)).toEqual([]);
    expect(outcome.progress).toMatchObject({ counts: { skippedOverlap: 1n }, liveRuns: [{ taskId: "task-0" }] });
  });

  test("skip: one that has ended is in the way of none", () => {
    for (const state of [TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELED]) {
      expect(fired(pass({ now: at(1), progress, results: [resultOf(0, state)] }))).toEqual([1]);
    }
  });

  test("buffer one: the first waits, later ones are counted, and it is fired when the other has ended", () => {
    const policies = { overlap: ScheduleOverlap.BUFFER_ONE };
    const first = pass({ now: at(1), progress, policies, results: running });
    const second = pass({ now: at(2), progress: first.progress, policies, results: running });
    expect(waiting(second.progress)).toEqual([1]);
    expect(second.progress.counts).toMatchObject({ fired: 0n, skippedOverlap: 1n });
    const third = pass({
      now: at(2.5),
      progress: second.progress,
      policies,
      results: [resultOf(0, TaskState.SUCCEEDED)],
    });
    expect(fired(third)).toEqual([1]);
    expect(waiting(third.progress)).toEqual([]);
  });

  test("buffer all: they follow one by one, and beyond a hundred are counted", () => {
    const policies = { overlap: ScheduleOverlap.BUFFER_ALL };
    let { progress: now } = pass({ now: at(1), progress, policies, results: running });
    for (let minute = 2; minute <= waitingMax + 3; minute += 1) {
      now = pass({ now: at(minute), progress: now, policies, results: running }).progress;
    }
    expect(now.waitingRuns).toHaveLength(waitingMax);
    expect(now.counts?.skippedOverlap).toBe(3n);
    const ended = pass({
      now: at(waitingMax + 3),
      progress: now,
      policies,
      results: [resultOf(0, TaskState.SUCCEEDED)],
    });
    expect(fired(ended)).toEqual([1]);
    expect(waiting(ended.progress)[0]).toBe(2);
  });

  test("cancel other: the running one is canceled, the newest run waits for its end", () => {
    const policies = { overlap: ScheduleOverlap.CANCEL_OTHER };
    const first = sleeping(pass({ now: at(1), progress, policies, results: running }));
    expect(first.cancels).toEqual(["task-0"]);
    expect([fired(first), waiting(first.progress)]).toEqual([[], [1]]);
    const second = sleeping(pass({ now: at(2), progress: first.progress, policies, results: running }));
    expect(waiting(second.progress)).toEqual([2]);
    expect(second.progress.counts?.skippedOverlap).toBe(1n);
    const third = pass({
      now: at(2.1),
      progress: second.progress,
      policies,
      results: [resultOf(0, TaskState.CANCELED)],
    });
    expect(fired(third)).toEqual([2]);
  });

  test("cancel other: a task whose id is not known yet is looked for at once", () => {
    const policies = { overlap: ScheduleOverlap.CANCEL_OTHER, misfire: ScheduleMisfire.CATCH_UP_ALL };
    const first = sleeping(pass({ now: at(2.5), policies }));
    expect([fired(first), waiting(first.progress), first.cancels]).toEqual([[1], [2], []]);
    expect(first.wakeTime).toEqual(at(2.5));
    const results = [resultOf(1, TaskState.UNSPECIFIED)];
    expect(sleeping(pass({ now: at(2.6), policies, progress: first.progress, results })).cancels).toEqual(["task-1"]);
  });

  test("allow all: fired, and none is followed for longer than until its id is known", () => {
    const policies = { overlap: ScheduleOverlap.ALLOW_ALL };
    const outcome = pass({ now: at(1), progress, policies, results: running });
    expect(fired(outcome)).toEqual([1]);
    expect(outcome.progress.liveRuns).toHaveLength(1);
  });
});

describe("a failure", () => {
  const progress = progressAt(0, { liveRuns: live(0) });
  const results = [resultOf(0, TaskState.FAILED)];

  test("pauses the schedule where that is asked for", () => {
    const outcome = sleeping(pass({ now: at(1), progress, results, policies: { pauseOnFailure: true } }));
    expect(outcome.progress.state).toMatchObject({ paused: true, note: expect.stringContaining("task-0") });
    expect([fired(outcome), outcome.wakeTime]).toEqual([[], undefined]);
  });

  test("is nothing to it otherwise", () => {
    expect(fired(pass({ now: at(1), progress, results }))).toEqual([1]);
  });
});

describe("commands", () => {
  type Init = NonNullable<MessageInitShape<typeof ScheduleCommandSchema>["command"]>;
  const command = (value: Init) => [{ command: value }];

  test("a paused schedule fires nothing and wakes for commands only; resumed, it goes on from now", () => {
    const paused = sleeping(pass({ now: at(0.5), commands: command({ case: "pause", value: { note: "why" } }) }));
    expect(paused.progress.state).toMatchObject({ paused: true, note: "why" });
    expect(paused.wakeTime).toBeUndefined();
    expect(paused.progress.nextRunTime).toBeUndefined();
    const commands = [{ commandId: "other", command: { case: "resume" as const, value: {} } }];
    const resumed = sleeping(pass({ now: at(60.5), progress: paused.progress, commands }));
    expect([fired(resumed), resumed.wakeTime]).toEqual([[], at(61)]);
    expect(resumed.progress.counts).toBeUndefined();
  });

  test("a trigger fires now, also while paused, and twice in one pass twice", () => {
    const commands = [
      { commandId: "a", command: { case: "trigger" as const, value: {} } },
      { commandId: "b", command: { case: "trigger" as const, value: {} } },
    ];
    const outcome = pass({ now: at(0.5), commands, progress: progressAt(0, { state: { paused: true } }) });
    expect(fired(outcome).map((minutes) => Math.round(minutes * 60_000))).toEqual([29_999, 29_998]);
    expect(outcome.progress.recentRuns[0]?.cause).toBe(ScheduleCause.TRIGGERED);
  });

  test("one that was carried out is not carried out again", () => {
    const commands = command({ case: "trigger", value: {} });
    const first = pass({ now: at(0.5), commands });
    expect(fired(pass({ now: at(0.6), commands, progress: first.progress }))).toEqual([]);
  });

  test("a backfill fires what lies in its span, one after the other", () => {
    const value = { startTime: timestampFromDate(at(-10)), endTime: timestampFromDate(at(-8)) };
    const outcome = pass({ now: at(0.5), commands: command({ case: "backfill", value }) });
    expect(fired(outcome)).toEqual([-10]);
    expect(waiting(outcome.progress)).toEqual([-9, -8]);
    expect(outcome.progress.backfills).toEqual([]);
    expect(outcome.progress.recentRuns[0]?.cause).toBe(ScheduleCause.BACKFILLED);
  });

  test("a long backfill waits while a hundred runs wait", () => {
    const value = { startTime: timestampFromDate(at(-200)), endTime: timestampFromDate(at(-1)) };
    const outcome = pass({ now: at(0.5), commands: command({ case: "backfill", value }) });
    expect(outcome.progress.waitingRuns).toHaveLength(waitingMax);
    expect(minutesOf(outcome.progress.backfills[0]?.afterTime)).toBe(-200 + waitingMax);
  });

  test("skipped runs are counted and not fired, and the next run told is the first that is not skipped", () => {
    const skipped = sleeping(pass({ now: at(0.5), commands: command({ case: "skipNext", value: { runs: 2 } }) }));
    expect(minutesOf(skipped.progress.nextRunTime)).toBe(3);
    const first = sleeping(pass({ now: at(1), progress: skipped.progress }));
    const second = sleeping(pass({ now: at(2), progress: first.progress }));
    expect([fired(first), fired(second)]).toEqual([[], []]);
    expect(second.progress.counts).toMatchObject({ fired: 0n, skippedByCall: 2n });
    expect(fired(pass({ now: at(3), progress: second.progress }))).toEqual([3]);
  });

  test("an update goes on as the next generation, from the last decided run", () => {
    const spec = { interval: [{ every: durationFromMs(5 * 60_000) }] };
    const progress = progressAt(3, { firedInGeneration: 7, appliedCommands: ["old"] });
    const outcome = pass({ now: at(3.5), progress, commands: command({ case: "update", value: { spec } }) });
    if (outcome.kind !== "next generation") throw new Error(outcome.kind);
    expect(outcome.definition).toMatchObject({
      spec: { interval: [{ every: { seconds: 300n } }] },
      action: { type: "work" },
      progress: { generation: 2n, firedInGeneration: 0, appliedCommands: ["old", "c0"] },
    });
    expect(minutesOf(outcome.definition.progress?.decidedUntil)).toBe(3);
    expect(outcome.definition.createTime).toEqual(timestampFromDate(at(-30)));
  });

  test("an update that no schedule could be made of changes nothing, and the reason is told", () => {
    for (const value of [{ spec: { cron: ["61 * * * *"] } }, { action: { type: "x", name: "y" } }]) {
      const outcome = sleeping(pass({ now: at(0.5), commands: command({ case: "update", value }) }));
      expect(outcome.progress.lastError).toMatch(/^An update was not carried out: (spec\.cron|action\.name)/);
    }
  });
});

describe("the end", () => {
  test("comes with the last run of a spec, which it fires", () => {
    const definition = { spec: { at: [timestampFromDate(at(1)), timestampFromDate(at(2))] } };
    const first = pass({ now: at(1), definition });
    expect([first.kind, fired(first)]).toEqual(["sleep", [1]]);
    const results = [resultOf(1, TaskState.SUCCEEDED)];
    const last = pass({ now: at(2), definition, progress: first.progress, results });
    expect([last.kind, fired(last)]).toEqual(["end", [2]]);
  });

  test("waits for runs that wait", () => {
    const definition = { spec: { at: [timestampFromDate(at(1))] }, policies: { overlap: ScheduleOverlap.BUFFER_ONE } };
    const progress = progressAt(0, { liveRuns: live(0) });
    const outcome = pass({ now: at(1), definition, progress, results: [resultOf(0, TaskState.UNSPECIFIED)] });
    expect(outcome.kind).toBe("sleep");
    const ended = pass({
      now: at(3),
      definition,
      progress: outcome.progress,
      results: [resultOf(0, TaskState.FAILED)],
    });
    expect([ended.kind, fired(ended)]).toEqual(["end", [1]]);
  });

  test("comes with the last action", () => {
    const progress = progressAt(0, { state: { remainingActions: 2n } });
    const first = pass({ now: at(1), progress });
    expect([first.kind, first.progress.state?.remainingActions]).toEqual(["sleep", 1n]);
    const last = pass({ now: at(2), progress: first.progress, results: [resultOf(1, TaskState.SUCCEEDED)] });
    expect([last.kind, fired(last)]).toEqual(["end", [2]]);
  });

  test("does not come while it is paused", () => {
    const definition = { spec: { at: [timestampFromDate(at(1))] } };
    expect(pass({ now: at(2), definition, progress: progressAt(0, { state: { paused: true } }) }).kind).toBe("sleep");
  });
});

describe("a generation", () => {
  test("ends after 500 firings and after 7 days, and its successor fires what is due", () => {
    const progress = progressAt(0, { firedInGeneration: 500 });
    const outcome = pass({ now: at(1), progress });
    if (outcome.kind !== "next generation") throw new Error(outcome.kind);
    expect(fired(pass({ now: at(1), progress: outcome.progress }))).toEqual([1]);
    expect(pass({ now: at(1), generationTime: at(1 - 7 * 24 * 60) }).kind).toBe("next generation");
    expect(pass({ now: at(1), generationTime: at(1.1 - 7 * 24 * 60) }).kind).toBe("sleep");
  });
});

describe("a run that is refused", () => {
  test("for good is counted, its reason is told, and the next ones go on", () => {
    const refused = new Map([["2026-11-30T12:01:00Z", "too large"]]);
    const outcome = sleeping(pass({ now: at(1), refusals: { refused, held: undefined } }));
    expect([fired(outcome), outcome.wakeTime]).toEqual([[], at(2)]);
    expect(outcome.progress).toMatchObject({ counts: { refused: 1n, fired: 0n }, lastError: "too large" });
  });

  test("for now stays undecided, and is tried again", () => {
    const outcome = sleeping(pass({ now: at(1), refusals: { refused: new Map(), held: { most: 0, why: "quota" } } }));
    expect([fired(outcome), outcome.progress.lastError]).toEqual([[], "quota"]);
    expect(outcome.wakeTime).toEqual(new Date(at(1).getTime() + 10_000));
    const again = pass({ now: at(1.1), progress: outcome.progress });
    expect([fired(again), again.progress.lastError]).toEqual([[1], ""]);
  });
});

test("as many runs are kept as the schedule says", () => {
  const policies = { overlap: ScheduleOverlap.ALLOW_ALL, misfire: ScheduleMisfire.CATCH_UP_ALL };
  expect(pass({ now: at(15), policies }).progress.recentRuns).toHaveLength(10);
  expect(pass({ now: at(15), policies: { ...policies, keepLastRuns: 3 } }).progress.recentRuns).toHaveLength(3);
  expect(pass({ now: at(15), policies: { ...policies, keepLastRuns: 0 } }).progress.recentRuns).toHaveLength(0);
});
