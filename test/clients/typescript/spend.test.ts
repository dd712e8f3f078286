// What handlers spend: added up before it is sent, counted once over breaks, and told when it is too much.
import { describe, expect, test } from "vitest";
import { addAmounts, amountsOf } from "../../../clients/typescript/src/amounts.ts";
import { type Job, OnExceeded, TaskState } from "../../../clients/typescript/src/index.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { all, createGate, kitTimeoutMs, openKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

describe("amounts", () => {
  test("are texts or whole numbers, and anything else is refused where it is written", () => {
    expect(amountsOf({ usd: "0.10", tokens: 1_800, calls: 3n })).toEqual({ usd: "0.10", tokens: "1800", calls: "3" });
    for (const amount of [0.1, -1, 2 ** 53, Number.NaN, "1e3", "1.", "-1", "01", "0.1234567891"]) {
      expect(() => amountsOf({ usd: amount })).toThrow(RangeError);
    }
  });

  test("are added exactly", () => {
    const sum = Array.from({ length: 10 }).reduce<Record<string, string>>((all) => addAmounts(all, { usd: "0.1" }), {});
    expect(sum).toEqual({ usd: "1" });
    expect(addAmounts({ usd: "999999999999999999.999999999" }, { eur: "1.50" })).toEqual({
      usd: "999999999999999999.999999999",
      eur: "1.5",
    });
  });
});

test("law 25: what a handler spends is counted once, over lost answers and cut streams, and in few receipts", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  const proxy = await startProxy(kit.server.address);
  const gate = createGate();
  const worker = kit.startWorker({
    endpoint: proxy.url,
    handlers: {
      spending: async (_input: unknown, job: Job) => {
        for (let count = 0; count < 500; count += 1) void job.spend({ usd: "0.001", tokens: 7 });
        await job.spend({ usd: "0.001" });
        proxy.swallowAnswers();
        void job.spend({ usd: "1" });
        await gate.pass();
        await job.spend({ usd: "0.499" });
        return job.overBudget;
      },
    },
  });
  const budget = { amounts: { usd: "1.75" }, onExceeded: OnExceeded.TELL };
  const { taskId } = await kit.client.createTask({ type: "spending", budget });
  await gate.entered;
  proxy.cut();
  gate.open();
  // It is told before its last report is answered.
  expect(await kit.client.result(taskId)).toBe(true);
  await worker.heard("over_budget");
  const task = await kit.client.getTask(taskId);
  expect(task.spent).toMatchObject({ amounts: { usd: "2", tokens: "3500" }, overBudget: true });
  const receipts = await all(kit.client.receipts({ taskId, types: [ReceiptType.TASK_PROGRESS] }));
  expect(receipts.length).toBeLessThan(20);
});

test("a task that its budget stops has failed, and its handler is told to stop", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  const stopped = Promise.withResolvers<unknown>();
  kit.startWorker({
    handlers: {
      greedy: async (_input: unknown, job: Job) => {
        job.signal.addEventListener("abort", () => stopped.resolve(job.signal.reason));
        await job.spend({ usd: 3 });
        await stopped.promise;
      },
    },
  });
  const budget = { amounts: { usd: 2 }, onExceeded: OnExceeded.FAIL };
  const { taskId } = await kit.client.createTask({ type: "greedy", budget });
  const task = await kit.client.awaitTask(taskId);
  expect([task.state, task.spent?.amounts]).toEqual([TaskState.FAILED, { usd: "3" }]);
  expect(await stopped.promise).toMatchObject({ stop: { why: "lease_lost" } });
});

test("a handler that spends too much is stopped, and goes on when the owner lifts the budget", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  const stops: unknown[] = [];
  kit.startWorker({
    handlers: {
      dear: async (_input: unknown, job: Job) => {
        const lifted = job.waitResults.find(({ name }) => name === "budget");
        if (lifted) return lifted.answer?.answer;
        await job.saveCheckpoint({ written: 3 });
        void job.spend({ usd: "2" });
        await new Promise((resolve) => job.signal.addEventListener("abort", resolve));
        stops.push(job.signal.reason.stop.why);
        throw job.signal.reason;
      },
    },
  });
  const budget = { amounts: { usd: "1" }, onExceeded: OnExceeded.ASK };
  const { taskId } = await kit.client.createTask({ type: "dear", budget });
  await expect.poll(async () => (await all(kit.client.questions())).length, { timeout: kitTimeoutMs }).toBe(1);
  const { inputId = "", question } = (await kit.client.getTask(taskId)).question ?? {};
  expect(question?.options.map(({ value }) => value)).toEqual(["go_on", "stop"]);
  await kit.client.answer({ taskId, inputId }, "go_on");
  expect(await kit.client.result(taskId)).toBe("go_on");
  expect(stops).toEqual(["lease_lost"]);
});
