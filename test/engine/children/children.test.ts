// Children by scenario: tasks that a holder creates under the task that it holds, and what happens to them at its end.
import { create } from "@bufbuild/protobuf";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { OnParentEnd, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { refused } from "../../helpers/ledger-scenario.ts";
import {
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
  lose,
  ms,
  onTask,
  read,
  result,
  story,
  suspend,
  ttlMs,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, createUnder, openTree, picture, root, tree } from "./scenes.ts";

const { CANCELED, FAILED, QUEUED, SUCCEEDED } = TaskState;
const { CANCEL, KEEP } = OnParentEnd;
const below = { queues: ["below"] };

test("a child belongs to the holder, knows its place, and its receipt names the lease that it came from", async () => {
  const s = await openTree();
  const top = await root(s);
  const one = await child(s, top, { type: "step", onParentEnd: KEEP });
  expect(one).toMatchObject({
    parentTaskId: top.task.taskId,
    rootTaskId: top.task.taskId,
    depth: 1,
    onParentEnd: KEEP,
    createdBy: { id: "wanda" },
    obligated: { id: "wanda" },
    parentReceipts: [top.acceptedReceiptId],
  });
  expect((await chain(s, one.taskId))[0]).toMatchObject({ from: { id: "wanda" }, parents: [top.acceptedReceiptId] });
  const two = await child(s, await claim(s, below), { type: "leaf" });
  expect(two).toMatchObject({ parentTaskId: one.taskId, rootTaskId: top.task.taskId, depth: 2, onParentEnd: CANCEL });
  expect(await read(s, two.taskId)).toMatchObject({ parentTaskId: one.taskId, depth: 2 });
  expect(await picture(s, top.task.taskId)).toEqual(
    ["0 t RUNNING", "1 step LEASED", "2 leaf QUEUED"].map((line) => line.replace("RUNNING", "LEASED")),
  );
  // The holder settles from memory, which knows by now that there are children.
  granted(await complete(s, top));
});

test("only callers that may create children create them, and a plain executor creates nothing else", async () => {
  const s = await openTree();
  const top = await root(s);
  const foreign = await held(s, {}, s.plain);
  const before = await everything(s);
  await refused(createUnder(s, foreign, {}, s.worker), ErrorReason.NOT_HOLDER);
  await refused(await createOne(s, {}, s.worker), ErrorReason.PERMISSION_DENIED);
  const next = { next: [{ type: "t" }], ...result };
  await refused(complete(s, foreign, next, s.plain), ErrorReason.PERMISSION_DENIED);
  await refused(suspend(s, foreign, { create: [{ task: { type: "t" } }] }, s.plain), ErrorReason.PERMISSION_DENIED);
  await refused(createOne(s, { onParentEnd: KEEP }), ErrorReason.INVALID_ARGUMENT);
  await refused(suspend(s, top, { create: [{ task: { type: "t", under: "x" } }] }), ErrorReason.INVALID_ARGUMENT);
  expect(await everything(s)).toEqual(before);
});

test("a child is created only under a live lease; a repeated creation is answered as before, even later", async () => {
  const s = await openTree();
  const top = await root(s);
  const keyed = { idempotencyKey: "one" };
  const named = { requestId: "r1", type: "named" };
  const first = await child(s, top, keyed);
  const second = await child(s, top, named);
  s.clock.advance(ttlMs);
  await refused(createUnder(s, top, { type: "late" }), ErrorReason.LEASE_EXPIRED);
  await refused(createUnder(s, top, { type: "late", requestId: "r2" }), ErrorReason.LEASE_EXPIRED);
  await refused(createUnder(s, top, { type: "late", requestId: "r2" }), ErrorReason.LEASE_EXPIRED);
  await lose(s);
  const before = await everything(s);
  await refused(createUnder(s, top, { type: "late" }), ErrorReason.FENCED);
  expect(granted(await createUnder(s, top, keyed))).toMatchObject({ existed: true, task: { taskId: first.taskId } });
  expect(granted(await createUnder(s, top, named))).toMatchObject({ existed: true, task: { taskId: second.taskId } });
  expect(await everything(s)).toEqual(before);
  // The next holder, with another token, says the same; under another task it would be another child.
  const again = await claim(s);
  expect(granted(await createUnder(s, again, keyed))).toMatchObject({ existed: true, task: { taskId: first.taskId } });
  const other = await held(s, { type: "other" });
  await refused(createUnder(s, other, keyed), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test.each([
  ["succeeds", SUCCEEDED],
  ["fails", FAILED],
  ["is canceled", CANCELED],
] as const)(
  "when a parent %s, its children are canceled down the tree, and those that are kept go on",
  async (_, end) => {
    const s = await openTree();
    const top = await root(s, { maxAttempts: 1 });
    const kept = await child(s, top, { type: "kept", onParentEnd: KEEP });
    const one = await child(s, top, { type: "one", priority: 9 });
    const middle = await claim(s, below);
    expect(middle.task.taskId).toBe(one.taskId);
    const leaf = await child(s, middle, { type: "leaf", priority: 9 });
    const running = await claim(s, below, s.rival);
    expect(running.task.taskId).toBe(leaf.taskId);
    const blocked = await child(s, middle, { type: "blocked", wait: waitFor(onTask(leaf.taskId)) });
    if (end === SUCCEEDED) granted(await complete(s, top));
    if (end === FAILED) granted(await fail(s, top));
    if (end === CANCELED) granted(await cancel(s, top.task.taskId));
    await s.sweep();
    const states = await Promise.all(
      [top.task, kept, one, leaf, blocked].map(async ({ taskId }) => (await read(s, taskId)).state),
    );
    expect(states.slice(0, 4)).toEqual([end, QUEUED, CANCELED, CANCELED]);
    // It failed by what it waited for, or was canceled first.
    expect([FAILED, CANCELED]).toContain(states[4]);
    const ending = async (taskId: string) => (await chain(s, taskId)).find(({ type }) => [5, 6, 7].includes(type));
    const endOfTop = await ending(top.task.taskId);
    const canceled = await ending(one.taskId);
    expect(canceled).toMatchObject({ from: { id: "asyncgate" }, body: { body: { case: "taskCanceled" } } });
    expect(canceled?.parents).toEqual([one.assignedReceiptId, middle.acceptedReceiptId, endOfTop?.receiptId]);
    expect((await ending(leaf.taskId))?.parents.at(-1)).toBe(canceled?.receiptId);
    await refused(complete(s, running, result, s.rival), ErrorReason.INVALID_TRANSITION);
    const tables = await everything(s);
    expect(tables["child"]).toHaveLength(1);
    expect(tables["parent_end"]).toEqual([]);
    granted(await complete(s, await claim(s, below)));
    expect((await everything(s))["child"]).toEqual([]);
  },
);

test("a lost lease, a failed attempt and a suspension leave the children alone", async () => {
  const s = await openTree();
  const top = await root(s, { retry: { initialInterval: ms(0) } });
  const one = await child(s, top);
  granted(await fail(s, top));
  const second = await claim(s);
  await lose(s);
  expect((await read(s, one.taskId)).state).toBe(QUEUED);
  const third = await claim(s);
  expect(third.task.taskId).toBe(second.task.taskId);
  granted(await suspend(s, third, { wait: waitFor(onTask(one.taskId)) }));
  granted(await complete(s, await claim(s, below)));
  const last = await claim(s);
  expect(last.waitResults).toMatchObject([{ taskId: one.taskId, taskState: SUCCEEDED }]);
  granted(await complete(s, last));
  expect((await everything(s))["parent_end"]).toHaveLength(1);
  await s.sweep();
  expect((await everything(s))["parent_end"]).toEqual([]);
});

test("many children are canceled in bounded batches, each with its own receipts", async () => {
  const s = await openTree();
  const top = await root(s);
  const requests = Array.from({ length: 230 }, () => ({ queue: "below", under: top.lease.token }));
  const created = await createAll(s, requests, "", s.worker);
  granted(await cancel(s, top.task.taskId));
  const { ended } = await s.sweep();
  expect(ended).toBe(230);
  for (const place of [0, 120, 229]) {
    const { task } = granted(created[place] ?? {}) as { task: { taskId: string } };
    expect(await story(s, task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_CANCELED", "TASK_RESULT_READY"]);
  }
  expect((await everything(s))["parent_end"]).toEqual([]);
});

test("a child that another transaction has locked is passed by, and canceled by a later sweep", async () => {
  const s = await openTree();
  const top = await root(s);
  const one = await child(s, top);
  const two = await child(s, top);
  granted(await cancel(s, top.task.taskId));
  const other = new pg.Client({ connectionString: s.database.databaseUrl });
  await other.connect();
  onTestFinished(() => other.end());
  await other.query("begin");
  await other.query("select 1 from ready where task_id = $1 for update", [one.taskId]);
  await s.sweep();
  expect(await read(s, one.taskId)).toMatchObject({ state: QUEUED });
  expect(await read(s, two.taskId)).toMatchObject({ state: CANCELED });
  await other.query("rollback");
  await s.sweep();
  expect(await read(s, one.taskId)).toMatchObject({ state: CANCELED });
});

test("a tree has bounds, and the refusal names the one that is reached", async () => {
  const s = await openTree({ limits: { task_depth_max: 2, tree_live_tasks_max: 3 } });
  const top = await root(s);
  const one = await child(s, top, { priority: 9 });
  const middle = await claim(s, below);
  expect(middle.task.taskId).toBe(one.taskId);
  await child(s, middle, { priority: 9 });
  const leaf = await claim(s, below);
  const deep = await refused(createUnder(s, leaf), ErrorReason.LIMIT_EXCEEDED);
  expect(deep.facts).toMatchObject({ case: "limit", value: { limit: "task_depth_max", bound: 2n, value: 3n } });
  expect(deep.retryAfterMs).toBeUndefined();
  const [third, fourth] = await createAll(
    s,
    [top, top].map(({ lease }) => ({ queue: "below", under: lease.token })),
    "b1",
    s.worker,
  );
  granted(third ?? {});
  const full = await refused(fourth ?? {}, ErrorReason.LIMIT_EXCEEDED);
  expect(full.facts).toMatchObject({ case: "limit", value: { limit: "tree_live_tasks_max", bound: 3n, value: 4n } });
  expect(full.retryAfterMs).toBeGreaterThan(0);
  // The call that was refused in part is repeated as it was; a new one finds room again.
  const again = await createAll(
    s,
    [top, top].map(({ lease }) => ({ queue: "below", under: lease.token })),
    "b1",
    s.worker,
  );
  expect(granted(again[0] ?? {})).toMatchObject({ existed: true });
  await refused(again[1] ?? {}, ErrorReason.LIMIT_EXCEEDED);
  granted(await complete(s, leaf));
  granted(await createUnder(s, top, { requestId: "later" }));
  await refused(createUnder(s, top, { requestId: "full" }), ErrorReason.LIMIT_EXCEEDED);
  granted(await complete(s, middle));
  granted(await createUnder(s, top, { requestId: "full" }));
});

test("a tree is shown to those who may read its top, level by level, and cut where it is large", async () => {
  const s = await openTree();
  const top = await root(s);
  for (const type of ["a", "b", "c"]) await child(s, top, { type });
  const middle = await claim(s, below);
  await child(s, middle, { type: "d" });
  const { nodes, truncated } = await tree(s, top.task.taskId, {}, s.agent);
  expect(nodes.map(({ type }) => type)).toEqual(["t", "a", "b", "c", "d"]);
  expect(truncated).toBe(false);
  expect(nodes[4]).toMatchObject({ parentTaskId: middle.task.taskId, depth: 2, createdBy: { id: "wanda" } });
  expect(await tree(s, top.task.taskId, { most: 5 })).toMatchObject({ truncated: false });
  const cut = await tree(s, top.task.taskId, { most: 3 });
  expect(cut).toMatchObject({ truncated: true, nodes: [{}, {}, {}] });
  expect((await tree(s, top.task.taskId, { most: 1 })).truncated).toBe(true);
  expect(await picture(s, middle.task.taskId)).toEqual(["1 a LEASED", "2 d QUEUED"]);
  await refused(tree(s, top.task.taskId, {}, s.rival), ErrorReason.TASK_NOT_FOUND);
  const other = await s.makeTenant();
  await refused(tree(s, top.task.taskId, {}, other.caller("human", "omar")), ErrorReason.TASK_NOT_FOUND);
});

test("tasks are listed by their parent and by their root, with the other filters, page by page", async () => {
  const s = await openTree();
  const top = await root(s);
  const children = [];
  for (const type of ["a", "b", "c"]) children.push(await child(s, top, { type }));
  const middle = await claim(s, below);
  const leaf = await child(s, middle, { type: "d" });
  const list = async (request: object, by = s.worker) => {
    const page = granted(await s.operations.listTasks(by, create(ListTasksRequestSchema, request)));
    return { types: page.tasks.map(({ type }) => type).join(""), token: page.nextPageToken };
  };
  const parent = top.task.taskId;
  expect((await list({ parent })).types).toBe("cba");
  expect((await list({ root: parent })).types).toBe("dcba");
  expect((await list({ parent: middle.task.taskId, root: parent })).types).toBe("d");
  expect((await list({ parent: middle.task.taskId, root: leaf.taskId })).types).toBe("");
  expect((await list({ root: parent, states: [TaskState.LEASED] })).types).toBe("a");
  expect((await list({ root: parent, states: [TaskState.QUEUED], type: "b" })).types).toBe("b");
  const first = await list({ root: parent, pageSize: 3 });
  expect(first.types).toBe("dcb");
  expect((await list({ root: parent, pageSize: 3, pageToken: first.token })).types).toBe("a");
  expect((await list({ root: parent }, s.rival)).types).toBe("");
  expect((await list({ root: parent }, s.operator)).types).toBe("dcba");
});

test("a week of a parent that has been dropped breaks no child", async () => {
  const s = await openTree();
  const top = await root(s);
  const one = await child(s, top, { onParentEnd: KEEP });
  granted(await complete(s, top));
  await s.sweep();
  s.clock.advance(5 * 7 * 24 * 3_600_000);
  await s.operations.makePartitions();
  const keeper = s.tenant.caller("agent", "alice");
  expect((await createTask(s, { type: "fresh" }, keeper)).type).toBe("fresh");
  const middle = await claim(s, below);
  const leaf = await child(s, middle, { type: "leaf" });
  expect(leaf).toMatchObject({ rootTaskId: top.task.taskId, depth: 2 });
  granted(await complete(s, middle));
  await s.sweep();
  expect((await read(s, one.taskId)).parentTaskId).toBe(top.task.taskId);
  expect((await read(s, leaf.taskId)).state).toBe(CANCELED);
  expect(await claimAll(s, below)).toEqual([]);
});
