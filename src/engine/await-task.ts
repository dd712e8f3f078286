// AwaitTask: reads a task once it has ended, or when the wait is over.
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal, type Refusal } from "../core/refusal.ts";
import { hasEnded } from "../core/transitions.ts";
import { awaitChange } from "./await-change.ts";
import type { Caller, Engine } from "./engine.ts";
import type { ReadTask } from "./get-task.ts";
import { park } from "./parked-waits.ts";
import { topics } from "./wakeups.ts";

export async function awaitTask(
  engine: Engine,
  readTask: ReadTask,
  caller: Caller,
  taskId: string,
  waitMs: number,
  signal: AbortSignal,
): Promise<Task | Refusal> {
  const wanted = { topic: topics.task(caller.tenantId, taskId), waitMs, signal };
  const leave = waitMs > 0 ? park(engine, caller) : undefined;
  try {
    return await awaitChange(
      engine,
      wanted,
      () => readTask({ caller, taskId }),
      (task) => isRefusal(task) || hasEnded(task.state),
      (task) => (isRefusal(task) ? undefined : Number(task.version)),
    );
  } finally {
    leave?.();
  }
}
