// Questions as rules: what may be asked, which callers may answer, and what an answer, a refusal of it, or silence
// does to the task. A question is a wait with one condition, which its settlement meets.
import { create, fromBinary } from "@bufbuild/protobuf";
import type { RequestInputRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  InputOutcome,
  type InputResult,
  InputResultSchema,
  OnExpiry,
} from "../../gen/typescript/asyncgate/v1/question_pb.ts";
import { type InputRequested, InputRequestedSchema } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ConditionStatus, OnImpossible, type Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { encode } from "../wire/encode.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import type { ConditionRecord } from "./conditions.ts";
import { waitingFailTime } from "./create-task.ts";
import { type Decision, type DecisionContext, type Obligation, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, msOfDuration, timestampOfDate } from "./duration.ts";
import { checkedBody } from "./end-task.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { formatPrincipal, parsePrincipal, servicePrincipal } from "./principal.ts";
import { type FieldViolation, invalidArgument, isRefusal, type Refusal } from "./refusal.ts";
import { type Held, never, tie, type Waiting } from "./task-record.ts";
import { type BegunWait, noKind } from "./wait.ts";

/** The question of a task, as it was asked, and what has become of it. */
export type QuestionRecord = {
  readonly taskId: string;
  /** The `input.requested` receipt. */
  readonly inputId: string;
  readonly asker: string;
  readonly addressee: string;
  /** The body of that receipt. */
  readonly asked: InputRequested;
  readonly requestTime: Date;
  /** The second addressee and its receipt, from the escalation on. */
  readonly escalatedTo: string | null;
  readonly escalatedReceiptId: string | null;
  /** Undefined while it is open. */
  readonly result: InputResult | undefined;
};

/** What is owed for as long as it is open. */
export function obligationsOf(question: Omit<QuestionRecord, "asked">): Obligation[] {
  const { taskId, inputId, addressee, escalatedTo, escalatedReceiptId } = question;
  const first = { principal: addressee, receiptId: inputId, taskId };
  if (escalatedTo === null || escalatedReceiptId === null) return [first];
  return [first, { principal: escalatedTo, receiptId: escalatedReceiptId, taskId }];
}

export type Answering = { readonly principalText: string; readonly roles: readonly string[] };

/** Its addressees, and those that the asker also allowed; not the asker, unless it allowed itself. */
export function mayAnswer(question: QuestionRecord, { principalText: principal, roles }: Answering): boolean {
  const { asker, addressee, escalatedTo, asked } = question;
  if (principal === asker && !asked.askerMayAnswer) return false;
  if (principal === addressee || principal === escalatedTo) return true;
  return asked.alsoAllowed.some(({ answerer }) => {
    if (answerer.case === "principal") return formatPrincipal(answerer.value) === principal;
    return answerer.case === "role" && roles.includes(answerer.value);
  });
}

/** `asked` is undefined where the task ends instead. */
export type Asking = Decision & { readonly asked: NewQuestion | undefined };

export type NewQuestion = {
  readonly taskId: string;
  readonly inputId: string;
  readonly asker: string;
  readonly addressee: string;
  readonly body: Uint8Array;
  readonly begun: BegunWait;
  /** It has waited before: the conditions of that wait are replaced. */
  readonly isAgain: boolean;
};

type AskContext = { readonly terms: Task; readonly limits: Limits; readonly mark?: CallMark | undefined };

/** The lease ends, and the task waits for an answer. */
export function askQuestion(
  held: Held,
  request: RequestInputRequest,
  { terms, limits, mark }: AskContext,
  moment: DecisionContext,
): Asking | Refusal {
  if (wantsCancel(held)) return { ...cancelByHolder(held, mark, moment), asked: undefined };
  const addressee = request.addressee ? formatPrincipal(request.addressee) : held.owner;
  const fault = faultOfAddressees(held, addressee, request);
  if (fault) return invalidArgument([fault]);
  const asked = requestedOf(held, request, moment.now);
  const body: ReceiptDraft["body"] = { case: "inputRequested", value: asked };
  const encodedBody = checkedBody(body, limits);
  if (isRefusal(encodedBody)) return encodedBody;
  return waitForAnswerTo(held, { from: held.worker, addressee, asked, encodedBody, mark, terms }, moment);
}

type NewlyAsked = {
  readonly from: string;
  readonly addressee: string;
  readonly asked: InputRequested;
  readonly encodedBody?: Uint8Array;
  readonly mark?: CallMark | undefined;
  readonly terms: Task;
};

/** What the worker asks, or the service in its place. */
export function waitForAnswerTo(held: Held, question: NewlyAsked, moment: DecisionContext): Decision<Waiting> & Asking {
  const { from, addressee, asked, encodedBody, mark, terms } = question;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from,
    to: addressee,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body: { case: "inputRequested", value: asked },
    encodedBody,
    mark,
  };
  const { carried, receipts } = step(held, moment, [draft]);
  const after: Waiting = {
    ...carried,
    ties: carried.ties | tie.conditions | tie.question,
    state: stateAfter(held.state, "ask"),
    laneId: held.laneId,
    eligibleTime: never,
    failTime: waitingFailTime(terms, held.deliveries),
  };
  const { taskId } = held;
  const { receiptId: inputId } = draft;
  return {
    before: held,
    after,
    receipts,
    opened: [{ principal: addressee, receiptId: inputId, taskId }],
    asked: {
      taskId,
      inputId,
      asker: from,
      addressee,
      body: encode(InputRequestedSchema, asked),
      begun: waitForAnswer(taskId, inputId, asked),
      isAgain: (held.ties & tie.conditions) !== 0,
    },
  };
}

/** A question that its only addressee may not answer would stay open for ever; one addressee owes one answer. */
function faultOfAddressees(
  { worker }: Held,
  addressee: string,
  { notTheAsker = true, escalate }: RequestInputRequest,
): FieldViolation | undefined {
  if (escalate?.to && formatPrincipal(escalate.to) === addressee) {
    return { field: "escalate.to", description: "must be another addressee", rule: "question.escalate" };
  }
  if (!notTheAsker) return undefined;
  const description = "must be another principal than the worker that asks, unless not_the_asker is false";
  if (addressee === worker) return { field: "addressee", description, rule: "question.not_the_asker" };
  if (escalate?.to && formatPrincipal(escalate.to) === worker) {
    return { field: "escalate.to", description, rule: "question.not_the_asker" };
  }
  return undefined;
}

function requestedOf(held: Held, request: RequestInputRequest, now: Date): InputRequested {
  const { question, alsoAllowed, notTheAsker = true, expires, escalate, name } = request;
  const onExpiry = expires && (expires.onExpiry || OnExpiry.FAIL);
  return create(InputRequestedSchema, {
    attempt: held.attempt,
    fence: BigInt(held.fence),
    ...(question && { question }),
    alsoAllowed,
    askerMayAnswer: !notTheAsker,
    ...(expires?.after && { expireTime: timestampOfDate(addMs(now, msOfDuration(expires.after))) }),
    ...(onExpiry && { onExpiry }),
    ...(onExpiry === OnExpiry.DEFAULT && expires && { defaultAnswer: expires.defaultAnswer }),
    ...(escalate?.after && { escalateTime: timestampOfDate(addMs(now, msOfDuration(escalate.after))) }),
    ...(escalate?.to && { escalateTo: escalate.to }),
    name: name || "input",
  });
}

function waitForAnswer(taskId: string, inputId: string, asked: InputRequested): BegunWait {
  return {
    stored: { $typeName: "asyncgate.v1.Wait", allOf: [], onImpossible: OnImpossible.RUN },
    onImpossible: OnImpossible.RUN,
    groupsLeft: 1,
    wakeTime: nextTimeOf({ asked, escalatedReceiptId: null }),
    conditions: [conditionOn(taskId, inputId, asked.name)],
    verdict: "waits",
    takes: [],
    left: [],
  };
}

/** The one condition of the wait for an answer. */
export function conditionOn(taskId: string, inputId: string, name: string): ConditionRecord {
  const status = ConditionStatus.PENDING;
  return { taskId, groupPlace: 0, place: 0, name, ...noKind, inputId, status, receiptId: null };
}

type Times = Pick<QuestionRecord, "asked" | "escalatedReceiptId">;

export function expireTimeOf({ asked }: Pick<QuestionRecord, "asked">): Date | null {
  return asked.expireTime ? dateOfTimestamp(asked.expireTime) : null;
}

export function escalateTimeOf({ asked, escalatedReceiptId }: Times): Date | null {
  return asked.escalateTime && escalatedReceiptId === null ? dateOfTimestamp(asked.escalateTime) : null;
}

/** When the sweep has to look at it next. */
export function nextTimeOf(question: Times): Date | null {
  const expire = expireTimeOf(question);
  const escalate = escalateTimeOf(question);
  if (!expire || !escalate) return expire ?? escalate;
  return expire < escalate ? expire : escalate;
}

/** The second addressee owes the answer, too. */
export function escalateQuestion(
  waiting: Waiting,
  { taskId, inputId, asked }: QuestionRecord,
  moment: DecisionContext,
): Decision<Waiting> & { readonly escalatedTo: string; readonly receiptId: string } {
  const { escalateTime: _, escalateTo, ...kept } = asked;
  const to = escalateTo ? formatPrincipal(escalateTo) : servicePrincipal;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: servicePrincipal,
    to,
    parents: [inputId],
    body: { case: "inputRequested", value: { ...kept, inputId } },
  };
  const { carried, receipts } = step(waiting, moment, [draft]);
  const { receiptId } = draft;
  return {
    before: waiting,
    after: { ...waiting, ...carried },
    receipts,
    opened: [{ principal: to, receiptId, taskId }],
    escalatedTo: to,
    receiptId,
  };
}

/** The question as a row has it. */
export function requestedFrom(body: Uint8Array): InputRequested {
  return fromBinary(InputRequestedSchema, body);
}

export function resultFrom(bytes: Uint8Array | null): InputResult | undefined {
  return bytes ? fromBinary(InputResultSchema, bytes) : undefined;
}

/** An expiry that is due, though the sweep has not put it on record yet: no answer is taken any more. */
export function expiredResult(question: QuestionRecord, now: Date): InputResult | undefined {
  const expireTime = expireTimeOf(question);
  if (!expireTime || expireTime > now) return undefined;
  const { inputId, asked } = question;
  const isDefaulted = asked.onExpiry === OnExpiry.DEFAULT;
  return create(InputResultSchema, {
    inputId,
    outcome: isDefaulted ? InputOutcome.DEFAULTED : InputOutcome.EXPIRED,
    answer: asked.defaultAnswer,
    by: parsePrincipal(servicePrincipal),
    actionDigest: asked.question?.actionDigest ?? new Uint8Array(),
    time: timestampOfDate(expireTime),
  });
}
