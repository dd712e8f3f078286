// FailTask: ends an attempt, and with the last one the task.
import { fromBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { type FailTaskRequest, FailTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { type Payload, PayloadSchema } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptBodySchema } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkFailTask, failTask as failTaskRule } from "../../core/fail-task.ts";
import type { Refusal } from "../../core/refusal.ts";
import { writeCheckpoints } from "../../store/note.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { encode } from "../../wire/encode.ts";
import type { Engine } from "../engine.ts";
import { type LeaseCall, type OnRecord, runLeaseOperation } from "./lease-operation.ts";

export type Failed = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly receiptId: string;
  readonly eligibleTime?: Timestamp;
};

export function failTasks(
  engine: Engine,
  tenantId: string,
  asked: readonly LeaseCall<FailTaskRequest>[],
): Promise<(Failed | Refusal)[]> {
  return runLeaseOperation(engine, tenantId, FailTaskRequestSchema, asked, {
    method: "FailTask",
    needsTerms: true,
    check: checkFailTask,
    decide(held, request, { caller, mark, moment, terms }) {
      assert(terms !== undefined, "a held task was asked for");
      return failTaskRule(held, terms, request, { limits: caller.limits, mark }, moment);
    },
    answer: failed,
    afterwards: (tx, done) => keepCheckpoints(tx, tenantId, done),
  });
}

function failed(taskId: string, { receiptId, body: bytes }: OnRecord): Failed {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  if (body.case === "taskCanceled") return { taskId, state: TaskState.CANCELED, receiptId };
  if (body.case !== "taskRetryScheduled") return { taskId, state: TaskState.FAILED, receiptId };
  const { eligibleTime } = body.value;
  return { taskId, state: TaskState.QUEUED, receiptId, ...(eligibleTime && { eligibleTime }) };
}

/** What the next holder should know, where the last one said so. */
export async function keepCheckpoints(
  tx: Transaction,
  tenantId: string,
  done: readonly { readonly request: { readonly checkpoint?: Payload | undefined }; readonly taskId: string }[],
): Promise<void> {
  const notes = done.flatMap(({ request, taskId }) =>
    request.checkpoint ? [{ taskId, checkpoint: encode(PayloadSchema, request.checkpoint) }] : [],
  );
  if (notes.length === 0) return;
  const taskIds = notes.map((note) => note.taskId);
  await writeCheckpoints(tx, { tenantId, taskIds, checkpoints: notes.map((note) => note.checkpoint) });
}
