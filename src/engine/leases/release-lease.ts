// ReleaseLease: gives a task back. Neither an attempt nor a lease loss is counted.
import { fromBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  LeaseService,
  type ReleaseLeaseRequest,
  ReleaseLeaseRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { Refusal } from "../../core/refusal.ts";
import { checkReleaseLease, releaseLease as releaseLeaseRule } from "../../core/release-lease.ts";
import type { Engine } from "../engine.ts";
import { writeCheckpointsOf } from "./fail-task.ts";
import { answeredByReceipt, byTerms, type LeaseCall, type OnRecord, runLeaseOperation } from "./lease-operation.ts";

export type Released = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly receiptId: string;
  readonly eligibleTime?: Timestamp;
};

export function releaseLeases(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<ReleaseLeaseRequest>[],
): Promise<(Released | Refusal)[]> {
  return runLeaseOperation(engine, tenantId, ReleaseLeaseRequestSchema, calls, {
    method: LeaseService.method.releaseLease,
    check: checkReleaseLease,
    ...byTerms,
    decide(held, { request, mark }, terms, context) {
      const asked = terms.get(held.taskId);
      assert(asked !== undefined, "a held task was asked for");
      return releaseLeaseRule(held, asked, request, mark, context);
    },
    ...answeredByReceipt([ReceiptType.LEASE_RELEASED, ReceiptType.TASK_CANCELED], released),
    afterwards: writeCheckpointsOf,
  });
}

function released(taskId: string, { receiptId, body: bytes }: OnRecord): Released {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  if (body.case !== "leaseReleased") return { taskId, state: TaskState.CANCELED, receiptId };
  const { eligibleTime } = body.value;
  return { taskId, state: TaskState.QUEUED, receiptId, ...(eligibleTime && { eligibleTime }) };
}
