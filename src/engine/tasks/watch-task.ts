// WatchTask: a snapshot, then every change in order, until the task has ended. What was missed while nobody watched is
// read off the ledger, so a broken stream goes on where it was.
import { create } from "@bufbuild/protobuf";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type WatchTaskRequest,
  type WatchTaskResponse,
  WatchTaskResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import { type ReadChainsWholeRow, readChainsWhole } from "../../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { assembleTask } from "../views/assemble-task.ts";
import { awaitChange } from "../waits/await-change.ts";
import { mayReadTask } from "./get-task.ts";

/** Who watches is woken; nothing leans on this. */
const waitMs = 600_000;

export async function* watchTask(
  engine: Engine,
  caller: Caller,
  request: WatchTaskRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchTaskResponse> {
  let seen = Number(request.afterVersion);
  const wanted = { topic: topics.task(caller.tenantId, request.taskId), waitMs, signal };
  let isFirst = true;
  const leave = acquireWaitSlot(engine, caller);
  try {
    while (!signal.aborted) {
      const now = await awaitChange(
        engine,
        wanted,
        () => look(engine, caller, request.taskId, seen),
        (view) => isFirst || view.task.version > seen,
        (view) => view.task.version,
      );
      if (isFirst || now.task.version > seen) yield response(now);
      seen = Math.max(seen, now.task.version);
      isFirst = false;
      if (now.task.endedState !== null && hasEnded(now.task.endedState as TaskState)) return;
    }
  } finally {
    leave();
  }
}

type View = { readonly task: ReadTasksRow; readonly receipts: readonly ReadChainsWholeRow[] };

/** Task first, ledger second: receipts that came between the two belong to the next look, and are cut off here. */
async function look(engine: Engine, caller: Caller, taskId: string, seen: number): Promise<View> {
  const { tenantId } = caller;
  return await read(engine.database, {}, async (tx): Promise<View> => {
    const [task] = await readTasks(tx, { tenantId, taskIds: [taskId] });
    if (!task || !mayReadTask(caller, task)) throw new Refused(notFound("task", taskId));
    const chain = await readChainsWhole(tx, { tenantId, chainIds: [taskId] });
    const receipts = chain.filter((row) => row.taskVersion > seen && row.taskVersion <= task.version);
    return { task, receipts };
  });
}

function response({ task, receipts }: View): WatchTaskResponse {
  return create(WatchTaskResponseSchema, { task: assembleTask(task), receipts: receipts.map(assembleReceipt) });
}
