// AwaitTask by scenario: waits without holding anything, and wakes at once.
import { expect, test, vi } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { durationOfMs } from "../../../src/core/duration.ts";
import { patience } from "../../helpers/patience.ts";
import {
  cancel,
  claim,
  complete,
  createTask,
  fail,
  granted,
  held,
  openScenario,
  progress,
  read,
  refused,
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
