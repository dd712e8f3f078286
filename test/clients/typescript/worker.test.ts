// A worker of the kit against a real server, over Connect's gRPC transport and over grpc-js: the ways in which a task
// ends.
import { describe, expect, test, vi } from "vitest";
import {
  bytes,
  done,
  type Job,
  NonRetryable,
  RetryAfter,
  TaskEndedError,
  TaskState,
  WorkStopped,
} from "../../../clients/typescript/src/index.ts";
import { ReceiptTypeSchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { patience } from "../../helpers/patience.ts";
import { all, createGate, type Kit, kitTimeoutMs, openKit, shareKit } from "./kit.ts";

async function receiptsOf({ client }: Kit, taskId: string): Promise<(string | undefined)[]> {
  const receipts = await all(client.receipts({ taskId }));
  return receipts.map(({ type }) => ReceiptTypeSchema.value[type]?.localName);
}

describe.each(["grpc", "grpc-js"] as const)("over %s", { timeout: kitTimeoutMs }, (protocol) => {
  const kitOf = shareKit({ protocol });

  test("a handler gets JSON and its result comes back as JSON, with all receipts", async () => {
    const kit = kitOf();
    kit.startWorker({ handlers: { greet: ({ name }: { name: string }) => ({ greeting: `Hello, ${name}!` }) } });
    const { taskId } = await kit.client.createTask({ type: "greet", payload: { name: "Ada" } });
    expect(await kit.client.result(taskId)).toEqual({ greeting: "Hello, Ada!" });
    const open = await all(kit.client.obligations());
    expect(open.filter(({ receipt }) => receipt?.taskId === taskId)).toEqual([]);
    expect(await receiptsOf(kit, taskId)).toEqual([
      "TASK_ASSIGNED",
      "TASK_ACCEPTED",
      "TASK_COMPLETED",
      "TASK_RESULT_READY",
    ]);
  });

  test("a handler sees the holder of its task as every reader does, though offers leave it out", async () => {
    const kit = kitOf();
    const seen = Promise.withResolvers<[Task, Task]>();
    const handlers = {
      held: async (_input: unknown, { task }: Job) => {
        seen.resolve([task, await kit.client.getTask(task.taskId)]);
      },
    };
    kit.startWorker({ handlers, instance: "one" });
    const { taskId } = await kit.client.createTask({ type: "held" });
    const [mine, read] = await seen.promise;
    expect(mine.holder).toEqual(read.holder);
    expect(mine.holder).toMatchObject({ worker: { instance: "one" }, fence: 1n });
    await kit.client.result(taskId);
  });

  test("what a handler throws fails the attempt, and the next one may succeed", async () => {
    const kit = kitOf();
    const handlers = {
      flaky: (_input: unknown, { attempt }: Job) => {
        if (attempt === 1) throw new RangeError("not yet");
        return attempt;
      },
    };
    kit.startWorker({ handlers });
    const { taskId } = await kit.client.createTask({ type: "flaky", retry: { initialIntervalMs: 0 } });
    expect(await kit.client.result(taskId)).toBe(2);
    expect(await receiptsOf(kit, taskId)).toContain("TASK_RETRY_SCHEDULED");
  });

  test("NonRetryable ends the task with attempts left", async () => {
    const kit = kitOf();
    const handlers = {
      broken: () => {
        throw new NonRetryable("no such file", { type: "NotThere", detail: { path: "/a" } });
      },
    };
    kit.startWorker({ handlers });
    const { taskId } = await kit.client.createTask({ type: "broken" });
    const error = await kit.client.result(taskId).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskEndedError);
    const { task } = error as TaskEndedError;
    expect(task).toMatchObject({ state: TaskState.FAILED, attempt: 1 });
    expect(task.outcome).toMatchObject({
      terminalReason: TerminalReason.NON_RETRYABLE,
      error: { type: "NotThere", message: "no such file", detail: '{"path":"/a"}' },
    });
  });

  test("RetryAfter says when the next attempt comes, whatever the task's own policy says", async () => {
    const kit = kitOf();
    const handlers = {
      busy: (_input: unknown, { attempt }: Job) => {
        if (attempt === 1) throw new RetryAfter(0, "come again");
        return "done";
      },
    };
    kit.startWorker({ handlers });
    const policy = { initialIntervalMs: 3_600_000, maxIntervalMs: 3_600_000 };
    const { taskId } = await kit.client.createTask({ type: "busy", retry: policy });
    expect(await kit.client.result(taskId)).toBe("done");
  });

  test("a cancellation with a grace period reaches the handler as its signal, and the task is canceled", async () => {
    const kit = kitOf();
    const stopped = Promise.withResolvers<unknown>();
    const handlers = {
      long: async (_input: unknown, { signal }: Job) => {
        await new Promise((_resolve, reject) =>
          signal.addEventListener("abort", () => {
            stopped.resolve(signal.reason);
            reject(signal.reason);
          }),
        );
      },
    };
    const worker = kit.startWorker({ handlers });
    const { taskId } = await kit.client.createTask({ type: "long" });
    await worker.heard("taken");
    await kit.client.cancelTask(taskId, { reason: "not needed", gracePeriodMs: 600_000 });
    const reason = await stopped.promise;
    expect(reason).toBeInstanceOf(WorkStopped);
    expect((reason as WorkStopped).stop).toMatchObject({ why: "canceled", reason: "not needed" });
    expect((await kit.client.awaitTask(taskId)).state).toBe(TaskState.CANCELED);
  });

  test("a cancellation at once takes the lease, and the late result is told as refused", async () => {
    const kit = kitOf();
    const gate = createGate();
    const worker = kit.startWorker({ handlers: { taken: () => gate.pass() } });
    const { taskId } = await kit.client.createTask({ type: "taken" });
    await gate.entered;
    await kit.client.cancelTask(taskId);
    const { loss } = await worker.heard("lost");
    expect(loss).toBeGreaterThan(0);
    gate.open();
    const { error, ending } = await worker.heard("refused");
    expect(ending).toBe("completed");
    expect(["FENCED", "INVALID_TRANSITION"]).toContain(error.reasonName);
  });

  test("unicode and 200 KB go in and come out unchanged", async () => {
    const kit = kitOf();
    kit.startWorker({ handlers: { echo: (input: unknown) => input } });
    const payload = { text: "žluťoučký 🐎 \u0000 \u2028 日本", big: "ß".repeat(100_000), ключ: [1.5, null, true] };
    const { taskId } = await kit.client.createTask({ type: "echo", payload });
    expect(await kit.client.result(taskId)).toEqual(payload);
  });

  test("bytes are handed over as bytes, and artifacts say where a result lies", async () => {
    const kit = kitOf();
    const handlers = {
      store: (input: Uint8Array) =>
        done({ artifacts: [{ kind: "file", uri: `file:///tmp/${input.length}`, size: BigInt(input.length) }] }),
    };
    kit.startWorker({ handlers });
    const payload = bytes(new Uint8Array([0, 255, 7]), "image/x");
    const { taskId } = await kit.client.createTask({ type: "store", payload });
    const { outcome } = await kit.client.awaitTask(taskId);
    expect(outcome?.artifacts).toMatchObject([{ kind: "file", uri: "file:///tmp/3", size: 3n }]);
  });

  test("200 tasks over 8 slots are begun in order of priority, never more than 8 at once", async () => {
    const kit = kitOf();
    const tasks = Array.from({ length: 200 }, (_, index) => ({ type: "ranked", priority: (index * 7) % 10 }));
    const created = await kit.client.createTasks(tasks);
    const begun: number[] = [];
    let running = 0;
    let runningMost = 0;
    const over = Promise.withResolvers<void>();
    const handlers = {
      ranked: async (_input: unknown, { task }: Job) => {
        begun.push(task.priority);
        running += 1;
        runningMost = Math.max(runningMost, running);
        await new Promise(setImmediate);
        running -= 1;
        if (begun.length === created.length) over.resolve();
      },
    };
    kit.startWorker({ handlers, slots: 8 });
    await over.promise;
    expect(begun).toEqual(begun.toSorted((one, other) => other - one));
    expect(runningMost).toBe(8);
  });
});

test("progress and a checkpoint are kept, and the next attempt gets the checkpoint", {
  timeout: kitTimeoutMs,
}, async () => {
  const kit = await openKit();
  const handlers = {
    steps: async (_input: unknown, job: Job) => {
      if (job.attempt === 2) return job.checkpoint ?? null;
      await job.start();
      for (let percent = 1; percent <= 50; percent += 1) void job.progress({ percent, detail: { percent } });
      await job.progress({ message: "on record", receipted: true });
      await job.saveCheckpoint({ page: 7 });
      throw new Error("halfway");
    },
  };
  kit.startWorker({ handlers });
  const { taskId } = await kit.client.createTask({ type: "steps", retry: { initialIntervalMs: 0 } });
  expect(await kit.client.result(taskId)).toEqual({ page: 7 });
  const receipts = await receiptsOf(kit, taskId);
  expect(receipts.filter((type) => type === "TASK_STARTED")).toHaveLength(1);
  expect(receipts.filter((type) => type === "TASK_PROGRESS")).toHaveLength(1);
});

test("a result that breaks a limit fails the attempt, and the worker goes on", { timeout: kitTimeoutMs }, async () => {
  const kit = await openKit();
  const handlers = {
    big: ({ size }: { size: number }) => "x".repeat(size),
    none: () => () => "a function is no JSON",
  };
  const worker = kit.startWorker({ handlers });
  const create = (type: string, payload = {}) => kit.client.createTask({ type, payload, maxAttempts: 1 });
  // More than the server keeps, more than any frame holds, and nothing that could be sent.
  const tasks = [
    await create("big", { size: 300_000 }),
    await create("big", { size: 2_000_000 }),
    await create("none"),
  ];
  const ended = await Promise.all(tasks.map(({ taskId }) => kit.client.awaitTask(taskId)));
  expect(ended.map(({ outcome }) => outcome?.error?.type)).toEqual(["LIMIT_EXCEEDED", "RangeError", "TypeError"]);
  // The caller may learn of the end before the worker learns that it is on record.
  await vi.waitFor(() => expect(worker.stats()).toMatchObject({ failed: 3, refused: 1, streams: 1 }), patience);
});
