// A worker whose program listens to no events: trouble is told on stderr, so that nothing fails in silence.
import { expect, onTestFinished, test, vi } from "vitest";
import { createWorker, TaskState } from "../../../clients/typescript/src/index.ts";
import { createGate, openKit } from "./kit.ts";

function listenToStderr(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((line: string) => void lines.push(line));
  onTestFinished(() => spy.mockRestore());
  return lines;
}

test("what a handler throws is told with its stack; work that succeeds is not", async () => {
  const { server, keys, client } = await openKit();
  const lines = listenToStderr();
  const worker = createWorker({
    endpoint: server.url,
    key: keys.worker,
    drainOn: [],
    handlers: {
      good: () => 1,
      bad: () => {
        throw new RangeError("no such city");
      },
    },
  });
  const running = worker.run();
  onTestFinished(() => worker.stop({ withinMs: 0 }));
  expect(await client.result((await client.createTask({ type: "good" })).taskId)).toBe(1);
  const { taskId } = await client.createTask({ type: "bad", maxAttempts: 1 });
  await expect(client.result(taskId)).rejects.toThrow("no such city");
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(new RegExp(`^asyncgate: bad ${taskId} failed: RangeError: no such city\\n +at `));
  await worker.stop();
  await running;
});

test("a handler that stops because its task is canceled is no trouble", async () => {
  const { server, keys, client } = await openKit();
  const lines = listenToStderr();
  const gate = createGate();
  const worker = createWorker({
    endpoint: server.url,
    key: keys.worker,
    drainOn: [],
    handlers: {
      async long(_, { signal }) {
        void gate.pass();
        await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      },
    },
  });
  const running = worker.run();
  onTestFinished(() => worker.stop({ withinMs: 0 }));
  const { taskId } = await client.createTask({ type: "long" });
  await gate.entered;
  await client.cancelTask(taskId, { gracePeriodMs: 60_000 });
  expect((await client.awaitTask(taskId)).state).toBe(TaskState.CANCELED);
  await worker.stop();
  await running;
  expect(lines).toEqual([]);
});

test("a server that is away is told of, and tried again", async () => {
  const lines = listenToStderr();
  const worker = createWorker({ endpoint: "http://127.0.0.1:1", key: "ag_test_key1_none", drainOn: [], handlers: {} });
  const running = worker.run();
  await expect
    .poll(() => lines[0], { timeout: 30_000 })
    .toMatch(/^asyncgate: not connected: .*; trying again in \d+ ms$/);
  await worker.stop({ withinMs: 0 });
  await running.catch(() => {});
});
