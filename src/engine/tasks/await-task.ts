// AwaitTask: reads a task once it has ended, or when the wait is over.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { AwaitTaskRequest } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { orThrow } from "../../core/refusal.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { resolveTaskId } from "../tx/names.ts";
import { withEnded } from "../views/assemble-task.ts";
import { awaitEnd } from "../waits/await-end.ts";
import type { ReadTask } from "./get-task.ts";

export async function awaitTask(
  engine: Engine & { readonly readTask: ReadTask },
  caller: Caller,
  { taskId: idOrName, wait }: Pick<AwaitTaskRequest, "taskId" | "wait">,
  signal: AbortSignal,
): Promise<Task> {
  const waitMs = Math.min(wait ? msOfDuration(wait) : engine.waitMaxMs, engine.waitMaxMs);
  const leave = waitMs > 0 ? acquireWaitSlot(engine, caller) : undefined;
  try {
    const taskId = await resolveTaskId(engine, caller, idOrName);
    return await awaitEnd(engine, {
      topic: topics.task(caller.tenantId, taskId),
      waitMs,
      signal,
      look: async () => orThrow(await engine.readTask({ caller, taskId })),
      // A worker that only held the task may not read it any more.
      end: (task, ended) => (mayReadTask(caller, partiesOf(task)) ? withEnded(task, ended) : undefined),
    });
  } finally {
    leave?.();
  }
}

function partiesOf({ createdBy, obligated }: Task) {
  const nameOf = (principal: Task["createdBy"]) => (principal ? formatPrincipal(principal) : "");
  return { owner: nameOf(createdBy), obligated: nameOf(obligated), worker: null };
}
