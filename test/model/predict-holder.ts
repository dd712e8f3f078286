// The answer that the specification demands for a holder's call, by its token and the state of its lease.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, type Call, contentOf, nameOf } from "./calls.ts";
import { adoptNext } from "./children.ts";
import { adoptHandOff, addresseeOf as handedTo } from "./handing-over.ts";
import {
  addReceipt,
  defaults,
  end,
  hasEnded,
  type Model,
  type ModelLease,
  type ModelTask,
  type RecordedCall,
  requeue,
  settleEligible,
  write,
} from "./model.ts";
import type { Prediction } from "./predict.ts";
import { addresseeOf, adoptAsk, secondOf } from "./questions.ts";
import { predictScopes } from "./scopes.ts";
import { isBounded, spend } from "./spending.ts";
import { adoptReport, predictVerdict } from "./verification.ts";
import { beginWait, refuseWait } from "./waits.ts";

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;
type HolderAsked = Of<
  | "renew"
  | "start"
  | "progress"
  | "complete"
  | "verdict"
  | "fail"
  | "release"
  | "suspend"
  | "ask"
  | "handOff"
  | "addScopes"
>;

export function predictHolder(model: Model, call: Call, asked: HolderAsked): Prediction {
  const lease = model.leases.find(({ token }) => token === asked.token);
  if (lease?.holder !== nameOf(call.actor)) return { reason: "NOT_HOLDER" };
  const { task } = lease;
  const isCurrent = task.lease === lease;
  const report = asked.method === "progress" ? reportOnRecord(call, asked, lease) : undefined;
  if (report) return { adopt: (answer) => adoptRepeatedReport(model, lease, report, answer) };
  if (isCurrent && model.nowMs < lease.expireMs) return predictLive(model, call, asked, lease);
  // Laws 2 and 5: a stale call changes nothing; a repeated call gets its first answer.
  const content = contentOf(call);
  const before = lease.recorded.find((call) => call.content === content);
  if (before) {
    return {
      adopt(answer) {
        agree("the answer of a repeated call", answer, before.answer);
        return [task];
      },
    };
  }
  const isOnRecord = !["renew", "progress", "addScopes"].includes(asked.method);
  const isNamed = call.requestId !== "" && isOnRecord;
  if (isNamed && lease.recorded.some(({ requestId }) => requestId === call.requestId)) {
    return { reason: "IDEMPOTENCY_CONFLICT" };
  }
  if (isCurrent) return { reason: "LEASE_EXPIRED" };
  const hasEndedSince = hasEnded(task.state) && task.fence === lease.fence;
  return hasEndedSince ? { reason: "INVALID_TRANSITION", state: task.state } : { reason: "FENCED" };
}

function predictLive(model: Model, call: Call, asked: HolderAsked, lease: ModelLease): Prediction {
  const { task } = lease;
  switch (asked.method) {
    case "renew":
      return { adopt: (answer) => adoptRenew(model, lease, answer) };
    case "start":
      return { adopt: (answer) => adoptStart(call, lease, answer) };
    case "progress":
      return { adopt: (answer) => adoptProgress(model, call, asked, lease, answer) };
    case "complete": {
      if (task.verifies) return { reason: "INVALID_ARGUMENT" };
      const located = isLocated(call);
      const isVerified = task.shape.verification !== undefined;
      // The owner wants it to end: nothing is verified.
      if (isVerified && task.cancelMs !== undefined) return { adopt: (answer) => adoptEnd(model, call, lease, answer) };
      if (!located && task.tenant === 1) return { reason: "LOCATOR_REQUIRED" };
      if (isVerified) {
        return {
          adopt(answer) {
            record(call, lease, answer);
            return adoptReport(model, lease, located, answer);
          },
        };
      }
      const isTooMuch = asked.next > 0 && task.parent !== undefined && isBounded(task.parent);
      if (isTooMuch && task.cancelMs === undefined) return { reason: "BUDGET_EXCEEDED" };
      return { adopt: (answer) => adoptComplete(model, call, asked, lease, answer) };
    }
    case "verdict":
      return predictVerdict(model, asked, lease, (answer) => record(call, lease, answer));
    case "fail":
      return { adopt: (answer) => adoptFail(model, call, asked, lease, answer) };
    case "release":
      return { adopt: (answer) => adoptRelease(model, call, asked, lease, answer) };
    case "ask": {
      if (task.cancelMs !== undefined) return { adopt: (answer) => adoptEnd(model, call, lease, answer) };
      const [first, second] = [addresseeOf(task, asked), asked.escalatesInMs === undefined ? "" : secondOf(task)];
      if (first === second || [first, second].includes(lease.holder)) return { reason: "INVALID_ARGUMENT" };
      return {
        adopt(answer) {
          record(call, lease, answer);
          return adoptAsk(model, asked, lease, answer);
        },
      };
    }
    case "handOff": {
      if (task.verifies?.barred.has(handedTo(task, asked) ?? "")) return { reason: "VERIFIER_NOT_INDEPENDENT" };
      if (task.cancelMs !== undefined) return { adopt: (answer) => adoptEnd(model, call, lease, answer) };
      return {
        adopt(answer) {
          record(call, lease, answer);
          return adoptHandOff(model, asked, lease, answer);
        },
      };
    }
    case "addScopes":
      return predictScopes(model, asked, lease);
    case "suspend": {
      const refused = refuseWait(model, call.actor, asked.wait, task);
      // What its owner wants to end waits for nothing; only a circle is looked for before.
      const counts = task.cancelMs === undefined || refused === "DEPENDENCY_CYCLE";
      return refused && counts
        ? { reason: refused }
        : { adopt: (answer) => adoptSuspend(model, call, asked, lease, answer) };
    }
  }
}

function record(call: Call, lease: ModelLease, answer: Answer): void {
  lease.recorded.push({ method: call.asked.method, content: contentOf(call), requestId: call.requestId, answer });
}

/** Law 5: a report is known again as the latest of its task, and a receipted one for as long as its receipt is kept. */
function reportOnRecord(call: Call, asked: Of<"progress">, lease: ModelLease): RecordedCall | undefined {
  if (call.requestId === "") return undefined;
  const isSame = (one: RecordedCall) => one.requestId === call.requestId && one.content === contentOf(call);
  const isReceipted = asked.receipted || asked.usd !== undefined;
  const receipted = isReceipted ? lease.receiptedReports.find(isSame) : undefined;
  const { lastReport } = lease.task;
  return receipted ?? (lastReport?.lease === lease && isSame(lastReport) ? lastReport : undefined);
}

/** Answered with its own sequence and receipt, and with the lease as it stands now. */
function adoptRepeatedReport({ nowMs }: Model, lease: ModelLease, report: RecordedCall, answer: Answer): ModelTask[] {
  const { task } = lease;
  const isLive = task.lease === lease && nowMs < lease.expireMs;
  const { sequence, receiptId } = report.answer;
  agree("a repeated progress report", answer, {
    sequence,
    expireMs: isLive ? lease.expireMs : Number.NaN,
    cancelRequested: isLive && task.cancelMs !== undefined,
    receiptId,
  });
  return [task];
}

function adoptRenew({ nowMs }: Model, lease: ModelLease, answer: Answer): ModelTask[] {
  lease.expireMs = nowMs + lease.ttlMs;
  const cancelRequested = lease.task.cancelMs !== undefined;
  agree("a renewal", answer, { expireMs: lease.expireMs, cancelRequested });
  return [lease.task];
}

function adoptStart(call: Call, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  if (task.state === TaskState.RUNNING) {
    if (lease.startReceiptId) agree("the receipt of the first start", answer.receiptId, lease.startReceiptId);
    lease.startReceiptId = answer.receiptId ?? "";
    return [task];
  }
  task.state = TaskState.RUNNING;
  lease.startReceiptId = answer.receiptId ?? "";
  write(task, ReceiptType.TASK_STARTED);
  record(call, lease, answer);
  return [task];
}

function adoptProgress(
  model: Model,
  call: Call,
  asked: Of<"progress">,
  lease: ModelLease,
  answer: Answer,
): ModelTask[] {
  const { task } = lease;
  if (task.state === TaskState.LEASED) write(task, ReceiptType.TASK_STARTED);
  task.state = TaskState.RUNNING;
  task.reports += 1;
  agree("the sequence of the report", answer.sequence, task.reports);
  agree("cancel_requested", answer.cancelRequested, task.cancelMs !== undefined);
  agree("expire_time, which progress does not move", answer.expireMs, lease.expireMs);
  // What is spent is always on record.
  const isReceipted = asked.receipted || asked.usd !== undefined;
  agree("a receipt, if one was asked for", answer.receiptId !== "", isReceipted);
  if (isReceipted) {
    write(task, ReceiptType.TASK_PROGRESS);
    addReceipt(model, task, answer.receiptId, task.owner);
  }
  const report = { method: "progress", content: contentOf(call), requestId: call.requestId, answer };
  task.lastReport = { ...report, lease };
  if (isReceipted && call.requestId !== "") lease.receiptedReports.push(report);
  if (asked.usd !== undefined) spend(task, asked.usd);
  return [task];
}

function adoptComplete(
  model: Model,
  call: Call,
  { next }: Of<"complete">,
  lease: ModelLease,
  answer: Answer,
): ModelTask[] {
  const { task } = lease;
  const located = isLocated(call);
  end(task, TaskState.SUCCEEDED, TerminalReason.COMPLETED, ReceiptType.TASK_COMPLETED);
  // Law 11: success without a locator does not discharge.
  task.open = !located;
  task.completer = lease.holder;
  agree("discharged", answer.discharged, located);
  agree("an anomaly where a locator is missing", answer.anomalyReceiptId !== "", !located);
  if (!located) write(task, ReceiptType.SYSTEM_ANOMALY);
  addReceipt(model, task, answer.receiptId, task.owner);
  addReceipt(model, task, answer.anomalyReceiptId, task.owner);
  record(call, lease, answer);
  return [task, ...adoptNext(model, task, next, answer)];
}

function isLocated({ asked }: Call): boolean {
  return asked.method === "complete" && ["artifact", "result", "proof"].includes(asked.evidence);
}

function adoptEnd(model: Model, call: Call, lease: ModelLease, answer: Answer): ModelTask[] {
  end(lease.task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  return settled(model, call, lease, answer);
}

function adoptFail(model: Model, call: Call, asked: Of<"fail">, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  const exhausted = task.attempt >= (task.shape.maxAttempts ?? defaults.maxAttempts);
  const isListed = asked.errorType === nonRetryableType && !task.verifies;
  const forGood = asked.retryable === false || isListed;
  if (forGood || exhausted) {
    const reason = forGood ? TerminalReason.NON_RETRYABLE : TerminalReason.ATTEMPTS_EXHAUSTED;
    end(task, TaskState.FAILED, reason, ReceiptType.TASK_FAILED);
    if (!forGood) write(task, ReceiptType.SYSTEM_ANOMALY);
  } else if (task.cancelMs !== undefined) {
    // The owner wants it to end, and the attempt has ended: there is no further attempt.
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  } else {
    const { fromMs, toMs } = retryRange(model, asked, task);
    requeue(task, fromMs, toMs, ReceiptType.TASK_RETRY_SCHEDULED);
    task.attempt += 1;
    settleEligible(task, answer.eligibleMs);
  }
  return settled(model, call, lease, answer);
}

/** `min(initial × multiplier^(attempt − 1), max)` ± jitter, or what the worker asked for. */
function retryRange({ nowMs }: Model, asked: Of<"fail">, task: ModelTask): { fromMs: number; toMs: number } {
  if (asked.retryAfterMs !== undefined) return { fromMs: nowMs + asked.retryAfterMs, toMs: nowMs + asked.retryAfterMs };
  const { initialMs, multiplier, maxMs } = task.shape.retry ?? defaults.retry;
  const waitMs = Math.min(initialMs * multiplier ** (task.attempt - 1), maxMs);
  const jitterMs = waitMs * defaults.retryJitter;
  return { fromMs: nowMs + Math.floor(waitMs - jitterMs), toMs: nowMs + Math.ceil(waitMs + jitterMs) };
}

/** Every task that the model test creates lists this error type as not retryable. Verification tasks list none. */
export const nonRetryableType = "Fatal";

function adoptRelease(model: Model, call: Call, asked: Of<"release">, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  if (task.cancelMs !== undefined) {
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  } else {
    const eligibleMs = model.nowMs + (asked.delayMs ?? 0);
    requeue(task, eligibleMs, eligibleMs, ReceiptType.LEASE_RELEASED);
    agree("eligible_time of the answer", answer.eligibleMs, eligibleMs);
  }
  return settled(model, call, lease, answer);
}

function adoptSuspend(model: Model, call: Call, asked: Of<"suspend">, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  if (task.cancelMs !== undefined) {
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  } else {
    delete task.lease;
    write(task, ReceiptType.TASK_SUSPENDED);
    beginWait(model, task, asked.wait);
  }
  return settled(model, call, lease, answer);
}

function settled(model: Model, call: Call, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  agree("the state of the answer", answer.state, task.state);
  addReceipt(model, task, answer.receiptId, task.owner);
  record(call, lease, answer);
  return [task];
}
