// StartTask: records that work has begun. Repeated, it answers with the first start.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  LeaseService,
  type StartTaskRequest,
  StartTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import { timestampOfDate } from "../../core/duration.ts";
import type { Refusal } from "../../core/refusal.ts";
import { startTask } from "../../core/start-task.ts";
import type { Engine } from "../engine.ts";
import { answeredByReceipt, type LeaseCall, type OnRecord, readNothing, runLeaseOperation } from "./lease-operation.ts";

export type Started = { readonly startTime: Timestamp; readonly receiptId: string };

export function startTasks(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<StartTaskRequest>[],
): Promise<(Started | Refusal)[]> {
  return runLeaseOperation(engine, tenantId, StartTaskRequestSchema, calls, {
    method: LeaseService.method.startTask,
    check: () => undefined,
    read: readNothing,
    decide: (held, { mark }, _facts, context) => startTask(held, mark, context),
    ...answeredByReceipt([ReceiptType.TASK_STARTED], started),
    answerUnchanged({ taskId, leaseId }, chain) {
      const receipt = chain.find((one) => one.type === ReceiptType.TASK_STARTED && one.leaseId === leaseId);
      assert(receipt !== undefined, "a running task was started");
      return started(taskId, receipt);
    },
  });
}

function started(_taskId: string, { receiptId, createTime }: OnRecord): Started {
  return { startTime: timestampOfDate(createTime), receiptId };
}
