// Puts the contract's Task together from what the store keeps of it.
import { create, fromBinary } from "@bufbuild/protobuf";
import { PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { WorkerSchema } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { type OpenQuestion, OpenQuestionSchema } from "../../../gen/typescript/asyncgate/v1/question_pb.ts";
import { type ScopeWait, ScopeWaitSchema } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import {
  type HandOff,
  HandOffSchema,
  HolderSchema,
  OutcomeSchema,
  PauseSchema,
  ProgressSchema,
  type Spent,
  type Task,
  TaskSchema,
  TaskState,
} from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Review, ReviewSchema } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { type AmountTexts, addAmounts, amountsOf } from "../../core/amounts.ts";
import type { Creation } from "../../core/create-task.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { requestedFrom } from "../../core/questions.ts";
import { modeOf, resourceOf } from "../../core/scopes.ts";
import { beyondBudget } from "../../core/spend.ts";
import { type Ended, type Held, isWaiting, stateOf, type Waiting } from "../../core/task-record.ts";
import type { ReadTasksRow } from "../../store/task.sql.gen.ts";

/** What was asked, with its payload and nothing of how it stands. */
export function requestPart(terms: Uint8Array, payload: Uint8Array | null): Task {
  const task = fromBinary(TaskSchema, terms);
  if (payload) task.payload = fromBinary(PayloadSchema, payload);
  return task;
}

export function handOffMessage(bytes: Uint8Array | null): HandOff | undefined {
  return bytes ? fromBinary(HandOffSchema, bytes) : undefined;
}

export function reviewMessage(bytes: Uint8Array | null): Review | undefined {
  return bytes ? fromBinary(ReviewSchema, bytes) : undefined;
}

export function createdTask({ asked, after }: Pick<Creation, "asked" | "after">): Task {
  return isWaiting(after) ? withWaiting(asked, after) : withEnded(asked, after);
}

function withWaiting(task: Task, waiting: Waiting): Task {
  task.state = waiting.state;
  task.version = BigInt(waiting.version);
  task.attempt = waiting.attempt;
  task.leaseLosses = waiting.leaseLosses;
  task.deliveries = waiting.deliveries;
  if (waiting.state === TaskState.QUEUED) task.eligibleTime = timestampOfDate(waiting.eligibleTime);
  task.assignedReceiptId = waiting.assignedReceiptId;
  return task;
}

export type LeasedFields = Pick<
  Held,
  "state" | "version" | "attempt" | "leaseLosses" | "deliveries" | "assignedReceiptId"
>;

/** `task` is taken over. */
export function leasedTask(task: Task, held: LeasedFields, checkpoint: Uint8Array | null): Task {
  task.state = held.state;
  task.version = BigInt(held.version);
  task.attempt = held.attempt;
  task.leaseLosses = held.leaseLosses;
  task.deliveries = held.deliveries;
  task.assignedReceiptId = held.assignedReceiptId;
  if (checkpoint) task.checkpoint = fromBinary(PayloadSchema, checkpoint);
  return task;
}

/** A task as one snapshot of the store shows it. */
export function assembleTask(row: ReadTasksRow): Task {
  const task = requestPart(row.terms, row.payload);
  task.version = BigInt(row.version);
  task.attempt = row.attempt;
  task.leaseLosses = row.leaseLosses;
  task.deliveries = row.deliveries;
  task.assignedReceiptId = row.assignedReceiptId;
  task.state = stateOf(row);
  if (row.readyEligibleTime && task.state === TaskState.QUEUED) {
    task.eligibleTime = timestampOfDate(row.readyEligibleTime);
  }
  const startTime = row.leaseStartTime ?? row.endedStartTime;
  if (startTime) task.startTime = timestampOfDate(startTime);
  if (row.endTime) task.endTime = timestampOfDate(row.endTime);
  if (row.outcome) {
    task.outcome = fromBinary(OutcomeSchema, row.outcome);
    task.cancelReason = task.outcome.cancelReason;
  }
  if (row.progress) task.progress = fromBinary(ProgressSchema, row.progress);
  if (row.checkpoint) task.checkpoint = fromBinary(PayloadSchema, row.checkpoint);
  task.handOff = handOffMessage(row.handOff);
  task.review = reviewMessage(row.review);
  if (row.cancelTime) {
    task.cancelRequested = true;
    task.cancelReason = row.cancelReason ?? "";
    task.cancelDeadline = timestampOfDate(row.cancelTime);
  }
  if (row.leaseId) task.holder = holderOf(row);
  if (row.pauseTime && row.pausePrincipal !== null) {
    const { pauseTime, pausePrincipal: principal, pauseReason: reason } = row;
    task.pause = assemblePause({ pauseTime, principal, reason: reason ?? "" });
  }
  task.scopeWait = scopeWaitOf(row);
  if (row.inputId && row.questionBody) task.question = openQuestionOf(row, row.inputId, row.questionBody);
  if (row.spent && row.spentBelow) {
    task.spent = spentOf(JSON.parse(row.spent), JSON.parse(row.spentBelow), row.budgetLifted === true, task);
  }
  return task;
}

function scopeWaitOf(row: ReadTasksRow): ScopeWait | undefined {
  const { scopeKey, scopeHeldKey, scopeHeldByTaskId, scopeSince } = row;
  if (scopeKey === null || scopeHeldKey === null || scopeHeldByTaskId === null || !scopeSince) return undefined;
  return create(ScopeWaitSchema, {
    resource: resourceOf(scopeKey),
    mode: modeOf({ isWrite: row.scopeIsWrite === true }),
    heldResource: resourceOf(scopeHeldKey),
    heldByTaskId: scopeHeldByTaskId,
    since: timestampOfDate(scopeSince),
  });
}

export function assemblePause(row: { readonly pauseTime: Date; readonly principal: string; readonly reason: string }) {
  return create(PauseSchema, {
    pauseTime: timestampOfDate(row.pauseTime),
    by: parsePrincipal(row.principal),
    reason: row.reason,
  });
}

/** A task that was read before it ended, as it would be read now. `task` is taken over. */
export function withEnded(task: Task, ended: Ended): Task {
  task.state = ended.state;
  task.version = BigInt(ended.version);
  task.attempt = ended.attempt;
  task.leaseLosses = ended.leaseLosses;
  task.deliveries = ended.deliveries;
  task.assignedReceiptId = ended.assignedReceiptId;
  task.eligibleTime = undefined;
  task.startTime = ended.startTime ? timestampOfDate(ended.startTime) : undefined;
  task.endTime = timestampOfDate(ended.endTime);
  task.outcome = fromBinary(OutcomeSchema, ended.outcome);
  task.cancelRequested = false;
  task.cancelReason = task.outcome.cancelReason;
  task.cancelDeadline = undefined;
  task.holder = undefined;
  task.pause = undefined;
  task.scopeWait = undefined;
  task.question = undefined;
  return task;
}

function spentOf(amounts: AmountTexts, below: AmountTexts, budgetLifted: boolean, { budget }: Task): Spent {
  const total = addAmounts(amountsOf(amounts), amountsOf(below));
  const overBudget = !budgetLifted && beyondBudget(total, budget).length > 0;
  const $typeName = "asyncgate.v1.Spent";
  return { $typeName, amounts: { ...amounts }, below: { ...below }, overBudget, budgetLifted };
}

function openQuestionOf(row: ReadTasksRow, inputId: string, body: Uint8Array): OpenQuestion {
  const { question, expireTime, onExpiry } = requestedFrom(body);
  return create(OpenQuestionSchema, {
    inputId,
    ...(question && { question }),
    asker: parsePrincipal(row.asker ?? ""),
    addressee: parsePrincipal(row.addressee ?? ""),
    ...(row.escalatedTo !== null && { escalatedTo: parsePrincipal(row.escalatedTo) }),
    ...(row.requestTime && { requestTime: timestampOfDate(row.requestTime) }),
    ...(expireTime && { expireTime }),
    onExpiry,
  });
}

function holderOf(row: ReadTasksRow) {
  return create(HolderSchema, {
    ...(row.worker && {
      worker: create(WorkerSchema, { principal: parsePrincipal(row.worker), instance: row.instance ?? "" }),
    }),
    leaseId: row.leaseId ?? "",
    fence: BigInt(row.fence),
    ...(row.grantTime && { grantTime: timestampOfDate(row.grantTime) }),
    ...(row.expireTime && { expireTime: timestampOfDate(row.expireTime) }),
  });
}
