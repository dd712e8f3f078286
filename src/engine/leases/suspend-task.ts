// SuspendTask: gives a task back until what it waits for has happened. Neither an attempt nor a lease loss is counted.
import { fromBinary } from "@bufbuild/protobuf";
import {
  LeaseService,
  type SuspendTaskRequest,
  SuspendTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { checkSuspendTask, type Suspension, suspendTask as suspendTaskRule } from "../../core/suspend-task.ts";
import { hasConditions, tie } from "../../core/task-record.ts";
import { beginWait } from "../../core/wait.ts";
import type { Transaction } from "../../store/transaction.ts";
import { findCycle } from "../conditions/find-cycle.ts";
import { conditionsOf, type ReadWaitFacts, readWaitFacts } from "../conditions/read-wait-facts.ts";
import type { Engine } from "../engine.ts";
import { writeWaits } from "../tx/condition-rows.ts";
import { writeCheckpointsOf } from "./fail-task.ts";
import {
  answeredByReceipt,
  type Done,
  type LeaseCall,
  type OnRecord,
  readAllTerms,
  runLeaseOperation,
  type ValidCall,
} from "./lease-operation.ts";

export type Suspended = { readonly taskId: string; readonly state: TaskState; readonly receiptId: string };

type Facts = {
  readonly terms: ReadonlyMap<string, Task>;
  readonly waits: ReadWaitFacts;
  readonly refused: ReadonlyMap<number, Refusal>;
};

export function suspendTasks(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<SuspendTaskRequest>[],
): Promise<(Suspended | Refusal)[]> {
  const { TASK_SUSPENDED, TASK_CANCELED } = ReceiptType;
  return runLeaseOperation<typeof SuspendTaskRequestSchema, Suspended, Facts, Suspension>(
    engine,
    tenantId,
    SuspendTaskRequestSchema,
    calls,
    {
      method: LeaseService.method.suspendTask,
      check: checkSuspendTask,
      read: readFacts,
      queueOf: ({ terms }, taskId) => terms.get(taskId)?.queue,
      decide(held, { index, caller, request, mark }, { terms, waits, refused }, context) {
        const refusal = refused.get(index);
        if (refusal) return refusal;
        const asked = terms.get(held.taskId);
        assert(asked !== undefined && request.wait !== undefined, "a held task was asked for, and a wait is required");
        const begun = beginWait(request.wait, held.taskId, waits.of({ caller, wait: request.wait }), context.now);
        if (isRefusal(begun)) return begun;
        // What was read with the lease is older than what another call of this transaction has marked.
        const ties = held.ties | (waits.tied.has(held.taskId) ? tie.awaited : 0);
        return suspendTaskRule({ ...held, ties }, asked, begun, mark, context);
      },
      ...answeredByReceipt([TASK_SUSPENDED, TASK_CANCELED], suspended),
      afterwards: async (tx, tenant, done) => {
        await Promise.all([writeCheckpointsOf(tx, tenant, done), writeWaits(tx, tenant, done.flatMap(newWaitOf))]);
      },
    },
  );
}

async function readFacts(
  tx: Transaction,
  tenantId: string,
  calls: readonly ValidCall<SuspendTaskRequest>[],
): Promise<Facts> {
  const asked = calls.flatMap(({ caller, request: { wait } }) => (wait ? [{ caller, wait }] : []));
  const [terms, waits] = await Promise.all([
    readAllTerms(
      tx,
      tenantId,
      calls.map(({ claim }) => claim.taskId),
    ),
    readWaitFacts(tx, tenantId, asked),
  ]);
  return { terms, waits, refused: await findCycles(tx, tenantId, calls, waits) };
}

/** By the index of the call. */
async function findCycles(
  tx: Transaction,
  tenantId: string,
  calls: readonly ValidCall<SuspendTaskRequest>[],
  waits: ReadWaitFacts,
): Promise<Map<number, Refusal>> {
  const refused = new Map<number, Refusal>();
  const begun = new Map<string, readonly string[]>();
  for (const { index, caller, claim, request } of calls) {
    if (!request.wait) continue;
    const { taskOf } = waits.of({ caller, wait: request.wait });
    const onTaskIds = conditionsOf(request.wait)
      .map(taskOf)
      .filter((id) => typeof id === "string");
    if (onTaskIds.length === 0) continue;
    const refusal = await findCycle(tx, tenantId, claim.taskId, onTaskIds, begun);
    if (refusal) refused.set(index, refusal);
    else begun.set(claim.taskId, onTaskIds);
  }
  return refused;
}

function newWaitOf({ decided }: Done<SuspendTaskRequest, Suspension>) {
  const { before, after, begun, beginReceiptId } = decided;
  const isAgain = before !== undefined && hasConditions(before);
  return begun ? [{ taskId: after.taskId, begun, beginReceiptId, isAgain }] : [];
}

function suspended(taskId: string, { receiptId, body: bytes }: OnRecord): Suspended {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  return { taskId, state: body.case === "taskSuspended" ? body.value.state : TaskState.CANCELED, receiptId };
}
