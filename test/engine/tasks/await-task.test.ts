// AwaitTask by scenario: waits without holding anything, and wakes at once.
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOfMs } from "../../../src/core/duration.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { query } from "../../helpers/database.ts";
import { patience } from "../../helpers/patience.ts";
import { times } from "../../helpers/random.ts";
import {
  cancel,
  claim,
  complete,
  createTask,
  fail,
  granted,
  held,
  json,
  openScenario,
  progress,
  read,
  refused,
  renew,
  type Scenario,
  start,
} from "../../helpers/scenario.ts";

/** No poller runs here: only a hint, or the end of the wait, wakes a waiting caller. */
const hintsOnly = { oneServer: true };
const longestMs = 50_000;

function wait(s: Scenario, taskId: string, waitMs = longestMs, signal = new AbortController().signal, by = s.agent) {
  return s.operations.awaitTask(by, { taskId, wait: durationOfMs(waitMs) }, signal);
}

test("a caller that waits for a task on the same server wakes at once when it ends, and not before", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  const { taskId } = leased.task;
  let isOver = false;
  const waiting = wait(s, taskId).finally(() => {
    isOver = true;
  });
  granted(await start(s, leased));
  granted(await progress(s, leased));
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(isOver).toBe(false);
  granted(await complete(s, leased));
  expect(granted(await waiting)).toEqual(await read(s, taskId));
});

test("every way to end wakes the waiting caller: failing, canceling, the sweep", async () => {
  const s = await openScenario(hintsOnly);
  const failing = await held(s, { maxAttempts: 1 });
  const canceled = await createTask(s);
  const overdue = await createTask(s, { deadline: canceled.createTime as NonNullable<typeof canceled.createTime> });
  const waits = [failing.task, canceled, overdue].map(({ taskId }) => wait(s, taskId));
  granted(await fail(s, failing));
  granted(await cancel(s, canceled.taskId));
  await s.sweep();
  const ended = (await Promise.all(waits)).map((task) => granted(task).state);
  expect(ended).toEqual([TaskState.FAILED, TaskState.CANCELED, TaskState.FAILED]);
});

test("AwaitTask answers at once for a task that has ended", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = granted(await complete(s, await held(s)));
  expect(await wait(s, taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
});

test("a wait that times out or is abandoned answers with the task as it stands", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  expect(await wait(s, taskId, 0)).toMatchObject({ state: TaskState.QUEUED });
  expect(await wait(s, taskId, 20)).toMatchObject({ state: TaskState.QUEUED });
  await claim(s);
  const gone = new AbortController();
  const abandoned = wait(s, taskId, longestMs, gone.signal);
  gone.abort();
  expect(await abandoned).toMatchObject({ state: TaskState.LEASED });
});

test("law 16: an end on another server, whose hint does not arrive, is seen at the next look", async () => {
  const s = await openScenario({ pollsWaits: true });
  const second = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  const leased = await held(s);
  const waiting = wait(s, leased.task.taskId);
  granted(await complete(second, leased, undefined, s.worker));
  expect(granted(await waiting).state).toBe(TaskState.SUCCEEDED);
});

test("a task that the caller may not read does not exist for it", async () => {
  const s = await openScenario(hintsOnly);
  const { taskId } = await createTask(s);
  const signal = new AbortController().signal;
  const elsewhere = (await s.makeTenant()).caller("human", "olga");
  for (const by of [s.tenant.caller("agent", "bob"), s.worker, elsewhere]) {
    await refused(wait(s, taskId, longestMs, signal, by), ErrorReason.TASK_NOT_FOUND);
  }
  expect(granted(await wait(s, taskId, 0, signal, s.operator)).taskId).toBe(taskId);
});

test("the end of a task is told from the transaction that settled it, without reading it again", async () => {
  const s = await openScenario({ ...hintsOnly, ledgerMayDiffer: true });
  const { taskId } = await createTask(s);
  const waiting = wait(s, taskId);
  await vi.waitFor(() => expect(s.engine.wakeups.takePolledTopics()[0]?.saw).toBe(1), patience);
  const leased = await claim(s);
  granted(await start(s, leased));
  const { databaseUrl } = s.database;
  await query(databaseUrl, "alter table task rename to task_away");
  granted(await complete(s, leased));
  const told = granted(await waiting);
  await query(databaseUrl, "alter table task_away rename to task");
  expect(told).toEqual(await read(s, taskId));
});

const steps = {
  progress: (s: Scenario, leased: GrantedTask) => progress(s, leased),
  checkpoint: (s: Scenario, leased: GrantedTask) => progress(s, leased, { checkpoint: json("{}") }),
  start: (s: Scenario, leased: GrantedTask) => start(s, leased),
  renew: (s: Scenario, leased: GrantedTask) => renew(s, [leased]),
  cancel: (s: Scenario, { task }: GrantedTask) => cancel(s, task.taskId, { gracePeriod: durationOfMs(300_000) }),
};

test("whatever happens while a caller waits, here or elsewhere, it is told what GetTask would tell", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])), fc.boolean()), {
        maxLength: 6,
      }),
      fc.constantFrom("complete", "fail", "retry and complete"),
      fc.boolean(),
      async (all, end, isHere) => {
        const s = await openScenario({ pollsWaits: true });
        const other = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
        const there = { ...other, agent: s.agent, worker: s.worker };
        const { taskId } = await createTask(s, { maxAttempts: end === "fail" ? 1 : 3 });
        const waiting = wait(s, taskId);
        let leased = await claim(s);
        for (const [step, here] of all) await steps[step](here ? s : there, leased);
        // A task that is to be canceled is not tried again.
        if (end === "retry and complete" && !all.some(([step]) => step === "cancel")) {
          granted(await fail(isHere ? s : there, leased, { checkpoint: json('{"at":1}') }));
          s.clock.advance(60_000);
          leased = await claim(s);
        }
        granted(await (end === "fail" ? fail : complete)(isHere ? s : there, leased));
        expect(granted(await waiting)).toEqual(await read(s, taskId));
      },
    ),
    { numRuns: times(12) },
  );
});
