// A plain model of the engine, written from the specification and the contract's comments alone: maps in memory, no
// rule of src/core. It predicts the answer of a call and the tasks after it. What only the engine can choose (ids,
// tokens, times with jitter, which of two equal tasks) it takes from the answer, after checking that the choice was
// allowed.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type Answer, type AskedScope, agree, type Shape, type TenantIndex } from "./calls.ts";
import type { ModelQuestion } from "./questions.ts";
import type { ModelSignal } from "./signals.ts";
import type { ModelReport } from "./verification.ts";
import type { ModelWait } from "./waits.ts";

export type RecordedCall = {
  readonly method: string;
  readonly content: string;
  readonly requestId: string;
  readonly answer: Answer;
};

export type ModelLease = {
  readonly task: ModelTask;
  readonly holder: string;
  readonly leaseId: string;
  readonly token: string;
  readonly fence: number;
  readonly acceptedReceiptId: string;
  readonly grantMs: number;
  readonly ttlMs: number;
  expireMs: number;
  /** Those of the task, and what its holder has added. */
  readonly scopes: AskedScope[];
  /** The recorded calls of this lease: repeated, they get the same answer. */
  readonly recorded: RecordedCall[];
  /** Its receipted progress reports with a request id: they stay on record. */
  readonly receiptedReports: RecordedCall[];
  startReceiptId?: string;
};

export type ModelTask = {
  readonly tenant: TenantIndex;
  readonly taskId: string;
  readonly assignedReceiptId: string;
  readonly owner: string;
  readonly obligated: string;
  readonly shape: Shape;
  /** Where it waits, and for which workers: as it was created, or as it was handed off last. */
  place: { readonly queue: string; readonly capabilities: readonly string[]; readonly addressee?: string };
  /** The task above it: it is a child of that, or verifies it. */
  readonly parent?: ModelTask;
  /** Whether it outlives its parent. */
  readonly keeps?: boolean;
  state: TaskState;
  attempt: number;
  leaseLosses: number;
  deliveries: number;
  fence: number;
  /** When it may be leased: the earliest and the latest time, as long as only the engine knows which. */
  eligible: { fromMs: number; toMs: number };
  /** Its delay holds also after a wait. */
  readonly notBeforeMs: number;
  wait?: ModelWait;
  /** All that its holders have asked. */
  readonly questions: ModelQuestion[];
  /** Until it is resumed; `eligible` is that of before, if it was queued. */
  pause?: { readonly receiptId: string; readonly wasQueued: boolean };
  lease?: ModelLease;
  cancelMs?: number;
  terminalReason?: TerminalReason;
  /** Whether its assigned receipt is open. */
  open: boolean;
  /** The receipt of an immediate cancellation; only the engine knows that of a grace period that has ended. */
  cancelReceiptId?: string;
  reports: number;
  /** The latest progress report, of whichever lease: only this one is on record without a receipt. */
  lastReport?: RecordedCall & { readonly lease: ModelLease };
  /** The principal that completed it. */
  completer?: string;
  /** All principals that have held it. */
  readonly holders: Set<string>;
  /** What it verifies, if that is its task. */
  readonly verifies?: ModelReport;
  /** In dollars: by its holders, and under it, if it is a root or has a budget. */
  spent: number;
  below: number;
  /** Whether its owner has been told that it has spent too much. */
  isOverBudget: boolean;
  /** What it has reported last. */
  report?: ModelReport;
  /** Whether the verified task knows that it ended without a verdict. */
  isEndTold?: boolean;
  readonly locators: { readonly from: string; readonly uri: string; readonly receiptId: string }[];
  readonly receipts: Map<ReceiptType, number>;
};

export type ModelReceipt = { readonly receiptId: string; readonly task: ModelTask; readonly to: string; ack?: string };

export type Model = {
  nowMs: number;
  readonly tasks: ModelTask[];
  readonly leases: ModelLease[];
  readonly receipts: ModelReceipt[];
  /** Those that no condition has taken, oldest first. */
  readonly signals: ModelSignal[];
  /** How many conditions have begun to wait. */
  positions: number;
  /** By principal and idempotency key. */
  readonly keys: Map<string, { readonly content: string; readonly task: ModelTask }>;
  /** By principal and request id: creations, claims, cancellations and signals that did something. */
  readonly requests: Map<string, RecordedCall>;
  /** By tenant and queue. */
  readonly pausedQueues: Set<string>;
};

export function emptyModel(nowMs: number): Model {
  return {
    nowMs,
    tasks: [],
    leases: [],
    receipts: [],
    signals: [],
    positions: 0,
    keys: new Map(),
    requests: new Map(),
    pausedQueues: new Set(),
  };
}

/** The numbers that the specification gives for what a creator leaves open. */
export const defaults = {
  priority: 5,
  maxAttempts: 3,
  maxLeaseLosses: 20,
  retry: { initialMs: 30_000, multiplier: 2, maxMs: 900_000 },
  retryJitter: 0.1,
  leaseTtlMs: 60_000,
  leaseTtlMinMs: 5_000,
  leaseTtlMaxMs: 1_800_000,
  lossRestMsMax: 250,
} as const;

export const hasEnded = (state: TaskState): boolean =>
  state === TaskState.SUCCEEDED || state === TaskState.FAILED || state === TaskState.CANCELED;
const { QUEUED, BLOCKED, PAUSED, VERIFYING, INPUT_REQUIRED } = TaskState;
const waitingStates: readonly TaskState[] = [QUEUED, BLOCKED, PAUSED, VERIFYING, INPUT_REQUIRED];
const isWaiting = (state: TaskState): boolean => waitingStates.includes(state);
export const isHeld = (state: TaskState): boolean => state === TaskState.LEASED || state === TaskState.RUNNING;

export function write(task: ModelTask, ...types: readonly ReceiptType[]): void {
  for (const type of types) task.receipts.set(type, (task.receipts.get(type) ?? 0) + 1);
}

export function addReceipt(model: Model, task: ModelTask, receiptId: string | undefined, to: string): void {
  if (receiptId) model.receipts.push({ receiptId, task, to });
}

export function end(task: ModelTask, state: TaskState, reason: TerminalReason, type: ReceiptType): void {
  task.state = state;
  task.terminalReason = reason;
  task.open = false;
  for (const question of task.questions) if (question.status === "open") question.status = "ended";
  delete task.lease;
  delete task.cancelMs;
  write(task, type, ReceiptType.TASK_RESULT_READY);
}

export function requeue(task: ModelTask, fromMs: number, toMs: number, type: ReceiptType): void {
  task.state = TaskState.QUEUED;
  task.eligible = { fromMs, toMs };
  delete task.lease;
  delete task.cancelMs;
  write(task, type);
}

/** Takes over the time that the engine chose, if the choice was allowed. */
export function settleEligible(task: ModelTask, chosenMs: number | undefined): void {
  const { fromMs, toMs } = task.eligible;
  if (chosenMs === undefined || chosenMs < fromMs || chosenMs > toMs) {
    agree(`eligible_time of ${task.taskId}, from ${fromMs} to ${toMs}`, chosenMs, fromMs);
  }
  task.eligible = { fromMs: chosenMs ?? fromMs, toMs: chosenMs ?? fromMs };
}

export function taskOf(model: Model, actor: Actor, taskId: string): ModelTask | undefined {
  return model.tasks.find((task) => task.taskId === taskId && task.tenant === actor.tenant);
}

/** What a principal owes: its open assigned receipts, the accepted receipts of its live leases, and answers. */
export function openObligations(model: Model, principal: string): string[] {
  const open: string[] = [];
  for (const task of model.tasks) {
    if (task.open && task.obligated === principal) open.push(task.assignedReceiptId);
    if (task.lease?.holder === principal) open.push(task.lease.acceptedReceiptId);
    for (const { status, addressee, inputId, escalation } of task.questions) {
      if (status === "open" && addressee === principal) open.push(inputId);
      if (status === "open" && escalation?.receiptId && escalation.to === principal) open.push(escalation.receiptId);
    }
  }
  return open.sort();
}

// --- time ------------------------------------------------------------------------------------------------------------

/** Does what a sweep does now. Returns the tasks that it changed. */
export function sweepModel(model: Model): ModelTask[] {
  const touched: ModelTask[] = [];
  for (const task of model.tasks) {
    const swept = isHeld(task.state) ? sweepHeld(model, task) : isWaiting(task.state) && sweepWaiting(model, task);
    if (swept) touched.push(task);
  }
  return touched;
}

function sweepHeld(model: Model, task: ModelTask): boolean {
  const { lease, shape } = task;
  if (!lease) return false;
  const { nowMs } = model;
  const isOver = (untilMs: number | undefined) => untilMs !== undefined && untilMs <= nowMs;
  if (isOver(task.cancelMs)) {
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
    return true;
  }
  const timeoutMs = shape.attemptTimeoutMs === undefined ? undefined : lease.grantMs + shape.attemptTimeoutMs;
  const timeoutFirst = timeoutMs !== undefined && (shape.deadlineMs === undefined || timeoutMs < shape.deadlineMs);
  if (isOver(timeoutFirst ? timeoutMs : shape.deadlineMs)) {
    failWithAnomaly(task, timeoutFirst ? TerminalReason.ATTEMPT_TIMEOUT : TerminalReason.DEADLINE_EXCEEDED);
    return true;
  }
  if (!isOver(lease.expireMs)) return false;
  loseLease(model, task);
  return true;
}

function failWithAnomaly(task: ModelTask, reason: TerminalReason): void {
  end(task, TaskState.FAILED, reason, ReceiptType.TASK_FAILED);
  write(task, ReceiptType.SYSTEM_ANOMALY);
}

function loseLease(model: Model, task: ModelTask): void {
  if (task.cancelMs !== undefined) {
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
    return;
  }
  task.leaseLosses += 1;
  const cap = task.shape.maxLeaseLosses ?? defaults.maxLeaseLosses;
  if (cap > 0 && task.leaseLosses > cap) {
    failWithAnomaly(task, TerminalReason.LEASE_LOSSES_EXCEEDED);
    return;
  }
  requeue(task, model.nowMs, model.nowMs + defaults.lossRestMsMax, ReceiptType.LEASE_EXPIRED);
  if ([3, 6, 12].includes(task.leaseLosses)) write(task, ReceiptType.SYSTEM_ANOMALY);
}

/** Whether the next sweep will end the queued task because a deadline has passed. */
export function isOverdue({ nowMs }: Model, { shape, deliveries }: ModelTask): boolean {
  const { deadlineMs = nowMs + 1, startDeadlineMs = nowMs + 1 } = shape;
  return deadlineMs <= nowMs || (deliveries === 0 && startDeadlineMs <= nowMs);
}

function sweepWaiting({ nowMs }: Model, task: ModelTask): boolean {
  const { deadlineMs, startDeadlineMs } = task.shape;
  if (deadlineMs !== undefined && deadlineMs <= nowMs) failWithAnomaly(task, TerminalReason.DEADLINE_EXCEEDED);
  else if (task.deliveries === 0 && startDeadlineMs !== undefined && startDeadlineMs <= nowMs) {
    failWithAnomaly(task, TerminalReason.START_DEADLINE_EXCEEDED);
  } else return false;
  return true;
}
