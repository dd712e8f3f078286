// Retention where tasks of different weeks belong together: what is waited for is kept, and what lives goes on without
// what was above it.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { OnExceeded, OnParentEnd, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { dropExpired } from "../../../src/engine/maintenance/drop-expired.ts";
import { createClock } from "../../helpers/engine.ts";
import {
  afterMs,
  cancel,
  claim,
  complete,
  createTask,
  granted,
  held,
  onTask,
  progress,
  read,
  refused,
  result,
  type Scenario,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, openTree, picture } from "../children/scenes.ts";

const dayMs = 86_400_000;
const weekMs = 7 * dayMs;
const retentionMs = 30 * dayMs;
/** A Wednesday, so that a day more or less is the same week. */
const start = new Date("2027-03-03T12:00:00Z");

function openRetaining() {
  return openTree({ clock: createClock(start) });
}

async function drop(s: Scenario): Promise<number> {
  const engine = { ...s.engine, server: { ...s.engine.server, retentionMs } };
  return (await dropExpired(engine, new AbortController().signal)).chains;
}

async function pass({ clock, operations }: Scenario, days: number): Promise<void> {
  for (let left = days * dayMs; left > 0; left -= weekMs) {
    clock.advance(Math.min(left, weekMs));
    await operations.makePartitions();
  }
}

test("what a living task waits for, or has waited for, is kept as long as that one lives", async () => {
  const s = await openRetaining();
  const first = await held(s);
  granted(await complete(s, first));
  const { taskId } = first.task;
  await pass(s, 14);
  const dependent = await createTask(s, { wait: waitFor(onTask(taskId, {}, "input"), afterMs(60 * dayMs)) });
  await pass(s, 50);
  expect(await drop(s)).toBe(0);
  expect((await read(s, taskId)).state).toBe(TaskState.SUCCEEDED);
  await pass(s, 14);
  await s.sweep();
  const leased = await claim(s);
  expect(leased.task.taskId).toBe(dependent.taskId);
  expect(await drop(s)).toBe(0);
  granted(await complete(s, leased));
  expect(await drop(s)).toBe(1);
  await refused(s.operations.getTask(s.operator, { taskId }), ErrorReason.TASK_NOT_FOUND);
});

test("a child that is kept goes on, spends and branches when the week of its parent has been dropped", async () => {
  const s = await openRetaining();
  const budget = { amounts: { usd: "1" }, onExceeded: OnExceeded.FAIL };
  const { taskId } = await createTask(s, { budget });
  await pass(s, 14);
  const top = await claim(s);
  const kept = await child(s, top, { onParentEnd: OnParentEnd.KEEP });
  granted(await complete(s, top));
  await pass(s, 31);
  expect(await drop(s)).toBe(1);
  await refused(s.operations.getTask(s.operator, { taskId }), ErrorReason.TASK_NOT_FOUND);
  const leased = await claim(s, { queues: ["below"] });
  granted(await progress(s, leased, { spend: { usd: "5" } }));
  await s.sweep();
  const grandchild = await child(s, leased);
  expect(await picture(s, kept.taskId)).toEqual(["1 t RUNNING", "2 t QUEUED"]);
  granted(await complete(s, leased, { ...result, spend: { usd: "1" } }));
  await s.sweep();
  expect((await read(s, grandchild.taskId)).state).toBe(TaskState.CANCELED);
  expect((await read(s, kept.taskId)).spent?.amounts).toEqual({ usd: "6" });
});

test("a task that is canceled lets go of what it waited for", async () => {
  const s = await openRetaining();
  const first = await held(s);
  granted(await complete(s, first));
  await pass(s, 14);
  const dependent = await createTask(s, { wait: waitFor(onTask(first.task.taskId), afterMs(60 * dayMs)) });
  await pass(s, 31);
  expect(await drop(s)).toBe(0);
  granted(await cancel(s, dependent.taskId));
  expect(await drop(s)).toBe(1);
});
