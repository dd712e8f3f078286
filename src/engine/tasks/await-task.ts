// AwaitTask: reads a task once it has ended, or when the wait is over.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { AwaitTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { orThrow } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { awaitChange } from "../waits/await-change.ts";
import type { ReadTask } from "./get-task.ts";

export async function awaitTask(
  engine: Engine & { readonly readTask: ReadTask },
  caller: Caller,
  { taskId, wait }: Pick<AwaitTaskRequest, "taskId" | "wait">,
  signal: AbortSignal,
): Promise<Task> {
  const waitMs = Math.min(wait ? msOfDuration(wait) : engine.waitMaxMs, engine.waitMaxMs);
  const wanted = { topic: topics.task(caller.tenantId, taskId), waitMs, signal };
  const leave = waitMs > 0 ? acquireWaitSlot(engine, caller) : undefined;
  try {
    return await awaitChange(
      engine,
      wanted,
      async () => orThrow(await engine.readTask({ caller, taskId })),
      (task) => hasEnded(task.state),
      (task) => Number(task.version),
    );
  } finally {
    leave?.();
  }
}
