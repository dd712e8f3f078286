// Slots granted round robin by name: a busy name takes turns with the others and never holds all the slots.
import { expect, test } from "vitest";
import { createFairSemaphore } from "../../src/store/fair-semaphore.ts";
import { hand, openScene, peopleOf } from "../helpers/ledger-scenario.ts";

const onTimeout = () => new Error("too long");
const long = { waitMaxMs: 60_000, onTimeout };

/** Lets all pending promises settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("names take turns, however many callers wait under each", async () => {
  const semaphore = createFairSemaphore({ slots: 1, waitingMax: 10, ...long });
  const order: string[] = [];
  await semaphore.acquire("flood");
  const waits = ["flood 1", "flood 2", "flood 3", "other 1", "flood 4", "other 2"].map(async (who) => {
    const [name = ""] = who.split(" ");
    await semaphore.acquire(name);
    order.push(who);
    semaphore.release(name);
  });
  semaphore.release("flood");
  await Promise.all(waits);
  expect(order).toEqual(["flood 1", "other 1", "flood 2", "other 2", "flood 3", "flood 4"]);
});

test("no name holds all slots: the first caller of another name finds one free", async () => {
  const semaphore = createFairSemaphore({ slots: 4, waitingMax: 10, ...long });
  let granted = 0;
  for (let one = 0; one < 5; one += 1) void semaphore.acquire("flood")?.then(() => (granted += 1));
  await settled();
  expect(granted).toBe(3);
  await semaphore.acquire("other");
  // A released slot goes to the next caller of the same name, because all others are held.
  semaphore.release("flood");
  await settled();
  expect(granted).toBe(4);
});

test("within a name, the first caller is the first served, and a slot without a waiter is free", async () => {
  const semaphore = createFairSemaphore({ slots: 1, waitingMax: 2, ...long });
  await semaphore.acquire("a");
  const order: number[] = [];
  const first = semaphore.acquire("a")?.then(() => order.push(1));
  const second = semaphore.acquire("a")?.then(() => order.push(2));
  expect(semaphore.waiting).toBe(2);
  semaphore.release("a");
  await first;
  semaphore.release("a");
  await second;
  semaphore.release("a");
  await semaphore.acquire("b");
  expect(order).toEqual([1, 2]);
});

test("one name cannot fill the queue: callers of other names can still wait", async () => {
  const semaphore = createFairSemaphore({ slots: 1, waitingMax: 4, ...long });
  await semaphore.acquire("flood");
  const waits = [semaphore.acquire("flood"), semaphore.acquire("flood"), semaphore.acquire("flood")];
  expect(semaphore.acquire("flood")).toBeUndefined();
  const other = semaphore.acquire("other");
  expect(other).toBeDefined();
  expect(semaphore.acquire("third")).toBeUndefined();
  for (const name of ["flood", "flood", "other", "flood", "flood"]) {
    semaphore.release(name);
    await settled();
  }
  await Promise.all([...waits, other]);
});

test("a wait has an end, and a caller that waited too long leaves nothing behind", async () => {
  const semaphore = createFairSemaphore({ slots: 1, waitingMax: 1, waitMaxMs: 1, onTimeout });
  await semaphore.acquire("a");
  await expect(semaphore.acquire("a")).rejects.toThrow("too long");
  expect(semaphore.waiting).toBe(0);
  semaphore.release("a");
  await semaphore.acquire("a");
});

test("a tenant that keeps its connections busy leaves one for another tenant", async () => {
  const scene = await openScene({ poolMax: 4, oneServer: true });
  const mine = await hand(scene);
  const other = peopleOf(await scene.makeTenant());
  const theirs = await hand({ operations: scene.operations, agent: other.agent });
  const { tenantId } = scene.tenant;
  const held = await Promise.all([1, 2, 3].map(() => scene.database.acquire(tenantId)));
  let isAnswered = false;
  const waiting = scene.operations.getTask(scene.agent, { taskId: mine.taskId }).then(() => {
    isAnswered = true;
  });
  expect(await scene.operations.getTask(other.agent, { taskId: theirs.taskId })).toMatchObject({
    taskId: theirs.taskId,
  });
  expect(isAnswered).toBe(false);
  for (const client of held) client.release();
  await waiting;
});
