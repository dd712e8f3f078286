// SendSignal by scenario: a signal meets the condition that has waited longest, or is kept for one that will wait.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { GetReceiptRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { ConditionStatus, OnImpossible, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  afterMs,
  anomalies,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createOne,
  createTask,
  everything,
  expectDoneOnce,
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
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { list, onSignal, payloads, send, sendNumber, sides, toTask, waiting } from "../../helpers/signals.ts";

const { BLOCKED, QUEUED, FAILED, CANCELED } = TaskState;
const { MET, PENDING } = ConditionStatus;

test("law 19: a signal meets a condition that waits, and says so in the chain of the task", async () => {
  const s = await openScenario();
  const task = await waiting(s);
  const sent = granted(await sendNumber(s, "news", 1));
  expect(sent).toEqual({ signalId: sent.signalId, takenByTaskId: task.taskId, waiting: 0 });
  expect((await read(s, task.taskId)).state).toBe(QUEUED);
  const receipts = await chain(s, task.taskId);
  expect(receipts.at(-1)).toMatchObject({
    parents: [task.assignedReceiptId, sent.signalId],
    body: {
      body: { case: "taskResumed", value: { conditions: [{ place: 0, status: MET, receiptId: sent.signalId }] } },
    },
  });
  const receipt = await s.operations.getReceipt(s.agent, create(GetReceiptRequestSchema, { receiptId: sent.signalId }));
  expect(receipt).toMatchObject({
    from: { id: "alice" },
    to: { id: "asyncgate" },
    taskId: "",
    parents: [],
    body: { body: { case: "signalSent", value: { channel: "news", takenByTaskId: task.taskId } } },
  });
  const leased = await claim(s);
  expect(leased.waitResults).toMatchObject([{ status: MET, receiptId: sent.signalId, omitted: false }]);
  expect(leased.waitResults[0]?.signals).toMatchObject([
    { signalId: sent.signalId, channel: "news", from: { id: "alice" }, payload: json("1"), broadcast: false },
  ]);
  granted(await complete(s, leased));
  const tables = await everything(s);
  for (const name of [
    "signal",
    "signal_expiry",
    "kept_signal",
    "signal_taken",
    "condition",
    "wait",
    "unresolved_channel",
  ])
    expect(tables[name]).toEqual([]);
  expect((await checkLedger(s.engine)).differences).toEqual([]);
});

test("a signal that comes before the wait is kept, and taken by the wait that begins", async () => {
  const s = await openScenario();
  const sent = granted(await sendNumber(s, "news", 1));
  expect(sent).toMatchObject({ takenByTaskId: "", keepUntil: { seconds: expect.anything() } });
  const leased = await held(s);
  const suspended = granted(await suspend(s, leased, { wait: waitFor(onSignal("news")) }));
  expect(suspended.state).toBe(QUEUED);
  expect(await story(s, leased.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_SUSPENDED",
    "TASK_RESUMED",
  ]);
  expect(payloads(await claim(s))).toEqual([["1"]]);
  expect(await sides(s, "news")).toEqual({ kept: [], waiting: [] });
  // Also by a task that is created to wait for it.
  granted(await sendNumber(s, "news", 2));
  expect((await waiting(s)).state).toBe(QUEUED);
});

test("each signal is taken once, by the condition that has waited longest", async () => {
  const s = await openScenario();
  const [one, two, three] = [await waiting(s), await waiting(s), await waiting(s)];
  for (const number of [1, 2]) granted(await sendNumber(s, "news", number));
  expect((await read(s, three.taskId)).state).toBe(BLOCKED);
  expect((await sides(s, "news")).waiting).toEqual([three.taskId]);
  const leased = await claimAll(s);
  expect(leased.map(({ task }) => task.taskId)).toEqual([one.taskId, two.taskId]);
  expect(leased.map(payloads)).toEqual([[["1"]], [["2"]]]);
});

test("signals that are kept are taken oldest first", async () => {
  const s = await openScenario();
  for (const number of [1, 2, 3]) granted(await sendNumber(s, "news", number));
  expect((await sides(s, "news")).kept).toEqual(["1", "2", "3"]);
  await waiting(s);
  await waiting(s);
  expect((await claimAll(s)).map(payloads)).toEqual([[["1"]], [["2"]]]);
  expect((await sides(s, "news")).kept).toEqual(["3"]);
});

test("waits of one batch take what is kept in their order, and those without wait", async () => {
  const s = await openScenario();
  for (const number of [1, 2, 3]) granted(await sendNumber(s, "news", number));
  const wait = (count: number) => ({ wait: waitFor(onSignal("news", { count })) });
  const created = await createAll(s, [wait(2), wait(2), wait(1)]);
  const states = created.map((one) => granted(one).task.state);
  // The last one would find one signal; but the one before it waits for that.
  expect(states).toEqual([QUEUED, BLOCKED, BLOCKED]);
  granted(await sendNumber(s, "news", 4));
  expect((await claimAll(s)).map(payloads)).toEqual([[["1", "2"]], [["3", "4"]]]);
});

test("a condition for several signals takes them all at once, and keeps those behind it waiting", async () => {
  const s = await openScenario();
  const greedy = await waiting(s, waitFor([onSignal("news", { count: 3 }), afterMs(minuteMs)]));
  const modest = await waiting(s);
  for (const number of [1, 2]) expect(granted(await sendNumber(s, "news", number)).takenByTaskId).toBe("");
  expect(await sides(s, "news")).toEqual({ kept: ["1", "2"], waiting: [greedy.taskId, modest.taskId] });
  // When it waits no longer, what came is for the next one.
  s.clock.advance(minuteMs);
  await s.sweep();
  expect(await sides(s, "news")).toEqual({ kept: ["2"], waiting: [] });
  const byId = new Map((await claimAll(s)).map((leased) => [leased.task.taskId, leased]));
  expect(byId.get(modest.taskId) && payloads(byId.get(modest.taskId) as never)).toEqual([["1"]]);
  expect(byId.get(greedy.taskId)?.waitResults).toMatchObject([{ status: PENDING, signals: [] }, { status: MET }]);
  expect((await everything(s))["unresolved_channel"]).toEqual([]);
});

test("what a canceled task was waiting for is for the next one", async () => {
  const s = await openScenario();
  const greedy = await waiting(s, waitFor(onSignal("news", { count: 2 })));
  const modest = await waiting(s);
  granted(await sendNumber(s, "news", 1));
  granted(await cancel(s, greedy.taskId));
  await s.sweep();
  expect((await read(s, modest.taskId)).state).toBe(QUEUED);
});

test("a group that holds takes no signals, and a group takes one set only", async () => {
  const s = await openScenario();
  const other = await createTask(s, { type: "other" });
  const wait = waitFor([onSignal("news"), onTask(other.taskId)], onSignal("more"));
  const task = await waiting(s, wait);
  granted(await complete(s, await claim(s)));
  expect(granted(await sendNumber(s, "news", 1)).takenByTaskId).toBe("");
  expect(await sides(s, "news")).toEqual({ kept: ["1"], waiting: [] });
  expect((await read(s, task.taskId)).state).toBe(BLOCKED);
  granted(await sendNumber(s, "more", 2));
  expect(payloads(await claim(s))).toEqual([[], [], ["2"]]);

  for (const number of [3, 4]) granted(await sendNumber(s, "twice", number));
  const twice = await waiting(s, waitFor([onSignal("twice"), onSignal("twice")], onSignal("never")));
  expect((await read(s, twice.taskId)).state).toBe(BLOCKED);
  expect((await sides(s, "twice")).kept).toEqual(["4"]);
});

test("a task waits for two signals of one channel with two conditions", async () => {
  const s = await openScenario();
  const task = await waiting(s, waitFor(onSignal("news", {}, "a"), onSignal("news", {}, "b")));
  granted(await sendNumber(s, "news", 1));
  expect((await read(s, task.taskId)).state).toBe(BLOCKED);
  granted(await sendNumber(s, "news", 2));
  expect(payloads(await claim(s))).toEqual([["1"], ["2"]]);
});

test("a time-out lets the task go on without the signal, which is kept for another", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await suspend(s, leased, { wait: waitFor([onSignal("news"), afterMs(minuteMs, "late")]) }));
  s.clock.advance(minuteMs);
  await s.sweep();
  expect((await claim(s)).waitResults.map(({ status }) => status)).toEqual([PENDING, MET]);
  expect(granted(await sendNumber(s, "news", 1)).takenByTaskId).toBe("");
});

test("a condition without a sender stays pending, whatever is to happen if the wait cannot be met", async () => {
  const s = await openScenario();
  const other = await createTask(s, { type: "other" });
  for (const onImpossible of [OnImpossible.FAIL, OnImpossible.KEEP, OnImpossible.RUN]) {
    const { taskId } = await waiting(s, {
      ...waitFor([onSignal("news"), onTask(other.taskId)]),
      onImpossible,
    } as never);
    expect((await read(s, taskId)).state).toBe(BLOCKED);
  }
  granted(await cancel(s, other.taskId));
  await s.sweep();
  const { waiting: still } = await sides(s, "news");
  expect(still).toHaveLength(3);
  for (const taskId of still) {
    expect((await read(s, taskId)).state).toBe(BLOCKED);
    expect(await anomalies(s, taskId)).toEqual([]);
  }
});

test("a signal to a task is for it alone: from its creator, its holder and operators", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { taskId } = leased.task;
  const to = toTask(taskId);
  for (const by of [s.agent, s.worker, s.operator]) granted(await send(s, to, { payload: json("1") }, by));
  const bob = s.tenant.caller("agent", "bob");
  for (const by of [bob, s.rival]) await refused(send(s, to, {}, by), ErrorReason.TASK_NOT_FOUND);
  await refused(send(s, `task/${taskId}`, {}, bob), ErrorReason.TASK_NOT_FOUND);
  const wait = waitFor(onSignal("", { count: 3 }));
  expect(granted(await suspend(s, leased, { wait })).state).toBe(QUEUED);
  // Others may not wait for what is sent to it.
  await refused(createOne(s, { wait: waitFor(onSignal(`task/${taskId}`)) }), ErrorReason.INVALID_ARGUMENT);
  await refused(createOne(s, { wait: waitFor(onSignal("task/me")) }), ErrorReason.INVALID_ARGUMENT);
  const next = await claim(s);
  granted(await suspend(s, next, { wait: waitFor(onSignal(`task/${taskId}`)) }));
  granted(await send(s, `task/${taskId.toUpperCase()}`));
  granted(await complete(s, await claim(s)));
  await refused(send(s, to), ErrorReason.INVALID_TRANSITION);
  await refused(send(s, to, {}, s.worker), ErrorReason.TASK_NOT_FOUND);
});

test("a task that is created to wait for its own signals gets them", async () => {
  const s = await openScenario();
  const task = await waiting(s, waitFor(onSignal()));
  expect(task.wait?.allOf[0]?.anyOf[0]?.condition.value).toMatchObject({ channel: `task/${task.taskId}` });
  expect(granted(await send(s, toTask(task.taskId))).takenByTaskId).toBe(task.taskId);
});

test("a channel needs the scope to send, and to list", async () => {
  const s = await openScenario();
  await refused(send(s, "news", {}, s.worker), ErrorReason.PERMISSION_DENIED);
  await refused(list(s, { case: "channel", value: "news" }, {}, s.worker), ErrorReason.PERMISSION_DENIED);
  const observer = s.tenant.caller("human", "otto", [Role.OBSERVER]);
  granted(await list(s, { case: "channel", value: "news" }, {}, observer));
});

test("law 5: a signal that is sent again is sent once, and answered as the first time", async () => {
  const s = await openScenario();
  const kept = await expectDoneOnce(s, () => send(s, "news", { requestId: "r1", payload: json("1") }));
  const task = await waiting(s);
  expect(await send(s, "news", { requestId: "r1", payload: json("1") })).toEqual(kept);
  const conflict = await refused(send(s, "news", { requestId: "r1" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(conflict.facts).toMatchObject({ case: "conflict", value: { key: "r1", taskId: "" } });
  const other = await refused(createOne(s, { requestId: "r1" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(other.facts).toMatchObject({ value: { taskId: "" } });
  expect((await read(s, task.taskId)).state).toBe(QUEUED);

  const second = await waiting(s);
  const taken = await expectDoneOnce(s, () => send(s, "news", { requestId: "r2" }));
  expect(taken.takenByTaskId).toBe(second.taskId);
  // Also after the task that it was sent to has ended.
  await claimAll(s);
  const leased = await held(s, { type: "u" });
  const toIt = () => send(s, toTask(leased.task.taskId), { requestId: "r3" });
  const first = granted(await toIt());
  granted(await complete(s, leased));
  expect(await toIt()).toEqual(first);
});

test("a task that its wait ends takes no signals", async () => {
  const s = await openScenario();
  const other = await createTask(s, { type: "other" });
  granted(await cancel(s, other.taskId));
  granted(await sendNumber(s, "news", 1));
  expect((await waiting(s, waitFor(onSignal("news"), onTask(other.taskId)))).state).toBe(FAILED);
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(minuteMs) }));
  expect(granted(await suspend(s, leased, { wait: waitFor(onSignal("news")) })).state).toBe(CANCELED);
  expect((await sides(s, "news")).kept).toEqual(["1"]);
});

test("signals come with every lease until the task ends or waits again", async () => {
  const s = await openScenario();
  await createTask(s, { wait: waitFor(onSignal("news", {}, "first")), retry: { initialInterval: ms(0) } });
  granted(await sendNumber(s, "news", 1));
  const leased = await claim(s, { requestId: "c" });
  expect(payloads(await claim(s, { requestId: "c" }))).toEqual([["1"]]);
  granted(await fail(s, leased));
  const again = await claim(s);
  expect(payloads(again)).toEqual([["1"]]);
  granted(await suspend(s, again, { wait: waitFor(onSignal("news", {}, "second")) }));
  expect((await everything(s))["signal"]).toEqual([]);
  granted(await sendNumber(s, "news", 2));
  const last = await claim(s);
  expect(payloads(last)).toEqual([["2"]]);
  granted(await complete(s, last, result));
  expect((await everything(s))["signal_taken"]).toEqual([]);
});
