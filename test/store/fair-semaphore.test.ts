// Places in turn by name: who asks for everything takes turns with who asks for little, and never has all there is.
import { expect, test } from "vitest";
import { createFairSemaphore } from "../../src/store/fair-semaphore.ts";
import { hand, openScene, peopleOf } from "../helpers/ledger-scenario.ts";

const onTimeout = () => new Error("too long");
const long = { waitMaxMs: 60_000, onTimeout };

/** Lets everything that was promised come about. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("those who wait under one name take turns with those under another, however many they are", async () => {
  const places = createFairSemaphore({ slots: 1, waitingMax: 10, ...long });
  const order: string[] = [];
  await places.acquire("flood");
  const waits = ["flood 1", "flood 2", "flood 3", "other 1", "flood 4", "other 2"].map(async (who) => {
    const [name = ""] = who.split(" ");
    await places.acquire(name);
    order.push(who);
    places.release(name);
  });
  places.release("flood");
  await Promise.all(waits);
  expect(order).toEqual(["flood 1", "other 1", "flood 2", "other 2", "flood 3", "flood 4"]);
});

test("no name has all places: a newcomer finds one, and does not wait for one to come back", async () => {
  const places = createFairSemaphore({ slots: 4, waitingMax: 10, ...long });
  let went = 0;
  for (let one = 0; one < 5; one += 1) void places.acquire("flood")?.then(() => (went += 1));
  await settled();
  expect(went).toBe(3);
  await places.acquire("other");
  // One that comes back goes to the next of its own, while all others are taken.
  places.release("flood");
  await settled();
  expect(went).toBe(4);
});

test("who waits longest of one name goes first, and a place that nobody waits for is free", async () => {
  const places = createFairSemaphore({ slots: 1, waitingMax: 2, ...long });
  await places.acquire("a");
  const order: number[] = [];
  const first = places.acquire("a")?.then(() => order.push(1));
  const second = places.acquire("a")?.then(() => order.push(2));
  expect(places.waiting).toBe(2);
  places.release("a");
  await first;
  places.release("a");
  await second;
  places.release("a");
  await places.acquire("b");
  expect(order).toEqual([1, 2]);
});

test("one name does not fill the queue: there is room for others to wait", async () => {
  const places = createFairSemaphore({ slots: 1, waitingMax: 4, ...long });
  await places.acquire("flood");
  const waits = [places.acquire("flood"), places.acquire("flood"), places.acquire("flood")];
  expect(places.acquire("flood")).toBeUndefined();
  const other = places.acquire("other");
  expect(other).toBeDefined();
  expect(places.acquire("third")).toBeUndefined();
  for (const name of ["flood", "flood", "other", "flood", "flood"]) {
    places.release(name);
    await settled();
  }
  await Promise.all([...waits, other]);
});

test("a wait has an end, and whoever waited in vain leaves no trace", async () => {
  const places = createFairSemaphore({ slots: 1, waitingMax: 1, waitMaxMs: 1, onTimeout });
  await places.acquire("a");
  await expect(places.acquire("a")).rejects.toThrow("too long");
  expect(places.waiting).toBe(0);
  places.release("a");
  await places.acquire("a");
});

test("a tenant whose calls keep its connections busy leaves one for another's call", async () => {
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
