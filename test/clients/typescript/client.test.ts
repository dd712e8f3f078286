// The kit's client against a real server: what is said twice is done once, what is refused is typed, what breaks is
// said again.
import { create } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { watchTask } from "../../../clients/typescript/src/client-follow.ts";
import {
  AsyncGateError,
  createClient,
  createWorker,
  ErrorReason,
  ObstacleKind,
  PrincipalKind,
  type Protocol,
  TaskEndedError,
  TaskState,
} from "../../../clients/typescript/src/index.ts";
import { WatchTaskResponseSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { all, createGate, kitTimeoutMs, openKit, shareKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

const options = { timeout: kitTimeoutMs };
const unknownTaskId = "00000000-0000-7000-8000-000000000000";

test.each(["nonsense", "localhost:7171", "ftp://localhost", "http://localhost/tasks", ""])(
  "%j is no endpoint, for a client and for a worker, and no call is tried again in vain",
  (endpoint) => {
    const said = "is no endpoint: write it as http://host:port";
    expect(() => createClient({ endpoint, key: "k" })).toThrow(said);
    expect(() => createWorker({ endpoint: [endpoint], key: "k", handlers: {} })).toThrow(said);
  },
);

async function refusalOf(call: Promise<unknown>): Promise<AsyncGateError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AsyncGateError);
  return error as AsyncGateError;
}

describe.each(["grpc", "connect", "grpc-web", "grpc-js"] satisfies Protocol[])("over %s", options, (protocol) => {
  const kitOf = shareKit({ protocol });

  test("creating twice with one key gives one task, and another request under it is refused", async () => {
    const { client } = kitOf();
    const task = { type: "once", idempotencyKey: `once-${protocol}`, payload: { n: 1 } };
    const first = await client.createTask(task);
    const second = await client.createTask(task);
    expect([first.existed, second.existed, second.taskId]).toEqual([false, true, first.taskId]);
    const error = await refusalOf(client.createTask({ ...task, payload: { n: 2 } }));
    expect(error).toMatchObject({ reason: ErrorReason.IDEMPOTENCY_CONFLICT, retryable: false });
    expect(error.facts).toMatchObject({ case: "conflict", value: { key: task.idempotencyKey, taskId: first.taskId } });
    expect(error.callId).not.toBe("");
  });

  test("a task that waits is explained, and what is ready is listed", async () => {
    const { client } = kitOf();
    const type = `explained-${protocol}`;
    const delayed = await client.createTask({ type, notBefore: new Date(Date.now() + 600_000) });
    const open = await client.createTask({ type });
    const { summary, unmet } = await client.explainTask(delayed.taskId);
    expect(unmet.map(({ kind }) => kind)).toEqual([ObstacleKind.NOT_YET]);
    expect(summary).toMatch(/^QUEUED\. It may be leased in 10 min/);
    const ready = await all(client.listTasks({ ready: true, type }));
    expect(ready.map(({ taskId }) => taskId)).toEqual([open.taskId]);
    expect(await refusalOf(client.explainTask(unknownTaskId))).toMatchObject({ reasonName: "TASK_NOT_FOUND" });
  });

  test("what is refused tells the reason and its facts", async () => {
    const { client, keys, server } = kitOf();
    const invalid = await refusalOf(client.createTask({ type: "", priority: 99 }));
    expect(invalid.reason).toBe(ErrorReason.INVALID_ARGUMENT);
    const fields = invalid.facts.case === "violations" ? invalid.facts.value.violations.map(({ field }) => field) : [];
    expect(fields).toEqual(["type", "priority"]);
    expect(await refusalOf(client.getTask(unknownTaskId))).toMatchObject({ reasonName: "TASK_NOT_FOUND", code: 5 });
    const worker = createClient({ endpoint: server.url, key: keys.worker, protocol });
    expect(await refusalOf(worker.createTask({ type: "a" }))).toMatchObject({
      reason: ErrorReason.PERMISSION_DENIED,
      facts: { case: "permission", value: { scope: "tasks:create" } },
    });
    worker.close();
    const stranger = createClient({ endpoint: server.url, key: "ag_dev_unknown", protocol });
    expect(await refusalOf(stranger.createTask({ type: "a" }))).toMatchObject({ reason: ErrorReason.UNAUTHENTICATED });
    stranger.close();
  });

  test("a task is followed to its end, and canceled tasks have no result", async () => {
    const { client } = kitOf();
    const { taskId } = await client.createTask({ type: `watched-${protocol}` });
    const versions: (bigint | undefined)[] = [];
    for await (const { task } of client.watchTask(taskId)) {
      if (versions.push(task?.version) === 1) await client.cancelTask(taskId, { reason: "enough" });
    }
    expect(versions).toEqual([1n, 2n]);
    const error = await client.result(taskId).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TaskEndedError);
    expect((error as TaskEndedError).task.state).toBe(TaskState.CANCELED);
  });

  test("a signal ends a call, and a deadline ends a wait", async () => {
    const { client } = kitOf();
    const { taskId, task } = await client.createTask({ type: `waits-${protocol}` });
    const abort = new AbortController();
    const waiting = client.result(taskId, { signal: abort.signal });
    abort.abort(new Error("no longer wanted"));
    await expect(waiting).rejects.toThrow("no longer wanted");
    expect((await client.awaitTask(taskId, { timeoutMs: 20 })).state).toBe(TaskState.QUEUED);
    await expect(client.result(taskId, { timeoutMs: 20 })).rejects.toMatchObject({ name: "TimeoutError" });
    expect(task.createdBy?.kind).toBe(PrincipalKind.AGENT);
  });
});

describe("one by one and in batches", options, () => {
  const kitOf = shareKit();

  test("a batch answers item by item, and a bad item fails alone", async () => {
    const { client } = kitOf();
    const [good, bad, alsoGood] = await client.createTasks([
      { type: "a" },
      { type: "" },
      { type: "b", delayMs: 60_000 },
    ]);
    expect(good).toMatchObject({ existed: false });
    expect(bad).toMatchObject({ reason: ErrorReason.INVALID_ARGUMENT });
    expect(alsoGood).toMatchObject({ task: { type: "b" } });
  });

  test("lists go on over pages", async () => {
    const { client } = kitOf();
    await client.createTasks(Array.from({ length: 7 }, () => ({ type: "paged", labels: { page: "yes" } })));
    const tasks = await all(client.listTasks({ type: "paged", pageSize: 3 }));
    expect(new Set(tasks.map(({ taskId }) => taskId)).size).toBe(7);
    const open = await all(client.obligations({ pageSize: 2 }));
    const ids = new Set(open.map(({ receipt }) => receipt?.taskId));
    for (const { taskId } of tasks) expect(ids).toContain(taskId);
  });

  test("the stubs are there for what the kit has no word for", async () => {
    const { client } = kitOf();
    const { name } = await client.stubs.system.getServerInfo({}).then(({ server }) => server ?? { name: "" });
    expect(name).toBe("asyncgate");
  });
});

describe("when the connection breaks", options, () => {
  test.each(["grpc", "grpc-js"] satisfies Protocol[])(
    "over %s, a call whose answer was lost is done once",
    async (protocol) => {
      const kit = await openKit({ protocol });
      const proxy = await startProxy(kit.server.address);
      const client = createClient({ endpoint: proxy.url, key: kit.keys.tasker, protocol });
      const opened = await client.createTask({ type: "before" });
      proxy.swallowAnswers();
      const creating = client.createTask({ type: "lost" });
      const [lost] = await all(waitForTask(kit.client.listTasks.bind(null, { type: "lost" })));
      proxy.cut();
      const created = await creating;
      expect(created.taskId).toBe(lost?.taskId);
      expect(await all(kit.client.listTasks({ type: "lost" }))).toHaveLength(1);
      expect(opened.existed).toBe(false);
      client.close();
    },
  );

  test("a watch goes on where it was, with nothing left out and nothing twice", async () => {
    const kit = await openKit();
    const proxy = await startProxy(kit.server.address);
    const client = createClient({ endpoint: proxy.url, key: kit.keys.tasker });
    const gate = createGate();
    kit.startWorker({ handlers: { watched: () => gate.pass() } });
    const { taskId } = await client.createTask({ type: "watched" });
    await gate.entered;
    const receipts: string[] = [];
    for await (const news of client.watchTask(taskId)) {
      receipts.push(...news.receipts.map(({ receiptId }) => receiptId));
      if (news.task?.endTime) break;
      proxy.cut();
      gate.open();
    }
    const ledger = await all(kit.client.receipts({ taskId }));
    expect(receipts).toEqual(ledger.map(({ receiptId }) => receiptId));
    client.close();
  });

  test("a watch goes on elsewhere when its server shuts down, which the stub tells as UNAVAILABLE", async () => {
    const kit = await openKit();
    const other = await kit.startAnother();
    const proxy = await startProxy(kit.server.address);
    const client = createClient({ endpoint: proxy.url, key: kit.keys.tasker });
    const { taskId } = await client.createTask({ type: "watched" });
    const stream = kit.client.stubs.tasks.watchTask({ taskId, afterVersion: 0n })[Symbol.asyncIterator]();
    // It is under way before the server shuts down.
    await stream.next();
    const plain = stream.next().catch((error: unknown) => error);
    const states: (TaskState | undefined)[] = [];
    for await (const { task } of client.watchTask(taskId)) {
      if (states.push(task?.state) > 1) continue;
      proxy.target(other.address);
      kit.server.process.kill("SIGTERM");
      expect(await plain).toMatchObject({ code: Code.Unavailable });
      proxy.cut();
      await client.cancelTask(taskId);
    }
    expect(states.at(-1)).toBe(TaskState.CANCELED);
    client.close();
  });

  test("a watch whose stream ends without the task's end goes on where it was", async () => {
    const asked: unknown[] = [];
    const task = (version: bigint, isOver = false) =>
      create(WatchTaskResponseSchema, { task: { taskId: "t", version, ...(isOver && { endTime: timestampNow() }) } });
    const streams = [[task(1n)], [], [task(2n, true)]];
    async function* open(request: unknown) {
      asked.push(request);
      yield* streams.shift() ?? [];
    }
    const stubs = { tasks: { watchTask: open } };
    const calls = { stubs, timeoutMs: kitTimeoutMs, retry: { attemptsMax: 5, initialMs: 1, maxMs: 1, multiplier: 1 } };
    const versions = (await all(watchTask(calls as never, "name:n", {}))).map((news) => news.task?.version);
    expect(versions).toEqual([1n, 2n]);
    expect(asked).toEqual([
      { taskId: "name:n", afterVersion: 0n },
      { taskId: "t", afterVersion: 1n },
      { taskId: "t", afterVersion: 1n },
    ]);
  });

  test("a server that is away for longer than a few attempts is waited for", async () => {
    const kit = await openKit();
    const proxy = await startProxy("127.0.0.1:1");
    const client = createClient({ endpoint: proxy.url, key: kit.keys.tasker, retry: { initialMs: 1, maxMs: 1 } });
    const { taskId } = await kit.client.createTask({ type: "late" });
    const asked = client.getTask(taskId);
    await expect.poll(() => proxy.connections(), { timeout: kitTimeoutMs }).toBeGreaterThan(20);
    proxy.target(kit.server.address);
    expect(await asked).toMatchObject({ taskId });
    client.close();
  });

  test("a server that cannot be reached is told as UNAVAILABLE at the deadline", async () => {
    const proxy = await startProxy("127.0.0.1:1");
    const client = createClient({
      endpoint: proxy.url,
      key: "ag_dev_unknown",
      timeoutMs: 100,
      retry: { initialMs: 1 },
    });
    const error = await refusalOf(client.getTask(unknownTaskId));
    expect(error).toMatchObject({ reason: ErrorReason.UNAVAILABLE, retryable: true, callId: "" });
    client.close();
  });
});

/** Lists again until there is something. */
async function* waitForTask<Item>(list: () => AsyncIterable<Item>): AsyncGenerator<Item> {
  for (let found: Item[] = []; found.length === 0; yield* found) found = await all(list());
}
