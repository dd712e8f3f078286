// FailTask by scenario: retries, their backoff, and when there is none.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  anomalies,
  broken,
  type CreateInit,
  cancel,
  chain,
  claim,
  complete,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  fail,
  granted,
  held,
  json,
  lose,
  ms,
  openScenario,
  read,
  refused,
  result,
  type Scenario,
  sinceNowMs,
  story,
} from "../../helpers/scenario.ts";

test("law 2: a stale worker's failure is fenced off and changes nothing", () => expectFencedOff(fail));
test("law 2: a lease that has run out fails nothing, even before the sweep sees it", () => expectExpired(fail));
test("law 2: a token of another worker's lease, or of none, fails nothing", () => expectNotHolder(fail));

test("a failure with attempts left is tried again, with a receipt that says when", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const failed = granted(await fail(s, leased));
  expect(failed.state).toBe(TaskState.QUEUED);
  expect(sinceNowMs(s, failed.eligibleTime)).toBe(30_000);
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({ state: TaskState.QUEUED, attempt: 2, leaseLosses: 0, deliveries: 1 });
  expect((await chain(s, task.taskId)).at(-1)).toMatchObject({
    receiptId: failed.receiptId,
    from: { id: "asyncgate" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    body: { body: { case: "taskRetryScheduled", value: { attempt: 1, nextAttempt: 2, error: broken } } },
  });
});

/** The rests after each failure of a task that may fail four times, in seconds. */
const backoffs: readonly (readonly [string, CreateInit["retry"], number, readonly number[]])[] = [
  ["by the defaults, doubling", {}, 0.5, [30, 60, 120]],
  ["never above the longest", { maxInterval: ms(50_000) }, 0.5, [30, 50, 50]],
  ["by the task's own policy", { initialInterval: ms(1_000), multiplier: 3 }, 0.5, [1, 3, 9]],
  ["a tenth sooner at the lowest draw", {}, 0, [27, 54, 108]],
  ["moved by the task's own jitter", { jitter: 0.5 }, 0, [15, 30, 60]],
  ["at once, where the first interval is nothing", { initialInterval: ms(0), multiplier: 100 }, 0.5, [0, 0, 0]],
];

test.each(backoffs)("retries come %s", async (_, retry, draw, expected) => {
  const s = await openScenario({ random: () => draw });
  let leased = await held(s, { maxAttempts: 4, ...(retry && { retry }) });
  for (const [place, seconds] of expected.entries()) {
    const restMs = sinceNowMs(s, granted(await fail(s, leased)).eligibleTime);
    expect(restMs).toBe(seconds * 1_000);
    s.clock.advance(restMs);
    leased = await claim(s);
    expect(leased.task.attempt).toBe(place + 2);
  }
});

test("a worker's own retry_after goes before the policy", async () => {
  const s = await openScenario();
  const failed = granted(await fail(s, await held(s), { retryAfter: ms(5) }));
  expect(sinceNowMs(s, failed.eligibleTime)).toBe(5);
});

async function failUntilFor(s: Scenario, request: CreateInit, error: object, attempts: number) {
  let leased = await held(s, request);
  for (let attempt = 1; attempt < attempts; attempt += 1) {
    expect(granted(await fail(s, leased, { retryAfter: ms(0) })).state).toBe(TaskState.QUEUED);
    leased = await claim(s);
  }
  const failed = granted(await fail(s, leased, { error: { ...broken, ...error }, retryAfter: ms(0) }));
  expect(failed).toMatchObject({ state: TaskState.FAILED });
  expect(failed.eligibleTime).toBeUndefined();
  return { leased, failed, task: await read(s, leased.task.taskId) };
}

test("the last attempt's failure ends the task, discharges it and raises attempts_exhausted", async () => {
  const s = await openScenario();
  const { leased, failed, task } = await failUntilFor(s, {}, { detail: '{"code":7}' }, 3);
  expect(task).toMatchObject({
    state: TaskState.FAILED,
    attempt: 3,
    outcome: { terminalReason: TerminalReason.ATTEMPTS_EXHAUSTED, error: { type: "Broken", detail: '{"code":7}' } },
  });
  const receipts = await chain(s, task.taskId);
  expect(receipts.find(({ receiptId }) => receiptId === failed.receiptId)).toMatchObject({
    from: { id: "wanda" },
    parents: [task.assignedReceiptId, leased.acceptedReceiptId],
    body: { body: { case: "taskFailed", value: { attempt: 3 } } },
  });
  expect(await anomalies(s, task.taskId)).toEqual(["ATTEMPTS_EXHAUSTED"]);
  expect((await everything(s))["obligation"]).toEqual([]);
});

test("an error that no attempt can mend ends the task at once, without an anomaly", async () => {
  const s = await openScenario();
  const retry = { nonRetryableTypes: ["Poison", "Fatal"] };
  for (const [request, error] of [
    [{ retry }, { type: "Fatal" }],
    [{ retry }, { type: "Fatal", retryable: true }],
    [{}, { retryable: false }],
  ] as const) {
    const { task } = await failUntilFor(s, request, error, 1);
    expect(task).toMatchObject({ attempt: 1, outcome: { terminalReason: TerminalReason.NON_RETRYABLE } });
    expect(await anomalies(s, task.taskId)).toEqual([]);
  }
  const other = granted(await fail(s, await held(s, { retry }), { error: { type: "fatal", retryable: true } }));
  expect(other.state).toBe(TaskState.QUEUED);
});

test("law 4: lost leases burn no attempts: after five of three allowed attempts, success is the first", async () => {
  const s = await openScenario();
  let leased = await held(s, { maxAttempts: 3 });
  for (let losses = 1; losses <= 5; losses += 1) {
    await lose(s);
    leased = await claim(s);
    expect(leased.task).toMatchObject({ attempt: 1, leaseLosses: losses, deliveries: losses + 1 });
  }
  granted(await complete(s, leased));
  expect(await read(s, leased.task.taskId)).toMatchObject({ state: TaskState.SUCCEEDED, attempt: 1, leaseLosses: 5 });
});

test("law 5: a repeated failure is done once and answered the same, retried or final", async () => {
  const s = await openScenario();
  for (const maxAttempts of [2, 1]) {
    const leased = await held(s, { maxAttempts });
    const request = { requestId: "f1", checkpoint: json("1"), retryAfter: ms(0) };
    const first = await expectDoneOnce(s, () => fail(s, leased, request));
    if (maxAttempts > 1) granted(await complete(s, await claim(s, {}, s.rival), result, s.rival));
    const before = await everything(s);
    expect(await fail(s, leased, request)).toEqual(first);
    const other = { ...request, error: { type: "Other" } };
    await refused(fail(s, leased, other), ErrorReason.IDEMPOTENCY_CONFLICT);
    expect(await everything(s)).toEqual(before);
  }
});

test("an attempt that fails while its owner wants the task to end is the last: its holder cancels it", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, { reason: "too late", gracePeriod: ms(60_000) }));
  const failed = granted(await fail(s, leased, { requestId: "f1" }));
  expect(failed.state).toBe(TaskState.CANCELED);
  expect(await fail(s, leased, { requestId: "f1" })).toEqual(failed);
  expect(await story(s, leased.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_CANCELED",
    "TASK_RESULT_READY",
  ]);
  expect((await chain(s, leased.task.taskId))[2]).toMatchObject({
    receiptId: failed.receiptId,
    body: { body: { value: { byHolder: true, reason: "too late" } } },
  });
  const final = await held(s, { maxAttempts: 1 });
  granted(await cancel(s, final.task.taskId, { gracePeriod: ms(60_000) }));
  expect(granted(await fail(s, final)).state).toBe(TaskState.FAILED);
});

test("a checkpoint that is too large is refused and the lease stays", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await refused(fail(s, leased, { checkpoint: json(`"${"x".repeat(65_535)}"`) }), ErrorReason.LIMIT_EXCEEDED);
  granted(await fail(s, leased, { checkpoint: json(`"${"x".repeat(65_534)}"`) }));
});
