// StartTask: says that work has begun. Said again, it answers with the first beginning.
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type StartTaskRequest,
  StartTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import { timestampOfDate } from "../../core/duration.ts";
import type { Refusal } from "../../core/refusal.ts";
import { startTask } from "../../core/start-task.ts";
import type { Engine } from "../engine.ts";
import { type LeaseCall, runLeaseOperation } from "./lease-operation.ts";

export type Started = { readonly startTime: Timestamp; readonly receiptId: string };

export function startTasks(
  engine: Engine,
  tenantId: string,
  asked: readonly LeaseCall<StartTaskRequest>[],
): Promise<(Started | Refusal)[]> {
  return runLeaseOperation(engine, tenantId, StartTaskRequestSchema, asked, {
    method: "StartTask",
    needsTerms: false,
    check: () => undefined,
    decide: (held, _request, { mark, moment }) => startTask(held, mark, moment),
    answer: (_taskId, { receiptId, createTime }) => ({ startTime: timestampOfDate(createTime), receiptId }),
    answerUnchanged(leaseId, chain) {
      const started = chain.find((receipt) => receipt.type === ReceiptType.TASK_STARTED && receipt.leaseId === leaseId);
      assert(started !== undefined, "what runs was started");
      return started;
    },
  });
}
