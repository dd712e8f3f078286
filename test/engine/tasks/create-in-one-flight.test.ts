// A creation waits for Postgres once: keys, request ids and sessions are taken as if they were free and as remembered.
// Where they are not, guards in SQL undo all, and it is done again in turn.
import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { query } from "../../helpers/database.ts";
import { openTestEngine } from "../../helpers/engine.ts";
import { patience } from "../../helpers/patience.ts";
import { createOne, granted, openScenario, read, sinceNowMs, story } from "../../helpers/scenario.ts";
import { openSession, subscribeWorker } from "../../helpers/work.ts";

type Init = Parameters<typeof create<typeof CreateTaskRequestSchema>>[1];

async function count(databaseUrl: string, table: string): Promise<number> {
  return (await query(databaseUrl, `select from ${table}`)).length;
}

async function openServer() {
  const s = await openScenario({ oneServer: true });
  const { operations, counted } = openCountedServer(s);
  const atRest = () => vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  return {
    s,
    operations,
    async createAll(inits: readonly Init[], requestId = "") {
      const tasks = inits.map((init) => create(CreateTaskRequestSchema, { type: "t", ...init }));
      const before = { ...counted };
      const created = (await operations.createTasks(s.agent, { tasks, requestId })).map(granted);
      const { transactions, flights } = counted;
      await atRest();
      return { created, transactions: transactions - before.transactions, flights: flights - before.flights };
    },
    /** A worker that waits for two tasks, and whose session this server has read when it granted a first one. */
    async waitingWorker() {
      const opened = await openSession(operations, s.worker);
      const worker = subscribeWorker(operations, s.worker, opened.session);
      await createOne(s);
      worker.credit(3);
      await worker.offered(1);
      await atRest();
      return { ...worker, ...opened };
    },
  };
}

test("a new task with key and request id is one flight", async () => {
  const { createAll } = await openServer();
  await createAll([{}]);
  const { created, flights } = await createAll([{ idempotencyKey: "k" }, { idempotencyKey: "l" }, {}], "r");
  expect(created.map(({ existed }) => existed)).toEqual([false, false, false]);
  expect(flights).toBe(1);
});

test("one that is granted to a waiting worker is one flight, too", async () => {
  const { s, createAll, waitingWorker } = await openServer();
  const worker = await waitingWorker();
  const { created, flights } = await createAll([{}]);
  expect(flights).toBe(1);
  await worker.offered(2);
  expect(await story(s, created[0]?.task.taskId ?? "")).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED"]);
  await worker.leave();
});

test("a key that is taken undoes all of it, and what the others asked is done in a second transaction", async () => {
  const { s, createAll } = await openServer();
  const { created: before } = await createAll([{ idempotencyKey: "k" }]);
  const { created, transactions } = await createAll([{}, { idempotencyKey: "k" }], "r");
  expect(transactions).toBe(2);
  expect(created.map(({ existed }) => existed)).toEqual([false, true]);
  expect(created[1]?.task.taskId).toBe(before[0]?.task.taskId);
  const { database } = s;
  for (const table of ["task", "ready", "obligation"]) expect(await count(database.databaseUrl, table)).toBe(2);
  expect(await count(database.databaseUrl, "ledger_page")).toBe(2);
});

test("a call that was done before is answered with what it did", async () => {
  const { s, createAll } = await openServer();
  const { created: before } = await createAll([{}, {}], "r");
  const { created, transactions } = await createAll([{}, {}], "r");
  expect(transactions).toBe(2);
  expect(created.map(({ task }) => task.taskId)).toEqual(before.map(({ task }) => task.taskId));
  expect(await count(s.database.databaseUrl, "task")).toBe(2);
});

test("a session that was resumed on another server since is granted nothing by what this one remembers", async () => {
  const { s, createAll, waitingWorker } = await openServer();
  const worker = await waitingWorker();
  const other = await openTestEngine({ databaseUrl: s.database.databaseUrl, clock: s.clock, oneServer: true });
  await openSession(other.operations, s.worker, { resumeToken: worker.resumeToken });
  const { created, transactions } = await createAll([{}]);
  expect(transactions).toBe(2);
  expect((await read(s, created[0]?.task.taskId ?? "")).state).toBe(TaskState.QUEUED);
  expect(worker.offers).toHaveLength(1);
  await worker.leave();
});

test("a session that broke since is granted nothing for longer than it lives", async () => {
  const { s, createAll, waitingWorker } = await openServer();
  const worker = await waitingWorker();
  const other = await openTestEngine({ databaseUrl: s.database.databaseUrl, clock: s.clock, oneServer: true });
  await other.operations.breakWorkSession(s.worker, worker.session);
  const { transactions } = await createAll([{}]);
  expect(transactions).toBe(2);
  const [, offer] = await worker.offered(2);
  expect(sinceNowMs(s, offer?.lease.expireTime)).toBe(s.engine.sessionBounds.resumeGraceMs);
  await worker.leave();
});

test("what an undone creation had reserved of a quota is returned", async () => {
  const { s, createAll } = await openServer();
  await createAll([{ idempotencyKey: "k" }]);
  const counts = () => [...s.engine.quotas].map(([name, { count: live }]) => [name, live]);
  const before = counts();
  await createAll([{ idempotencyKey: "k" }]);
  await createAll([{ idempotencyKey: "k" }], "r");
  // In turn, too, a task is admitted before its key is found to be taken.
  expect(counts().map(([, live]) => live)).toEqual(before.map(([, live]) => Number(live) + 2));
});
