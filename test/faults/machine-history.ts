// What is left of an execution after healing, for the checks. Plain data, so that a test can doctor it.
import { type Client, contentOf, ReceiptType, type Task } from "../../clients/typescript/src/index.ts";
import { machineTaskType } from "../../src/machines/interpreter/requests.ts";
import { each } from "./await-all.ts";
import type { TaskHistory } from "./history.ts";
import type { Expected } from "./machine-cases.ts";
import type { Line } from "./machine-journal.ts";
import { calls as bounds, collect } from "./scenario.ts";

export type MachineHistory = {
  readonly execution: TaskHistory;
  /** Those that it has started, directly or through others. */
  readonly inner: readonly TaskHistory[];
  /** All tasks below it. */
  readonly below: readonly Task[];
  readonly expected: Expected;
  /** What runners have written down of it, in order. */
  readonly lines: readonly Line[];
};

export async function readMachineHistory(
  client: Client,
  task: Task,
  expected: Expected,
  lines: readonly Line[],
): Promise<MachineHistory> {
  const below = await collect(client.listTasks({ root: task.taskId }, bounds));
  const machines = below.filter(({ type }) => type === machineTaskType);
  const [execution, ...inner] = await each([task, ...machines], async (one) => ({
    task: one,
    receipts: await collect(client.receipts({ taskId: one.taskId }, bounds)),
    completions: 0,
    signals: [],
  }));
  if (!execution) throw new Error("it was asked for");
  return { execution, inner, below, expected, lines };
}

export function outputOf({ outcome }: Task) {
  return contentOf(outcome?.result);
}

/** The tasks that a task has created, as its own receipts say. */
export function createdBy({ receipts }: TaskHistory): string[] {
  return receipts.flatMap(({ type, body }) =>
    type === ReceiptType.TASK_SUSPENDED && body?.body.case === "taskSuspended"
      ? body.body.value.created.map(({ taskId }) => taskId)
      : [],
  );
}
