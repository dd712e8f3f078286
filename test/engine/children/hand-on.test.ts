// Hand-on by scenario: what a holder creates by the call that suspends or completes its task, all or none.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnParentEnd, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { refused } from "../../helpers/ledger-scenario.ts";
import {
  afterMs,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createTask,
  everything,
  expectDoneOnce,
  granted,
  held,
  json,
  minuteMs,
  ms,
  onTask,
  read,
  result,
  type Scenario,
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, openTree, picture, root } from "./scenes.ts";

const { BLOCKED, CANCELED, FAILED, QUEUED, SUCCEEDED } = TaskState;
const below = { queues: ["below"] };

function onItem(place: number, name = "") {
  return { name, condition: { case: "task", value: { of: { case: "item", value: place } } } } as const;
}

/** All rows but those of living tasks, which may be marked as awaited by a call that is refused afterwards. */
async function besideMarks(s: Scenario) {
  return { ...(await everything(s)), ready: [], lease: [] };
}

test("a task fans out, waits for its children and goes on with their results", async () => {
  const s = await openTree();
  const top = await root(s);
  const task = (type: string) => ({ task: { type, queue: "below" } });
  const request = {
    create: [task("one"), task("two"), { task: { type: "beside", queue: "below" }, as: CreateAs.NEXT }],
    wait: waitFor(onItem(0, "first"), onItem(1, "second")),
    checkpoint: json("1"),
  };
  const suspended = await expectDoneOnce(s, () => suspend(s, top, request));
  expect(suspended).toMatchObject({ state: BLOCKED, created: [{ existed: false }, {}, {}] });
  const [one, two, beside] = await Promise.all(suspended.created.map(({ taskId }) => read(s, taskId)));
  expect(one).toMatchObject({ type: "one", parentTaskId: top.task.taskId, depth: 1, createdBy: { id: "wanda" } });
  expect(beside).toMatchObject({
    type: "beside",
    parentTaskId: "",
    createdBy: { id: "alice" },
    obligated: { id: "alice" },
  });
  const receipts = await chain(s, beside?.taskId ?? "");
  expect(receipts[0]).toMatchObject({ from: { id: "wanda" }, to: { id: "alice" }, parents: [suspended.receiptId] });
  expect(suspended.created[1]).toMatchObject({ taskId: two?.taskId, assignedReceiptId: two?.assignedReceiptId });
  for (const leased of await claimAll(s, below)) granted(await complete(s, leased));
  const next = await claim(s);
  expect(next.task.taskId).toBe(top.task.taskId);
  expect(next.waitResults.map(({ name, taskState }) => [name, taskState])).toEqual([
    ["first", SUCCEEDED],
    ["second", SUCCEEDED],
  ]);
  expect(await suspend(s, top, request)).toEqual(suspended);
  granted(await complete(s, next));
});

test("a suspension that creates is refused whole with the first item that is, and names it", async () => {
  const s = await openTree({ limits: { tree_live_tasks_max: 2 } });
  const top = await root(s);
  await createTask(s, { idempotencyKey: "k" }, s.worker).catch(() => undefined);
  const kept = await child(s, top, { idempotencyKey: "mine" });
  const task = { task: { type: "t", queue: "below" } };
  const before = await everything(s);
  const wait = waitFor(afterMs(minuteMs));
  const full = await refused(suspend(s, top, { wait, create: [task, task] }), ErrorReason.LIMIT_EXCEEDED);
  expect(full).toMatchObject({ item: "create[1]", facts: { value: { limit: "tree_live_tasks_max" } } });
  const taken = { task: { type: "other", queue: "below", idempotencyKey: "mine" } };
  const conflict = await refused(suspend(s, top, { wait, create: [taken] }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(conflict.item).toBe("create[0]");
  const parentReceipts = ["0198aaaa-0000-7000-8000-000000000000"];
  const orphan = { task: { ...task.task, parentReceipts } };
  const missing = await refused(suspend(s, top, { wait, create: [orphan] }), ErrorReason.PARENT_NOT_FOUND);
  expect(missing.item).toBe("create[0]");
  const late = waitFor(onItem(7));
  await refused(suspend(s, top, { wait: late, create: [task] }), ErrorReason.INVALID_ARGUMENT);
  expect(await everything(s)).toEqual(before);
  // The same key is the same task, as with CreateTask.
  const same = { task: { type: "t", queue: "below", under: "", idempotencyKey: "mine" } };
  const done = granted(await suspend(s, top, { wait: waitFor(onItem(0)), create: [same, same] }));
  expect(done.created.map(({ taskId, existed }) => [taskId, existed])).toEqual([
    [kept.taskId, true],
    [kept.taskId, true],
  ]);
});

test("items of one suspension wait for each other, and a circle through them is refused with its path", async () => {
  const s = await openTree();
  const top = await root(s);
  const other = await held(s, { type: "u", obligated: s.worker.principal });
  granted(await suspend(s, other, { wait: waitFor(onTask(top.task.taskId)) }));
  const first = { task: { type: "a", queue: "below", wait: waitFor(onTask(other.task.taskId)) } };
  const second = { task: { type: "b", queue: "below", wait: waitFor(onItem(0)) } };
  const before = await besideMarks(s);
  const circle = await refused(
    suspend(s, top, { create: [first, second], wait: waitFor(onItem(1)) }),
    ErrorReason.DEPENDENCY_CYCLE,
  );
  expect(circle.facts?.case).toBe("cycle");
  expect(await besideMarks(s)).toEqual(before);
  // One that is created and not waited for may wait for the suspended task itself.
  const last = { task: { type: "z", queue: "below", wait: waitFor(onTask(top.task.taskId)) }, as: CreateAs.NEXT };
  const plain = { task: { type: "a", queue: "below" } };
  const done = granted(await suspend(s, top, { create: [plain, second, last], wait: waitFor(onItem(1)) }));
  for (const _ of [1, 2]) granted(await complete(s, await claim(s, below)));
  granted(await complete(s, await claim(s)));
  const [final] = await claimAll(s, below);
  expect(final?.task.taskId).toBe(done.created[2]?.taskId);
});

test("where the owner wants the task to end, or the wait is impossible at once, nothing goes on from it", async () => {
  const s = await openTree();
  const top = await root(s);
  granted(await cancel(s, top.task.taskId, { gracePeriod: ms(minuteMs) }));
  const create = [{ task: { type: "t", queue: "below" } }];
  const canceled = await expectDoneOnce(s, () => suspend(s, top, { create }));
  expect(canceled).toMatchObject({ state: CANCELED, created: [] });
  expect(await claimAll(s, below)).toEqual([]);
  const two = await root(s);
  const gone = await child(s, two, { type: "gone" });
  granted(await cancel(s, gone.taskId, {}, s.worker));
  const wait = waitFor(onTask(gone.taskId));
  const failed = await expectDoneOnce(s, () => suspend(s, two, { create, wait }));
  expect(failed).toMatchObject({ state: FAILED, created: [{}] });
  await s.sweep();
  expect((await read(s, failed.created[0]?.taskId ?? "")).state).toBe(CANCELED);
});

test("a chain is handed on: each completion creates the next step, for the same owner, and names itself", async () => {
  const s = await openTree();
  const first = await held(s, { obligated: { kind: PrincipalKind.HUMAN, id: "carol" } });
  const next = [{ type: "second", payload: json("2"), idempotencyKey: "second" }];
  const done = await expectDoneOnce(s, () => complete(s, first, { ...result, next, requestId: "r" }));
  expect(done.next).toMatchObject([{ existed: false }]);
  await refused(complete(s, first, { ...result, requestId: "r" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  const second = await claim(s);
  expect(second.task).toMatchObject({ type: "second", createdBy: { id: "alice" }, obligated: { id: "carol" } });
  expect(second.task.parentReceipts).toEqual([done.receiptId]);
  expect((await chain(s, second.task.taskId))[0]).toMatchObject({
    from: { id: "wanda" },
    to: { id: "carol" },
    parents: [done.receiptId],
  });
  const [completed] = (await chain(s, first.task.taskId)).filter(({ receiptId }) => receiptId === done.receiptId);
  expect(completed?.body).toMatchObject({ body: { case: "taskCompleted", value: { next: done.next } } });
  expect(await story(s, first.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
  // A batch has both kinds.
  expect(granted(await complete(s, second)).next).toEqual([]);
});

test("one refused item refuses the completion, and the lease stays", async () => {
  const s = await openTree();
  const top = await root(s);
  const foreign = await held(s, { idempotencyKey: "used" }, s.rival);
  const before = await besideMarks(s);
  const wait = waitFor(onTask(foreign.task.taskId));
  const refusal = await refused(
    complete(s, top, { ...result, next: [{ type: "good" }, { type: "bad", wait }] }),
    ErrorReason.TASK_NOT_FOUND,
  );
  expect(refusal.item).toBe("next[1]");
  const both = { notBefore: { seconds: 1n }, delay: ms(1) };
  const bad = await refused(
    complete(s, top, { ...result, next: [{ type: "b", ...both }] }),
    ErrorReason.INVALID_ARGUMENT,
  );
  expect(bad).toMatchObject({ item: "next[0]", facts: { value: { violations: [{ field: "delay" }] } } });
  expect(await besideMarks(s)).toEqual(before);
  granted(await complete(s, top, { ...result, next: [{ type: "good" }] }));
});

test("what goes on from a child stands in its place: in its tree, and ends with the same parent", async () => {
  const s = await openTree();
  const top = await root(s);
  await child(s, top, { type: "step 1" });
  const step = await claim(s, below);
  granted(await complete(s, step, { ...result, next: [{ type: "step 2", queue: "below" }] }));
  const second = await claim(s, below);
  expect(second.task).toMatchObject({ parentTaskId: top.task.taskId, depth: 1, onParentEnd: OnParentEnd.CANCEL });
  expect(await picture(s, top.task.taskId)).toEqual(["0 t LEASED", "1 step 1 SUCCEEDED", "1 step 2 LEASED"]);
  granted(await cancel(s, top.task.taskId));
  await s.sweep();
  expect((await read(s, second.task.taskId)).state).toBe(CANCELED);
});

test("a step may wait for the completion that creates it", async () => {
  const s = await openTree();
  const top = await root(s);
  const wait = waitFor(onTask(top.task.taskId));
  const done = granted(await complete(s, top, { ...result, next: [{ type: "after", queue: "below", wait }] }));
  const after = await read(s, done.next[0]?.taskId ?? "");
  expect(after.state).toBe(QUEUED);
  expect((await claim(s, below)).waitResults).toMatchObject([{ taskId: top.task.taskId, taskState: SUCCEEDED }]);
});
