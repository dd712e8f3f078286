// A task that is created while a worker waits for it is granted in the transaction that creates it. Except for the
// saved transaction, the effect is the same as if the worker had claimed it a moment later.
import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { WorkKind } from "../../../src/core/work-kind.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { patience } from "../../helpers/patience.ts";
import { complete, granted, ms, openScenario, read, type Scenario, story, waitFor } from "../../helpers/scenario.ts";
import { openSession, plainKind, subscribeWorker } from "../../helpers/work.ts";

/** No poller runs here: only a hint makes a table look. */
const hintsOnly = { oneServer: true };

type Init = Parameters<typeof create<typeof CreateTaskRequestSchema>>[1];

async function openServer() {
  const s = await openScenario(hintsOnly);
  const { operations, counted } = openCountedServer(s);
  const atRest = () => vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  return {
    s,
    /** A seat whose table has looked, and found nothing. */
    async waitingSeat(credits: number, kind: WorkKind = plainKind) {
      const { session } = await openSession(operations, s.worker);
      const seat = subscribeWorker(operations, s.worker, session, kind);
      const before = counted.transactions;
      seat.credit(credits);
      if (credits > 0) await vi.waitFor(() => expect(counted.transactions).toBeGreaterThan(before), patience);
      await atRest();
      return { ...seat, session };
    },
    async create(...inits: Init[]) {
      const requests = inits.map((init) => create(CreateTaskRequestSchema, { type: "t", ...init }));
      const before = counted.transactions;
      const created = (await operations.createTasks(s.agent, { tasks: requests, requestId: "" })).map(granted);
      const transactions = counted.transactions - before;
      await atRest();
      return { tasks: created.map(({ task }) => task), transactions };
    },
    operations,
  };
}

async function stateOf(s: Scenario, taskId: string): Promise<TaskState> {
  return (await read(s, taskId)).state;
}

test("one transaction creates and grants a task; its creator gets a queued task, its worker a lease", async () => {
  const { s, waitingSeat, create } = await openServer();
  const seat = await waitingSeat(2);
  const { tasks, transactions } = await create({});
  expect(transactions).toBe(1);
  expect(tasks[0]).toMatchObject({ state: TaskState.QUEUED, version: 1n, deliveries: 0 });
  const [offer] = await seat.offered(1);
  expect(offer?.task).toMatchObject({ state: TaskState.LEASED, version: 2n, deliveries: 1, attempt: 1 });
  if (!offer) throw new Error("nothing was offered");
  expect(await story(s, offer.task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED"]);
  granted(await complete(s, offer));
  expect(await story(s, offer.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
  await seat.leave();
});

test("a task that an item of its batch waits for is granted at once, and its end is told to that item", async () => {
  const { s, waitingSeat, create } = await openServer();
  const seat = await waitingSeat(1);
  const first = { condition: { case: "task", value: { of: { case: "item", value: 0 } } } } as const;
  const { tasks } = await create({}, { wait: waitFor(first) });
  const [offer] = await seat.offered(1);
  if (!offer) throw new Error("nothing was offered");
  expect(offer.task.taskId).toBe(tasks[0]?.taskId);
  granted(await complete(s, offer));
  expect(await stateOf(s, tasks[1]?.taskId ?? "")).not.toBe(TaskState.BLOCKED);
});

test("as many tasks are granted as there are credits, the most urgent first; the others wait", async () => {
  const { s, waitingSeat, create } = await openServer();
  const seat = await waitingSeat(2);
  const { tasks } = await create({ priority: 1 }, { priority: 9 }, { priority: 5 }, { priority: 9 });
  const offers = await seat.offered(2);
  expect(offers.map(({ task }) => task.priority)).toEqual([9, 9]);
  expect(await Promise.all(tasks.map(({ taskId }) => stateOf(s, taskId)))).toEqual([
    TaskState.QUEUED,
    TaskState.LEASED,
    TaskState.QUEUED,
    TaskState.LEASED,
  ]);
  seat.credit(2);
  expect((await seat.offered(4)).slice(2).map(({ task }) => task.priority)).toEqual([5, 1]);
  await seat.leave();
});

test("no worker is granted a task that it cannot do, or one before its time", async () => {
  const { waitingSeat, create } = await openServer();
  const seat = await waitingSeat(10, { queues: ["q"], acceptTypes: ["t"], capabilities: ["gpu"] });
  await create(
    { queue: "other" },
    { queue: "q", type: "u" },
    { queue: "q", requirements: { capabilities: ["gpu", "disk"] } },
    { queue: "q", delay: ms(60_000) },
  );
  expect(seat.offers).toEqual([]);
  await create({ queue: "q", requirements: { capabilities: ["gpu"] } });
  expect(await seat.offered(1)).toHaveLength(1);
  await seat.leave();
});

test("the task that has waited longer is granted first", async () => {
  const { waitingSeat, create } = await openServer();
  const { tasks: old } = await create({});
  // The seat's table has not looked yet when the next task is created, so that task queues behind the first.
  const seat = await waitingSeat(0);
  const { tasks: young } = await create({});
  seat.credit(1);
  const [offer] = await seat.offered(1);
  expect(offer?.task.taskId).toBe(old[0]?.taskId);
  seat.credit(1);
  expect((await seat.offered(2))[1]?.task.taskId).toBe(young[0]?.taskId);
  await seat.leave();
});

test("a replaced session is granted nothing: the task waits, and goes to the next worker that can do it", async () => {
  const { s, operations, waitingSeat, create } = await openServer();
  const opened = await openSession(operations, s.worker);
  const past = subscribeWorker(operations, s.worker, opened.session);
  past.credit(5);
  await openSession(operations, s.worker, { resumeToken: opened.resumeToken });
  const { tasks } = await create({});
  expect(past.offers).toEqual([]);
  const seat = await waitingSeat(1);
  expect((await seat.offered(1))[0]?.task.taskId).toBe(tasks[0]?.taskId);
  await Promise.all([past.leave(), seat.leave()]);
});

test("a refused or repeated creation costs no worker a credit", async () => {
  const { waitingSeat, create } = await openServer();
  const seat = await waitingSeat(1);
  await create({ idempotencyKey: "k" });
  expect(await seat.offered(1)).toHaveLength(1);
  seat.credit(1);
  await vi.waitFor(() => expect(seat.offers).toHaveLength(1), patience);
  await create({ idempotencyKey: "k" });
  const { transactions } = await create({});
  expect(transactions).toBe(1);
  expect(await seat.offered(2)).toHaveLength(2);
  await seat.leave();
});
