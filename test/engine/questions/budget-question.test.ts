// `ON_EXCEEDED_ASK` by scenario: a task that has spent more than its budget asks its owner, who lets it go on or not.
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import {
  ConditionStatus,
  OnExceeded,
  TaskState,
  TerminalReason,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { pauseTask, resumeTask } from "../../helpers/operate.ts";
import { decline, inbox, provide } from "../../helpers/questions.ts";
import {
  anomalies,
  type CreateInit,
  cancel,
  chain,
  claim,
  complete,
  everything,
  granted,
  held,
  ms,
  onTask,
  openScenario,
  progress,
  read,
  refused,
  result,
  type Scenario,
  story,
  suspend,
  waitFor,
} from "../../helpers/scenario.ts";
import { child, createUnder, openTree } from "../children/scenes.ts";

const { INPUT_REQUIRED, QUEUED, FAILED, CANCELED, SUCCEEDED, BLOCKED } = TaskState;
const { BUDGET_EXCEEDED, FENCED, INVALID_ARGUMENT, TASK_NOT_FOUND } = ErrorReason;
const dollar: CreateInit = { budget: { amounts: { usd: "1" }, onExceeded: OnExceeded.ASK } };

/** The question of a task that has spent too much, as its owner finds it. */
async function askedOf(s: Scenario, taskId: string) {
  const { question } = await read(s, taskId);
  if (!question) throw new Error("the task has asked nothing");
  return { taskId, ...question };
}

async function tooMuch(s: Scenario, more: CreateInit = {}): Promise<GrantedTask> {
  const leased = await held(s, { ...dollar, ...more });
  granted(await progress(s, leased, { spend: { usd: "1.5" } }));
  return leased;
}

test("law 25: a report beyond the budget ends the lease, and the owner owes an answer", async () => {
  const s = await openScenario();
  const leased = await held(s, dollar);
  const { taskId } = leased.task;
  expect(granted(await progress(s, leased, { spend: { usd: "1" } })).overBudget).toBe(false);
  const said = granted(await progress(s, leased, { spend: { usd: "0.5" }, requestId: "r" }));
  expect([said.overBudget, said.expireTime]).toEqual([true, undefined]);
  expect(await read(s, taskId)).toMatchObject({ state: INPUT_REQUIRED, attempt: 1, leaseLosses: 0 });
  const { asker, addressee, question } = await askedOf(s, taskId);
  expect([asker?.kind, addressee?.id]).toEqual([PrincipalKind.SERVICE, s.agent.principal.id]);
  expect(JSON.parse(question?.context ?? "")).toEqual({ task_id: taskId, spent: { usd: "1.5" }, budget: { usd: "1" } });
  expect((await inbox(s, s.agent)).map(({ receipt }) => receipt?.taskId)).toEqual([taskId]);
  expect(await anomalies(s, taskId)).toEqual([]);
  await refused(progress(s, leased, {}), FENCED);
  // The same report again is answered, counted once, and asks once.
  expect(granted(await progress(s, leased, { spend: { usd: "0.5" }, requestId: "r" })).receiptId).toBe(said.receiptId);
  expect((await read(s, taskId)).spent?.amounts).toEqual({ usd: "1.5" });
});

test("`go_on` lifts the budget: the next holder has the answer, and nothing bounds it", async () => {
  const s = await openTree();
  const { task } = await tooMuch(s);
  const one = await askedOf(s, task.taskId);
  expect((await provide(s, one, "go_on", s.agent)).state).toBe(QUEUED);
  expect((await read(s, task.taskId)).spent).toMatchObject({ overBudget: false, budgetLifted: true });
  const again = await claim(s);
  const [waited] = again.waitResults;
  expect(waited).toMatchObject({ name: "budget", status: ConditionStatus.MET });
  expect(again.task.attempt).toBe(1);
  expect(granted(await progress(s, again, { spend: { usd: "7" } })).overBudget).toBe(false);
  granted(await createUnder(s, again));
  granted(await complete(s, again, { ...result, spend: { usd: "1", tokens: "5" } }));
  expect(await read(s, task.taskId)).toMatchObject({
    state: SUCCEEDED,
    spent: { amounts: { usd: "9.5", tokens: "5" }, overBudget: false, budgetLifted: true },
  });
});

test.each([
  ["`stop`", "INPUT_PROVIDED", (s: Scenario, one: Asked) => provide(s, one, "stop", s.agent)],
  ["declining", "INPUT_DECLINED", (s: Scenario, one: Asked) => decline(s, one, "too dear", s.agent)],
])("%s fails the task, and closes what was owed", async (_title, receipt, answer) => {
  const s = await openScenario();
  const { task } = await tooMuch(s, { maxAttempts: 5 });
  expect((await answer(s, await askedOf(s, task.taskId))).state).toBe(FAILED);
  expect((await read(s, task.taskId)).outcome?.terminalReason).toBe(TerminalReason.BUDGET_EXCEEDED);
  expect(await inbox(s, s.agent)).toEqual([]);
  expect((await everything(s))["obligation"]).toEqual([]);
  const told = (await story(s, task.taskId)).slice(-5);
  expect(told).toEqual(["TASK_PROGRESS", "INPUT_REQUESTED", receipt, "TASK_FAILED", "TASK_RESULT_READY"]);
});

type Asked = Awaited<ReturnType<typeof askedOf>>;

test("another answer is refused, and another principal's", async () => {
  const s = await openScenario();
  const { task } = await tooMuch(s);
  const one = await askedOf(s, task.taskId);
  await refused(provide(s, one, "maybe", s.agent), INVALID_ARGUMENT);
  await refused(provide(s, one, "go_on", s.tenant.caller("human", "mallory", [Role.TASKER])), TASK_NOT_FOUND);
  expect((await read(s, task.taskId)).state).toBe(INPUT_REQUIRED);
});

test("while it is paused, the budget is lifted, and the task goes on when it is resumed", async () => {
  const s = await openScenario();
  const { task } = await tooMuch(s);
  await pauseTask(s, task.taskId);
  await provide(s, await askedOf(s, task.taskId), "go_on", s.agent);
  await resumeTask(s, task.taskId);
  const again = await claim(s);
  expect(granted(await progress(s, again, { spend: { usd: "1" } })).overBudget).toBe(false);
});

test("a task that its owner wants canceled is not asked about", async () => {
  const s = await openScenario();
  const leased = await held(s, dollar);
  await cancel(s, leased.task.taskId, { gracePeriod: ms(60_000) });
  expect(granted(await progress(s, leased, { spend: { usd: "3" } }))).toMatchObject({
    overBudget: true,
    cancelRequested: true,
  });
  expect(await anomalies(s, leased.task.taskId)).toEqual(["BUDGET_EXCEEDED"]);
});

test("a question is canceled with its task", async () => {
  const s = await openScenario();
  const { task } = await tooMuch(s);
  await cancel(s, task.taskId);
  expect((await read(s, task.taskId)).state).toBe(CANCELED);
  expect(await inbox(s, s.agent)).toEqual([]);
});

test("what tasks under it spend asks its owner while it is held, by the sweep", async () => {
  const s = await openTree();
  const top = await held(s, dollar);
  await child(s, top);
  const leaf = await claim(s, { queues: ["below"] });
  granted(await progress(s, leaf, { spend: { usd: "2" } }));
  await refused(createUnder(s, top) as Promise<object>, BUDGET_EXCEEDED);
  await s.sweep();
  const { taskId } = top.task;
  expect((await read(s, taskId)).state).toBe(INPUT_REQUIRED);
  expect((await everything(s))["overspent"]).toEqual([]);
  await provide(s, await askedOf(s, taskId), "go_on", s.agent);
  granted(await createUnder(s, await claim(s)));
  granted(await progress(s, leaf, { spend: { usd: "2" } }));
  await s.sweep();
  expect(await anomalies(s, taskId)).toEqual([]);
});

test("a task that waits is not asked about: its owner is told, and asked at its next report of spending", async () => {
  const s = await openTree();
  const top = await held(s, dollar);
  const { taskId: leafId } = await child(s, top);
  granted(await suspend(s, top, { wait: waitFor(onTask(leafId)) }));
  const leaf = await claim(s, { queues: ["below"] });
  granted(await progress(s, leaf, { spend: { usd: "2" } }));
  await s.sweep();
  const { taskId } = top.task;
  expect((await read(s, taskId)).state).toBe(BLOCKED);
  expect(await anomalies(s, taskId)).toEqual(["BUDGET_EXCEEDED"]);
  granted(await complete(s, leaf));
  await s.sweep();
  const again = await claim(s);
  expect(granted(await progress(s, again, {})).overBudget).toBe(true);
  granted(await progress(s, again, { spend: { usd: "0.1" } }));
  expect((await read(s, taskId)).state).toBe(INPUT_REQUIRED);
  expect((await chain(s, taskId)).length).toBeGreaterThan(0);
});
