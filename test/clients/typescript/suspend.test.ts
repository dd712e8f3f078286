// Handlers that wait: the task is given back, nothing is counted, and the next holder continues with the checkpoint and
// the results. The workers here have the operator's key, because a worker must be able to read what it waits for.
import { describe, expect, test } from "vitest";
import {
  after,
  allOf,
  anyOf,
  at,
  type Created,
  createClient,
  ErrorReason,
  ended,
  type Job,
  NonRetryable,
  TaskState,
  task,
  type WaitResult,
} from "../../../clients/typescript/src/index.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { all, createGate, type Kit, kitTimeoutMs, openKit, shareKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

const { BLOCKED, SUCCEEDED, FAILED } = TaskState;
const unknownTaskId = "00000000-0000-7000-8000-000000000000";
const flags = ["--sweep-interval-ms", "100"];

async function suspensionsOf({ client }: Kit, taskId: string): Promise<string[]> {
  const receipts = await all(client.receipts({ taskId, types: [ReceiptType.TASK_SUSPENDED] }));
  return receipts.map(({ receiptId }) => receiptId);
}

describe("a task that waits in the middle", { timeout: kitTimeoutMs }, () => {
  const kitOf = shareKit({ flags });
  const startOperator = (handlers: Parameters<Kit["startWorker"]>[0]["handlers"]) =>
    kitOf().startWorker({ key: kitOf().keys.operator, handlers });

  test("sleeps without a lease, and continues on another worker with its checkpoint; nothing is counted", async () => {
    const kit = kitOf();
    const handler = (_input: unknown, job: Job) =>
      job.checkpoint === undefined
        ? job.sleep("1s", { checkpoint: { page: 3 } })
        : { checkpoint: job.checkpoint, results: job.waitResults.map(({ status, at: moment }) => [status, !!moment]) };
    const first = kit.startWorker({ handlers: { nap: handler } });
    const { taskId } = await kit.client.createTask({ type: "nap", maxAttempts: 1, maxLeaseLosses: 1 });
    const { ending, receiptId } = await first.heard("settled");
    expect([ending, [receiptId]]).toEqual(["suspended", await suspensionsOf(kit, taskId)]);
    expect(first.stats()).toMatchObject({ running: 0, suspended: 1, completed: 0 });
    await first.stop();
    expect((await kit.client.getTask(taskId)).holder).toBeUndefined();
    const second = kit.startWorker({ handlers: { nap: handler } });
    expect(await kit.client.result(taskId)).toEqual({ checkpoint: { page: 3 }, results: [["met", true]] });
    await second.heard("settled");
    expect(await kit.client.getTask(taskId)).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 2 });
  });

  test("gets the results of its wait in order and by name, as native values", async () => {
    const kit = kitOf();
    const tasker = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
    const seen = Promise.withResolvers<Job>();
    startOperator({
      number: () => 41,
      broken: () => {
        throw new NonRetryable("no such file", { type: "NotThere" });
      },
      big: () => "x".repeat(100_000),
      parent: async (_input: unknown, job: Job) => {
        if (job.waitResults.length > 0) return seen.resolve(job);
        const types = ["number", "broken", "big", "never"];
        const children = (await tasker.createTasks(types.map((type) => ({ type })))) as Created[];
        const [number, broken, big, never] = children.map((child, index) => ended(child, { name: types[index] ?? "" }));
        if (!number || !broken || !big || !never) throw new Error("not all were created");
        return job.suspend({ wait: allOf(number, broken, big, anyOf(never, after("1s", { name: "late" }))) });
      },
    });
    const { taskId } = await kit.client.createTask({ type: "parent" });
    const job = await seen.promise;
    const [, , , never] = job.waitResults;
    expect(job.waitResults.map(({ name, status, taskState }) => [name, status, taskState])).toEqual([
      ["number", "met", SUCCEEDED],
      ["broken", "met", FAILED],
      ["big", "met", SUCCEEDED],
      ["never", "pending", undefined],
      ["late", "met", undefined],
    ]);
    expect(job.waitResult("number")).toMatchObject({
      result: 41,
      omitted: false,
      error: undefined,
    } satisfies Partial<WaitResult>);
    expect(job.waitResult("broken")).toMatchObject({ result: undefined, error: { type: "NotThere" } });
    expect(job.waitResult("big")).toMatchObject({ result: undefined, omitted: true });
    expect(job.waitResult("late")?.at).toBeInstanceOf(Date);
    expect(job.waitResult("other")).toBeUndefined();
    expect(job.waitResult("number")?.receiptId).not.toBe("");
    await tasker.cancelTask(never?.taskId ?? "");
    await kit.client.awaitTask(taskId);
    tasker.close();
  });

  test("without a checkpoint of its own it keeps the last one that was saved, sent or not", async () => {
    const kit = kitOf();
    const handlers = {
      saved: (_input: unknown, job: Job) => {
        if (job.waitResults.length > 0) return job.checkpoint ?? null;
        void job.saveCheckpoint({ page: 7 });
        return job.suspend({ wait: at(new Date(0)) });
      },
    };
    kit.startWorker({ handlers });
    const { taskId } = await kit.client.createTask({ type: "saved" });
    expect(await kit.client.result(taskId)).toEqual({ page: 7 });
  });

  test.each([
    ["an unknown task", "TASK_NOT_FOUND", ErrorReason.TASK_NOT_FOUND, async () => unknownTaskId],
    [
      "a task that waits for it",
      "DEPENDENCY_CYCLE",
      ErrorReason.DEPENDENCY_CYCLE,
      async (taskId: string) => (await kitOf().client.createTask({ type: "waiter", wait: task(taskId) })).taskId,
    ],
  ])("for %s is refused, and the attempt fails with that reason", async (_what, reason, number, awaited) => {
    const kit = kitOf();
    const handlers = {
      [reason]: async (_input: unknown, job: Job) => job.suspend({ wait: task(await awaited(job.taskId)) }),
    };
    const worker = startOperator(handlers);
    const { taskId } = await kit.client.createTask({ type: reason, maxAttempts: 1 });
    const { outcome, leaseLosses } = await kit.client.awaitTask(taskId);
    expect([outcome?.error?.type, leaseLosses]).toEqual([reason, 0]);
    expect(await worker.heard("refused")).toMatchObject({ ending: "suspended", error: { reason: number } });
    expect(await suspensionsOf(kit, taskId)).toEqual([]);
  });

  test("a suspension that is not returned fails the attempt, instead of completing the task", async () => {
    const kit = kitOf();
    kit.startWorker({ handlers: { forgetful: (_input: unknown, job: Job) => void job.sleep("7d") } });
    const { taskId } = await kit.client.createTask({ type: "forgetful", maxAttempts: 1 });
    const { outcome } = await kit.client.awaitTask(taskId);
    expect(outcome?.error).toMatchObject({ type: "TypeError", message: expect.stringContaining("return what") });
  });

  test("a worker drains while tasks sleep, and a handler may suspend meanwhile", async () => {
    const kit = kitOf();
    const gate = createGate();
    const handlers = {
      sleeper: (_input: unknown, job: Job) => job.sleep("1h"),
      late: async (_input: unknown, job: Job) => {
        await gate.pass();
        return job.sleep("1h");
      },
    };
    const worker = kit.startWorker({ handlers });
    const sleeping = await kit.client.createTask({ type: "sleeper" });
    await worker.heard("settled");
    const running = await kit.client.createTask({ type: "late" });
    await gate.entered;
    const stopping = worker.stop();
    gate.open();
    await stopping;
    expect(worker.stats()).toMatchObject({ suspended: 2, released: 0, lost: 0 });
    for (const { taskId } of [sleeping, running]) {
      expect(await kit.client.getTask(taskId)).toMatchObject({ state: BLOCKED, deliveries: 1, leaseLosses: 0 });
    }
  });
});

test("a suspension whose answer was lost in a break is done once", { timeout: kitTimeoutMs }, async () => {
  const kit = await openKit({ flags });
  const proxy = await startProxy(kit.server.address);
  const gate = createGate();
  const handlers = {
    cut: async (_input: unknown, job: Job) => {
      await gate.pass();
      return job.sleep("1h");
    },
  };
  const worker = kit.startWorker({ endpoint: proxy.url, handlers });
  const { taskId } = await kit.client.createTask({ type: "cut" });
  await gate.entered;
  proxy.swallowAnswers();
  gate.open();
  for await (const { task: now } of kit.client.watchTask(taskId)) if (now?.state === BLOCKED) break;
  expect(worker.stats().suspended).toBe(0);
  proxy.cut();
  const { receiptId, ending } = await worker.heard("settled");
  expect(ending).toBe("suspended");
  expect(await suspensionsOf(kit, taskId)).toEqual([receiptId]);
  expect(worker.events.filter(({ type }) => type === "refused" || type === "lost")).toEqual([]);
});
