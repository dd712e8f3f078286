// A paused task: no worker gets it, its conditions go on being met, its deadlines run, and it is resumed to where it
// would stand.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { AnomalyKind } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { OnImpossible, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { pauseTask, resumeTask } from "../../helpers/operate.ts";
import {
  afterMs,
  anomalies,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createTask,
  fail,
  granted,
  held,
  inMs,
  minuteMs,
  ms,
  msOf,
  onTask,
  openScenario,
  outcome,
  read,
  refused,
  result,
  type Scenario,
  sinceNowMs,
  story,
  suspend,
  waitFor,
  wordOf,
} from "../../helpers/scenario.ts";

const { QUEUED, BLOCKED, PAUSED, FAILED, CANCELED } = TaskState;

/** A task that waits for another, which a worker holds in a queue of its own. */
async function blockedOn(s: Scenario, more = {}) {
  const first = await createTask(s, { queue: "first" });
  const waiter = await createTask(s, { wait: { ...waitFor(onTask(first.taskId)), ...more } });
  return { first: await claim(s, { queues: ["first"] }), waiter };
}

async function listed(s: Scenario, ...states: TaskState[]): Promise<string[]> {
  const { tasks } = await s.operations.listTasks(s.agent, create(ListTasksRequestSchema, { states }));
  return tasks.map(({ taskId }) => taskId);
}

test("a paused task is not leased, says why, and is leased when it is resumed", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const { task, receiptId } = await pauseTask(s, taskId, { reason: "wait for legal" });
  expect(task).toMatchObject({
    state: PAUSED,
    pause: { by: s.operator.principal, reason: "wait for legal" },
  });
  expect(task.eligibleTime).toBeUndefined();
  expect(await claimAll(s)).toEqual([]);
  expect(await listed(s, PAUSED)).toEqual([taskId]);
  expect(await listed(s, QUEUED, BLOCKED)).toEqual([]);
  s.clock.advance(minuteMs);
  const resumed = await resumeTask(s, taskId, { reason: "they agreed" });
  expect(resumed.task.state).toBe(QUEUED);
  expect(resumed.task.pause).toBeUndefined();
  expect(sinceNowMs(s, resumed.task.eligibleTime)).toBe(0);
  const [assigned, paused, again] = await chain(s, taskId);
  expect(paused).toMatchObject({ receiptId, from: s.operator.principal, to: s.agent.principal });
  expect(paused?.parents).toEqual([assigned?.receiptId]);
  expect(again?.body?.body).toMatchObject({ case: "taskResumed", value: { state: QUEUED, reason: "they agreed" } });
  expect(again?.parents).toEqual([assigned?.receiptId, receiptId]);
  expect((await claim(s)).task.taskId).toBe(taskId);
});

test("a delay that has not passed holds after the pause", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { delay: ms(10 * minuteMs) });
  await pauseTask(s, taskId);
  s.clock.advance(minuteMs);
  const { task } = await resumeTask(s, taskId);
  expect(sinceNowMs(s, task.eligibleTime)).toBe(9 * minuteMs);
});

test("conditions are met while the task is paused, and it goes on when it is resumed", async () => {
  const s = await openScenario();
  const { first, waiter } = await blockedOn(s);
  const paused = await pauseTask(s, waiter.taskId);
  expect(await listed(s, BLOCKED)).toEqual([]);
  granted(await complete(s, first));
  await s.sweep();
  expect((await read(s, waiter.taskId)).state).toBe(PAUSED);
  expect(await claimAll(s)).toEqual([]);
  expect((await resumeTask(s, waiter.taskId)).task.state).toBe(QUEUED);
  const leased = await claim(s);
  expect(leased.waitResults).toMatchObject([{ taskId: first.task.taskId, taskState: TaskState.SUCCEEDED }]);
  const completed = (await chain(s, first.task.taskId)).find(({ body }) => body?.body.case === "taskCompleted");
  const resumed = (await chain(s, waiter.taskId)).find(({ body }) => body?.body.case === "taskResumed");
  expect(resumed?.parents).toEqual([waiter.assignedReceiptId, paused.receiptId, completed?.receiptId]);
});

test("a task that still waits is blocked again, and goes on by itself", async () => {
  const s = await openScenario();
  const { first, waiter } = await blockedOn(s);
  await pauseTask(s, waiter.taskId);
  expect((await resumeTask(s, waiter.taskId)).task.state).toBe(BLOCKED);
  expect(await listed(s, BLOCKED)).toEqual([waiter.taskId]);
  granted(await complete(s, first));
  expect((await read(s, waiter.taskId)).state).toBe(QUEUED);
  expect(await story(s, waiter.taskId)).toEqual(["TASK_ASSIGNED", "TASK_PAUSED", "TASK_RESUMED", "TASK_RESUMED"]);
});

test("a time passes while the task is paused, and the sweep does not look again and again", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { wait: waitFor(afterMs(minuteMs)) });
  await pauseTask(s, taskId);
  s.clock.advance(2 * minuteMs);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(PAUSED);
  expect(await s.operations.sweep(new AbortController().signal)).toMatchObject({ waited: 0 });
  expect((await resumeTask(s, taskId)).task.state).toBe(QUEUED);
});

test("a wait that can no longer be met ends the paused task at once, as its owner wants", async () => {
  const s = await openScenario();
  const [failing, canceling, kept] = [
    await blockedOn(s),
    await blockedOn(s, { onImpossible: OnImpossible.CANCEL }),
    await blockedOn(s, { onImpossible: OnImpossible.KEEP }),
  ];
  for (const { waiter, first } of [failing, canceling, kept]) {
    await pauseTask(s, waiter.taskId);
    granted(await fail(s, first, { error: { type: "Broken", retryable: false } }));
  }
  const failed = await read(s, failing.waiter.taskId);
  expect(failed).toMatchObject({ state: FAILED, outcome: { terminalReason: TerminalReason.DEPENDENCY_FAILED } });
  expect((await read(s, canceling.waiter.taskId)).state).toBe(CANCELED);
  expect((await read(s, kept.waiter.taskId)).state).toBe(PAUSED);
  expect(await anomalies(s, kept.waiter.taskId)).toEqual([wordOf(AnomalyKind, AnomalyKind.WAIT_IMPOSSIBLE)]);
  expect((await resumeTask(s, kept.waiter.taskId)).task.state).toBe(BLOCKED);
});

test("a paused task fails by its deadline, and can be canceled", async () => {
  const s = await openScenario();
  const late = await createTask(s, { deadline: inMs(s, minuteMs) });
  const unwanted = await blockedOn(s);
  for (const { taskId } of [late, unwanted.waiter]) await pauseTask(s, taskId);
  granted(await cancel(s, unwanted.waiter.taskId));
  s.clock.advance(minuteMs);
  await s.sweep();
  expect((await read(s, late.taskId)).outcome?.terminalReason).toBe(TerminalReason.DEADLINE_EXCEEDED);
  const canceled = await read(s, unwanted.waiter.taskId);
  expect(canceled.state).toBe(CANCELED);
  expect(canceled.pause).toBeUndefined();
  expect(await listed(s, PAUSED)).toEqual([]);
});

test("a task that was suspended is paused and resumed like any other, and keeps its results", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await suspend(s, first, { wait: waitFor(afterMs(minuteMs, "nap")) }));
  await pauseTask(s, first.task.taskId);
  s.clock.advance(2 * minuteMs);
  await s.sweep();
  await resumeTask(s, first.task.taskId);
  // Paused a second time, its wait is over already.
  await pauseTask(s, first.task.taskId);
  await resumeTask(s, first.task.taskId);
  const again = await claim(s);
  expect(again.waitResults).toMatchObject([{ name: "nap" }]);
  granted(await complete(s, again, result));
});

test("a task that is paused already, or was never, stays as it is", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  expect(await resumeTask(s, taskId)).toMatchObject({ task: { state: QUEUED }, receiptId: "" });
  const first = await pauseTask(s, taskId, { reason: "first" });
  s.clock.advance(minuteMs);
  expect(await pauseTask(s, taskId, { reason: "second" })).toEqual(first);
  expect(await story(s, taskId)).toEqual(["TASK_ASSIGNED", "TASK_PAUSED"]);
});

test("a held task cannot be paused, nor one that has ended", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  const refusal = await refused(outcome(pauseTask(s, taskId)), ErrorReason.INVALID_TRANSITION);
  expect(refusal.facts).toMatchObject({
    case: "transition",
    value: { from: TaskState.LEASED, requested: "PauseTask" },
  });
  granted(await complete(s, leased));
  await refused(outcome(pauseTask(s, taskId)), ErrorReason.INVALID_TRANSITION);
  await refused(outcome(resumeTask(s, taskId)), ErrorReason.INVALID_TRANSITION);
});

test("a repeated call names its receipt again, also after the task has moved on", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const paused = await pauseTask(s, taskId, { requestId: "p" });
  expect(await pauseTask(s, taskId, { requestId: "p" })).toEqual(paused);
  const resumed = await resumeTask(s, taskId, { requestId: "r" });
  expect((await pauseTask(s, taskId, { requestId: "p" })).receiptId).toBe(paused.receiptId);
  granted(await complete(s, await claim(s)));
  expect((await resumeTask(s, taskId, { requestId: "r" })).receiptId).toBe(resumed.receiptId);
  await refused(outcome(pauseTask(s, taskId, { requestId: "r" })), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("law 17: a task of another tenant does not exist for its operators", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const tenant = await s.makeTenant();
  const there = { ...s, operator: tenant.caller("human", "olga") };
  for (const call of [pauseTask, resumeTask]) {
    await refused(outcome(call(there, taskId)), ErrorReason.TASK_NOT_FOUND);
  }
  expect(msOf((await read(s, taskId)).pause?.pauseTime)).toBeNaN();
});
