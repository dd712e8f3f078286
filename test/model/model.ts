// A plain model of the engine, written from the specification and the contract's comments alone: maps in memory, no
// rule of src/core. It says what a call must be answered and how tasks stand afterwards. What only the engine can
// choose (ids, tokens, jittered moments, which of two equals) it takes over from the answer after it has checked that
// the choice was allowed.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type Answer, agree, type Shape, type TenantIndex } from "./calls.ts";

export type SaidCall = {
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
  /** Calls of this lease that are on record: said again, they are answered the same. */
  readonly said: SaidCall[];
  startReceiptId?: string;
  lastNote?: SaidCall;
};

export type ModelTask = {
  readonly tenant: TenantIndex;
  readonly taskId: string;
  readonly assignedReceiptId: string;
  readonly owner: string;
  readonly obligated: string;
  readonly shape: Shape;
  state: TaskState;
  attempt: number;
  leaseLosses: number;
  deliveries: number;
  fence: number;
  /** From when on it may be leased; the earliest and latest moment while only the engine knows which. */
  eligible: { fromMs: number; toMs: number };
  lease?: ModelLease;
  cancelMs?: number;
  terminalReason?: TerminalReason;
  /** Whether its assigned receipt is open. */
  open: boolean;
  /** The receipt of a cancellation at once; those of a grace that is over are the engine's to know. */
  cancelReceiptId?: string;
  notes: number;
  /** Who completed it, if somebody did. */
  completer?: string;
  readonly locators: { readonly from: string; readonly uri: string; readonly receiptId: string }[];
  readonly receipts: Map<ReceiptType, number>;
};

export type ModelReceipt = { readonly receiptId: string; readonly task: ModelTask; readonly to: string; ack?: string };

export type Model = {
  nowMs: number;
  readonly tasks: ModelTask[];
  readonly leases: ModelLease[];
  readonly receipts: ModelReceipt[];
  /** By principal and idempotency key. */
  readonly keys: Map<string, { readonly content: string; readonly task: ModelTask }>;
  /** By principal and request id: creations, claims and cancellations that did something. */
  readonly requests: Map<string, SaidCall>;
};

export function emptyModel(nowMs: number): Model {
  return { nowMs, tasks: [], leases: [], receipts: [], keys: new Map(), requests: new Map() };
}

/** Where the specification gives a number for what a creator leaves open. */
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
export const isHeld = (state: TaskState): boolean => state === TaskState.LEASED || state === TaskState.RUNNING;

export function write(task: ModelTask, ...types: readonly ReceiptType[]): void {
  for (const type of types) task.receipts.set(type, (task.receipts.get(type) ?? 0) + 1);
}

export function know(model: Model, task: ModelTask, receiptId: string | undefined, to: string): void {
  if (receiptId) model.receipts.push({ receiptId, task, to });
}

export function end(task: ModelTask, state: TaskState, reason: TerminalReason, type: ReceiptType): void {
  task.state = state;
  task.terminalReason = reason;
  task.open = false;
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

/** The moment that the engine has chosen, if it was free to choose it. */
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

/** What everybody owes: assigned receipts that are open, accepted ones of leases that live. */
export function openObligations(model: Model, principal: string): string[] {
  const open: string[] = [];
  for (const task of model.tasks) {
    if (task.open && task.obligated === principal) open.push(task.assignedReceiptId);
    if (task.lease?.holder === principal) open.push(task.lease.acceptedReceiptId);
  }
  return open.sort();
}

// --- time ------------------------------------------------------------------------------------------------------------

/** What a sweep does at this moment. Answers with the tasks that it touched. */
export function sweepModel(model: Model): ModelTask[] {
  const touched: ModelTask[] = [];
  for (const task of model.tasks) {
    const swept = isHeld(task.state)
      ? sweepHeld(model, task)
      : task.state === TaskState.QUEUED && sweepWaiting(model, task);
    if (swept) touched.push(task);
  }
  return touched;
}

function sweepHeld(model: Model, task: ModelTask): boolean {
  const { lease, shape } = task;
  if (!lease) return false;
  const { nowMs } = model;
  const isOver = (moment: number | undefined) => moment !== undefined && moment <= nowMs;
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

/** Whether the next sweep will find that it has waited beyond its time. */
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
