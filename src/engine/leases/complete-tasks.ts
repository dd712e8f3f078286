// CompleteTask and CompleteTasks: end tasks as done. Those that hand on are settled in a transaction of their own,
// which creates what goes on from them.
import { fromBinary } from "@bufbuild/protobuf";
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { CreatedTask } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkCompleteTask, completeTask } from "../../core/complete-task.ts";
import type { Decision } from "../../core/decision.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import type { Spending } from "../../core/spend.ts";
import { type Ended, hasContract, tie } from "../../core/task-record.ts";
import type { Engine } from "../engine.ts";
import { completeWithNext } from "./complete-with-next.ts";
import { answeredByReceipt, type LeaseCall, type OnRecord, readNothing, runLeaseOperation } from "./lease-operation.ts";

import {
  noSpendFacts,
  readSpendFactsOf,
  type SpendFacts,
  spendingOf,
  spendingTies,
  spendsSomething,
  writeSpendsOf,
} from "./spends.ts";

export type Completed = {
  readonly taskId: string;
  readonly receiptId: string;
  readonly discharged: boolean;
  readonly anomalyReceiptId: string;
  readonly next: CreatedTask[];
};

type Decided = Decision<Ended> & { readonly spending: Spending | undefined };

export async function completeTasks(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
): Promise<(Completed | Refusal)[]> {
  const handing = calls.filter(({ request }) => request.next.length > 0);
  if (handing.length === 0) return await completePlainly(engine, tenantId, calls);
  const plain = calls.filter(({ request }) => request.next.length === 0);
  const answers = plain.length > 0 ? await completePlainly(engine, tenantId, plain) : [];
  const handed = await completeWithNext(engine, tenantId, handing, completedWithNext);
  return calls.map(({ request }) => {
    const answer = (request.next.length > 0 ? handed : answers).shift();
    assert(answer !== undefined, "every call has an answer");
    return answer;
  });
}

function completePlainly(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
): Promise<(Completed | Refusal)[]> {
  return runLeaseOperation<typeof CompleteTaskRequestSchema, Completed, SpendFacts | undefined, Decided>(
    engine,
    tenantId,
    CompleteTaskRequestSchema,
    calls,
    {
      method: LeaseService.method.completeTask,
      check: checkCompleteTask,
      read: readNothing,
      whereTied: {
        ties: calls.some(spendsSomething) ? tie.contract | spendingTies : tie.contract,
        read: (tx, tenant, held) =>
          readSpendFactsOf(
            tx,
            tenant,
            held.map(({ taskId }) => taskId),
          ),
      },
      decide(held, call, facts, context) {
        const { caller, request, mark } = call;
        const expected = facts?.terms.get(held.taskId)?.expectedOutcome;
        assert(expected !== undefined || !hasContract(held), "the terms of a task with a contract are read");
        const { locatabilityMode: mode, limits } = caller;
        const decision = completeTask(held, request, { mode, limits, mark, expected }, context);
        return isRefusal(decision) ? decision : { ...decision, spending: spendingOf(call, facts ?? noSpendFacts) };
      },
      ...answeredByReceipt([ReceiptType.TASK_COMPLETED], completed),
      // Where nothing was spent, nothing is written beside the record, and callers that wait are answered from it.
      ...(calls.some(spendsSomething) && { afterwards: writeSpendsOf }),
    },
  );
}

function completedWithNext(taskId: string, receipt: OnRecord, chain: readonly OnRecord[]): Completed {
  const { body } = fromBinary(ReceiptBodySchema, receipt.body);
  const next = body.case === "taskCompleted" ? body.value.next : [];
  return { ...completed(taskId, receipt, chain), next };
}

/** A success that did not discharge has an anomaly beside it. */
function completed(taskId: string, { receiptId }: OnRecord, chain: readonly OnRecord[]): Completed {
  const anomaly = chain.find(
    (receipt) => receipt.type === ReceiptType.SYSTEM_ANOMALY && receipt.parents.includes(receiptId),
  );
  const discharged = anomaly === undefined;
  return { taskId, receiptId, discharged, anomalyReceiptId: anomaly?.receiptId ?? "", next: [] };
}
