// RequestInput and ProvideInput by scenario: what is asked, what is owed, which answers are taken.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { InputOutcome } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { ConditionStatus, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  ListTasksRequestSchema,
  ProvideInputRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { ask, asked, asking, decline, human, inbox, paul, provide, question } from "../../helpers/questions.ts";
import {
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  granted,
  held,
  json,
  minuteMs,
  ms,
  openScenario,
  read,
  refused,
  result,
  secondMs,
  start,
  story,
} from "../../helpers/scenario.ts";

const { QUEUED, INPUT_REQUIRED, CANCELED } = TaskState;
const { INPUT_ANSWERED, INVALID_ARGUMENT, PERMISSION_DENIED, TASK_NOT_FOUND, RECEIPT_NOT_FOUND } = ErrorReason;
const wanda = { kind: PrincipalKind.WORKER, id: "wanda" };
const alice = { kind: PrincipalKind.AGENT, id: "alice" };

test("law 2: a stale worker asks nothing", () => expectFencedOff((s, leased) => ask(s, leased)));
test("law 2: a lease that has run out is not given back by a question", () =>
  expectExpired((s, leased) => ask(s, leased)));
test("law 2: a token of another worker's lease asks nothing", () => expectNotHolder((s, leased) => ask(s, leased)));

test("law 23: a question obliges its addressee until it is answered, and the next holder has the answer", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await start(s, leased);
  const digest = new Uint8Array([1, 2, 3]);
  const asks = { question: { ...question, actionDigest: digest }, checkpoint: json('{"step":2}'), name: "approval" };
  const done = granted(await ask(s, leased, asks));
  const { taskId } = leased.task;
  expect(done).toMatchObject({ taskId, state: INPUT_REQUIRED });
  const inputId = done.receiptId;
  expect(await read(s, taskId)).toMatchObject({
    state: INPUT_REQUIRED,
    attempt: 1,
    leaseLosses: 0,
    deliveries: 1,
    question: { inputId, question: { title: "Deploy?" }, asker: wanda, addressee: paul },
  });
  expect(await claimAll(s)).toEqual([]);
  expect(await inbox(s)).toMatchObject([
    {
      receipt: {
        receiptId: inputId,
        from: wanda,
        to: paul,
        parents: [leased.acceptedReceiptId],
        body: { body: { case: "inputRequested", value: { question: { title: "Deploy?" }, name: "approval" } } },
      },
      taskState: INPUT_REQUIRED,
      why: "waiting for the answer to a question",
    },
  ]);

  const provided = granted(await provide(s, { taskId, inputId }, "yes"));
  expect(provided).toMatchObject({ taskId, state: QUEUED });
  expect(await inbox(s)).toEqual([]);
  expect(await read(s, taskId)).toMatchObject({ state: QUEUED, attempt: 1 });
  expect(await read(s, taskId)).not.toHaveProperty("question");
  const next = await claim(s, {}, s.rival);
  expect(next).toMatchObject({
    task: { taskId, attempt: 1, deliveries: 2, checkpoint: json('{"step":2}') },
    waitResults: [
      {
        name: "approval",
        status: ConditionStatus.MET,
        receiptId: provided.receiptId,
        input: {
          inputId,
          outcome: InputOutcome.ANSWERED,
          answer: '"yes"',
          by: paul,
          receiptId: provided.receiptId,
        },
      },
    ],
  });
  expect([...(next.waitResults[0]?.input?.actionDigest ?? [])]).toEqual([...digest]);
  granted(await complete(s, next, result, s.rival));
  expect(await story(s, taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_STARTED",
    "INPUT_REQUESTED",
    "INPUT_PROVIDED",
    "TASK_RESUMED",
    "TASK_ACCEPTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
  const receipts = await chain(s, taskId);
  expect(receipts[4]).toMatchObject({ from: paul, to: alice, parents: [inputId] });
  expect(receipts[5]?.parents).toEqual([inputId, provided.receiptId]);
});

test("law 5: a question and an answer that are repeated are put on record once", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const one = await expectDoneOnce(s, () => ask(s, leased, { requestId: "q" }));
  const open = { taskId: one.taskId, inputId: one.receiptId };
  await refused(ask(s, leased, { requestId: "q", name: "other" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  await expectDoneOnce(s, () => provide(s, open, "yes", human(s), { requestId: "a" }));
  await refused(provide(s, open, "no", human(s), { requestId: "a" }), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("law 19: a second answer is told how the question was settled, even long after", async () => {
  const s = await openScenario();
  const open = await asked(s);
  granted(await provide(s, open, "no"));
  const first = { inputId: open.inputId, outcome: InputOutcome.ANSWERED, answer: '"no"', by: paul };
  const late = async () => {
    const before = await everything(s);
    const refusal = await refused(provide(s, open, "yes", human(s)), INPUT_ANSWERED);
    expect(refusal.facts).toMatchObject({ case: "input", value: first });
    expect(await everything(s)).toEqual(before);
  };
  await late();
  const next = await claim(s);
  await late();
  // Another question takes the place of the first one.
  granted(await ask(s, next));
  await late();
  await cancel(s, open.taskId);
  await late();
});

test("a question that is declined lets the task go on without an answer", async () => {
  const s = await openScenario();
  const open = await asked(s);
  const done = granted(await decline(s, open, "not mine"));
  const next = await claim(s);
  expect(next.waitResults).toMatchObject([
    {
      name: "input",
      status: ConditionStatus.IMPOSSIBLE,
      input: { outcome: InputOutcome.DECLINED, reason: "not mine", answer: "", by: paul, receiptId: done.receiptId },
    },
  ]);
  granted(await complete(s, next));
});

test("a task may ask again, and its next holder has the last answer", async () => {
  const s = await openScenario();
  const open = await asked(s);
  granted(await provide(s, open, "no"));
  const again = granted(await ask(s, await claim(s), { name: "second" }));
  granted(await provide(s, { taskId: open.taskId, inputId: again.receiptId }, "yes"));
  const last = await claim(s);
  expect(last.waitResults).toMatchObject([{ name: "second", input: { answer: '"yes"' } }]);
  granted(await complete(s, last));
});

test("the addressee is the owner unless another is named", async () => {
  const s = await openScenario();
  const { lease } = await held(s);
  const { addressee: _, ...request } = asking(lease.token);
  const [answer] = await s.operations.requestInputs(s.worker, [request]);
  const { taskId, receiptId } = granted(answer);
  expect(await inbox(s, s.agent)).toHaveLength(1);
  granted(await provide(s, { taskId, inputId: receiptId }, "yes", s.agent));
});

test("law 23: the addressee and those that the asker allowed may answer, and no other", async () => {
  const s = await openScenario();
  const pia = { kind: PrincipalKind.HUMAN, id: "pia" };
  const allowed = {
    alsoAllowed: [
      { answerer: { case: "principal" as const, value: pia } },
      { answerer: { case: "role" as const, value: "verifier" } },
    ],
  };
  const open = await asked(s, allowed);
  const before = await everything(s);
  // It may read the task, and not answer.
  await refused(provide(s, open, "yes", s.operator), PERMISSION_DENIED);
  await refused(provide(s, open, "yes", s.agent), PERMISSION_DENIED);
  // It asked: it may not answer itself.
  await refused(provide(s, open, "yes", s.worker), PERMISSION_DENIED);
  // It may not even know of the task.
  await refused(provide(s, open, "yes", s.rival), TASK_NOT_FOUND);
  await refused(provide(s, { ...open, inputId: open.taskId }, "yes", s.rival), TASK_NOT_FOUND);
  await refused(provide(s, { ...open, inputId: open.taskId }, "yes", s.agent), RECEIPT_NOT_FOUND);
  expect(await everything(s)).toEqual(before);
  granted(await provide(s, open, "yes", human(s, "pia")));
  granted(await complete(s, await claim(s)));
  const other = await asked(s, allowed);
  granted(await provide(s, other, "yes", s.tenant.caller("human", "vera", [Role.VERIFIER])));
});

test("the worker that asks may answer itself only if it said so", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await refused(ask(s, leased, { addressee: wanda }), INVALID_ARGUMENT);
  await refused(ask(s, leased, { escalate: { after: ms(minuteMs), to: wanda } }), INVALID_ARGUMENT);
  // The owner is the addressee of a question that names none.
  await refused(ask(s, leased, { escalate: { after: ms(minuteMs), to: paul } }), INVALID_ARGUMENT);
  await refused(
    ask(s, leased, { addressee: undefined, escalate: { after: ms(minuteMs), to: alice } }),
    INVALID_ARGUMENT,
  );
  const one = granted(await ask(s, leased, { addressee: wanda, notTheAsker: false }));
  granted(await provide(s, { taskId: one.taskId, inputId: one.receiptId }, "yes", s.worker));
});

test("an answer must fit the schema, and is told every way in which it does not", async () => {
  const s = await openScenario();
  const schema = {
    type: "object",
    properties: { approve: { type: "boolean" }, amount: { type: "number", maximum: 100 }, note: { type: "string" } },
    required: ["approve"],
    additionalProperties: false,
  };
  const open = await asked(s, { question: { title: "How much?", answerSchema: JSON.stringify(schema) } });
  const refusal = await refused(provide(s, open, { amount: 200, note: 3, extra: 1 }), INVALID_ARGUMENT);
  expect(refusal.facts).toMatchObject({
    case: "violations",
    value: {
      violations: [
        { field: "answer", description: "must have required property 'approve'" },
        { field: "answer", description: "must NOT have additional properties: extra" },
        { field: "answer.amount", description: "must be <= 100" },
        { field: "answer.note", description: "must be string" },
      ],
    },
  });
  expect(await read(s, open.taskId)).toMatchObject({ state: INPUT_REQUIRED });
  granted(await provide(s, open, { approve: true, amount: 20 }));
});

test("without a schema, the answer is the value of an option", async () => {
  const s = await openScenario();
  const open = await asked(s);
  for (const value of ["maybe", 1, null]) await refused(provide(s, open, value), INVALID_ARGUMENT);
  const empty = create(ProvideInputRequestSchema, open);
  await refused(s.operations.provideInput(human(s), empty), INVALID_ARGUMENT);
  granted(await provide(s, open, "no"));
});

test("an answer for another action is refused", async () => {
  const s = await openScenario();
  const open = await asked(s, { question: { ...question, actionDigest: new Uint8Array([7]) } });
  await refused(provide(s, open, "yes", human(s), { actionDigest: new Uint8Array([8]) }), INVALID_ARGUMENT);
  granted(await provide(s, open, "yes", human(s), { actionDigest: new Uint8Array([7]) }));
});

test("a task whose owner wants it to end is canceled instead of asking", async () => {
  const s = await openScenario();
  const leased = await held(s);
  await cancel(s, leased.task.taskId, { gracePeriod: ms(30 * secondMs) });
  expect(granted(await ask(s, leased))).toMatchObject({ state: CANCELED });
  expect(await inbox(s)).toEqual([]);
});

test("lists find tasks that wait for answers by their state", async () => {
  const s = await openScenario();
  const open = await asked(s);
  await held(s);
  const list = async (states: TaskState[]) =>
    granted(await s.operations.listTasks(s.operator, create(ListTasksRequestSchema, { states }))).tasks;
  expect(await list([INPUT_REQUIRED])).toMatchObject([{ taskId: open.taskId, question: { inputId: open.inputId } }]);
  expect(await list([TaskState.BLOCKED])).toEqual([]);
  expect(await list([INPUT_REQUIRED, TaskState.LEASED])).toHaveLength(2);
});

test("law 17: another tenant's question does not exist", async () => {
  const s = await openScenario();
  const open = await asked(s);
  const stranger = (await s.makeTenant()).caller("human", "paul");
  await refused(provide(s, open, "yes", stranger), TASK_NOT_FOUND);
});
