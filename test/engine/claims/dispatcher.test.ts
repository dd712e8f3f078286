// The dispatcher: seats with credits are offered waiting tasks, best first, each gets its share, and no seat starves.
import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { bindEngine } from "../../../src/engine/index.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { patience } from "../../helpers/patience.ts";
import {
  claimAll,
  complete,
  createAll,
  createTask,
  granted,
  held,
  ms,
  openScenario,
  refused,
  release,
  type Scenario,
} from "../../helpers/scenario.ts";
import { openSession, type SubscribedWorker, subscribeWorker } from "../../helpers/work.ts";

/** No poller runs here: only a hint, credits or a first seat make a table look. */
const hintsOnly = { oneServer: true };

async function sitDown(s: Scenario, caller = s.worker): Promise<SubscribedWorker> {
  return subscribeWorker(s.operations, caller, (await openSession(s.operations, caller)).session);
}

const many = (count: number) => Array.from({ length: count }, () => ({}));

test("a task that waited before a seat was taken is offered, and a later task is offered at once", async () => {
  const s = await openScenario(hintsOnly);
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
  const s = await openScenario(hintsOnly);
  await createAll(s, many(5));
  const seat = await sitDown(s);
  seat.credit(2);
  await seat.offered(2);
  await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(seat.offers).toHaveLength(2);
  seat.credit(1);
  seat.credit(1);
  expect(await seat.offered(4)).toHaveLength(4);
  await seat.leave();
});

test("the best tasks are shared among many seats: priorities are kept, and each seat gets its share", async () => {
  const s = await openScenario(hintsOnly);
  await createAll(
    s,
    Array.from({ length: 40 }, (_, place) => ({ priority: place % 10 })),
  );
  const seats = await Promise.all(many(8).map(() => sitDown(s)));
  // All seats are taken before the first look is over: that look asks on behalf of the first seat alone.
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
  const s = await openScenario(hintsOnly);
  const greedy = await sitDown(s);
  const modest = await sitDown(s, s.rival);
  greedy.credit(10_000);
  modest.credit(1);
  let made = 0;
  for (let round = 1; round <= 20; round += 1) {
    // Once in a while, a look that began before the modest seat's credit came takes both tasks for the greedy seat.
    while (modest.offers.length < round) {
      await createAll(s, many(2));
      made += 2;
      await vi.waitFor(() => expect(greedy.offers.length + modest.offers.length).toBe(made), patience);
    }
    modest.credit(1);
  }
  expect(made).toBeLessThan(80);
  await Promise.all([greedy.leave(), modest.leave()]);
});

test("a worker that leaves is given what was under way, and nothing after it", async () => {
  const s = await openScenario(hintsOnly);
  await createAll(s, many(3));
  const seat = await sitDown(s);
  seat.credit(2);
  await seat.leave();
  expect(seat.offers).toHaveLength(2);
  seat.credit(1);
  await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(seat.offers).toHaveLength(2);
});

test("a hundred waiting claims cost one look, one more for each hint, and none otherwise", async () => {
  const s = await openScenario(hintsOnly);
  const { operations, counted } = openCountedServer(s);
  const request = create(ClaimTasksRequestSchema, { wait: ms(50_000) });
  const signal = new AbortController();
  const waiting = many(100).map(() => operations.claimTasksWaiting(s.worker, request, signal.signal));
  await vi.waitFor(() => expect(counted.transactions).toBe(1), patience);
  await createTask(s);
  await Promise.race(waiting);
  await createAll(s, many(98));
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  signal.abort();
  const leased = (await Promise.all(waiting)).flatMap((one) => granted(one));
  expect(leased).toHaveLength(99);
  expect(counted.transactions).toBe(3);
});

test("plain claims that come during another claim's look share the next look", async () => {
  const s = await openScenario(hintsOnly);
  await createAll(s, many(60));
  const { operations, counted } = openCountedServer(s);
  const claims = many(50).map((_, place) =>
    operations.claimTasks(place % 2 ? s.worker : s.rival, create(ClaimTasksRequestSchema, { maxTasks: 1 })),
  );
  const leased = (await Promise.all(claims)).map((one) => granted(one));
  expect(leased.every((one) => one.length === 1)).toBe(true);
  expect(counted.transactions).toBe(2);
});

test("waiting claims with the same request id are one claim, on whatever servers they wait", async () => {
  const s = await openScenario({ pollsWaits: true });
  const other = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock, pollsWaits: true });
  const request = create(ClaimTasksRequestSchema, { wait: ms(50_000), requestId: "r1", maxTasks: 2 });
  const { signal } = new AbortController();
  const twins = [s, other, s].map(({ operations }) => operations.claimTasksWaiting(s.worker, request, signal));
  await createAll(s, many(5));
  const [first, ...others] = (await Promise.all(twins)).map((one) => granted(one));
  expect(others).toEqual([first, first]);
  expect(await claimAll(s)).toHaveLength(5 - (first?.length ?? 0));
  const conflicting = create(ClaimTasksRequestSchema, { wait: ms(50_000), requestId: "r1", maxTasks: 3 });
  await refused(s.operations.claimTasksWaiting(s.worker, conflicting, signal), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("a released task is offered to other workers at once", async () => {
  const s = await openScenario(hintsOnly);
  const leased = await held(s);
  const seat = await sitDown(s, s.rival);
  seat.credit(1);
  granted(await release(s, leased));
  expect((await seat.offered(1))[0]?.task).toMatchObject({ taskId: leased.task.taskId, deliveries: 2, leaseLosses: 0 });
  await seat.leave();
});

test("two servers on one queue share new tasks: neither takes one that its workers have no credits for", async () => {
  const s = await openScenario({ poolMax: 8, pollsWaits: true });
  const { databaseUrl } = s.database;
  const other = await openScenario({ databaseUrl, clock: s.clock, poolMax: 8, pollsWaits: true });
  const seats = await Promise.all([s, other].map(({ operations }) => sitDown({ ...s, operations })));
  for (const seat of seats) seat.credit(10);
  for (let round = 1; round <= 10; round += 1) await createAll(s, many(2));
  // The server that hears first may take what the other one could: up to its seat's credits, and no more.
  await Promise.all(seats.map((seat) => seat.offered(10)));
  expect(seats.map(({ offers }) => offers.length)).toEqual([10, 10]);
  const all = seats.flatMap(({ offers }) => offers.map(({ task }) => task.taskId));
  expect(new Set(all).size).toBe(20);
  await Promise.all(seats.map((seat) => seat.leave()));
});

test("a table looks again after a failed look, and the waiting claims get the error", async () => {
  const s = await openScenario({ random: () => 0, oneServer: true });
  let isDown = true;
  const down = { ...s.database, acquire: () => (isDown ? Promise.reject(new Error("down")) : s.database.acquire()) };
  const operations = bindEngine({ ...s.engine, database: down }, () => performance.now());
  const { session } = await openSession(s.operations, s.worker);
  const seat = subscribeWorker(operations, s.worker, session);
  seat.credit(1);
  const request = create(ClaimTasksRequestSchema, { wait: ms(50_000), queues: ["other"] });
  await expect(operations.claimTasksWaiting(s.worker, request, new AbortController().signal)).rejects.toThrow("down");
  await createTask(s);
  isDown = false;
  expect(await seat.offered(1)).toHaveLength(1);
  await seat.leave();
});
