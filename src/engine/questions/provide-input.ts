// ProvideInput: answers or declines the question of a task, once. It races with its expiry, with the end of the task
// and with other answers; one wins, and the others are told how the question was settled.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type ProvideInputRequest,
  ProvideInputRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { compileQuestion } from "../../core/answer-schema.ts";
import { assert } from "../../core/assert.ts";
import type { CallMark } from "../../core/ledger.ts";
import { expiredResult, mayAnswer, type QuestionRecord } from "../../core/questions.ts";
import {
  type FieldViolation,
  inputAnswered,
  invalidArgument,
  invalidTransition,
  notFound,
  orThrow,
  permissionDenied,
  Refused,
} from "../../core/refusal.ts";
import {
  liftsBudget,
  type Provided,
  provideInput as provideInputRule,
  type Settling,
} from "../../core/settle-question.ts";
import { isWaiting, stateOf, type TaskRecord } from "../../core/task-record.ts";
import { stateName } from "../../core/transitions.ts";
import type { BlockedTask } from "../../core/wait.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { readReceiptsOfCalls } from "../../store/receipt.sql.gen.ts";
import { liftBudget } from "../../store/spend.sql.gen.ts";
import { readTaskParties, readTerms } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout, wakeClaimers } from "../runtime/wakeups.ts";
import { blockedTaskOf } from "../tx/condition-rows.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { type Call, claimRequestIds, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { asHandedOff } from "../tx/who-may-lease.ts";
import { findQuestion } from "./find-question.ts";
import { writeSettled } from "./question-rows.ts";

export type InputProvided = { readonly taskId: string; readonly state: TaskState; readonly receiptId: string };

const method = TaskService.method.provideInput.name;

export async function provideInput(
  engine: Engine,
  caller: Caller,
  request: ProvideInputRequest,
): Promise<InputProvided> {
  const { tenantId, principalText: principal } = caller;
  const { taskId, inputId, requestId } = request;
  const provided = providedBy(request);
  const digest = requestDigest(ProvideInputRequestSchema, request);
  const call: Call = { method, principal, requestId, digest };
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      const living = (await lockTasks(tx, tenantId, [taskId])).get(taskId);
      const [row] = await readTerms(tx, { tenantId, taskIds: [taskId] });
      if (!living || !row) throw new Refused(notFound("task", taskId));
      const question = await findQuestion(tx, tenantId, living, inputId);
      if (!question || !mayAnswer(question, caller)) return await refuse(tx, caller, request, question);
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) {
        orThrow(said);
        return await answer(tx, tenantId, taskId, await receiptOf(tx, tenantId, taskId, call));
      }
      const open = openTask(living, question, tx.now);
      checkAnswer(question, provided, request);
      const mark: CallMark = { requestId, requestDigest: digest };
      const how = { by: principal, limits: caller.limits, mark };
      const moment = decisionContext(engine, tx.now);
      const task = blockedTaskOf(row);
      const decided = orThrow(provideInputRule(open, task, question, provided, how, moment));
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [taskId] }]);
      await write(engine, tx, tenantId, decided, { question, task });
      return await answer(tx, tenantId, taskId, decided.result.receiptId);
    }),
  );
}

function providedBy({ outcome }: ProvideInputRequest): Provided {
  if (outcome.case !== undefined) return outcome;
  const description = "must be an answer, or decline must be set";
  throw new Refused(invalidArgument([{ field: "answer", description, rule: "provide_input.outcome" }]));
}

/** A caller that may not read the task is told nothing of it. */
async function refuse(
  tx: Transaction,
  caller: Caller,
  { taskId, inputId }: ProvideInputRequest,
  question: QuestionRecord | undefined,
): Promise<never> {
  const [parties] = await readTaskParties(tx, { tenantId: caller.tenantId, taskIds: [taskId] });
  const me = caller.principalText;
  const isNamed = question !== undefined && [question.asker, question.addressee, question.escalatedTo].includes(me);
  if (!isNamed && !(parties && mayReadTask(caller, parties))) throw new Refused(notFound("task", taskId));
  throw new Refused(question ? permissionDenied(method, "") : notFound("receipt", inputId));
}

/** The task whose question is open still; or the refusal that says how it was settled. */
function openTask(living: TaskRecord, question: QuestionRecord, now: Date) {
  const settled = question.result ?? (isWaiting(living) && living.owed ? expiredResult(question, now) : undefined);
  if (settled) throw new Refused(inputAnswered(settled));
  if (isWaiting(living) && living.owed) return living;
  const { taskId, state } = living;
  const message = `${method} comes too late: the task has ended as ${stateName(state)}.`;
  throw new Refused(invalidTransition({ taskId, from: state, requested: method }, message));
}

function checkAnswer({ asked }: QuestionRecord, provided: Provided, { actionDigest }: ProvideInputRequest): void {
  const { question } = asked;
  assert(question !== undefined, "a question is required of an asker");
  const violations: FieldViolation[] = [];
  if (actionDigest.length > 0 && Buffer.compare(actionDigest, question.actionDigest) !== 0) {
    const description = "must be the action digest of the question: it asks about another action";
    violations.push({ field: "action_digest", description, rule: "provide_input.action_digest" });
  }
  if (provided.case === "answer") {
    const check = compileQuestion(question);
    assert(typeof check === "function", "a schema that was asked with was compiled before");
    violations.push(...check(provided.value, "answer"));
  }
  if (violations.length > 0) throw new Refused(invalidArgument(violations));
}

async function write(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  decided: Settling,
  { question, task: { terms } }: { readonly question: QuestionRecord; readonly task: BlockedTask },
): Promise<void> {
  const { taskId } = decided.after;
  const places = await asHandedOff(tx, tenantId, [decided.after], new Map([[taskId, terms]]));
  const lifted = liftsBudget(question, decided.result) ? [liftBudget(tx, { tenantId, taskId })] : [];
  const settled = Promise.all([...writeSettled(tx, tenantId, [decided]), ...lifted]);
  await record(engine, tx, tenantId, [decided], { beside: () => settled });
  wakeAbout(engine.wakeups, tx, tenantId, [decided]);
  wakeClaimers(engine.wakeups, tx, tenantId, [decided], () => places.get(taskId));
}

/** The receipt that the call wrote when it was made first. */
async function receiptOf(tx: Transaction, tenantId: string, taskId: string, { requestId, principal }: Call) {
  const rows = await readReceiptsOfCalls(tx, { tenantId, taskIds: [taskId], requestIds: [requestId] });
  const { INPUT_PROVIDED, INPUT_DECLINED } = ReceiptType;
  const types: readonly number[] = [INPUT_PROVIDED, INPUT_DECLINED];
  return rows.find((row) => types.includes(row.type) && row.fromPrincipal === principal)?.receiptId ?? "";
}

async function answer(tx: Transaction, tenantId: string, taskId: string, receiptId: string): Promise<InputProvided> {
  const [standing] = await readTaskSummaries(tx, { tenantId, taskIds: [taskId] });
  assert(standing !== undefined, "a locked task has a state");
  return { taskId, state: stateOf(standing), receiptId };
}
