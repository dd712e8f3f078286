// What a holder's call must be answered: by whom its token was granted, whether the lease lives, and what follows.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Answer, type Asked, agree, type Call, contentOf, nameOf } from "./calls.ts";
import {
  defaults,
  end,
  hasEnded,
  know,
  type Model,
  type ModelLease,
  type ModelTask,
  requeue,
  settleEligible,
  write,
} from "./model.ts";
import type { Prediction } from "./predict.ts";

type Of<Method extends Asked["method"]> = Extract<Asked, { method: Method }>;
type HolderAsked = Of<"renew" | "start" | "progress" | "complete" | "fail" | "release">;

export function predictHolder(model: Model, call: Call, asked: HolderAsked): Prediction {
  const lease = model.leases.find(({ token }) => token === asked.token);
  if (lease?.holder !== nameOf(call.actor)) return { reason: "NOT_HOLDER" };
  const { task } = lease;
  const isCurrent = task.lease === lease;
  if (isCurrent && model.nowMs < lease.expireMs) return predictLive(model, call, asked, lease);
  // Laws 2 and 5: a stale call changes nothing; one that was said before is answered as it was.
  const content = contentOf(call);
  const before = lease.said.find((said) => said.content === content);
  if (before) {
    return {
      adopt(answer) {
        agree("the answer of a call that was said before", answer, before.answer);
        return [task];
      },
    };
  }
  const isNamed = call.requestId !== "" && asked.method !== "renew" && asked.method !== "progress";
  if (isNamed && lease.said.some(({ requestId }) => requestId === call.requestId)) {
    return { reason: "IDEMPOTENCY_CONFLICT" };
  }
  if (isCurrent) return { reason: "LEASE_EXPIRED" };
  const endedMeanwhile = hasEnded(task.state) && task.fence === lease.fence;
  return endedMeanwhile ? { reason: "INVALID_TRANSITION", state: task.state } : { reason: "FENCED" };
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
      const located = ["artifact", "result", "proof"].includes(asked.evidence);
      if (!located && task.tenant === 1) return { reason: "LOCATOR_REQUIRED" };
      return { adopt: (answer) => adoptComplete(model, call, lease, located, answer) };
    }
    case "fail":
      return { adopt: (answer) => adoptFail(model, call, asked, lease, answer) };
    case "release":
      return { adopt: (answer) => adoptRelease(model, call, asked, lease, answer) };
  }
}

function keep(call: Call, lease: ModelLease, answer: Answer): void {
  lease.said.push({ method: call.asked.method, content: contentOf(call), requestId: call.requestId, answer });
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
  keep(call, lease, answer);
  return [task];
}

function adoptProgress(
  model: Model,
  call: Call,
  asked: Of<"progress">,
  lease: ModelLease,
  answer: Answer,
): ModelTask[] {
  const { task, lastNote } = lease;
  if (call.requestId !== "" && lastNote?.requestId === call.requestId) {
    const { sequence, receiptId } = answer;
    const { sequence: firstSequence, receiptId: firstReceiptId } = lastNote.answer;
    agree("a note that was taken", { sequence, receiptId }, { sequence: firstSequence, receiptId: firstReceiptId });
    return [task];
  }
  if (task.state === TaskState.LEASED) write(task, ReceiptType.TASK_STARTED);
  task.state = TaskState.RUNNING;
  task.notes += 1;
  agree("the number of the note", answer.sequence, task.notes);
  agree("cancel_requested", answer.cancelRequested, task.cancelMs !== undefined);
  agree("expire_time, which progress does not move", answer.expireMs, lease.expireMs);
  agree("a receipt, if one was asked for", answer.receiptId !== "", asked.receipted);
  if (asked.receipted) {
    write(task, ReceiptType.TASK_PROGRESS);
    know(model, task, answer.receiptId, task.owner);
  }
  lease.lastNote = { method: "progress", content: contentOf(call), requestId: call.requestId, answer };
  return [task];
}

function adoptComplete(model: Model, call: Call, lease: ModelLease, located: boolean, answer: Answer): ModelTask[] {
  const { task } = lease;
  end(task, TaskState.SUCCEEDED, TerminalReason.COMPLETED, ReceiptType.TASK_COMPLETED);
  // Law 11: success without a locator does not discharge.
  task.open = !located;
  task.completer = lease.holder;
  agree("discharged", answer.discharged, located);
  agree("an anomaly where a locator is missing", answer.anomalyReceiptId !== "", !located);
  if (!located) write(task, ReceiptType.SYSTEM_ANOMALY);
  know(model, task, answer.receiptId, task.owner);
  know(model, task, answer.anomalyReceiptId, task.owner);
  keep(call, lease, answer);
  return [task];
}

function adoptFail(model: Model, call: Call, asked: Of<"fail">, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  const exhausted = task.attempt >= (task.shape.maxAttempts ?? defaults.maxAttempts);
  const forGood = asked.retryable === false || asked.errorType === nonRetryableType;
  if (forGood || exhausted) {
    const reason = forGood ? TerminalReason.NON_RETRYABLE : TerminalReason.ATTEMPTS_EXHAUSTED;
    end(task, TaskState.FAILED, reason, ReceiptType.TASK_FAILED);
    if (!forGood) write(task, ReceiptType.SYSTEM_ANOMALY);
  } else if (task.cancelMs !== undefined) {
    // The owner wants it to end, and the holder has ended its attempt: no other one comes.
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
  } else {
    const { fromMs, toMs } = retryRange(model, asked, task);
    requeue(task, fromMs, toMs, ReceiptType.TASK_RETRY_SCHEDULED);
    task.attempt += 1;
    settleEligible(task, answer.eligibleMs);
  }
  return settled(model, call, lease, answer);
}

/** `min(initial × multiplier^(attempt − 1), max)` ± jitter, or the worker's own wish. */
function retryRange({ nowMs }: Model, asked: Of<"fail">, task: ModelTask): { fromMs: number; toMs: number } {
  if (asked.retryAfterMs !== undefined) return { fromMs: nowMs + asked.retryAfterMs, toMs: nowMs + asked.retryAfterMs };
  const { initialMs, multiplier, maxMs } = task.shape.retry ?? defaults.retry;
  const waitMs = Math.min(initialMs * multiplier ** (task.attempt - 1), maxMs);
  const jitterMs = waitMs * defaults.retryJitter;
  return { fromMs: nowMs + Math.floor(waitMs - jitterMs), toMs: nowMs + Math.ceil(waitMs + jitterMs) };
}

/** An error of this type is listed as not worth another attempt by every task of the model test. */
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

function settled(model: Model, call: Call, lease: ModelLease, answer: Answer): ModelTask[] {
  const { task } = lease;
  agree("the state of the answer", answer.state, task.state);
  know(model, task, answer.receiptId, task.owner);
  keep(call, lease, answer);
  return [task];
}
