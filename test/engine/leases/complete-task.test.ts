// CompleteTask and CompleteTasks by scenario. Locators have a file of their own.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { breakTable, mendTable, openOf } from "../../helpers/ledger-scenario.ts";
import {
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
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
  openScenario,
  progress,
  read,
  refused,
  release,
  renew,
  result,
  start,
  story,
} from "../../helpers/scenario.ts";

test("law 2: a stale worker's completion is fenced off and changes nothing", () => expectFencedOff(complete));
test("law 2: a lease that has run out completes nothing, even before the sweep sees it", () => expectExpired(complete));
test("law 2: a token of another worker's lease, or of none, completes nothing", () => expectNotHolder(complete));

test("law 10: a worker's success closes what the agent was obliged to and what the worker was", async () => {
  const s = await openScenario();
  const bob = s.tenant.caller("agent", "bob");
  const leased = await held(s, { obligated: { kind: PrincipalKind.AGENT, id: "bob" } });
  const { assignedReceiptId } = leased.task;
  expect(await openOf(s, bob)).toEqual([assignedReceiptId]);
  expect(await openOf(s, s.worker)).toEqual([leased.acceptedReceiptId]);
  const done = granted(await complete(s, leased));
  expect(done).toMatchObject({ discharged: true, anomalyReceiptId: "" });
  for (const principal of [s.agent, bob, s.worker]) expect(await openOf(s, principal)).toEqual([]);
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({
    state: TaskState.SUCCEEDED,
    attempt: 1,
    outcome: { terminalReason: TerminalReason.COMPLETED, result: result.result },
  });
  const [completed, ready] = (await chain(s, task.taskId)).slice(-2);
  expect(completed).toMatchObject({
    receiptId: done.receiptId,
    from: { id: "wanda" },
    to: { id: "alice" },
    parents: [assignedReceiptId, leased.acceptedReceiptId],
  });
  expect(ready).toMatchObject({
    from: { id: "asyncgate" },
    parents: [done.receiptId],
    body: { body: { case: "taskResultReady", value: { state: TaskState.SUCCEEDED } } },
  });
});

test("law 8: a completion that cannot be written whole leaves the lease and the ledger as they were", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const before = await everything(s);
  for (const [table, event] of [
    ["lease", "delete"],
    ["ended", "insert"],
    ["ledger_page", "insert"],
    ["obligation", "delete"],
  ] as const) {
    await breakTable(s.database.databaseUrl, table, event);
    await expect(complete(s, leased)).rejects.toThrow("broken by a test");
    await mendTable(s.database.databaseUrl, table);
    expect(await everything(s), table).toEqual(before);
  }
  granted(await complete(s, leased));
});

test("law 15: an acknowledged completion is committed: another server sees it as soon as it is answered", async () => {
  const s = await openScenario();
  const second = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  const there = { ...second, operator: s.operator };
  const leased = await held(s);
  const { taskId } = leased.task;
  expect((await read(there, taskId)).state).toBe(TaskState.LEASED);
  granted(await start(s, leased));
  expect((await read(there, taskId)).state).toBe(TaskState.RUNNING);
  granted(await complete(second, leased, result, s.worker));
  expect((await read(s, taskId)).state).toBe(TaskState.SUCCEEDED);
});

test("law 13: the delivery of receipts changes nothing but the record of the delivery", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { delivery: none, ...before } = await everything(s);
  await openOf(s, s.worker);
  await openOf(s, s.agent);
  const { delivery, ...after } = await everything(s);
  expect([none, delivery?.length]).toEqual([[], 2]);
  expect(after).toEqual(before);
  granted(await complete(s, leased));
});

test("law 5: a repeated completion is done once and answered the same", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const request = { ...result, requestId: "r1" };
  const first = await expectDoneOnce(s, () => complete(s, leased, request));
  const before = await everything(s);
  expect(await complete(s, leased)).toEqual(first);
  expect(await complete(s, leased, { ...result, requestId: "r2" })).toEqual(first);
  const other = { result: json("2"), requestId: "r1" };
  const { facts } = await refused(complete(s, leased, other), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(facts).toEqual({ case: "conflict", value: { key: "r1", taskId: leased.task.taskId } });
  expect(await everything(s)).toEqual(before);
});

test("law 5: of identical completions that race on two servers, one is done and all are answered alike", async () => {
  const s = await openScenario();
  const second = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  const leased = await held(s);
  const servers = [s, second, s, second];
  const [first, ...rest] = await Promise.all(servers.map((server) => complete(server, leased, result, s.worker)));
  expect(isRefusal(first ?? {})).toBe(false);
  for (const answer of rest) expect(answer).toEqual(first);
  expect(await story(s, leased.task.taskId)).toHaveLength(4);
});

test("law 6: a task that has succeeded cannot be failed, released, renewed, started or canceled", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await complete(s, leased));
  const before = await everything(s);
  const renewing = async (...[of, lease]: Parameters<typeof start>) => (await renew(of, [lease]))[0] as object;
  const otherwise = (...[of, lease]: Parameters<typeof start>) => complete(of, lease, { result: json("2") });
  for (const call of [start, progress, fail, release, renewing, otherwise]) {
    const { facts } = await refused(call(s, leased), ErrorReason.INVALID_TRANSITION);
    expect(facts).toMatchObject({ case: "transition", value: { from: TaskState.SUCCEEDED } });
  }
  await refused(cancel(s, leased.task.taskId), ErrorReason.INVALID_TRANSITION);
  s.clock.advance(86_400_000);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  expect(await everything(s)).toEqual(before);
});

test("a successor that has completed fences the stale worker off, and is not disturbed by it", async () => {
  const s = await openScenario();
  const stale = await held(s);
  await lose(s);
  granted(await complete(s, await claim(s, {}, s.rival), result, s.rival));
  const before = await everything(s);
  const { facts } = await refused(complete(s, stale), ErrorReason.FENCED);
  expect(facts).toMatchObject({ case: "lease", value: { fence: 1n, state: TaskState.SUCCEEDED } });
  expect(await everything(s)).toEqual(before);
});

test("bad items of a batch do not fail their neighbours, and the answers are in order", async () => {
  const s = await openScenario();
  await createAll(s, [{}, {}, {}]);
  const [one, two, gone] = (await claimAll(s)) as [GrantedTask, GrantedTask, GrantedTask];
  granted(await cancel(s, gone.task.taskId));
  const item = (token: string, value: string, taskId = "") =>
    create(CompleteTaskRequestSchema, { leaseToken: token, result: json(value), taskId });
  const answers = await s.operations.completeTasks(s.worker, [
    item(two.lease.token, "2"),
    item("agl1_nonsense", "1"),
    item(gone.lease.token, "3"),
    item(one.lease.token, "1", two.task.taskId),
    item(one.lease.token, `"${"x".repeat(256 * 1_024)}"`),
    item(one.lease.token, "1", one.task.taskId),
    item(two.lease.token, "2"),
    item(one.lease.token, "9"),
  ]);
  const { NOT_HOLDER, INVALID_ARGUMENT, INVALID_TRANSITION, LIMIT_EXCEEDED } = ErrorReason;
  expect(answers.map((answer) => (isRefusal(answer) ? answer.reason : answer.taskId))).toEqual([
    two.task.taskId,
    NOT_HOLDER,
    INVALID_TRANSITION,
    INVALID_ARGUMENT,
    LIMIT_EXCEEDED,
    one.task.taskId,
    two.task.taskId,
    INVALID_TRANSITION,
  ]);
  expect(answers[6]).toEqual(answers[0]);
});
