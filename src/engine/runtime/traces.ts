// Tells of the steps of tasks that belong to a trace, while something listens, for spans. The traces of tasks are kept
// in memory: those of tasks that this server has created or granted lately. Nothing depends on it.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { Task, TraceContext } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { renewBounded } from "../../core/bounded-map.ts";
import type { Decision } from "../../core/decision.ts";
import { isEnded, isWaiting } from "../../core/task-record.ts";
import type { Transaction } from "../../store/transaction.ts";

/** A receipt of a task that belongs to a trace. */
export type TaskStep = {
  readonly tenantId: string;
  readonly task: TracedTask;
  readonly receipt: ReceiptType;
  readonly attempt: number;
  /** How long the task had waited for the worker that got it; 0 for all other steps. */
  readonly waitedMs: number;
  /** When the transaction began to write, by the listener's clock. */
  readonly begunMs: number;
};

export type TracedTask = Pick<Task, "taskId" | "type" | "queue"> & { readonly traceContext: TraceContext };

export type StepListener = {
  nowMs(): number;
  /** Called once the step is committed. */
  hear(step: TaskStep): void;
};

export type Traces = {
  /** Remembers which trace tasks belong to. */
  know(tasks: readonly Task[]): void;
  note(tx: Pick<Transaction, "afterCommit" | "now">, tenantId: string, decisions: readonly Decision[]): void;
  onStep(listener: StepListener): void;
};

/** Each takes about 300 bytes. Steps of tasks beyond these are not told. */
const knownTasksMax = 20_000;

export function createTraces(): Traces {
  let listener: StepListener | undefined;
  const known = new Map<string, TracedTask>();
  return {
    know(tasks) {
      if (!listener) return;
      for (const { taskId, type, queue, traceContext } of tasks) {
        if (traceContext) renewBounded(known, taskId, { taskId, type, queue, traceContext }, knownTasksMax);
      }
    },
    note(tx, tenantId, decisions) {
      const told = listener;
      if (!told) return;
      const begunMs = told.nowMs();
      tx.afterCommit(() => {
        for (const decision of decisions) {
          const task = known.get(decision.after.taskId);
          if (!task) continue;
          for (const step of stepsOf(decision, tx.now)) told.hear({ tenantId, task, begunMs, ...step });
          if (isEnded(decision.after)) known.delete(task.taskId);
        }
      });
    },
    onStep(given) {
      listener = given;
    },
  };
}

function stepsOf({ before, after, receipts }: Decision, now: Date) {
  return receipts.map(({ type: receipt }) => {
    const sinceMs = before && isWaiting(before) ? before.eligibleTime.getTime() : now.getTime();
    const waitedMs = receipt === ReceiptType.TASK_ACCEPTED ? Math.max(0, now.getTime() - sinceMs) : 0;
    return { receipt, attempt: after.attempt, waitedMs };
  });
}
