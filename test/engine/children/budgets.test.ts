// Budgets of trees by scenario: what is spent under a task counts for it, and stops what is under it.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CreateAs } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { OnExceeded, OnParentEnd, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { pauseTask } from "../../helpers/operate.ts";
import {
  anomalies,
  broken,
  type CreateInit,
  cancel,
  claim,
  complete,
  createTask,
  everything,
  fail,
  granted,
  ms,
  onTask,
  progress,
  read,
  refused,
  result,
  type Scenario,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, createUnder, openTree, root } from "./scenes.ts";

const { CANCELED, FAILED, QUEUED, RUNNING, SUCCEEDED } = TaskState;
const { FAIL, TELL } = OnExceeded;
const below = { queues: ["below"] };

function budget(usd: string, onExceeded: OnExceeded = TELL): CreateInit {
  return { budget: { amounts: { usd }, onExceeded } };
}

/** A task that creates one child, which its holder holds. */
async function family(s: Scenario, request: CreateInit, ofChild: CreateInit = {}) {
  const top = await root(s, request);
  await child(s, top, ofChild);
  return { top, leaf: await claim(s, below) };
}

/** All rows but those of living tasks, which may be marked by a call that is refused afterwards. */
async function besideMarks(s: Scenario) {
  return { ...(await everything(s)), ready: [], lease: [], quota: [] };
}

async function spentOf(s: Scenario, taskId: string) {
  const { spent } = await read(s, taskId);
  return spent && { amounts: spent.amounts, below: spent.below, overBudget: spent.overBudget };
}

test("what is spent under a task is added up for the root and for every task with a budget, and shown", async () => {
  const s = await openTree();
  const { top, leaf: middle } = await family(s, {}, budget("10"));
  await child(s, middle);
  const leaf = await claim(s, below);
  expect(leaf.task.budgetTaskIds).toEqual([middle.task.taskId]);
  granted(await progress(s, top, { spend: { usd: "1" } }));
  granted(await progress(s, leaf, { spend: { usd: "2", tokens: "7" } }));
  granted(await fail(s, leaf, { error: broken, spend: { usd: "0.5" } }));
  s.clock.advance(3_600_000);
  granted(await complete(s, await claim(s, below), { ...result, spend: { usd: "0.25" } }));
  const { taskId } = leaf.task;
  expect(await spentOf(s, taskId)).toEqual({ amounts: { usd: "2.75", tokens: "7" }, below: {}, overBudget: false });
  expect(await spentOf(s, middle.task.taskId)).toEqual({
    amounts: {},
    below: { usd: "2.75", tokens: "7" },
    overBudget: false,
  });
  expect(await spentOf(s, top.task.taskId)).toEqual({
    amounts: { usd: "1" },
    below: { usd: "2.75", tokens: "7" },
    overBudget: false,
  });
});

test("no task is created under one that has spent too much, by none of the ways", async () => {
  const s = await openTree();
  const { top, leaf } = await family(s, budget("1"));
  granted(await progress(s, leaf, { spend: { usd: "1" } }));
  const second = await child(s, top);
  expect((await progress(s, leaf, { spend: { usd: "0.1" } })) as object).toMatchObject({ overBudget: true });
  const before = await besideMarks(s);
  const facts = {
    case: "budget",
    value: { taskId: top.task.taskId, spent: { usd: "1.1" }, budget: { usd: "1" } },
  };
  const task = { type: "more", queue: "below" };
  const tries = [
    () => createUnder(s, top),
    () => createUnder(s, leaf),
    () => suspend(s, top, { create: [{ task }], wait: waitFor(onTask(second.taskId)) }),
    () => suspend(s, leaf, { create: [{ as: CreateAs.NEXT, task }], wait: waitFor(onTask(second.taskId)) }),
    () => complete(s, leaf, { ...result, next: [task] }),
  ];
  for (const attempt of tries) {
    const refusal = await refused(attempt() as Promise<object>, ErrorReason.BUDGET_EXCEEDED);
    expect(refusal.facts).toMatchObject(facts);
  }
  expect(await besideMarks(s)).toEqual(before);
  // What goes on from the task itself is not under it.
  granted(await complete(s, top, { ...result, next: [{ type: "report" }] }));
});

test("a task whose children have spent its budget tells its owner once, whatever state it is in", async () => {
  const s = await openTree();
  const { top, leaf } = await family(s, budget("1"));
  granted(await suspend(s, top, { wait: waitFor(onTask(leaf.task.taskId)) }));
  expect(granted(await progress(s, leaf, { spend: { usd: "1" } })).overBudget).toBe(false);
  await s.sweep();
  expect(await anomalies(s, top.task.taskId)).toEqual([]);
  expect(granted(await progress(s, leaf, { spend: { usd: "0.5" } })).overBudget).toBe(true);
  await s.sweep();
  expect(await anomalies(s, top.task.taskId)).toEqual(["BUDGET_EXCEEDED"]);
  granted(await progress(s, leaf, { spend: { usd: "5" } }));
  await s.sweep();
  expect((await everything(s))["overspent"]).toEqual([]);
  granted(await complete(s, leaf));
  const again = await claim(s);
  // Its next holder is told with its first report.
  expect(granted(await progress(s, again, {})).overBudget).toBe(true);
  expect(await anomalies(s, top.task.taskId)).toEqual(["BUDGET_EXCEEDED"]);
  granted(await complete(s, again));
  expect(await read(s, top.task.taskId)).toMatchObject({ state: SUCCEEDED, spent: { overBudget: true } });
});

test.each(["held", "blocked", "queued", "paused"] as const)(
  "law 25: a %s task with the policy FAIL fails when its children spend its budget, and they are canceled",
  async (how) => {
    const s = await openTree();
    const { top, leaf } = await family(s, { ...budget("1", FAIL), maxAttempts: 5 });
    const { taskId } = top.task;
    if (how === "blocked" || how === "paused") {
      granted(await suspend(s, top, { wait: waitFor(onTask(leaf.task.taskId)) }));
    }
    if (how === "queued") granted(await fail(s, top, { error: broken, retryAfter: ms(3_600_000) }));
    if (how === "paused") await pauseTask(s, taskId);
    granted(await progress(s, leaf, { spend: { usd: "2" } }));
    await s.sweep();
    expect(await read(s, taskId)).toMatchObject({
      state: FAILED,
      outcome: { terminalReason: TerminalReason.BUDGET_EXCEEDED },
    });
    expect(await anomalies(s, taskId)).toEqual(["BUDGET_EXCEEDED"]);
    // The leaf is held: its holder is asked to stop, and it is canceled.
    expect((await read(s, leaf.task.taskId)).state).toBe(CANCELED);
    expect((await everything(s))["overspent"]).toEqual([]);
  },
);

test("what a child spends after its parent has ended is shown, and bounds what is still under it", async () => {
  const s = await openTree();
  const { top, leaf } = await family(s, budget("1", FAIL), { onParentEnd: OnParentEnd.KEEP });
  granted(await complete(s, top));
  expect(granted(await progress(s, leaf, { spend: { usd: "2" } })).overBudget).toBe(true);
  await s.sweep();
  expect((await everything(s))["overspent"]).toEqual([]);
  expect(await read(s, top.task.taskId)).toMatchObject({
    state: SUCCEEDED,
    spent: { below: { usd: "2" }, overBudget: true },
  });
  await refused(createUnder(s, leaf) as Promise<object>, ErrorReason.BUDGET_EXCEEDED);
  expect((await read(s, leaf.task.taskId)).state).toBe(RUNNING);
});

test("the units of a tree have a bound, as those of a task have", async () => {
  const s = await openTree();
  const { top, leaf } = await family(s, {});
  await child(s, top);
  const other = await claim(s, below);
  const units = (from: number) => Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`unit-${from + at}`, "1"]));
  granted(await progress(s, leaf, { spend: units(0) }));
  granted(await progress(s, other, { spend: units(16) }));
  const { facts } = await refused(progress(s, other, { spend: { more: "1" } }), ErrorReason.LIMIT_EXCEEDED);
  expect(facts).toMatchObject({ value: { limit: "spend_units_max", bound: 32n, value: 33n } });
});

test("a budget of another task beside it, and a task without a tree, are left alone", async () => {
  const s = await openTree();
  const { leaf } = await family(s, {});
  const beside = await createTask(s, budget("1", FAIL));
  granted(await progress(s, leaf, { spend: { usd: "100" } }));
  await s.sweep();
  expect(await read(s, beside.taskId)).toMatchObject({ state: QUEUED, budgetTaskIds: [] });
  expect((await read(s, beside.taskId)).spent?.amounts ?? {}).toEqual({});
  await cancel(s, beside.taskId);
});
