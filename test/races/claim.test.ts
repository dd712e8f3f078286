// Concurrent claims: no task is leased twice, none is left behind. As a control, a claim without row locks, written
// here as plain SQL, leases tasks twice.
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

/** Claims until nothing is left. */
async function takeRest(arena: Omit<Arena, "round">): Promise<Taken[]> {
  const taken: Taken[] = [];
  for (;;) {
    const leases = await take(arena, arena.operations, 100);
    if (leases.length === 0) return taken;
    taken.push(leases);
  }
}

function expectDistinct(ids: readonly string[], tasks: number): void {
  expect(ids).toHaveLength(tasks);
  expect(new Set(ids).size).toBe(tasks);
}

const backlog = 200;

test("law 1: eight claimers on two servers claim 200 tasks: none is leased twice, none is lost", async () => {
  const arena = await openArena();
  const requests = Array.from({ length: backlog }, () => create(CreateTaskRequestSchema, { type: "t" }));
  await arena.operations.createTasks(arena.agent, { tasks: requests, requestId: "" });
  const claimers = Array.from({ length: 8 }, (_, index) => arena.servers[index % 2] ?? arena.operations);
  const taken = await Promise.all(
    claimers.map(async (server) => {
      const mine: Taken = [];
      // An empty answer may mean only that the rivals were faster.
      for (let empty = 0; empty < 3 && mine.length < backlog; ) {
        const leases = await take(arena, server, 7);
        if (leases.length === 0) empty += 1;
        mine.push(...leases);
      }
      return mine;
    }),
  );
  taken.push(...(await takeRest(arena)));
  expectEachOnce(taken, backlog);
});

test("law 1: workers on two servers, some leaving midway, share 300 tasks: none is lost or leased twice", async () => {
  const arena = await openArena();
  const workers = await Promise.all(
    Array.from({ length: 12 }, async (_, index) => {
      const server = arena.servers[index % 2] ?? arena.operations;
      return subscribeWorker(server, arena.worker, (await openSession(server, arena.worker)).session);
    }),
  );
  const random = createRandom(seed);
  for (let made = 0; made < 300; made += 20) {
    const requests = Array.from({ length: 20 }, () => create(CreateTaskRequestSchema, { type: "t" }));
    const creating = arena.operations.createTasks(arena.agent, { tasks: requests, requestId: "" });
    for (const worker of workers) worker.credit(Math.floor(random() * 4));
    if (made === 140) await Promise.all(workers.slice(0, 4).map((worker) => worker.leave()));
    await creating;
  }
  await Promise.all(workers.map((worker) => worker.leave()));
  const offered = workers.map(({ offers }) => [...offers]);
  expectEachOnce([...offered, ...(await takeRest(arena))], 300);
});

race(
  "law 1: concurrent claims on two servers share the tasks, and each lease has a fence of its own",
  async (arena) => {
    for (let task = 0; task < 4; task += 1) await hand(arena);
    const [one, other] = arena.servers;
    const taken = await together(
      arena.round,
      () => take(arena, one, 3),
      () => take(arena, other, 3),
    );
    // A claim whose picked tasks are all locked tries again; what is left then stays for the next claim.
    taken.push(await take(arena, one, 100));
    expectEachOnce(taken, 4);
  },
);

race("concurrent claims on two servers each get all they ask for while enough tasks are queued", async (arena) => {
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

race("law 5: one claim repeated concurrently on two servers is one claim", async (arena) => {
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

race("law 1: a task that is released during claims is leased to at most one of them", async (arena) => {
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

test("control: claims that pick without locking lease one task twice, and the checks here notice", async () => {
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
    // The engine picks `for update skip locked`; without it both pick before either has taken.
    const picks = await Promise.all(
      clients.map((client) => client.query<{ id: string }>("select task_id as id from ready limit 1")),
    );
    const ids = picks.flatMap(({ rows }) => rows.map(({ id }) => id));
    expect(() => expectDistinct(ids, 1)).toThrow();
    expectEachOnce([await take(arena, arena.operations, 100)], 1);
  }
});
