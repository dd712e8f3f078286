// Claims that collide: no task is given to two, none is left behind. And a claim without the guard, written here as
// plain SQL, gives tasks to two: what is looked at here can fail.
import { create } from "@bufbuild/protobuf";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import {
  ClaimTasksRequestSchema,
  ReleaseLeaseRequestSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { claim, granted as done, hand } from "../helpers/ledger-scenario.ts";
import { type Arena, openArena, race, rounds, together } from "../helpers/race.ts";
import { createRandom, seed } from "../helpers/random.ts";
import { openSession, subscribeWorker } from "../helpers/work.ts";

async function take(arena: Pick<Arena, "worker">, server: Operations, maxTasks: number, requestId = "") {
  return done(await server.claimTasks(arena.worker, create(ClaimTasksRequestSchema, { maxTasks, requestId })));
}

type Taken = Awaited<ReturnType<typeof take>>;

function expectEachOnce(taken: readonly Taken[], tasks: number): void {
  expectDistinct(
    taken.flat().map(({ task }) => task.taskId),
    tasks,
  );
}

function expectDistinct(ids: readonly string[], tasks: number): void {
  expect(ids).toHaveLength(tasks);
  expect(new Set(ids).size).toBe(tasks);
}

const backlog = 200;

test("law 1: eight claimers of two servers empty 200 tasks together: none is given twice, none is lost", async () => {
  const arena = await openArena();
  const requests = Array.from({ length: backlog }, () => create(CreateTaskRequestSchema, { type: "t" }));
  await arena.operations.createTasks(arena.agent, { tasks: requests, requestId: "" });
  const claimers = Array.from({ length: 8 }, (_, place) => arena.servers[place % 2] ?? arena.operations);
  const taken = await Promise.all(
    claimers.map(async (server) => {
      const mine: Taken = [];
      // An empty answer beside rivals may only mean that they were faster: it is the end when nothing is left.
      for (let empty = 0; empty < 3 && mine.length < backlog; ) {
        const leases = await take(arena, server, 7);
        if (leases.length === 0) empty += 1;
        mine.push(...leases);
      }
      return mine;
    }),
  );
  taken.push(await take(arena, arena.operations, 100));
  expectEachOnce(taken, backlog);
});

test("law 1: seats of two servers, some left half-way, share 300 tasks: none is lost or given twice", async () => {
  const arena = await openArena();
  const sitters = await Promise.all(
    Array.from({ length: 12 }, async (_, place) => {
      const server = arena.servers[place % 2] ?? arena.operations;
      return subscribeWorker(server, arena.worker, (await openSession(server, arena.worker)).session);
    }),
  );
  const random = createRandom(seed);
  for (let made = 0; made < 300; made += 20) {
    const requests = Array.from({ length: 20 }, () => create(CreateTaskRequestSchema, { type: "t" }));
    const creating = arena.operations.createTasks(arena.agent, { tasks: requests, requestId: "" });
    for (const seat of sitters) seat.credit(Math.floor(random() * 4));
    if (made === 140) await Promise.all(sitters.slice(0, 4).map((seat) => seat.leave()));
    await creating;
  }
  await Promise.all(sitters.map((seat) => seat.leave()));
  const offered = sitters.map(({ offers }) => [...offers]);
  for (let rest = await take(arena, arena.operations, 100); rest.length > 0; ) {
    offered.push(rest);
    rest = await take(arena, arena.operations, 100);
  }
  expectEachOnce(offered, 300);
});

race("law 1: claims of two servers at once share the tasks, and each lease has a fence of its own", async (arena) => {
  for (let task = 0; task < 4; task += 1) await hand(arena);
  const [one, other] = arena.servers;
  const taken = await together(
    arena.round,
    () => take(arena, one, 3),
    () => take(arena, other, 3),
  );
  // Who finds all that it picked in another's hands looks again, and what is left then is there for the next claim.
  taken.push(await take(arena, one, 100));
  expectEachOnce(taken, 4);
});

race("a claim beside another server's has all that it asks for, while more waits than both ask for", async (arena) => {
  const requests = Array.from({ length: 12 }, () => create(CreateTaskRequestSchema, { type: "t" }));
  await arena.operations.createTasks(arena.agent, { tasks: requests, requestId: "" });
  const [one, other] = arena.servers;
  const taken = await together(
    arena.round,
    () => take(arena, one, 4),
    () => take(arena, other, 7),
  );
  expect(taken.map((leases) => leases.length)).toEqual([4, 7]);
  expectDistinct(
    taken.flat().map(({ task }) => task.taskId),
    11,
  );
});

race("law 5: one claim said on two servers at once is one claim", async (arena) => {
  for (let task = 0; task < 4; task += 1) await hand(arena);
  const requestId = `r${arena.round}`;
  const [one, other] = arena.servers;
  const [first, second] = await together(
    arena.round,
    () => take(arena, one, 2, requestId),
    () => take(arena, other, 2, requestId),
  );
  expect(first).toEqual(second);
  expect(first).toHaveLength(2);
  expectEachOnce([first, await take(arena, one, 100)], 4);
});

race("law 1: a lease that is released while others claim is given to one of them at the most", async (arena) => {
  await hand(arena);
  const { token, leaseId } = await claim(arena);
  const [one, other] = arena.servers;
  const [, first, second] = await together(
    arena.round,
    () => one.releaseLeases(arena.worker, [create(ReleaseLeaseRequestSchema, { leaseToken: token })]),
    () => take(arena, other, 1),
    () => take(arena, one, 1),
  );
  const rest = await take(arena, one, 1);
  expectEachOnce([first, second, rest], 1);
  const [next] = [first, second, rest].flat();
  expect(next?.lease).toMatchObject({ fence: 2n });
  expect(next?.lease.leaseId).not.toBe(leaseId);
});

test("control: claims that pick without locking give one task to two, and the checks here notice", async () => {
  const arena = await openArena();
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: arena.database.databaseUrl });
      await client.connect();
      onTestFinished(() => client.end());
      return client;
    }),
  );
  for (let round = 0; round < rounds; round += 1) {
    await hand(arena);
    // What the engine does with `for update skip locked`, without it: both look before either has taken.
    const picks = await Promise.all(
      clients.map((client) => client.query<{ id: string }>("select task_id as id from ready limit 1")),
    );
    const ids = picks.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(() => expectDistinct(ids, 1)).toThrow();
    expectEachOnce([await take(arena, arena.operations, 100)], 1);
  }
});
