// A client's calls about single tasks and batches of them.

import type { Explanation } from "../../../gen/typescript/asyncgate/v1/explanation_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { CancelTaskResponse, CreateTaskResponse } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type CallOptions, type Calls, withRequestId } from "./client-calls.ts";
import { durationOf } from "./durations.ts";
import { type AsyncGateError, errorOfDetail } from "./errors.ts";
import { type NewTask, requestOf } from "./new-task.ts";

/** The answer to the creation of a task. */
export type Created = {
  readonly task: Task;
  readonly taskId: string;
  readonly assignedReceiptId: string;
  /** True if the task existed already and nothing was written. */
  readonly existed: boolean;
};

export type CancelOptions = { readonly reason?: string; readonly gracePeriodMs?: number };

export async function createTask({ stubs, call }: Calls, task: NewTask, options: CallOptions): Promise<Created> {
  // With an idempotency key, the call is safe to repeat without a request id.
  const keyed = task.idempotencyKey ? options : withRequestId(options);
  const request = requestOf(task, keyed.requestId);
  return createdOf(await call(keyed, (bounds) => stubs.tasks.createTask(request, bounds)));
}

export async function createTasks(
  { stubs, call }: Calls,
  tasks: readonly NewTask[],
  options: CallOptions,
): Promise<(Created | AsyncGateError)[]> {
  const keyed = withRequestId(options);
  const { requestId } = keyed;
  const request = { tasks: tasks.map((task) => requestOf(task)), requestId };
  const { results } = await call(keyed, (bounds) => stubs.tasks.createTasks(request, bounds));
  return results.map(({ result }) => {
    if (result.case === "created") return createdOf(result.value);
    if (result.case === "error") return errorOfDetail(result.value, requestId);
    throw new Error("the server did not answer an item of the batch");
  });
}

export async function getTask({ stubs, call }: Calls, taskId: string, options: CallOptions): Promise<Task> {
  return taskOf((await call(options, (bounds) => stubs.tasks.getTask({ taskId }, bounds))).task);
}

export async function explainTask({ stubs, call }: Calls, taskId: string, options: CallOptions): Promise<Explanation> {
  const { explanation } = await call(options, (bounds) => stubs.tasks.explainTask({ taskId }, bounds));
  if (!explanation) throw new Error("the server answered without the explanation");
  return explanation;
}

export async function cancelTask(
  { stubs, call }: Calls,
  taskId: string,
  { reason = "", gracePeriodMs }: CancelOptions,
  options: CallOptions,
): Promise<CancelTaskResponse> {
  const keyed = withRequestId(options);
  const grace = gracePeriodMs === undefined ? {} : { gracePeriod: durationOf(gracePeriodMs) };
  const request = { taskId, reason, requestId: keyed.requestId, ...grace };
  return await call(keyed, (bounds) => stubs.tasks.cancelTask(request, bounds));
}

export function createdOf({
  task,
  assignedReceiptId,
  existed,
}: Pick<CreateTaskResponse, "task" | "assignedReceiptId" | "existed">): Created {
  const created = taskOf(task);
  return { task: created, taskId: created.taskId, assignedReceiptId, existed };
}

export function taskOf(task: Task | undefined): Task {
  if (!task) throw new Error("the server answered without the task");
  return task;
}
