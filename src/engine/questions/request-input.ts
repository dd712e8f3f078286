// RequestInput: asks a person or an agent, and gives the task back until there is an answer. Neither an attempt nor a
// lease loss is counted.
import { fromBinary } from "@bufbuild/protobuf";
import {
  LeaseService,
  type RequestInputRequest,
  RequestInputRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkRequestInput } from "../../core/check-question.ts";
import { type Asking, askQuestion } from "../../core/questions.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { Engine } from "../engine.ts";
import { writeCheckpointsOf } from "../leases/fail-task.ts";
import {
  answeredByReceipt,
  byTerms,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
} from "../leases/lease-operation.ts";
import { writeAsked } from "../tx/condition-rows.ts";
import type { TermsByTask } from "../tx/read-all-terms.ts";

export type Asked = { readonly taskId: string; readonly state: TaskState; readonly receiptId: string };

export function requestInputs(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<RequestInputRequest>[],
): Promise<(Asked | Refusal)[]> {
  return runLeaseOperation<typeof RequestInputRequestSchema, Asked, TermsByTask, Asking>(
    engine,
    tenantId,
    RequestInputRequestSchema,
    calls,
    {
      method: LeaseService.method.requestInput,
      check: checkRequestInput,
      read: byTerms.read,
      decide(held, { caller, request, mark }, all, context) {
        const terms = all.get(held.taskId);
        assert(terms !== undefined, "a held task was asked for");
        return askQuestion(held, request, { terms, limits: caller.limits, mark }, context);
      },
      ...answeredByReceipt([ReceiptType.INPUT_REQUESTED, ReceiptType.TASK_CANCELED], asked),
      afterwards: async (tx, tenant, done) => {
        const questions = done.flatMap(({ decided }) => decided.asked ?? []);
        await Promise.all([writeCheckpointsOf(tx, tenant, done), writeAsked(tx, tenant, questions)]);
      },
    },
  );
}

function asked(taskId: string, { receiptId, body: bytes }: OnRecord): Asked {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  const state = body.case === "inputRequested" ? TaskState.INPUT_REQUIRED : TaskState.CANCELED;
  return { taskId, state, receiptId };
}
