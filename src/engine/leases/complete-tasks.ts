// CompleteTask and CompleteTasks: end tasks as done.
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkCompleteTask, completeTask } from "../../core/complete-task.ts";
import type { Decision } from "../../core/decision.ts";
import type { Refusal } from "../../core/refusal.ts";
import { type Ended, hasContract, tie } from "../../core/task-record.ts";
import type { Engine } from "../engine.ts";
import {
  answeredByReceipt,
  type LeaseCall,
  type OnRecord,
  readAllTerms,
  readNothing,
  runLeaseOperation,
  type TermsByTask,
} from "./lease-operation.ts";

export type Completed = {
  readonly taskId: string;
  readonly receiptId: string;
  readonly discharged: boolean;
  readonly anomalyReceiptId: string;
};

export function completeTasks(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
): Promise<(Completed | Refusal)[]> {
  return runLeaseOperation<typeof CompleteTaskRequestSchema, Completed, TermsByTask | undefined, Decision<Ended>>(
    engine,
    tenantId,
    CompleteTaskRequestSchema,
    calls,
    {
      method: LeaseService.method.completeTask,
      check: checkCompleteTask,
      read: readNothing,
      whereTied: {
        ties: tie.contract,
        read: (tx, tenant, held) =>
          readAllTerms(
            tx,
            tenant,
            held.map(({ taskId }) => taskId),
          ),
      },
      decide(held, { caller, request, mark }, terms, context) {
        const expected = terms?.get(held.taskId)?.expectedOutcome;
        assert(expected !== undefined || !hasContract(held), "the terms of a task with a contract are read");
        const { locatabilityMode: mode, limits } = caller;
        return completeTask(held, request, { mode, limits, mark, expected }, context);
      },
      ...answeredByReceipt([ReceiptType.TASK_COMPLETED], completed),
    },
  );
}

/** A success that did not discharge has an anomaly beside it. */
function completed(taskId: string, { receiptId }: OnRecord, chain: readonly OnRecord[]): Completed {
  const anomaly = chain.find(
    (receipt) => receipt.type === ReceiptType.SYSTEM_ANOMALY && receipt.parents.includes(receiptId),
  );
  return { taskId, receiptId, discharged: anomaly === undefined, anomalyReceiptId: anomaly?.receiptId ?? "" };
}
