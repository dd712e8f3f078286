// What time, operators and owners do to open questions, by scenario.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { InputOutcome, OnExpiry } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ConditionStatus, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import { damage } from "../../helpers/ledger-scenario.ts";
import { overrideWait, pauseTask, resumeTask } from "../../helpers/operate.ts";
import { ask, asked, decline, expiring, human, inbox, provide } from "../../helpers/questions.ts";
import {
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createTask,
  granted,
  held,
  inMs,
  minuteMs,
  ms,
  openScenario,
  read,
  refused,
  type Scenario,
  story,
} from "../../helpers/scenario.ts";

const { QUEUED, PAUSED, INPUT_REQUIRED, FAILED, CANCELED } = TaskState;
const { INPUT_ANSWERED, INVALID_TRANSITION } = ErrorReason;
const pia = { kind: PrincipalKind.HUMAN, id: "pia" };

async function after(s: Scenario, time: number): Promise<void> {
  s.clock.advance(time);
  await s.sweep();
}

test("a question that is not answered in time fails its task", async () => {
  const s = await openScenario();
  const open = await asked(s, expiring(minuteMs));
  await after(s, minuteMs - 1);
  expect(await read(s, open.taskId)).toMatchObject({ state: INPUT_REQUIRED });
  await after(s, 1);
  expect(await read(s, open.taskId)).toMatchObject({
    state: FAILED,
    outcome: { terminalReason: TerminalReason.INPUT_EXPIRED, error: { type: "InputExpired" } },
  });
  expect(await inbox(s)).toEqual([]);
  expect((await story(s, open.taskId)).slice(-4)).toEqual([
    "INPUT_REQUESTED",
    "INPUT_EXPIRED",
    "TASK_FAILED",
    "TASK_RESULT_READY",
  ]);
  const refusal = await refused(provide(s, open), INPUT_ANSWERED);
  expect(refusal.facts).toMatchObject({ case: "input", value: { outcome: InputOutcome.EXPIRED } });
});

test("a question that expires with DECLINE or DEFAULT lets its task go on", async () => {
  const s = await openScenario();
  await asked(s, expiring(minuteMs, OnExpiry.DECLINE));
  await after(s, minuteMs);
  const declined = await claim(s);
  expect(declined.waitResults).toMatchObject([
    { status: ConditionStatus.IMPOSSIBLE, input: { outcome: InputOutcome.EXPIRED, answer: "" } },
  ]);
  granted(await complete(s, declined));
  const open = await asked(s, expiring(minuteMs, OnExpiry.DEFAULT, '"no"'));
  await after(s, minuteMs);
  const defaulted = await claim(s);
  expect(defaulted.waitResults).toMatchObject([
    { status: ConditionStatus.MET, input: { outcome: InputOutcome.DEFAULTED, answer: '"no"' } },
  ]);
  const refusal = await refused(provide(s, open), INPUT_ANSWERED);
  expect(refusal.facts).toMatchObject({ case: "input", value: { outcome: InputOutcome.DEFAULTED, answer: '"no"' } });
});

test("no answer is taken after the time, even before the sweep", async () => {
  const s = await openScenario();
  const open = await asked(s, expiring(minuteMs, OnExpiry.DECLINE));
  s.clock.advance(minuteMs - 1);
  const other = await asked(s, expiring(minuteMs, OnExpiry.DECLINE));
  s.clock.advance(1);
  await refused(provide(s, open), INPUT_ANSWERED);
  granted(await provide(s, other));
  await s.sweep();
  expect(await story(s, open.taskId)).toContain("INPUT_EXPIRED");
});

test("law 23: an escalation gives a second addressee the same obligation, once", async () => {
  const s = await openScenario();
  const open = await asked(s, { ...expiring(10 * minuteMs), escalate: { after: ms(minuteMs), to: pia } });
  const second = human(s, "pia");
  expect(await inbox(s, second)).toEqual([]);
  // Before that it may not answer; as an operator it sees the task.
  await refused(provide(s, open, "yes", second), ErrorReason.PERMISSION_DENIED);
  await after(s, minuteMs);
  await after(s, minuteMs);
  expect(await inbox(s)).toHaveLength(1);
  const [owed] = await inbox(s, second);
  expect(owed?.receipt).toMatchObject({
    to: pia,
    parents: [open.inputId],
    body: { body: { case: "inputRequested", value: { inputId: open.inputId, question: { title: "Deploy?" } } } },
  });
  expect(await read(s, open.taskId)).toMatchObject({ question: { escalatedTo: pia } });
  // By the id that is in its inbox.
  granted(await provide(s, { ...open, inputId: owed?.receipt?.receiptId ?? "" }, "yes", second));
  expect(await inbox(s)).toEqual([]);
  expect(await inbox(s, second)).toEqual([]);
  const provided = (await chain(s, open.taskId)).find(({ body }) => body?.body.case === "inputProvided");
  expect(provided?.parents).toEqual([open.inputId, owed?.receipt?.receiptId]);
  expect((await claim(s)).waitResults).toMatchObject([{ input: { inputId: open.inputId, by: pia } }]);
});

test("an escalated question expires for both, and ends with its task for both", async () => {
  const s = await openScenario();
  const escalate = { after: ms(minuteMs), to: pia };
  await asked(s, { ...expiring(2 * minuteMs, OnExpiry.DECLINE), escalate });
  const other = await asked(s, { escalate });
  await after(s, minuteMs);
  expect(await inbox(s, human(s, "pia"))).toHaveLength(2);
  await after(s, minuteMs);
  expect(await inbox(s, human(s, "pia"))).toHaveLength(1);
  await cancel(s, other.taskId);
  for (const one of ["paul", "pia"]) expect(await inbox(s, human(s, one))).toEqual([]);
});

test("law 23: the end of a task ends its question", async () => {
  const s = await openScenario();
  const open = await asked(s);
  granted(await cancel(s, open.taskId));
  expect(await inbox(s)).toEqual([]);
  const canceled = (await chain(s, open.taskId)).find(({ body }) => body?.body.case === "taskCanceled");
  expect(canceled?.parents).toContain(open.inputId);
  const refusal = await refused(provide(s, open), INVALID_TRANSITION);
  expect(refusal.facts).toMatchObject({ case: "transition", value: { from: CANCELED } });
});

test("the deadline of a task runs on while it waits for an answer, and the time of its attempt does not", async () => {
  const s = await openScenario();
  await createTask(s, { deadline: inMs(s, 10 * minuteMs), attemptTimeout: ms(minuteMs) });
  const { taskId, receiptId: inputId } = granted(await ask(s, await claim(s)));
  await after(s, 5 * minuteMs);
  expect(await read(s, taskId)).toMatchObject({ state: INPUT_REQUIRED });
  await after(s, 5 * minuteMs);
  expect(await read(s, taskId)).toMatchObject({
    state: FAILED,
    outcome: { terminalReason: TerminalReason.DEADLINE_EXCEEDED },
  });
  expect(await inbox(s)).toEqual([]);
  await refused(provide(s, { taskId, inputId }), INVALID_TRANSITION);
});

test("a child that waits for an answer is canceled with its parent", async () => {
  const s = await openScenario();
  const parent = await held(s);
  const executor = { ...s.worker, scopes: new Set([...s.worker.scopes, "tasks:create_children"]) };
  const child = await createTask(s, { under: parent.lease.token }, executor);
  const leased = await claim(s, {}, s.rival);
  expect(leased.task.taskId).toBe(child.taskId);
  granted(await ask(s, leased, {}, s.rival));
  granted(await complete(s, parent));
  await s.sweep();
  expect(await read(s, child.taskId)).toMatchObject({ state: CANCELED });
  expect(await inbox(s)).toEqual([]);
});

test("law 26: a task that is paused while it waits for an answer takes the answer and stays paused", async () => {
  const s = await openScenario();
  const open = await asked(s);
  await pauseTask(s, open.taskId);
  expect(await read(s, open.taskId)).toMatchObject({ state: PAUSED, question: { inputId: open.inputId } });
  expect(granted(await provide(s, open, "yes"))).toMatchObject({ state: PAUSED });
  expect(await inbox(s)).toEqual([]);
  expect(await claimAll(s)).toEqual([]);
  await resumeTask(s, open.taskId);
  const next = await claim(s);
  expect(next.waitResults).toMatchObject([{ status: ConditionStatus.MET, input: { answer: '"yes"' } }]);
  granted(await complete(s, next));
});

test("a task that is resumed before the answer waits for it again", async () => {
  const s = await openScenario();
  const open = await asked(s, expiring(minuteMs, OnExpiry.DECLINE));
  await pauseTask(s, open.taskId);
  expect(await resumeTask(s, open.taskId)).toMatchObject({ task: { state: INPUT_REQUIRED } });
  expect(granted(await decline(s, open))).toMatchObject({ state: QUEUED });
});

test("questions of paused tasks are escalated and expire", async () => {
  const s = await openScenario();
  const escalate = { after: ms(minuteMs), to: pia };
  const one = await asked(s, { ...expiring(2 * minuteMs, OnExpiry.DEFAULT, '"no"'), escalate });
  const other = await asked(s, { ...expiring(2 * minuteMs), escalate });
  for (const { taskId } of [one, other]) await pauseTask(s, taskId);
  await after(s, minuteMs);
  expect(await inbox(s, human(s, "pia"))).toHaveLength(2);
  await after(s, minuteMs);
  expect(await inbox(s, human(s, "pia"))).toEqual([]);
  expect(await read(s, one.taskId)).toMatchObject({ state: PAUSED });
  expect(await read(s, other.taskId)).toMatchObject({ state: FAILED });
  await resumeTask(s, one.taskId);
  expect((await claim(s)).waitResults).toMatchObject([{ input: { outcome: InputOutcome.DEFAULTED, answer: '"no"' } }]);
});

test("a paused task with an open question is canceled whole", async () => {
  const s = await openScenario();
  const open = await asked(s);
  await pauseTask(s, open.taskId);
  granted(await cancel(s, open.taskId));
  expect(await inbox(s)).toEqual([]);
});

test("an operator does not override a question", async () => {
  const s = await openScenario();
  const open = await asked(s);
  await refused(overrideWait(s, open.taskId), INVALID_TRANSITION);
  granted(await provide(s, open));
});

test("law 10: the ledger check finds a question that another principal owes, and one that none does", async () => {
  const s = await openScenario({ ledgerMayDiffer: true });
  await asked(s);
  expect((await checkLedger(s.engine)).differences).toEqual([]);
  const { databaseUrl } = s.database;
  await damage(databaseUrl, "update obligation set principal = 'human:eve' where principal = 'human:paul'");
  expect((await checkLedger(s.engine)).differences).toHaveLength(1);
  await damage(databaseUrl, "delete from obligation where principal = 'human:eve'");
  expect((await checkLedger(s.engine)).differences).toHaveLength(2);
});
