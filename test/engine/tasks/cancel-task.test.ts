// CancelTask by scenario: at once, with a grace, and in a race with completion.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import {
  cancel,
  chain,
  claimAll,
  complete,
  createTask,
  everything,
  expectDoneOnce,
  fail,
  granted,
  held,
  ms,
  openScenario,
  outcome,
  progress,
  read,
  refused,
  release,
  renew,
  type Scenario,
  sinceNowMs,
  start,
  story,
} from "../../helpers/scenario.ts";

const grace = { reason: "not needed", gracePeriod: ms(30_000) };

async function expectCanceled(s: Scenario, taskId: string, facts: { byHolder: boolean; from: string; reason: string }) {
  expect(await read(s, taskId)).toMatchObject({
    state: TaskState.CANCELED,
    outcome: { terminalReason: TerminalReason.CANCELED },
    cancelReason: facts.reason,
  });
  const { from, ...value } = facts;
  const receipt = (await chain(s, taskId)).find(({ body }) => body?.body.case === "taskCanceled");
  expect(receipt).toMatchObject({ from: { id: from }, to: { id: "alice" }, body: { body: { value } } });
  expect((await everything(s))["obligation"]).toEqual([]);
}

test("a task that waits is canceled at once, also when a grace is given", async () => {
  const s = await openScenario();
  for (const request of [{ reason: "" }, grace]) {
    const { taskId } = await createTask(s);
    const canceled = granted(await cancel(s, taskId, request));
    expect(canceled.task).toEqual(await read(s, taskId));
    await expectCanceled(s, taskId, { byHolder: false, from: "alice", reason: request.reason });
    expect((await chain(s, taskId))[1]).toMatchObject({
      receiptId: canceled.receiptId,
      parents: [canceled.task.assignedReceiptId],
    });
  }
  expect(await claimAll(s)).toEqual([]);
});

test("a task that is held is canceled at once, and its holder learns it from its next answer", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased));
  const { receiptId } = granted(await cancel(s, leased.task.taskId, { reason: "stop" }));
  await expectCanceled(s, leased.task.taskId, { byHolder: false, from: "alice", reason: "stop" });
  expect((await chain(s, leased.task.taskId)).find((receipt) => receipt.receiptId === receiptId)?.parents).toEqual([
    leased.task.assignedReceiptId,
    leased.acceptedReceiptId,
  ]);
  const before = await everything(s);
  for (const call of [progress, complete, fail, release]) {
    const { facts } = await refused(call(s, leased), ErrorReason.INVALID_TRANSITION);
    expect(facts).toMatchObject({ case: "transition", value: { from: TaskState.CANCELED } });
  }
  await refused((await renew(s, [leased]))[0], ErrorReason.INVALID_TRANSITION);
  expect(await everything(s)).toEqual(before);
});

test("law 6: terminal states never change: what ended otherwise is not canceled, and its caller is told", async () => {
  const s = await openScenario();
  const ends = [
    [TaskState.SUCCEEDED, async () => granted(await complete(s, await held(s))).taskId],
    [TaskState.FAILED, async () => granted(await fail(s, await held(s, { maxAttempts: 1 }))).taskId],
  ] as const;
  for (const [state, end] of ends) {
    const taskId = await end();
    const before = await everything(s);
    for (const request of [{}, grace, { requestId: "r" }]) {
      const { facts } = await refused(cancel(s, taskId, request), ErrorReason.INVALID_TRANSITION);
      expect(facts).toEqual({ case: "transition", value: { taskId, from: state, requested: "CancelTask" } });
    }
    expect(await everything(s)).toEqual(before);
  }
});

test("law 6: of a cancellation and a completion that race, one wins and the other is told the winner", async () => {
  const s = await openScenario();
  for (let race = 1; race <= 6; race += 1) {
    const leased = await held(s);
    const [canceled, completed] = await Promise.all([outcome(cancel(s, leased.task.taskId)), complete(s, leased)]);
    const { state } = await read(s, leased.task.taskId);
    expect([isRefusal(canceled), isRefusal(completed)].sort()).toEqual([false, true]);
    expect(state).toBe(isRefusal(canceled) ? TaskState.SUCCEEDED : TaskState.CANCELED);
    const loser = isRefusal(canceled) ? canceled : completed;
    expect(loser).toMatchObject({ reason: ErrorReason.INVALID_TRANSITION, facts: { value: { from: state } } });
  }
});

test("law 5: a cancellation said again answers as the first time, with a request id or without", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const request = { requestId: "c1", reason: "stop" };
  const first = await expectDoneOnce(s, () => cancel(s, taskId, request));
  const before = await everything(s);
  expect(await cancel(s, taskId, { reason: "other words" })).toEqual(first);
  const { facts } = await refused(cancel(s, taskId, { ...request, reason: "x" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(facts).toEqual({ case: "conflict", value: { key: "c1", taskId } });
  expect(await everything(s)).toEqual(before);
});

test("law 5: a graceful cancellation said again is asked for once; its id is good for no other one", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { task } = leased;
  const request = { ...grace, requestId: "c1" };
  const first = await expectDoneOnce(s, () => cancel(s, task.taskId, request));
  expect(first.receiptId).toBe("");
  const before = await everything(s);
  await refused(cancel(s, task.taskId, { ...request, gracePeriod: ms(1) }), ErrorReason.IDEMPOTENCY_CONFLICT);
  const other = await createTask(s);
  await refused(cancel(s, other.taskId, request), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect((await everything(s))["lease"]).toEqual(before["lease"]);
  granted(await complete(s, leased));
  expect(granted(await cancel(s, task.taskId, request))).toMatchObject({ task: { state: TaskState.SUCCEEDED } });
});

test("a grace that is asked for again may become shorter and never longer; no grace ends it at once", async () => {
  const s = await openScenario();
  const { task } = await held(s);
  const graceMs = async (request: object) => {
    const canceled = granted(await cancel(s, task.taskId, request));
    return sinceNowMs(s, canceled.task.cancelDeadline);
  };
  expect(await graceMs(grace)).toBe(30_000);
  expect(await graceMs({ gracePeriod: ms(40_000) })).toBe(30_000);
  expect(await graceMs({ gracePeriod: ms(20_000), reason: "now" })).toBe(20_000);
  expect(await read(s, task.taskId)).toMatchObject({ cancelRequested: true, cancelReason: "not needed" });
  await graceMs({});
  expect((await read(s, task.taskId)).state).toBe(TaskState.CANCELED);
});

test("the holder sees the wish with every answer, and its release ends the task as canceled by it", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  const asked = granted(await cancel(s, taskId, grace));
  expect(asked).toMatchObject({ receiptId: "", task: { state: TaskState.LEASED, cancelRequested: true, version: 3n } });
  expect((await renew(s, [leased]))[0]).toMatchObject({ cancelRequested: true });
  expect(granted(await progress(s, leased)).cancelRequested).toBe(true);
  expect(await read(s, taskId)).toMatchObject({ state: TaskState.RUNNING, cancelRequested: true });
  const released = await expectDoneOnce(s, () => release(s, leased, { requestId: "r1", delay: ms(9_000) }));
  expect(released).toMatchObject({ state: TaskState.CANCELED });
  expect(released.eligibleTime).toBeUndefined();
  await expectCanceled(s, taskId, { byHolder: true, from: "alice", reason: "not needed" });
  expect(granted(await cancel(s, taskId)).receiptId).toBe(released.receiptId);
});

test("a holder that completes within the grace has succeeded", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, grace));
  s.clock.advance(29_999);
  granted(await complete(s, leased));
  expect((await read(s, leased.task.taskId)).state).toBe(TaskState.SUCCEEDED);
  s.clock.advance(1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
});

test("when the grace is over the sweep cancels the task, whatever its lease", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, grace));
  s.clock.advance(29_999);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  s.clock.advance(1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 1 });
  await expectCanceled(s, leased.task.taskId, { byHolder: false, from: "alice", reason: "not needed" });
  await refused(complete(s, leased), ErrorReason.INVALID_TRANSITION);
});

test("a lease that runs out within the grace ends the task as canceled, and counts no loss", async () => {
  const s = await openScenario();
  const { task } = await held(s);
  granted(await cancel(s, task.taskId, { ...grace, gracePeriod: ms(90_000) }));
  s.clock.advance(60_000);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 1 });
  await expectCanceled(s, task.taskId, { byHolder: false, from: "alice", reason: "not needed" });
  expect(await story(s, task.taskId)).not.toContain("LEASE_EXPIRED");
});

test("who may not cancel a task is told that it does not exist; an operator may", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  const elsewhere = (await s.makeTenant()).caller("human", "olga");
  for (const stranger of [s.tenant.caller("agent", "bob"), s.worker, elsewhere]) {
    await refused(cancel(s, taskId, {}, stranger), ErrorReason.TASK_NOT_FOUND);
  }
  granted(await cancel(s, taskId, { reason: "wrong" }, s.operator));
  await expectCanceled(s, taskId, { byHolder: false, from: "olga", reason: "wrong" });
});
