// Places in turn by name: who asks for everything takes turns with who asks for little, and never has all there is.
import { expect, test } from "vitest";
import { createPlaces } from "../../src/store/turns.ts";
import { hand, openScene, peopleOf } from "../helpers/ledger-scenario.ts";

const inVain = () => new Error("in vain");
const long = { waitMaxMs: 60_000, inVain };

/** Lets everything that was promised come about. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("those who wait under one name take turns with those under another, however many they are", async () => {
  const places = createPlaces({ placesMax: 1, waitingMax: 10, ...long });
  const order: string[] = [];
  await places.take("flood");
  const waits = ["flood 1", "flood 2", "flood 3", "other 1", "flood 4", "other 2"].map(async (who) => {
    const [name = ""] = who.split(" ");
    await places.take(name);
    order.push(who);
    places.giveBack(name);
  });
  places.giveBack("flood");
  await Promise.all(waits);
  expect(order).toEqual(["flood 1", "other 1", "flood 2", "other 2", "flood 3", "flood 4"]);
});

test("no name has all places: a newcomer finds one, and does not wait for one to come back", async () => {
  const places = createPlaces({ placesMax: 4, waitingMax: 10, ...long });
  let went = 0;
  for (let one = 0; one < 5; one += 1) void places.take("flood")?.then(() => (went += 1));
  await settled();
  expect(went).toBe(3);
  await places.take("other");
  // One that comes back goes to the next of its own, while all others are taken.
  places.giveBack("flood");
  await settled();
  expect(went).toBe(4);
});

test("who waits longest of one name goes first, and a place that nobody waits for is free", async () => {
  const places = createPlaces({ placesMax: 1, waitingMax: 2, ...long });
  await places.take("a");
  const order: number[] = [];
  const first = places.take("a")?.then(() => order.push(1));
  const second = places.take("a")?.then(() => order.push(2));
  expect(places.waiting).toBe(2);
  places.giveBack("a");
  await first;
  places.giveBack("a");
  await second;
  places.giveBack("a");
  await places.take("b");
  expect(order).toEqual([1, 2]);
});

test("one name does not fill the queue: there is room for others to wait", async () => {
  const places = createPlaces({ placesMax: 1, waitingMax: 4, ...long });
  await places.take("flood");
  const waits = [places.take("flood"), places.take("flood"), places.take("flood")];
  expect(places.take("flood")).toBeUndefined();
  const other = places.take("other");
  expect(other).toBeDefined();
  expect(places.take("third")).toBeUndefined();
  for (const name of ["flood", "flood", "other", "flood", "flood"]) {
    places.giveBack(name);
    await settled();
  }
  await Promise.all([...waits, other]);
});

test("a wait has an end, and whoever waited in vain leaves no trace", async () => {
  const places = createPlaces({ placesMax: 1, waitingMax: 1, waitMaxMs: 1, inVain });
  await places.take("a");
  await expect(places.take("a")).rejects.toThrow("in vain");
  expect(places.waiting).toBe(0);
  places.giveBack("a");
  await places.take("a");
});

test("a tenant whose calls keep its connections busy leaves one for another's call", async () => {
  const scene = await openScene({ poolMax: 4, oneServer: true });
  const mine = await hand(scene);
  const other = peopleOf(await scene.makeTenant());
  const theirs = await hand({ operations: scene.operations, agent: other.agent });
  const { tenantId } = scene.tenant;
  const held = await Promise.all([1, 2, 3].map(() => scene.database.acquire(tenantId)));
  let isAnswered = false;
  const waiting = scene.operations.getTask(scene.agent, mine.taskId).then(() => {
    isAnswered = true;
  });
  expect(await scene.operations.getTask(other.agent, theirs.taskId)).toMatchObject({ taskId: theirs.taskId });
  expect(isAnswered).toBe(false);
  for (const client of held) client.release();
  await waiting;
});
