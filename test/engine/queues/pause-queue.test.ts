// A paused queue: none of its tasks is leased, by whichever way, until it is resumed.
import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { ListAuditRecordsRequestSchema } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { operating, pauseQueue, resumeQueue } from "../../helpers/operate.ts";
import { patience } from "../../helpers/patience.ts";
import {
  claim,
  claimAll,
  complete,
  createTask,
  everything,
  granted,
  held,
  minuteMs,
  ms,
  msOf,
  openScenario,
  outcome,
  read,
  refused,
  type Scenario,
} from "../../helpers/scenario.ts";
import { openSession, subscribeWorker } from "../../helpers/work.ts";

const queues = ["default", "other"];

test("a paused queue gives no tasks, and gives them when it is resumed", async () => {
  const s = await openScenario();
  const before = await createTask(s);
  const { pause } = await pauseQueue(s, "default", { reason: "the printer burns" });
  expect(pause).toMatchObject({ by: s.operator.principal, reason: "the printer burns" });
  expect(msOf(pause?.pauseTime)).toBe(s.clock.now().getTime());
  const after = await createTask(s);
  expect(await claimAll(s)).toEqual([]);
  const { ended } = await resumeQueue(s, "default");
  expect(ended).toEqual(pause);
  expect((await claimAll(s)).map(({ task }) => task.taskId)).toEqual([before.taskId, after.taskId]);
});

test("a claim that names another queue too gets that one's tasks, however urgent the paused ones are", async () => {
  const s = await openScenario();
  for (let count = 0; count < 3; count += 1) await createTask(s, { priority: 9 });
  const { taskId } = await createTask(s, { queue: "other", priority: 0 });
  await pauseQueue(s, "default");
  const leased = await claimAll(s, { queues, maxTasks: 1 });
  expect(leased.map(({ task }) => task.taskId)).toEqual([taskId]);
});

test("tasks that are held go on, and one that returns waits", async () => {
  const s = await openScenario();
  const [done, lost] = [await held(s), await held(s)];
  await pauseQueue(s, "default");
  granted(await complete(s, done));
  s.clock.advance(minuteMs);
  await s.sweep();
  s.clock.advance(minuteMs);
  expect((await read(s, lost.task.taskId)).state).toBe(TaskState.QUEUED);
  expect(await claimAll(s)).toEqual([]);
  await resumeQueue(s, "default");
  expect((await claim(s)).task.taskId).toBe(lost.task.taskId);
});

test("a deadline runs while the queue is paused", async () => {
  const s = await openScenario();
  const seconds = BigInt(Math.floor(s.clock.now().getTime() / 1_000) + 10);
  const { taskId } = await createTask(s, { deadline: { seconds, nanos: 0 } });
  await pauseQueue(s, "default");
  s.clock.advance(11_000);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(TaskState.FAILED);
});

test("a claim that waits gets nothing while the queue is paused, and is woken when it is resumed", async () => {
  const s = await openScenario({ oneServer: true });
  await pauseQueue(s, "default");
  const request = create(ClaimTasksRequestSchema, { wait: ms(20_000) });
  let leased: readonly object[] | undefined;
  const waiting = s.operations.claimTasksWaiting(s.worker, request, new AbortController().signal).then((answer) => {
    leased = answer;
  });
  const { taskId } = await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(leased).toBeUndefined();
  await resumeQueue(s, "default");
  await waiting;
  expect(leased).toMatchObject([{ task: { taskId } }]);
});

/** A worker on a stream, whose group has looked and found nothing: new tasks would be granted as they are created. */
async function waitingWorker(s: Scenario) {
  const { operations, counted } = openCountedServer(s);
  const { session } = await openSession(operations, s.worker);
  const worker = subscribeWorker(operations, s.worker, session);
  const before = counted.transactions;
  worker.credit(5);
  await vi.waitFor(() => expect(counted.transactions).toBeGreaterThan(before), patience);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  return { worker, s: { ...s, operations }, counted };
}

test("a task that is created while a worker waits is not granted with it while the queue is paused", async () => {
  const { worker, s } = await waitingWorker(await openScenario({ oneServer: true }));
  await pauseQueue(s, "default");
  const { taskId } = await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(worker.offers).toEqual([]);
  expect((await read(s, taskId)).state).toBe(TaskState.QUEUED);
  await resumeQueue(s, "default");
  const [offer] = await worker.offered(1);
  expect(offer?.task.taskId).toBe(taskId);
  await worker.leave();
});

test("a server that has not heard of the pause grants nothing either, and tries in vain only once", async () => {
  const one = await openScenario({ oneServer: true });
  const { worker, s, counted } = await waitingWorker(one);
  // On another server, which sends no hints here.
  const other = await openScenario({ databaseUrl: one.database.databaseUrl, clock: one.clock, oneServer: true });
  await pauseQueue({ ...one, operations: other.operations }, "default");
  const first = await createTask(s);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  const before = counted.transactions;
  const second = await createTask(s);
  expect(counted.transactions - before).toBeLessThanOrEqual(2);
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  expect(worker.offers).toEqual([]);
  for (const { taskId } of [first, second]) expect((await read(s, taskId)).state).toBe(TaskState.QUEUED);
  await worker.leave();
});

test("a queue of the same name in another tenant is another queue", async () => {
  const s = await openScenario();
  const tenant = await s.makeTenant();
  const there = { ...s, agent: tenant.caller("agent", "a"), worker: tenant.caller("worker", "w") };
  await pauseQueue(s, "default");
  await createTask(there, {}, there.agent);
  expect(await claimAll(there, {}, there.worker)).toHaveLength(1);
});

test("a pause of a paused queue keeps the first one, and a queue without tasks can be paused", async () => {
  const s = await openScenario();
  const { pause } = await pauseQueue(s, "later", { reason: "first" });
  s.clock.advance(minuteMs);
  expect((await pauseQueue(s, "later", { reason: "second" })).pause).toEqual(pause);
  await createTask(s, { queue: "later" });
  expect(await claimAll(s, { queues: ["later"] })).toEqual([]);
  expect((await resumeQueue(s, "never paused")).ended).toBeUndefined();
});

test("repeated calls are done once: neither undoes what came after the first", async () => {
  const s = await openScenario();
  const { pause } = await pauseQueue(s, "default", { requestId: "p" });
  expect((await pauseQueue(s, "default", { requestId: "p" })).pause).toEqual(pause);
  await resumeQueue(s, "default", { requestId: "r" });
  // A late repetition of the pause does not pause again.
  expect((await pauseQueue(s, "default", { requestId: "p" })).pause).toBeUndefined();
  await createTask(s);
  expect(await claimAll(s)).toHaveLength(1);
  // Nor does one of the resumption resume again.
  await pauseQueue(s, "default");
  await resumeQueue(s, "default", { requestId: "r" });
  await createTask(s);
  expect(await claimAll(s)).toEqual([]);
  await refused(outcome(pauseQueue(s, "other", { requestId: "p" })), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("each pause and resumption leaves an audit record with the queue, the operator and the reason", async () => {
  const s = await openScenario();
  await pauseQueue(s, "default", { reason: "why", requestId: "one" });
  await resumeQueue(s, "default", { reason: "because" });
  const admin = operating(s.operator);
  const { tenantId } = s.tenant;
  const { records } = await s.operations.listAuditRecords(admin, create(ListAuditRecordsRequestSchema, { tenantId }));
  const seen = records.filter(({ method }) => method.includes("QueueService"));
  expect(seen.map(({ method, subject, note, principal }) => [method, subject, note, principal?.id])).toEqual([
    ["asyncgate.v1.QueueService/ResumeQueue", "default", "because", "olga"],
    ["asyncgate.v1.QueueService/PauseQueue", "default", "why", "olga"],
  ]);
});

test("a claim of tasks in queues that are not paused writes what it wrote before, and reads a table more", async () => {
  const s = await openScenario();
  await createTask(s, { queue: "other" });
  await pauseQueue(s, "default");
  const tables = await everything(s);
  expect(await claimAll(s)).toEqual([]);
  expect(await everything(s)).toEqual(tables);
});
