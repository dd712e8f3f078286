// Verification in the model: reports, verdicts, and what becomes of verification tasks.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree } from "./calls.ts";
import { addTask } from "./children.ts";
import {
  addReceipt,
  defaults,
  end,
  hasEnded,
  type Model,
  type ModelLease,
  type ModelTask,
  requeue,
  write,
} from "./model.ts";
import type { Prediction } from "./predict.ts";

const { SUCCEEDED, FAILED, CANCELED, VERIFYING } = TaskState;

/** One report, with its verification tasks. */
export type ModelReport = {
  readonly task: ModelTask;
  readonly located: boolean;
  readonly barred: ReadonlySet<string>;
  /** How many verdicts it gets, and how many of them must accept. */
  readonly verifiers: number;
  readonly acceptAt: number;
  /** From when on verdicts take too long; then its policy is followed, once. */
  overdueMs?: number;
  /** Whether its owner was asked, which alone decides; false while only the engine knows the task for that. */
  asksOwner?: "asked" | "known";
  accepted: number;
  /** All verdicts, and ends without one. */
  given: number;
  isOver: boolean;
};

/** Whether its principal may lease it: it has not held what the task verifies. */
export function isIndependent({ verifies }: ModelTask, principal: string): boolean {
  return !verifies?.barred.has(principal);
}

export function adoptReport(model: Model, lease: ModelLease, located: boolean, answer: Answer): ModelTask[] {
  const { task } = lease;
  const { shape } = task;
  const { verifiers = 0, acceptAt = 0, timeoutMs } = shape.verification ?? {};
  delete task.lease;
  task.state = VERIFYING;
  write(task, ReceiptType.TASK_REPORTED);
  agree("a report", { state: answer.state, discharged: answer.discharged }, { state: VERIFYING, discharged: false });
  addReceipt(model, task, answer.receiptId, task.owner);
  const counts = { verifiers, acceptAt, accepted: 0, given: 0, isOver: false };
  const overdue = timeoutMs === undefined ? {} : { overdueMs: model.nowMs + timeoutMs };
  const report: ModelReport = { task, located, barred: new Set(task.holders), ...counts, ...overdue };
  task.report = report;
  const made = answer.verifications ?? [];
  agree("how many verification tasks there are", made.length, verifiers);
  return [task, ...made.map((one) => newVerification(model, report, one))];
}

function newVerification(
  model: Model,
  report: ModelReport,
  { taskId, receiptId }: NonNullable<Answer["verifications"]>[number],
  addressee?: string,
): ModelTask {
  const { tenant, owner, shape } = report.task;
  // Where it was created, wherever it has been handed since.
  const { queue, priority } = shape;
  const own = { queue, type: "verify", capabilities: [], ...(priority !== undefined && { priority }) };
  const task = addTask(
    model,
    { tenant, owner, obligated: owner, shape: own, parent: report.task, verifies: report },
    { taskId, receiptId },
  );
  if (addressee !== undefined) task.place = { ...task.place, addressee };
  return task;
}

/** Law 21. */
export function predictVerdict(
  model: Model,
  asked: Extract<Asked, { method: "verdict" }>,
  lease: ModelLease,
  record: (answer: Answer) => void,
): Prediction {
  const { verifies: report } = lease.task;
  if (!report) return { reason: "INVALID_ARGUMENT" };
  if (isOver(report)) return { reason: "INVALID_TRANSITION", state: report.task.state };
  return {
    adopt(answer) {
      const { task } = lease;
      end(task, SUCCEEDED, TerminalReason.COMPLETED, ReceiptType.TASK_COMPLETED);
      task.completer = lease.holder;
      agree("the state of a verification task", answer.state, SUCCEEDED);
      agree("discharged by a verdict", answer.discharged, true);
      addReceipt(model, task, answer.receiptId, task.owner);
      judge(model, report, asked.decision === "accept");
      record(answer);
      return [task, report.task];
    },
  };
}

function isOver({ isOver: over, task }: ModelReport): boolean {
  return over || task.state !== VERIFYING;
}

function judge(model: Model, report: ModelReport, isAccepted: boolean): void {
  const { task } = report;
  const { verifiers, acceptAt } = report;
  const { onReject } = task.shape.verification ?? {};
  write(task, ReceiptType.VERDICT_GIVEN);
  report.given += 1;
  if (isAccepted) report.accepted += 1;
  if (report.accepted >= acceptAt) {
    report.isOver = true;
    succeed(report);
  } else if (report.accepted + verifiers - report.given < acceptAt) {
    report.isOver = true;
    if (onReject === "fail" || task.attempt >= (task.shape.maxAttempts ?? defaults.maxAttempts)) {
      end(task, FAILED, TerminalReason.VERIFICATION_FAILED, ReceiptType.TASK_FAILED);
    } else {
      requeue(task, model.nowMs, model.nowMs, ReceiptType.TASK_RETRY_SCHEDULED);
      task.attempt += 1;
    }
  }
}

function succeed({ task, located }: ModelReport): void {
  end(task, SUCCEEDED, TerminalReason.COMPLETED, ReceiptType.TASK_COMPLETED);
  task.open = !located;
  if (!located) write(task, ReceiptType.SYSTEM_ANOMALY);
}

/**
 * Ends without a verdict are told, reports whose verdicts take too long follow their policy, and what is over is
 * canceled. Returns the tasks that it changed.
 */
export function sweepVerifications(model: Model): ModelTask[] {
  const touched: ModelTask[] = [];
  for (const task of model.tasks) {
    const { verifies: report } = task;
    if (!report || !hasEnded(task.state) || task.state === SUCCEEDED || task.isEndTold) continue;
    task.isEndTold = true;
    if (isOver(report)) continue;
    judge(model, report, false);
    touched.push(report.task);
  }
  for (const task of model.tasks) if (isOverdueNow(model, task)) touched.push(followPolicy(task));
  for (const task of model.tasks) {
    if (!task.verifies || hasEnded(task.state) || !isOver(task.verifies)) continue;
    end(task, CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
    touched.push(task);
  }
  return touched;
}

/** Only once, as it has no more time then than the deadline of its task, which counts more. */
function isOverdueNow({ nowMs }: Model, { state, shape, report }: ModelTask): boolean {
  const isDead = shape.deadlineMs !== undefined && shape.deadlineMs <= nowMs;
  return state === VERIFYING && !isDead && report?.overdueMs !== undefined && report.overdueMs <= nowMs;
}

function followPolicy(task: ModelTask): ModelTask {
  const { report, shape } = task;
  if (!report) return task;
  delete report.overdueMs;
  report.isOver = true;
  if (shape.verification?.onTimeout === "accept") succeed(report);
  else if (shape.verification?.onTimeout === "ask" && !task.holders.has(task.owner)) {
    write(task, ReceiptType.SYSTEM_ANOMALY);
    report.asksOwner = "asked";
  } else end(task, FAILED, TerminalReason.VERIFICATION_FAILED, ReceiptType.TASK_FAILED);
  return task;
}

/** The verification task that its owner alone may lease, when the engine has told which one. */
export function adoptOwnersTask(model: Model, task: ModelTask, made: { taskId: string; receiptId: string }): ModelTask {
  const { report } = task;
  if (!report) throw new Error(`task ${task.taskId} has reported nothing`);
  report.asksOwner = "known";
  const { located, barred } = report;
  task.report = { task, located, barred, verifiers: 1, acceptAt: 1, accepted: 0, given: 0, isOver: false };
  return newVerification(model, task.report, made, task.owner);
}
