// FailTask: ends an attempt, and with the last one the task.
import { fromBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import {
  type FailTaskRequest,
  FailTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type Payload, PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkFailTask, failTask as failTaskRule } from "../../core/fail-task.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { checkUnits } from "../../core/spend.ts";
import { writeCheckpoints } from "../../store/note.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { DispatchingEngine } from "../claims/dispatcher.ts";
import {
  answeredByReceipt,
  byTerms,
  type Done,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
} from "./lease-operation.ts";

import { readSpendFacts, spendingOf, writeSpendsOf } from "./spends.ts";

export type Failed = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly receiptId: string;
  readonly eligibleTime?: Timestamp;
};

export function failTasks(
  engine: DispatchingEngine,
  tenantId: string,
  calls: readonly LeaseCall<FailTaskRequest>[],
): Promise<(Failed | Refusal)[]> {
  const { TASK_RETRY_SCHEDULED, TASK_FAILED, TASK_CANCELED } = ReceiptType;
  return runLeaseOperation(engine, tenantId, FailTaskRequestSchema, calls, {
    dispatcher: engine.dispatcher,
    method: LeaseService.method.failTask,
    check: checkFailTask,
    read: async (tx, tenant, valid) => {
      const [terms, spends] = await Promise.all([byTerms.read(tx, tenant, valid), readSpendFacts(tx, tenant, valid)]);
      return { terms, spends };
    },
    queueOf: ({ terms }, taskId) => byTerms.queueOf(terms, taskId),
    decide(held, call, { terms, spends }, context) {
      const { caller, request, mark } = call;
      const asked = terms.get(held.taskId);
      assert(asked !== undefined, "a held task was asked for");
      const spending = spendingOf(call, spends);
      const tooMany = spending && checkUnits(spending);
      if (tooMany) return tooMany;
      const decision = failTaskRule(held, asked, request, { limits: caller.limits, mark, spending }, context);
      return isRefusal(decision) ? decision : { ...decision, spending };
    },
    ...answeredByReceipt([TASK_RETRY_SCHEDULED, TASK_FAILED, TASK_CANCELED], failed),
    afterwards: async (tx, tenant, done) => {
      await Promise.all([writeCheckpointsOf(tx, tenant, done), writeSpendsOf(tx, tenant, done)]);
    },
  });
}

function failed(taskId: string, { receiptId, body: bytes }: OnRecord): Failed {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  if (body.case === "taskCanceled") return { taskId, state: TaskState.CANCELED, receiptId };
  if (body.case !== "taskRetryScheduled") return { taskId, state: TaskState.FAILED, receiptId };
  const { eligibleTime } = body.value;
  return { taskId, state: TaskState.QUEUED, receiptId, ...(eligibleTime && { eligibleTime }) };
}

/** Keeps the checkpoints that requests carry for the next holders. */
export async function writeCheckpointsOf(
  tx: Transaction,
  tenantId: string,
  done: readonly Done<{ readonly checkpoint?: Payload | undefined }, unknown>[],
): Promise<void> {
  const checkpoints = done.flatMap(({ call: { claim, request } }) =>
    request.checkpoint ? [{ taskId: claim.taskId, bytes: encode(PayloadSchema, request.checkpoint) }] : [],
  );
  if (checkpoints.length === 0) return;
  await writeCheckpoints(tx, {
    tenantId,
    taskIds: checkpoints.map(({ taskId }) => taskId),
    checkpoints: checkpoints.map(({ bytes }) => bytes),
  });
}
