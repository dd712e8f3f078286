// A task whose wait is over while a worker waits for it is granted in the transaction that ends what it waited for.
// Except for the saved transaction, the effect is the same as if the worker had claimed it a moment later.
import pg from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { WorkKind } from "../../../src/core/work-kind.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { pauseQueue } from "../../helpers/operate.ts";
import { patience } from "../../helpers/patience.ts";
import {
  type CreateInit,
  claim,
  complete,
  createTask,
  fail,
  granted,
  json,
  onTask,
  openScenario,
  read,
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { openSession, plainKind, subscribeWorker } from "../../helpers/work.ts";

const first = { queue: "first" };
const kind: WorkKind = { ...plainKind, queues: ["next"] };

/** No poller runs here: only a hint makes a group look. */
async function openServer() {
  const plain = await openScenario({ oneServer: true });
  const { operations, counted } = openCountedServer(plain);
  const s = { ...plain, operations };
  const atRest = () => vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  return {
    s,
    counted,
    atRest,
    /** A worker whose group has looked, and found nothing. */
    async waiting(credits: number, of = kind) {
      const { session } = await openSession(operations, s.worker);
      const worker = subscribeWorker(operations, s.worker, session, of);
      const before = counted.transactions;
      worker.credit(credits);
      await vi.waitFor(() => expect(counted.transactions).toBeGreaterThan(before), patience);
      await atRest();
      return { ...worker, session };
    },
    /** A held task and some that wait for it. */
    async chain(...waiting: CreateInit[]) {
      await createTask(s, first);
      const leased = await claim(s, { queues: ["first"] });
      const wait = waitFor(onTask(leased.task.taskId, {}, "before"));
      const tasks = [];
      for (const one of waiting) tasks.push(await createTask(s, { queue: "next", wait, ...one }));
      return { leased, taskIds: tasks.map(({ taskId }) => taskId) };
    },
  };
}

async function expectWhole({ engine }: { readonly engine: Parameters<typeof checkLedger>[0] }): Promise<void> {
  expect((await checkLedger(engine)).differences).toEqual([]);
}

test("law 18: one transaction ends a task and grants the one that waited, which is told of the end", async () => {
  const { s, counted, atRest, waiting, chain } = await openServer();
  const worker = await waiting(1);
  const { leased, taskIds } = await chain({ payload: json('{"n":1}') });
  const before = counted.transactions;
  granted(await complete(s, leased, { result: json('{"ok":true}') }));
  expect(counted.transactions - before).toBe(1);
  const [offer] = await worker.offered(1);
  if (!offer) throw new Error("nothing was offered");
  expect(offer.task).toMatchObject({
    taskId: taskIds[0],
    state: TaskState.LEASED,
    attempt: 1,
    payload: json('{"n":1}'),
  });
  expect(offer.waitResults).toMatchObject([
    { name: "before", taskId: leased.task.taskId, result: json('{"ok":true}') },
  ]);
  expect(await story(s, offer.task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_RESUMED", "TASK_ACCEPTED"]);
  expect(await read(s, offer.task.taskId)).toMatchObject({ state: TaskState.LEASED, version: 3n, deliveries: 1 });
  granted(await complete(s, offer));
  await atRest();
  await expectWhole(s);
});

test("a task that was suspended comes with its checkpoint, and with all that it waited for", async () => {
  const { s, waiting } = await openServer();
  const other = await createTask(s, { queue: "other" });
  await createTask(s, first);
  await createTask(s, { queue: "next" });
  const [one, next] = [await claim(s, { queues: ["first"] }), await claim(s, { queues: ["next"] })];
  const last = await claim(s, { queues: ["other"] });
  const wait = waitFor([onTask(one.task.taskId, {}, "one"), onTask(other.taskId, {}, "other")]);
  granted(await suspend(s, next, { wait, checkpoint: json('"here"') }));
  const worker = await waiting(1);
  granted(await fail(s, one, { error: { type: "Broken", message: "it broke", retryable: false } }));
  expect(worker.offers).toEqual([]);
  granted(await complete(s, last));
  const [offer] = await worker.offered(1);
  expect(offer?.task).toMatchObject({ taskId: next.task.taskId, checkpoint: json('"here"') });
  expect(offer?.waitResults.map(({ name, status }) => [name, status])).toEqual([
    ["one", 3],
    ["other", 2],
  ]);
  await expectWhole(s);
});

test("as many are granted as there are credits; the others wait", async () => {
  const { s, waiting, chain } = await openServer();
  const worker = await waiting(2);
  const { leased, taskIds } = await chain({ priority: 1 }, { priority: 9 }, { priority: 5 });
  granted(await complete(s, leased));
  expect((await worker.offered(2)).map(({ task }) => task.priority)).toEqual([9, 5]);
  expect(await read(s, taskIds[0] ?? "")).toMatchObject({ state: TaskState.QUEUED });
  worker.credit(1);
  expect((await worker.offered(3))[2]?.task.priority).toBe(1);
  await expectWhole(s);
});

test("no worker is granted a task that it cannot do, that is for another, or whose queue is paused", async () => {
  const { s, waiting, chain } = await openServer();
  const worker = await waiting(9, { ...kind, queues: ["next", "paused"], acceptTypes: ["t"] });
  const { leased, taskIds } = await chain(
    { type: "u" },
    { queue: "other" },
    { addressee: { kind: 2, id: "another" } },
    { queue: "paused" },
    { requirements: { capabilities: ["gpu"] } },
  );
  await pauseQueue(s, "paused");
  granted(await complete(s, leased));
  expect(worker.offers).toEqual([]);
  for (const taskId of taskIds) expect(await read(s, taskId)).toMatchObject({ state: TaskState.QUEUED });
});

test("while a session is being ended, the end of a task does not wait for it: the task is queued", async () => {
  const { s, waiting, chain } = await openServer();
  const worker = await waiting(1);
  const { leased, taskIds } = await chain({});
  const other = new pg.Client({ connectionString: s.database.databaseUrl });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("begin");
  await other.query("select 1 from session where session_id = $1 for update", [worker.session.sessionId]);
  granted(await complete(s, leased));
  expect(await read(s, taskIds[0] ?? "")).toMatchObject({ state: TaskState.QUEUED });
  await other.query("rollback");
  expect((await worker.offered(1))[0]?.task.taskId).toBe(taskIds[0]);
  await expectWhole(s);
});
