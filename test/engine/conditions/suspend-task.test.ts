// SuspendTask by scenario: a task is given back until something has happened, and nothing is counted.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { SuspendTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ConditionStatus, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  afterMs,
  broken,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createTask,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  fail,
  granted,
  held,
  json,
  minuteMs,
  ms,
  onTask,
  openScenario,
  read,
  refused,
  result,
  secondMs,
  sleep,
  start,
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";

const { BLOCKED, QUEUED, CANCELED, FAILED } = TaskState;

test("law 2: a stale worker cannot suspend its successor's lease", () => expectFencedOff(suspend));
test("law 2: a lease that has run out is not suspended, even before the sweep sees it", () => expectExpired(suspend));
test("law 2: a token of another worker's lease, or of none, suspends nothing", () => expectNotHolder(suspend));

test("law 4: a suspended task sleeps, and neither attempt nor loss is counted", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased));
  const request = { wait: sleep(minuteMs), checkpoint: json("41") };
  const suspended = granted(await suspend(s, leased, request));
  expect(suspended.state).toBe(BLOCKED);
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({ state: BLOCKED, attempt: 1, leaseLosses: 0, deliveries: 1, checkpoint: json("41") });
  expect([task.holder, task.startTime, task.eligibleTime]).toEqual([undefined, undefined, undefined]);
  expect((await chain(s, task.taskId)).at(-1)).toMatchObject({
    receiptId: suspended.receiptId,
    from: { id: "wanda" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    body: { body: { case: "taskSuspended", value: { attempt: 1, fence: 1n, conditions: 1 } } },
  });
  s.clock.advance(minuteMs);
  expect(await claimAll(s)).toEqual([]);
  await s.sweep();
  const next = await claim(s, {}, s.rival);
  expect(next.task).toMatchObject({ attempt: 1, deliveries: 2, checkpoint: json("41") });
  expect(next.lease.fence).toBe(2n);
  expect(next.waitResults).toMatchObject([{ status: ConditionStatus.MET }]);
  granted(await complete(s, next, result, s.rival));
  expect((await checkLedger(s.engine)).differences).toEqual([]);
  const tables = await everything(s);
  expect([tables["wait"], tables["condition"]]).toEqual([[], []]);
});

test("law 5: a repeated suspension is done once and answered the same, even under a new holder", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const request = { requestId: "r1", wait: sleep(secondMs), checkpoint: json("1") };
  const first = await expectDoneOnce(s, () => suspend(s, leased, request));
  s.clock.advance(secondMs);
  await s.sweep();
  const next = await claim(s, {}, s.rival);
  expect(await suspend(s, leased, request)).toEqual(first);
  await refused(suspend(s, leased, { ...request, wait: sleep(8) }), ErrorReason.IDEMPOTENCY_CONFLICT);
  granted(await complete(s, next, result, s.rival));
  expect(await suspend(s, leased, request)).toEqual(first);
});

test("a wait that is over already leaves the task queued, and the same answer comes again", async () => {
  const s = await openScenario();
  const [one, two] = [await held(s), await held(s)];
  granted(await complete(s, one));
  const request = { wait: waitFor(onTask(one.task.taskId)) };
  // Workers read what they hold, and what they owe; this one held the task until it ended.
  await refused(suspend(s, two, request), ErrorReason.TASK_NOT_FOUND);
  const own = await createTask(s, { type: "other", obligated: s.worker.principal });
  granted(await cancel(s, own.taskId));
  const wait = waitFor(onTask(own.taskId, { acceptStates: [CANCELED] }));
  const first = await expectDoneOnce(s, () => suspend(s, two, { wait }));
  expect(first.state).toBe(QUEUED);
  expect(await story(s, two.task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "TASK_SUSPENDED", "TASK_RESUMED"]);
  const next = await claim(s);
  expect(next.waitResults).toMatchObject([{ status: ConditionStatus.MET, taskState: CANCELED }]);
  // Impossible at once: it fails, and the same answer comes again.
  const failed = await expectDoneOnce(s, () => suspend(s, next, { wait: waitFor(onTask(own.taskId)) }));
  expect(failed.state).toBe(FAILED);
  expect((await checkLedger(s.engine)).differences).toEqual([]);
});

test("a task that its owner wants to end is canceled instead", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(minuteMs) }));
  const answer = await expectDoneOnce(s, () => suspend(s, leased));
  expect(answer.state).toBe(CANCELED);
  expect((await everything(s))["condition"]).toEqual([]);
});

test("a task suspends again and again, and each holder gets the results of the last wait", async () => {
  const s = await openScenario();
  await createTask(s);
  for (const name of ["first", "second", "third"]) {
    const leased = await claim(s);
    expect(leased.waitResults.map((one) => one.name)).toEqual(name === "first" ? [] : [previous(name)]);
    granted(await suspend(s, leased, { wait: waitFor(afterMs(secondMs, name)) }));
    s.clock.advance(secondMs);
    await s.sweep();
  }
  const { task, waitResults } = await claim(s);
  expect(waitResults.map((one) => one.name)).toEqual(["third"]);
  expect(task).toMatchObject({ attempt: 1, deliveries: 4 });
  expect((await checkLedger(s.engine)).differences).toEqual([]);
});

function previous(name: string): string {
  return name === "second" ? "first" : "second";
}

test("the results of a wait come with every lease until the task ends or waits again", async () => {
  const s = await openScenario();
  await createTask(s, { retry: { initialInterval: ms(0) } });
  granted(await suspend(s, await claim(s), { wait: waitFor(afterMs(secondMs, "nap")) }));
  s.clock.advance(secondMs);
  await s.sweep();
  const once = await claim(s, { requestId: "c1" });
  expect(once.waitResults.map((one) => one.name)).toEqual(["nap"]);
  expect((await claim(s, { requestId: "c1" })).waitResults).toEqual(once.waitResults);
  granted(await fail(s, once, { error: broken }));
  expect((await claim(s)).waitResults.map((one) => one.name)).toEqual(["nap"]);
});

test("a circle of tasks that would wait for each other is refused, with its path, also within one batch", async () => {
  const s = await openScenario();
  const own = { obligated: s.worker.principal };
  const [one, two, three] = [await held(s, own), await held(s, own), await held(s, own)];
  const ids = [one, two, three].map(({ task }) => task.taskId);
  const on = (leased: typeof one) => waitFor(onTask(leased.task.taskId));
  await refused(suspend(s, one, { wait: on(one) }), ErrorReason.DEPENDENCY_CYCLE);
  granted(await suspend(s, one, { wait: on(two) }));
  granted(await suspend(s, two, { wait: on(three) }));
  const before = await everything(s);
  const refusal = await refused(suspend(s, three, { wait: on(one) }), ErrorReason.DEPENDENCY_CYCLE);
  expect(refusal.facts).toEqual({ case: "cycle", value: { taskIds: [ids[2], ids[0], ids[1], ids[2]] } });
  expect({ ...(await everything(s)), ready: [] }).toEqual({ ...before, ready: [] });
  granted(await complete(s, three));
  expect((await claim(s)).task.taskId).toBe(ids[1]);

  const [four, five] = [await held(s, { ...own, type: "u" }), await held(s, { ...own, type: "u" })];
  const [first, second] = await s.operations.suspendTasks(s.worker, [
    create(SuspendTaskRequestSchema, { leaseToken: four.lease.token, wait: on(five) }),
    create(SuspendTaskRequestSchema, { leaseToken: five.lease.token, wait: on(four) }),
  ]);
  expect(granted(first ?? {})).toMatchObject({ state: BLOCKED });
  await refused(second ?? {}, ErrorReason.DEPENDENCY_CYCLE);
  // The first one waits for the second, which was marked in the transaction that read its lease.
  granted(await complete(s, five));
  expect((await read(s, four.task.taskId)).state).toBe(QUEUED);
  expect((await checkLedger(s.engine)).differences).toEqual([]);
});

test("a task that is awaited while it is held, suspends and goes on, still tells its waiters of its end", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const waiter = await createTask(s, { type: "later", wait: waitFor(onTask(leased.task.taskId)) });
  granted(await suspend(s, leased, { wait: sleep(secondMs) }));
  s.clock.advance(secondMs);
  await s.sweep();
  granted(await complete(s, await claim(s)));
  expect((await read(s, waiter.taskId)).state).toBe(QUEUED);
});

test("a long circle is refused with the two ends of its path, so that the error fits into headers", async () => {
  const s = await openScenario();
  const first = await held(s, { obligated: s.worker.principal });
  const own = { obligated: s.worker.principal };
  const item = (place: number) =>
    ({ condition: { case: "task", value: { of: { case: "item", value: place } } } }) as const;
  const chained = Array.from({ length: 100 }, (_, place) => {
    return { ...own, wait: waitFor(place > 0 ? item(place - 1) : onTask(first.task.taskId)) };
  });
  const last = granted((await createAll(s, chained)).at(-1) ?? {}) as { readonly task: { readonly taskId: string } };
  const wait = waitFor(onTask(last.task.taskId));
  const { facts } = await refused(suspend(s, first, { wait }), ErrorReason.DEPENDENCY_CYCLE);
  const taskIds = facts?.case === "cycle" ? (facts.value.taskIds ?? []) : [];
  expect([taskIds.length, taskIds[0], taskIds.at(-1)]).toEqual([20, first.task.taskId, first.task.taskId]);
  expect(taskIds[1]).toBe(last.task.taskId);
});
