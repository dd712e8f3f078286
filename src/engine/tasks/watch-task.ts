// WatchTask: a snapshot, then every change in order, until the task has ended. Changes that happened while the caller
// was away are read from the ledger, so a broken stream can be continued.
import { create } from "@bufbuild/protobuf";
import { ReceiptSchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type WatchTaskRequest,
  type WatchTaskResponse,
  WatchTaskResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { hasEnded } from "../../core/transitions.ts";
import { type ListReceiptsSinceRow, listReceiptsSince } from "../../store/receipt.sql.gen.ts";
import { type ReadTasksRow, readTasks } from "../../store/task.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import { type Caller, mayReadTask } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { acquireWaitSlot } from "../runtime/parked-waits.ts";
import { topics } from "../runtime/wakeups.ts";
import { resolveTaskId } from "../tx/names.ts";
import { isFitting, takeFitting } from "../views/answer-size.ts";
import { assembleReceipt } from "../views/assemble-receipt.ts";
import { assembleTask } from "../views/assemble-task.ts";
import { awaitChange } from "../waits/await-change.ts";

/** A watch is woken by changes; it does not depend on this. */
const waitMs = 600_000;
/** The receipts of one read. */
const readMax = 1_000;

/** What the caller has been sent: all receipts up to that version of the task, and those up to that sequence. */
type Sent = { readonly version: number; readonly sequence: number };

export async function* watchTask(
  engine: Engine,
  caller: Caller,
  request: WatchTaskRequest,
  signal: AbortSignal,
): AsyncGenerator<WatchTaskResponse> {
  let sent: Sent = { version: Number(request.afterVersion), sequence: 0 };
  let isFirst = true;
  const leave = acquireWaitSlot(engine, caller);
  try {
    const taskId = await resolveTaskId(engine, caller, request.taskId);
    const wanted = { topic: topics.task(caller.tenantId, taskId), waitMs, signal };
    while (!signal.aborted) {
      const now = await awaitChange(
        engine,
        wanted,
        () => look(engine, caller, taskId, sent),
        (view) => isFirst || view.task.version > sent.version,
        (view) => view.task.version,
      );
      const isNews = isFirst || now.task.version > sent.version;
      isFirst = false;
      if (!isNews) continue;
      const { message, sequence } = nextMessage(engine, now);
      yield message;
      sent = { version: message.task ? now.task.version : sent.version, sequence: sequence ?? sent.sequence };
      if (message.task && now.task.endedState !== null && hasEnded(now.task.endedState as TaskState)) return;
    }
  } finally {
    leave();
  }
}

type View = { readonly task: ReadTasksRow; readonly receipts: readonly ListReceiptsSinceRow[] };

/** The task is read first: receipts that are written between the two reads are left to the next look. */
async function look(engine: Engine, caller: Caller, taskId: string, sent: Sent): Promise<View> {
  const { tenantId } = caller;
  return await read(engine.database, {}, async (tx): Promise<View> => {
    const [task] = await readTasks(tx, { tenantId, taskIds: [taskId] });
    if (!task || !mayReadTask(caller, task)) throw new Refused(notFound("task", taskId));
    const receipts = await listReceiptsSince(tx, {
      tenantId,
      taskId,
      afterSequence: sent.sequence,
      afterVersion: sent.version,
      untilVersion: task.version,
      most: readMax + 1,
      bytesMax: engine.pageBytesMax,
    });
    return { task, receipts };
  });
}

/** Only the last message of a change has the task, so that a caller that resumes from its version misses nothing. */
function nextMessage({ pageBytesMax }: Engine, { task, receipts: rows }: View) {
  const receipts = takeFitting(ReceiptSchema, rows.slice(0, readMax).map(assembleReceipt), pageBytesMax);
  const sequence = rows[receipts.length - 1]?.sequence;
  const part = create(WatchTaskResponseSchema, { receipts });
  if ((rows[0]?.found ?? 0) > receipts.length) return { message: part, sequence };
  const whole = create(WatchTaskResponseSchema, { task: assembleTask(task), receipts });
  const fits = receipts.length === 0 || isFitting(WatchTaskResponseSchema, whole, pageBytesMax);
  return { message: fits ? whole : part, sequence };
}
