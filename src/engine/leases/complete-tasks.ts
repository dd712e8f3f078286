// CompleteTask and CompleteTasks: end tasks as done.
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { checkCompleteTask, completeTask } from "../../core/complete-task.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { Engine } from "../engine.ts";
import { answeredByReceipt, type LeaseCall, type OnRecord, readNothing, runLeaseOperation } from "./lease-operation.ts";

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
  return runLeaseOperation(engine, tenantId, CompleteTaskRequestSchema, calls, {
    method: LeaseService.method.completeTask,
    check: checkCompleteTask,
    read: readNothing,
    decide: (held, { caller, request, mark }, _facts, context) =>
      completeTask(held, request, { mode: caller.locatabilityMode, limits: caller.limits, mark }, context),
    ...answeredByReceipt([ReceiptType.TASK_COMPLETED], completed),
  });
}

/** A success that did not discharge has an anomaly beside it. */
function completed(taskId: string, { receiptId }: OnRecord, chain: readonly OnRecord[]): Completed {
  const anomaly = chain.find(
    (receipt) => receipt.type === ReceiptType.SYSTEM_ANOMALY && receipt.parents.includes(receiptId),
  );
  return { taskId, receiptId, discharged: anomaly === undefined, anomalyReceiptId: anomaly?.receiptId ?? "" };
}
