// The dispatcher: seats with credits are given what waits, best first, each its share, and nobody starves.
import { expect, test, vi } from "vitest";
import { complete, createAll, createTask, granted, openScenario, type Scenario } from "../helpers/scenario.ts";
import { openSession, type Sitter, sit } from "../helpers/work.ts";

/** A draw so large that no table looks again by itself: only a hint, credits or a first seat make it look. */
const neverLookAgain = { random: () => 1_000, oneServer: true };

async function sitDown(s: Scenario, caller = s.worker): Promise<Sitter> {
  return sit(s.operations, caller, (await openSession(s.operations, caller)).session);
}

const many = (count: number) => Array.from({ length: count }, () => ({}));

test("what waited before a seat was taken is offered, and what comes later is offered at once", async () => {
  const s = await openScenario(neverLookAgain);
  await createTask(s, { type: "before" });
  const seat = await sitDown(s);
  seat.credit(3);
  await seat.offered(1);
  await createTask(s, { type: "after" });
  const offers = await seat.offered(2);
  expect(offers.map(({ task }) => task.type)).toEqual(["before", "after"]);
  for (const one of offers) granted(await complete(s, one));
  await seat.leave();
});

test("no seat has more than its credits, and more credits bring more", async () => {
  const s = await openScenario(neverLookAgain);
  await createAll(s, many(5));
  const seat = await sitDown(s);
  seat.credit(2);
  await seat.offered(2);
  await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0));
  expect(seat.offers).toHaveLength(2);
  seat.credit(1);
  seat.credit(1);
  expect(await seat.offered(4)).toHaveLength(4);
  await seat.leave();
});

test("the best goes round over many seats: priorities are kept, and each seat gets its share", async () => {
  const s = await openScenario(neverLookAgain);
  await createAll(
    s,
    Array.from({ length: 40 }, (_, place) => ({ priority: place % 10 })),
  );
  const seats = await Promise.all(many(8).map(() => sitDown(s)));
  // All sit before the first look is over: what is under way asks for the first of them alone.
  for (const seat of seats) seat.credit(3);
  await Promise.all(seats.map((seat) => seat.offered(3)));
  const offered = seats.flatMap(({ offers }) => offers.map(({ task }) => task.priority));
  expect(offered.sort((one, other) => other - one)).toEqual([
    9,
    9,
    9,
    9,
    8,
    8,
    8,
    8,
    7,
    7,
    7,
    7,
    6,
    6,
    6,
    6,
    ...[5, 5, 5, 5, 4, 4, 4, 4],
  ]);
  await Promise.all(seats.map((seat) => seat.leave()));
});

test("a seat with a few credits is not starved by one with thousands", async () => {
  const s = await openScenario(neverLookAgain);
  const greedy = await sitDown(s);
  const modest = await sitDown(s, s.rival);
  greedy.credit(10_000);
  modest.credit(1);
  for (let round = 1; round <= 20; round += 1) {
    await createAll(s, many(2));
    await modest.offered(round);
    modest.credit(1);
  }
  await greedy.offered(20);
  await Promise.all([greedy.leave(), modest.leave()]);
});

test("who leaves is given what was under way, and nothing after it", async () => {
  const s = await openScenario(neverLookAgain);
  await createAll(s, many(3));
  const seat = await sitDown(s);
  seat.credit(2);
  await seat.leave();
  expect(seat.offers).toHaveLength(2);
  seat.credit(1);
  await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0));
  expect(seat.offers).toHaveLength(2);
});
