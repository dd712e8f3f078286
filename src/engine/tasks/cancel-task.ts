// CancelTask: cancels a task, at once or with a grace period for its holder. It races with every other end; one wins.
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type CancelTaskRequest,
  CancelTaskRequestSchema,
  TaskService,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { cancelTask as cancelTaskRule, requestCancel } from "../../core/cancel-task.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { addMs, msOfDuration } from "../../core/duration.ts";
import type { CallMark } from "../../core/ledger.ts";
import { nameIn } from "../../core/names.ts";
import { invalidTransition, notFound, orThrow, Refused } from "../../core/refusal.ts";
import { isHeldTask, isWaiting, type TaskRecord } from "../../core/task-record.ts";
import { stateName } from "../../core/transitions.ts";
import { readChains } from "../../store/receipt.sql.gen.ts";
import { readTasks } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { wakeAbout } from "../runtime/wakeups.ts";
import { lockTasks } from "../tx/lock-tasks.ts";
import { taskIdIn } from "../tx/names.ts";
import { record } from "../tx/record.ts";
import { type Call, ConcurrentDuplicate, claimRequestIds, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleTask } from "../views/assemble-task.ts";

/** How often a name is looked up again whose bearer ends at the same time. */
const lookupsMax = 3;

export type Canceled = { readonly task: Task; readonly receiptId: string };

export async function cancelTask(engine: Engine, caller: Caller, request: CancelTaskRequest): Promise<Canceled> {
  const { tenantId } = caller;
  const mark = { requestId: request.requestId, requestDigest: requestDigest(CancelTaskRequestSchema, request) };
  const call: Call = {
    method: TaskService.method.cancelTask.name,
    principal: caller.principalText,
    requestId: mark.requestId,
    digest: mark.requestDigest,
  };
  const isByName = nameIn(request.taskId) !== undefined;
  let tries = 0;
  return await runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      const taskId = await taskIdOf(tx, caller, request, call);
      const living = (await lockTasks(tx, tenantId, [taskId])).get(taskId);
      const [task] = await readTasks(tx, { tenantId, taskIds: [taskId] });
      if (!living || !task || !mayCancel(caller, task.owner)) throw new Refused(notFound("task", taskId));
      const [said] = await readCalls(tx, tenantId, [call]);
      if (said) orThrow(said);
      const hasEnded = !isWaiting(living) && !isHeldTask(living);
      // Since the name was looked up, its bearer has ended, or a twin of this call has canceled the one before.
      tries += 1;
      const isOther = said ? orThrow(said).taskIds[0] !== taskId : hasEnded && tries <= lookupsMax;
      if (isByName && isOther) throw new ConcurrentDuplicate();
      if (hasEnded) return await cameLate(tx, tenantId, living, said !== undefined);
      if (said) return await answer(tx, tenantId, taskId, "");
      await claimRequestIds(tx, tenantId, [{ call, taskIds: [taskId] }]);
      const decided = decide(decisionContext(engine, tx.now), caller, living, task, request, mark);
      if (decided) {
        await record(engine, tx, tenantId, [decided]);
        wakeAbout(engine.wakeups, tx, tenantId, [decided]);
      }
      const receipt = decided?.receipts.find(({ type }) => type === ReceiptType.TASK_CANCELED);
      return await answer(tx, tenantId, taskId, receipt?.receiptId ?? "");
    }),
  );
}

/**
 * A repeated call means the task that it meant the first time, whatever bears the name now. The bearer is looked up
 * first: a twin of this call that cancels it in between has said so by the second look.
 */
async function taskIdOf(
  tx: Transaction,
  caller: Caller,
  { taskId }: Pick<CancelTaskRequest, "taskId">,
  call: Call,
): Promise<string> {
  if (nameIn(taskId) === undefined) return taskId;
  const [bearer] = await Promise.allSettled([taskIdIn(tx, caller, taskId)]);
  const [said] = await readCalls(tx, caller.tenantId, [call]);
  const saidId = said && orThrow(said).taskIds[0];
  if (saidId !== undefined) return saidId;
  if (bearer.status === "rejected") throw bearer.reason;
  return bearer.value;
}

/** Its creator, and callers that may cancel all. For others the task does not exist, as with reading. */
function mayCancel(caller: Caller, owner: string): boolean {
  return owner === caller.principalText || caller.scopes.has("tasks:cancel_all");
}

function decide(
  moment: DecisionContext,
  caller: Caller,
  living: Parameters<typeof cancelTaskRule>[0],
  task: { readonly owner: string; readonly obligated: string },
  request: CancelTaskRequest,
  mark: CallMark,
): Decision | undefined {
  const canceller = caller.principalText;
  const graceMs = request.gracePeriod ? msOfDuration(request.gracePeriod) : 0;
  if (graceMs > 0 && isHeldTask(living)) {
    // Asked for anew, a grace is not lengthened.
    if (living.cancelTime && living.cancelTime <= addMs(moment.now, graceMs)) return undefined;
    return requestCancel(living, { canceller, reason: request.reason, graceMs }, moment);
  }
  return cancelTaskRule(living, task, { canceller, reason: request.reason, byHolder: false, mark }, moment);
}

/**
 * The task has ended: as canceled, which is what was asked, or otherwise, because another call came first. A caller
 * that asked for cancellation with a grace, and asks again, is told how the task ended.
 */
async function cameLate(
  tx: Transaction,
  tenantId: string,
  { taskId, state }: TaskRecord,
  wasAsked: boolean,
): Promise<Canceled> {
  if (state === TaskState.CANCELED || wasAsked) {
    const chain = await readChains(tx, { tenantId, taskIds: [taskId] });
    const canceled = chain.find(({ type }) => type === ReceiptType.TASK_CANCELED);
    return await answer(tx, tenantId, taskId, canceled?.receiptId ?? "");
  }
  const message = `CancelTask comes too late: the task has ended as ${stateName(state)}.`;
  throw new Refused(invalidTransition({ taskId, from: state, requested: TaskService.method.cancelTask.name }, message));
}

async function answer(tx: Transaction, tenantId: string, taskId: string, receiptId: string): Promise<Canceled> {
  const [row] = await readTasks(tx, { tenantId, taskIds: [taskId] });
  if (!row) throw new Refused(notFound("task", taskId));
  return { task: assembleTask(row), receiptId };
}
