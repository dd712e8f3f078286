// A task with a wait: nothing leases it before its conditions hold, and it is told what became of them.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AppendReceiptRequestSchema,
  TraceReceiptRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import {
  ConditionStatus,
  OnImpossible,
  TaskState,
  TerminalReason,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  afterMs,
  anomalies,
  broken,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createOne,
  createTask,
  everything,
  fail,
  granted,
  held,
  inMs,
  json,
  minuteMs,
  msOf,
  onTask,
  openScenario,
  read,
  refused,
  result,
  type Scenario,
  secondMs,
  story,
  waitFor,
} from "../../helpers/scenario.ts";

const { BLOCKED, QUEUED, FAILED, CANCELED, SUCCEEDED } = TaskState;
const nonRetryable = { error: { ...broken, retryable: false } };

async function expectWhole(s: Scenario): Promise<void> {
  expect((await checkLedger(s.engine)).differences).toEqual([]);
}

test("law 18: a task is not leased while a condition is pending, and is as soon as it is met", async () => {
  const s = await openScenario();
  const first = await held(s);
  const second = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
  expect(second).toMatchObject({ state: BLOCKED, version: 1n });
  expect(second.eligibleTime).toBeUndefined();
  expect(await claimAll(s)).toEqual([]);
  granted(await complete(s, first));
  expect(await read(s, second.taskId)).toMatchObject({ state: QUEUED, version: 2n });
  expect((await claim(s)).task.taskId).toBe(second.taskId);
  await expectWhole(s);
});

test("law 19: a condition is met once, and the receipt of what met it is a parent of task.resumed", async () => {
  const s = await openScenario();
  const first = await held(s);
  const { taskId } = await createTask(s, { wait: waitFor(onTask(first.task.taskId, {}, "input")) });
  const { receiptId } = granted(await complete(s, first, { result: json("[1]") }));
  const leased = await claim(s);
  expect(leased.waitResults).toMatchObject([
    {
      name: "input",
      status: ConditionStatus.MET,
      receiptId,
      taskId: first.task.taskId,
      taskState: SUCCEEDED,
      result: json("[1]"),
      omitted: false,
    },
  ]);
  const receipts = await chain(s, taskId);
  const resumed = receipts.find(({ body }) => body?.body.case === "taskResumed");
  expect(resumed?.parents).toEqual([receipts[0]?.receiptId, receiptId]);
  expect(resumed?.body?.body.value).toMatchObject({ attempt: 1, settled: 1, conditions: [{ place: 0, receiptId }] });
  const trace = granted(await s.operations.traceReceipt(s.operator, create(TraceReceiptRequestSchema, { receiptId })));
  expect(trace.descendants.map((one) => one.receiptId)).toContain(resumed?.receiptId);
});

test("all groups must hold, and any condition of a group holds it", async () => {
  const s = await openScenario();
  const [one, two, three] = [await held(s), await held(s), await held(s)];
  const on = (leased: typeof one) => onTask(leased.task.taskId);
  const { taskId } = await createTask(s, { wait: waitFor([on(one), on(two)], on(three)) });
  granted(await complete(s, two));
  expect((await read(s, taskId)).state).toBe(BLOCKED);
  granted(await complete(s, three));
  const leased = await claim(s);
  expect(leased.waitResults.map(({ status }) => status)).toEqual([
    ConditionStatus.PENDING,
    ConditionStatus.MET,
    ConditionStatus.MET,
  ]);
  // What ends later changes nothing of a wait that is over.
  const before = (await everything(s))["condition"];
  granted(await complete(s, one));
  expect((await everything(s))["condition"]).toEqual(before);
  await expectWhole(s);
});

test("what has ended before the wait begins meets it at once", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await complete(s, first));
  const task = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
  expect(task).toMatchObject({ state: QUEUED, version: 2n });
  expect(await story(s, task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_RESUMED"]);
  expect((await claim(s)).waitResults).toMatchObject([{ status: ConditionStatus.MET }]);
  await expectWhole(s);
});

test("a time is a condition, and as one of a group it is a time-out", async () => {
  const s = await openScenario();
  const first = await held(s);
  const request = { wait: waitFor([onTask(first.task.taskId, {}, "input"), afterMs(30 * secondMs, "too late")]) };
  const { taskId } = await createTask(s, request);
  s.clock.advance(30 * secondMs - 1);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(BLOCKED);
  s.clock.advance(1);
  await s.sweep();
  const leased = await claim(s);
  expect(leased.task.taskId).toBe(taskId);
  expect(leased.waitResults).toMatchObject([
    { name: "input", status: ConditionStatus.PENDING },
    { name: "too late", status: ConditionStatus.MET, receiptId: "" },
  ]);
  await expectWhole(s);
});

test("after several times, the next one wakes the task", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s, { wait: waitFor(afterMs(secondMs), afterMs(minuteMs)) });
  s.clock.advance(secondMs);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(BLOCKED);
  s.clock.advance(minuteMs - secondMs);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(QUEUED);
});

test("not_before still holds when the wait is over", async () => {
  const s = await openScenario();
  const first = await held(s);
  const notBefore = inMs(s, minuteMs);
  const { taskId } = await createTask(s, { notBefore, wait: waitFor(onTask(first.task.taskId)) });
  granted(await complete(s, first));
  expect(await claimAll(s)).toEqual([]);
  expect(msOf((await read(s, taskId)).eligibleTime)).toBe(msOf(notBefore));
});

test("law 20: what can no longer come fails the task, and those that wait for it, down the graph", async () => {
  const s = await openScenario();
  const first = await held(s);
  const second = await createTask(s, { wait: waitFor(onTask(first.task.taskId, {}, "input")) });
  const third = await createTask(s, { wait: waitFor(onTask(second.taskId)) });
  const cleanup = await createTask(s, { wait: waitFor(onTask(third.taskId, { acceptStates: [FAILED, CANCELED] })) });
  const ended = granted(await fail(s, first, nonRetryable));
  for (const { taskId } of [second, third]) {
    const task = await read(s, taskId);
    expect(task).toMatchObject({ state: FAILED, outcome: { terminalReason: TerminalReason.DEPENDENCY_FAILED } });
  }
  const error = (await read(s, second.taskId)).outcome?.error;
  expect(error).toMatchObject({ type: "DependencyFailed", message: expect.stringContaining(first.task.taskId) });
  expect(JSON.parse(error?.detail ?? "")).toMatchObject({ receipt_id: ended.receiptId, condition: "input" });
  const leased = await claim(s);
  expect(leased.task.taskId).toBe(cleanup.taskId);
  expect(leased.waitResults).toMatchObject([{ taskState: FAILED, error: { type: "DependencyFailed" } }]);
  await expectWhole(s);
});

test.each([
  [OnImpossible.CANCEL, CANCELED],
  [OnImpossible.RUN, QUEUED],
  [OnImpossible.KEEP, BLOCKED],
])("law 20: on_impossible %i leads to state %i", async (onImpossible, state) => {
  const s = await openScenario();
  const first = await held(s);
  const { taskId } = await createTask(s, { wait: { ...waitFor(onTask(first.task.taskId)), onImpossible } });
  granted(await fail(s, first, nonRetryable));
  expect((await read(s, taskId)).state).toBe(state);
  expect(await anomalies(s, taskId)).toEqual(state === BLOCKED ? ["WAIT_IMPOSSIBLE"] : []);
  if (state === QUEUED) expect((await claim(s)).waitResults).toMatchObject([{ status: ConditionStatus.IMPOSSIBLE }]);
  if (state === BLOCKED) granted(await cancel(s, taskId));
  await expectWhole(s);
});

test("law 20: a task whose wait is impossible from the beginning ends as it is created", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await fail(s, first, nonRetryable));
  const task = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
  expect(task).toMatchObject({ state: FAILED, outcome: { terminalReason: TerminalReason.DEPENDENCY_FAILED } });
  expect(await read(s, task.taskId)).toEqual(task);
  const tables = await everything(s);
  expect([tables["wait"], tables["condition"], tables["unresolved_end"]]).toEqual([[], [], []]);
  await expectWhole(s);
});

test("a success without a locator leaves the condition pending until the locator comes", async () => {
  const s = await openScenario();
  const first = await held(s);
  const strict = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
  const lax = await createTask(s, { wait: waitFor(onTask(first.task.taskId, { discharged: false })) });
  const completed = granted(await complete(s, first, {}));
  expect(completed.discharged).toBe(false);
  expect([(await read(s, strict.taskId)).state, (await read(s, lax.taskId)).state]).toEqual([BLOCKED, QUEUED]);
  expect((await everything(s))["unresolved_end"]).toEqual([]);
  // Also one that begins to wait in between.
  const later = await createTask(s, { wait: waitFor(onTask(first.task.taskId)) });
  expect(later.state).toBe(BLOCKED);
  const { receipt } = granted(
    await s.operations.appendReceipt(
      s.worker,
      create(AppendReceiptRequestSchema, {
        type: ReceiptType.TASK_COMPLETED,
        taskId: first.task.taskId,
        parents: [first.task.assignedReceiptId],
        artifacts: [{ kind: "file", uri: "file:///a" }],
      }),
    ),
  );
  for (const { taskId } of [strict, later]) {
    expect((await read(s, taskId)).state).toBe(QUEUED);
    expect((await chain(s, taskId)).at(-1)?.parents).toContain(receipt.receiptId);
  }
  await expectWhole(s);
});

test("items of a batch wait for earlier ones, by place or by key", async () => {
  const s = await openScenario();
  const item = (place: number) =>
    ({ condition: { case: "task", value: { of: { case: "item", value: place } } } }) as const;
  const byKey = { condition: { case: "task", value: { of: { case: "idempotencyKey", value: "first" } } } } as const;
  const batch = [{ idempotencyKey: "first" }, { wait: waitFor(item(0)) }, { wait: waitFor(item(1)) }];
  const [one, two, three] = (await createAll(s, batch, "batch")).map((created) => granted(created).task);
  expect([two?.state, three?.state]).toEqual([BLOCKED, BLOCKED]);
  const fourth = await createTask(s, { wait: waitFor(byKey) });
  granted(await complete(s, await claim(s)));
  expect((await read(s, fourth.taskId)).state).toBe(QUEUED);
  expect((await read(s, two?.taskId ?? "")).state).toBe(QUEUED);
  expect(two?.wait?.allOf[0]?.anyOf[0]?.condition).toMatchObject({
    value: { of: { case: "taskId", value: one?.taskId } },
  });
  // Said again, nothing is written.
  const before = await everything(s);
  const again = (await createAll(s, batch, "batch")).map((created) => granted(created));
  expect(again.map(({ existed, task }) => [existed, task.taskId])).toEqual(
    [one, two, three].map((task) => [true, task?.taskId]),
  );
  expect(await everything(s)).toEqual(before);
  // An item that exists by its key is waited for as it stands.
  const [, other] = await createAll(s, [{ idempotencyKey: "first" }, { wait: waitFor(item(0)) }]);
  expect(granted(other ?? {})).toMatchObject({ task: { state: QUEUED } });
  await refused((await createAll(s, [{ wait: waitFor(item(0)) }]))[0] as object, ErrorReason.INVALID_ARGUMENT);
  await refused((await createAll(s, [{ wait: waitFor(item(1)) }, {}]))[0] as object, ErrorReason.INVALID_ARGUMENT);
});

test("an item that ends as it is created is seen by the item that waits for it", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await fail(s, first, nonRetryable));
  const item = { condition: { case: "task", value: { of: { case: "item", value: 0 } } } } as const;
  const batch = [{ wait: waitFor(onTask(first.task.taskId)) }, { wait: waitFor(item) }];
  expect((await createAll(s, batch)).map((created) => granted(created).task.state)).toEqual([FAILED, FAILED]);
  await expectWhole(s);
});

test("a task that the caller may not read is waited for like one that does not exist", async () => {
  const s = await openScenario();
  const foreign = await createTask(s, {}, s.tenant.caller("agent", "bob"));
  const own = await createTask(s);
  const before = await everything(s);
  for (const taskId of [foreign.taskId, "01890000-0000-7000-8000-000000000000"]) {
    await refused(createOne(s, { wait: waitFor(onTask(taskId)) }), ErrorReason.TASK_NOT_FOUND);
  }
  expect({ ...(await everything(s)), ready: [] }).toEqual({ ...before, ready: [] });
  granted(await createOne(s, { wait: waitFor(onTask(own.taskId)) }));
});

test("a blocked task is canceled, and fails by its deadline", async () => {
  const s = await openScenario();
  const first = await createTask(s, { queue: "elsewhere" });
  const wait = waitFor(onTask(first.taskId));
  const canceled = await createTask(s, { wait });
  const late = await createTask(s, { wait, deadline: inMs(s, secondMs) });
  const unstarted = await createTask(s, { wait, startDeadline: inMs(s, secondMs) });
  expect(granted(await cancel(s, canceled.taskId)).task.state).toBe(CANCELED);
  s.clock.advance(secondMs);
  await s.sweep();
  expect((await read(s, late.taskId)).outcome?.terminalReason).toBe(TerminalReason.DEADLINE_EXCEEDED);
  expect((await read(s, unstarted.taskId)).outcome?.terminalReason).toBe(TerminalReason.START_DEADLINE_EXCEEDED);
  const tables = await everything(s);
  expect([tables["wait"], tables["condition"]]).toEqual([[], []]);
  await expectWhole(s);
});

test("law 16: waiters beyond one transaction are looked at by the sweep, each once", async () => {
  const s = await openScenario();
  const first = await held(s);
  const wait = waitFor(onTask(first.task.taskId));
  for (let from = 0; from < 300; from += 100)
    await createAll(
      s,
      Array.from({ length: 100 }, () => ({ wait })),
    );
  granted(await complete(s, first));
  const afterEnd = (await everything(s))["wait"]?.length ?? 0;
  expect(afterEnd).toBe(300 - 64);
  await s.sweep();
  const tables = await everything(s);
  expect([tables["wait"], tables["unresolved_end"]]).toEqual([[], []]);
  expect(tables["ready"]).toHaveLength(300);
  await expectWhole(s);
});

test("a fan-in resumes once when all have ended, in batches too", async () => {
  const s = await openScenario();
  const tasks = (
    await createAll(
      s,
      Array.from({ length: 200 }, () => ({})),
    )
  ).map((created) => granted(created).task);
  const { taskId } = await createTask(s, { wait: waitFor(...tasks.map((task) => onTask(task.taskId))) });
  for (let done = 0; done < 200; ) {
    const leased = await claimAll(s);
    const requests = leased.map(({ lease }) =>
      create(CompleteTaskRequestSchema, { leaseToken: lease.token, ...result }),
    );
    await s.operations.completeTasks(s.worker, requests);
    done += leased.length;
    expect((await read(s, taskId)).state).toBe(done < 200 ? BLOCKED : QUEUED);
  }
  const leased = await claim(s);
  expect(leased.waitResults).toHaveLength(200);
  const resumed = (await chain(s, taskId)).find(({ body }) => body?.body.case === "taskResumed");
  expect(resumed?.parents).toHaveLength(10);
  expect(resumed?.body?.body.value).toMatchObject({ settled: 200 });
  await expectWhole(s);
});

test("results beyond 64 KiB together are left out, and say so", async () => {
  const s = await openScenario();
  const [one, two] = [await held(s), await held(s)];
  const large = { result: json(JSON.stringify("x".repeat(40_000))) };
  await createTask(s, { wait: waitFor(onTask(one.task.taskId), onTask(two.task.taskId)) });
  granted(await complete(s, one, large));
  granted(await complete(s, two, large));
  const { waitResults } = await claim(s);
  expect(waitResults.map(({ omitted, result: given }) => [omitted, given !== undefined])).toEqual([
    [false, true],
    [true, false],
  ]);
});

test("law 5: a key decides before the wait, whatever has become of what it waited for", async () => {
  const s = await openScenario();
  const bob = s.tenant.caller("agent", "bob");
  const request = { idempotencyKey: "k", wait: waitFor(onTask((await createTask(s, {}, bob)).taskId)) };
  const all = { ...s.agent, scopes: new Set([...s.agent.scopes, "tasks:read_all"]) };
  const first = await createTask(s, request, all);
  expect(granted(await createOne(s, request))).toMatchObject({ existed: true, task: { taskId: first.taskId } });
  const other = { ...request, type: "other", requestId: "r" };
  for (let times = 0; times < 2; times += 1) await refused(createOne(s, other), ErrorReason.IDEMPOTENCY_CONFLICT);
  const unknown = { ...request, idempotencyKey: "", requestId: "u" };
  for (let times = 0; times < 2; times += 1) await refused(createOne(s, unknown), ErrorReason.TASK_NOT_FOUND);
});

test("two thousand bad conditions are told twenty times and counted", async () => {
  const s = await openScenario();
  const bad = Array.from({ length: 20 }, () => Array.from({ length: 100 }, () => ({})));
  const { facts, message } = await refused(createOne(s, { wait: waitFor(...bad) }), ErrorReason.INVALID_ARGUMENT);
  expect(facts?.case === "violations" && facts.value.violations).toHaveLength(20);
  expect(message).toContain("1999 more");
});
