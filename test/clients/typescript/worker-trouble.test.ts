// A worker of the kit when things go wrong around it: connections, servers, other workers, its own process. After each,
// the ledger says what happened once, and no attempt is used up.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import {
  AsyncGateError,
  ErrorReason,
  type Job,
  TaskState,
  WorkStopped,
} from "../../../clients/typescript/src/index.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { stop } from "../../e2e/dev-server.ts";
import { all, createGate, type Kit, kitTimeoutMs, openKit } from "./kit.ts";
import { startProxy } from "./proxy.ts";

const options = { timeout: kitTimeoutMs };
/** Leases that are lost while a test waits for it. */
const shortLeases = ["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100"];

async function completionsOf({ client }: Kit, taskId: string): Promise<string[]> {
  const receipts = await all(client.receipts({ taskId, types: [ReceiptType.TASK_COMPLETED] }));
  return receipts.map(({ receiptId }) => receiptId);
}

test(
  "an answer lost in a break is had by saying it again: one receipt, the same as in the ledger",
  options,
  async () => {
    const kit = await openKit();
    const proxy = await startProxy(kit.server.address);
    const gate = createGate();
    const worker = kit.startWorker({ endpoint: proxy.url, handlers: { settle: () => gate.pass() } });
    const { taskId } = await kit.client.createTask({ type: "settle" });
    await gate.entered;
    proxy.swallowAnswers();
    gate.open();
    await kit.client.awaitTask(taskId);
    expect(worker.stats().completed).toBe(0);
    proxy.cut();
    const { receiptId } = await worker.heard("settled");
    expect(await completionsOf(kit, taskId)).toEqual([receiptId]);
    expect(worker.events.filter(({ type }) => type === "connected")).toMatchObject([
      { resumed: false },
      { resumed: true },
    ]);
  },
);

test("a break while a handler works is not noticed by it", options, async () => {
  const kit = await openKit();
  const proxy = await startProxy(kit.server.address);
  const gate = createGate();
  const worker = kit.startWorker({ endpoint: proxy.url, handlers: { work: () => gate.pass() } });
  const { taskId } = await kit.client.createTask({ type: "work" });
  await gate.entered;
  proxy.cut();
  await worker.heard("disconnected");
  gate.open();
  const task = await kit.client.awaitTask(taskId);
  expect(task).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 0, deliveries: 1 });
  expect(worker.events.some(({ type }) => type === "stopping")).toBe(false);
});

test("a server that is killed is replaced by another one on the same database, mid-task", options, async () => {
  const kit = await openKit();
  const another = await kit.startAnother();
  const gate = createGate();
  const worker = kit.startWorker({ endpoint: [kit.server.url, another.url], handlers: { work: () => gate.pass() } });
  const { taskId } = await kit.client.createTask({ type: "work" });
  await gate.entered;
  await stop(kit.server.process, "SIGKILL");
  gate.open();
  const { receiptId } = await worker.heard("settled");
  const { client } = await reach(another.url, kit);
  const task = await client.awaitTask(taskId);
  expect(task).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 0 });
  expect(await completionsOf({ ...kit, client }, taskId)).toEqual([receiptId]);
});

test("a server that shuts down sends its workers to another one, and nothing is lost", options, async () => {
  const kit = await openKit();
  const another = await kit.startAnother();
  const gate = createGate();
  const worker = kit.startWorker({ endpoint: [kit.server.url, another.url], handlers: { work: () => gate.pass() } });
  const { taskId } = await kit.client.createTask({ type: "work" });
  await gate.entered;
  kit.server.process.kill("SIGTERM");
  await worker.heard("draining");
  await worker.heard("disconnected");
  gate.open();
  const { client } = await reach(another.url, kit);
  expect(await client.awaitTask(taskId)).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 0 });
});

async function reach(endpoint: string, { keys }: Kit) {
  const { createClient } = await import("../../../clients/typescript/src/index.ts");
  const client = createClient({ endpoint, key: keys.tasker });
  onTestFinished(() => client.close());
  return { client };
}

test("a worker that was cut off stops in time, and its late result is told as FENCED", options, async () => {
  const kit = await openKit({ flags: shortLeases });
  const proxy = await startProxy(kit.server.address);
  const gate = createGate();
  const stopped = Promise.withResolvers<unknown>();
  const handlers = {
    work: async (_input: unknown, { signal }: Job) => {
      signal.addEventListener("abort", () => stopped.resolve(signal.reason));
      await gate.pass();
      return "late";
    },
  };
  const worker = kit.startWorker({ endpoint: proxy.url, leaseTtlMs: 4_000, slots: 1, handlers });
  const { taskId } = await kit.client.createTask({ type: "work" });
  await gate.entered;
  proxy.freeze();
  // By its own clock: the server cannot reach it.
  const reason = await stopped.promise;
  expect(reason).toBeInstanceOf(WorkStopped);
  expect((reason as WorkStopped).stop.why).toBe("lease_lost");
  kit.startWorker({ handlers: { work: () => "in time" } });
  expect(await kit.client.result(taskId)).toBe("in time");
  gate.open();
  const { error } = await worker.heard("refused");
  expect(error).toBeInstanceOf(AsyncGateError);
  expect(error.reason).toBe(ErrorReason.FENCED);
  expect(error.facts.case).toBe("lease");
  expect(await completionsOf(kit, taskId)).toHaveLength(1);
  expect(await kit.client.getTask(taskId)).toMatchObject({ attempt: 1, leaseLosses: 1 });
});

/** A worker as a program; `spin` computes for as long as it is asked to, and gives the event loop no turn. */
const program = `
import { createWorker } from "./clients/typescript/src/index.ts";
const [endpoint, key, ttl, thread, within] = process.argv.slice(1);
const say = (word) => process.stdout.write(word + "\\n");
const worker = createWorker({
  endpoint, key, leaseTtlMs: Number(ttl), thread: thread === "thread", drainWithinMs: Number(within), slots: 2,
  handlers: {
    hang: () => { say("entered"); return new Promise(() => {}); },
    wait: async (_input, job) => {
      await job.saveCheckpoint({ page: 3 });
      say("entered");
      await new Promise((_resolve, reject) => job.signal.addEventListener("abort", () => reject(job.signal.reason)));
    },
    spin: ({ ms }, job) => {
      const until = performance.now() + ms;
      while (performance.now() < until);
      return job.signal.aborted ? job.signal.reason.stop.why : "kept";
    },
  },
  onEvent: ({ type }) => say(type),
});
await worker.run();
say("over");
`;

function startProgram(kit: Kit, { ttlMs = 60_000, thread = "thread", withinMs = 0 } = {}) {
  const settings = [kit.server.url, kit.keys.worker, String(ttlMs), thread, String(withinMs)];
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, ...settings], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => stop(child, "SIGKILL"));
  let said = "";
  const heard = (word: string) =>
    new Promise<void>((resolve) => {
      const look = () => said.split("\n").includes(word) && resolve();
      child.stdout.on("data", look);
      look();
    });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  return { child, heard, said: () => said };
}

test(
  "a worker that is killed loses its lease, and another one does the task in the same attempt",
  options,
  async () => {
    const kit = await openKit({ flags: shortLeases });
    const killed = startProgram(kit, { ttlMs: 4_000 });
    const { taskId } = await kit.client.createTask({ type: "hang" });
    await killed.heard("entered");
    killed.child.kill("SIGKILL");
    kit.startWorker({ handlers: { hang: () => "done" } });
    expect(await kit.client.result(taskId)).toBe("done");
    expect(await kit.client.getTask(taskId)).toMatchObject({ attempt: 1, leaseLosses: 1, deliveries: 2 });
  },
);

test(
  "SIGTERM drains: what is not done in time is released with its checkpoint, and nothing is counted",
  options,
  async () => {
    const kit = await openKit();
    const drained = startProgram(kit);
    const { taskId } = await kit.client.createTask({ type: "wait" });
    await drained.heard("entered");
    const exited = once(drained.child, "exit");
    drained.child.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
    expect(drained.said().split("\n")).toEqual(expect.arrayContaining(["draining", "stopping", "stopped", "over"]));
    const task = await kit.client.getTask(taskId);
    expect(task).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 0 });
    kit.startWorker({ handlers: { wait: (_input: unknown, { checkpoint }: Job) => checkpoint ?? null } });
    expect(await kit.client.result(taskId)).toEqual({ page: 3 });
  },
);

test("a worker that is stopped lets running work end, and takes nothing new", options, async () => {
  const kit = await openKit();
  const gate = createGate();
  const worker = kit.startWorker({ slots: 1, handlers: { work: () => gate.pass() } });
  const first = await kit.client.createTask({ type: "work" });
  await gate.entered;
  const second = await kit.client.createTask({ type: "work" });
  const stopping = worker.stop();
  gate.open();
  await stopping;
  expect((await kit.client.getTask(first.taskId)).state).toBe(TaskState.SUCCEEDED);
  expect((await kit.client.getTask(second.taskId)).state).toBe(TaskState.QUEUED);
});

test("a handler that blocks the event loop for longer than the TTL keeps its lease", options, async () => {
  const kit = await openKit({ flags: ["--sweep-interval-ms", "100", "--lease-ttl-min-ms", "1000"] });
  startProgram(kit, { ttlMs: 5_000 });
  const { taskId } = await kit.client.createTask({ type: "spin", payload: { ms: 11_000 } });
  expect(await kit.client.result(taskId)).toBe("kept");
  expect(await kit.client.getTask(taskId)).toMatchObject({ attempt: 1, leaseLosses: 0, deliveries: 1 });
});

test(
  "what is offered while a handler blocks the thread goes back, is done in the end, and counts as nothing",
  options,
  async () => {
    const kit = await openKit({ flags: ["--offer-accept-ms", "600"] });
    const blocked = startProgram(kit);
    const first = await kit.client.createTask({ type: "spin", payload: { ms: 5_000 } });
    await blocked.heard("taken");
    const second = await kit.client.createTask({ type: "spin", payload: { ms: 0 } });
    expect(await Promise.all([first, second].map(({ taskId }) => kit.client.result(taskId)))).toEqual(["kept", "kept"]);
    const task = await kit.client.getTask(second.taskId);
    expect(task).toMatchObject({ attempt: 1, leaseLosses: 0 });
    expect(task.deliveries).toBeGreaterThan(1);
  },
);

test("a control: in one thread with its handlers, such a worker loses the lease", options, async () => {
  const kit = await openKit({ flags: shortLeases });
  startProgram(kit, { ttlMs: 1_000, thread: "none" });
  const { taskId } = await kit.client.createTask({ type: "spin", payload: { ms: 4_000 }, maxLeaseLosses: 1 });
  await kit.client.awaitTask(taskId);
  expect((await kit.client.getTask(taskId)).leaseLosses).toBeGreaterThan(0);
});

test("a worker without a good key ends with the reason, and does not try again", options, async () => {
  const kit = await openKit();
  const stranger = kit.startWorker({ key: "ag_dev_unknown", handlers: { work: () => 1 } });
  expect(await stranger.ended).toMatchObject({ reason: ErrorReason.UNAUTHENTICATED });
  const tasker = kit.startWorker({ key: kit.keys.tasker, handlers: { work: () => 1 } });
  expect(await tasker.ended).toMatchObject({
    reason: ErrorReason.PERMISSION_DENIED,
    facts: { case: "permission", value: { scope: "leases:claim" } },
  });
  expect(tasker.events.map(({ type }) => type)).toEqual(["stopped"]);
});
