// How a question is settled: answered, declined or expired. Its receipt closes what is owed, and the task goes on;
// while it is paused it stays so, and a question that expires with `FAIL` ends it.
import { create } from "@bufbuild/protobuf";
import {
  InputOutcome,
  type InputResult,
  InputResultSchema,
  OnExpiry,
} from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import type { ReceiptBody } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ConditionStatus, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "./assert.ts";
import type { ConditionRecord } from "./conditions.ts";
import { type Decision, type DecisionContext, joinSteps, stateAfter, step } from "./decision.ts";
import { timestampOfDate } from "./duration.ts";
import { checkedBody, endTask } from "./end-task.ts";
import { goOn } from "./exceed-budget.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import { conditionOn, obligationsOf, type QuestionRecord } from "./questions.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { failByBudget } from "./spend.ts";
import { type Ended, isPaused, tie, type Waiting } from "./task-record.ts";
import { type BlockedTask, byService, resumeTask } from "./wait.ts";

export type Provided =
  | { readonly case: "answer"; readonly value: string }
  | { readonly case: "decline"; readonly value: { readonly reason: string } };

export type Settling = Decision<Waiting | Ended> & {
  readonly result: InputResult;
  /** The one condition of its wait, as it is from now on. */
  readonly condition: ConditionRecord;
};

type How = {
  readonly from: string;
  readonly to: string;
  readonly body: ReceiptBody["body"];
  readonly outcome: InputOutcome;
  readonly answer?: string;
  readonly reason?: string;
  readonly mark?: CallMark;
};

/** A caller answers or declines it. */
export function provideInput(
  waiting: Waiting,
  task: BlockedTask,
  question: QuestionRecord,
  provided: Provided,
  { by, limits, mark }: { readonly by: string; readonly limits: Limits; readonly mark: CallMark },
  moment: DecisionContext,
): Settling | Refusal {
  const { inputId } = question;
  const common = { attempt: waiting.attempt, inputId, actionDigest: digestOf(question) };
  const sent = { from: by, to: task.owner, mark };
  if (provided.case === "answer") {
    const answer = provided.value;
    const value = { $typeName: "asyncgate.v1.InputProvided" as const, ...common, answer };
    const how = { ...sent, body: { case: "inputProvided", value }, outcome: InputOutcome.ANSWERED, answer } as const;
    return settle(waiting, task, question, how, limits, moment);
  }
  const { reason } = provided.value;
  const value = { $typeName: "asyncgate.v1.InputDeclined" as const, ...common, reason };
  const how = { ...sent, body: { case: "inputDeclined", value }, outcome: InputOutcome.DECLINED, reason } as const;
  return settle(waiting, task, question, how, limits, moment);
}

/** Its time has passed. */
export function expireQuestion(
  waiting: Waiting,
  task: BlockedTask,
  question: QuestionRecord,
  moment: DecisionContext,
): Settling {
  const { inputId, addressee, asked } = question;
  const { onExpiry } = asked;
  const isDefaulted = onExpiry === OnExpiry.DEFAULT;
  const answer = isDefaulted ? asked.defaultAnswer : "";
  const common = { attempt: waiting.attempt, inputId, actionDigest: digestOf(question) };
  const value = { $typeName: "asyncgate.v1.InputExpired" as const, ...common, onExpiry, answer };
  const outcome = isDefaulted ? InputOutcome.DEFAULTED : InputOutcome.EXPIRED;
  const how = {
    from: servicePrincipal,
    to: addressee,
    body: { case: "inputExpired", value },
    outcome,
    answer,
  } as const;
  // What it repeats was small enough when the question was asked; a limit that is lower now must not keep it open.
  const settled = settle(waiting, task, question, how, undefined, moment);
  assert(!isRefusal(settled), "an expiry is never refused");
  return settled;
}

/** Whether the owner lets a task go on that has spent more than its budget. */
export function liftsBudget({ asked }: QuestionRecord, { outcome, answer }: InputResult): boolean {
  return asked.overBudget && outcome === InputOutcome.ANSWERED && JSON.parse(answer) === goOn;
}

function digestOf({ asked }: QuestionRecord): Uint8Array {
  return asked.question?.actionDigest ?? new Uint8Array();
}

function settle(
  waiting: Waiting,
  task: BlockedTask,
  question: QuestionRecord,
  how: How,
  limits: Limits | undefined,
  moment: DecisionContext,
): Settling | Refusal {
  const { inputId } = question;
  const owed = obligationsOf(question);
  const encodedBody = limits && checkedBody(how.body, limits);
  if (encodedBody && isRefusal(encodedBody)) return encodedBody;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: how.from,
    to: how.to,
    parents: owed.map(({ receiptId }) => receiptId),
    body: how.body,
    encodedBody,
    mark: how.mark,
  };
  const { carried, receipts } = step(waiting, moment, [draft]);
  const { owed: _, ...unowed } = waiting;
  const ties = question.asked.overBudget ? carried.ties & ~tie.overBudget : carried.ties;
  const settled: Waiting = { ...unowed, ...carried, ties };
  const first: Decision<Waiting> = { before: waiting, after: settled, receipts, closed: owed };
  const { receiptId } = draft;
  const { outcome } = how;
  const result = create(InputResultSchema, {
    inputId,
    outcome,
    answer: how.answer ?? "",
    by: parsePrincipal(how.from),
    reason: how.reason ?? "",
    actionDigest: digestOf(question),
    time: timestampOfDate(moment.now),
    receiptId,
  });
  const isMet = outcome === InputOutcome.ANSWERED || outcome === InputOutcome.DEFAULTED;
  const status = isMet ? ConditionStatus.MET : ConditionStatus.IMPOSSIBLE;
  const condition = { ...conditionOn(waiting.taskId, inputId, question.asked.name), status, receiptId };
  const isFatal = outcome === InputOutcome.EXPIRED && question.asked.onExpiry !== OnExpiry.DECLINE;
  if (isFatal) return { ...joinSteps(first, failUnanswered(settled, task, moment)), result, condition };
  if (question.asked.overBudget && !liftsBudget(question, result)) {
    return { ...joinSteps(first, failByBudget(settled, task, moment)), result, condition };
  }
  // What is paused goes on when it is resumed, and not before.
  if (isPaused(settled)) return { ...first, result, condition };
  const resumed = resumeTask(settled, task, { beginReceiptId: inputId, conditions: [condition], ...byService }, moment);
  return { ...joinSteps(first, resumed), result, condition };
}

function failUnanswered(waiting: Waiting, task: BlockedTask, moment: DecisionContext): Decision<Ended> {
  const reason = TerminalReason.INPUT_EXPIRED;
  const error = {
    $typeName: "asyncgate.v1.TaskError" as const,
    type: "InputExpired",
    message: "The question of the task was not answered in time.",
    detail: "",
    retryable: false,
  };
  const body: ReceiptBody["body"] = {
    case: "taskFailed",
    value: {
      $typeName: "asyncgate.v1.TaskFailed",
      attempt: waiting.attempt,
      terminalReason: reason,
      error,
      spend: {},
    },
  };
  const { owner, obligated } = task;
  const state = stateAfter(waiting.state, "fail_wait");
  const how = { reason, outcome: { artifacts: [], error }, from: servicePrincipal, owner, obligated, body };
  return endTask(waiting, { ...how, state, discharges: true }, moment);
}
