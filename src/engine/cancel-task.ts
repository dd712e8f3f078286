// CancelTask: calls a task off, at once or with a grace for its holder. It races with every other end; one wins.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CancelTaskRequest, CancelTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { cancelTask as cancelTaskRule, requestCancel } from "../core/cancel-task.ts";
import type { Decision } from "../core/decision.ts";
import { addMs, msOfDuration } from "../core/duration.ts";
import { isHeldTask, isWaiting, type Living } from "../core/living.ts";
import { idempotencyConflict, invalidTransition, notFound, type Refusal } from "../core/refusal.ts";
import { stateName } from "../core/transitions.ts";
import { readChains } from "../store/receipt.sql.gen.ts";
import { readTasks } from "../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import { assembleTask } from "./assemble-task.ts";
import { type Caller, type Engine, momentOf } from "./engine.ts";
import { lockTasks } from "./lock-tasks.ts";
import { record } from "./record.ts";
import { requestDigest } from "./request-digest.ts";
import { wakeAbout } from "./wakeups.ts";

export type Canceled = { readonly task: Task; readonly receiptId: string };

export async function cancelTask(
  engine: Engine,
  caller: Caller,
  request: CancelTaskRequest,
): Promise<Canceled | Refusal> {
  const { tenantId } = caller;
  const { taskId } = request;
  return await transaction(engine.database, {}, async (tx) => {
    const living = (await lockTasks(tx, tenantId, [taskId])).get(taskId);
    const [task] = await readTasks(tx, { tenantId, taskIds: [taskId] });
    if (!living || !task || !mayCancel(caller, task.owner)) return notFound("task", taskId);
    if (!isWaiting(living) && !isHeldTask(living)) return await cameLate(tx, caller, living, request);
    const decided = decide(engine, tx, caller, living, task, request);
    if (decided) {
      await record(tx, tenantId, [decided]);
      wakeAbout(engine.wakeups, tx, tenantId, [decided]);
    }
    const receipt = decided?.receipts.find(({ type }) => type === ReceiptType.TASK_CANCELED);
    return await answer(tx, tenantId, taskId, receipt?.receiptId ?? "");
  });
}

/** Its creator, and who may cancel all. Who may not is told that it does not exist, as with reading. */
function mayCancel(caller: Caller, owner: string): boolean {
  return owner === caller.principalText || caller.scopes.has("tasks:cancel_all");
}

function decide(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  living: Parameters<typeof cancelTaskRule>[0],
  task: { readonly owner: string; readonly obligated: string },
  request: CancelTaskRequest,
): Decision | undefined {
  const moment = momentOf(engine, tx.now);
  const canceller = caller.principalText;
  const graceMs = request.gracePeriod ? msOfDuration(request.gracePeriod) : 0;
  if (graceMs > 0 && isHeldTask(living)) {
    // Said again, it neither lengthens the grace nor changes anything.
    if (living.cancelTime && living.cancelTime <= addMs(tx.now, graceMs)) return undefined;
    return requestCancel(living, { canceller, reason: request.reason, graceMs }, moment);
  }
  const mark = { requestId: request.requestId, requestDigest: requestDigest(CancelTaskRequestSchema, request) };
  return cancelTaskRule(living, task, { canceller, reason: request.reason, byHolder: false, mark }, moment);
}

/** It has ended: as canceled, which is what was asked, or otherwise, and then somebody else was faster. */
async function cameLate(
  tx: Transaction,
  { tenantId }: Caller,
  living: Living,
  request: CancelTaskRequest,
): Promise<Canceled | Refusal> {
  const { taskId, state } = living;
  const chain = await readChains(tx, { tenantId, taskIds: [taskId] });
  const canceled = chain.find(({ type }) => type === ReceiptType.TASK_CANCELED);
  if (state === TaskState.CANCELED && canceled) {
    const digest = requestDigest(CancelTaskRequestSchema, request);
    const sameId = request.requestId !== "" && canceled.requestId === request.requestId;
    const sameCall = canceled.requestDigest && Buffer.compare(canceled.requestDigest, digest) === 0;
    if (sameId && !sameCall) return idempotencyConflict(request.requestId, taskId);
    return await answer(tx, tenantId, taskId, canceled.receiptId);
  }
  const message = `CancelTask comes too late: the task has ended as ${stateName(state)}.`;
  return invalidTransition({ taskId, from: state, requested: "CancelTask" }, message);
}

async function answer(
  tx: Transaction,
  tenantId: string,
  taskId: string,
  receiptId: string,
): Promise<Canceled | Refusal> {
  const [row] = await readTasks(tx, { tenantId, taskIds: [taskId] });
  return row ? { task: assembleTask(row), receiptId } : notFound("task", taskId);
}
