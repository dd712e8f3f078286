// CompleteTask and CompleteTasks: end tasks as done, or report them to be verified. Those that hand on are settled in a
// transaction of their own, which creates what goes on from them, and so is each verdict.
import { fromBinary } from "@bufbuild/protobuf";
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type CreatedTask, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkCompleteTask, completeTask } from "../../core/complete-task.ts";
import type { Decision } from "../../core/decision.ts";
import type { Refusal } from "../../core/refusal.ts";
import { type Reporting, reportTask } from "../../core/report-task.ts";
import type { Spending } from "../../core/spend.ts";
import { hasContract, hasVerification, isVerification, tie } from "../../core/task-record.ts";
import { verdictFault } from "../../core/verification.ts";
import type { DispatchingEngine } from "../claims/dispatcher.ts";
import { type ReportFacts, readReportFacts, writeReports } from "../verification/report-tasks.ts";
import { completeWithNext, completionTypes, reportsOf, withSpending } from "./complete-with-next.ts";
import { completeWithVerdict } from "./complete-with-verdict.ts";
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
  readonly state: TaskState;
  readonly verifications: CreatedTask[];
};

export async function completeTasks(
  engine: DispatchingEngine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
): Promise<(Completed | Refusal)[]> {
  const byKind = Map.groupBy(calls, kindOf);
  const { plain = [], handing = [], judging = [] } = Object.fromEntries(byKind);
  if (plain.length === calls.length) return await completePlainly(engine, tenantId, calls);
  const answers: Record<Kind, (Completed | Refusal)[]> = {
    plain: plain.length > 0 ? await completePlainly(engine, tenantId, plain) : [],
    handing: handing.length > 0 ? await completeWithNext(engine, tenantId, handing, completed) : [],
    judging: [],
  };
  for (const call of judging) answers.judging.push(await completeWithVerdict(engine, tenantId, call, completed));
  return calls.map((call) => {
    const answer = answers[kindOf(call)].shift();
    assert(answer !== undefined, "every call has an answer");
    return answer;
  });
}

type Kind = "plain" | "handing" | "judging";

function kindOf({ request }: LeaseCall<CompleteTaskRequest>): Kind {
  if (request.verdict) return "judging";
  return request.next.length > 0 ? "handing" : "plain";
}

/** What deciding needs beside the leases, of tasks whose ties say so. */
type Facts = { readonly spends: SpendFacts; readonly reported: ReportFacts } | undefined;
type Decided = Decision & {
  readonly spending: Spending | undefined;
  readonly reporting?: Reporting | undefined;
};

function completePlainly(
  engine: DispatchingEngine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
): Promise<(Completed | Refusal)[]> {
  const ties = tie.contract | tie.verification | tie.verifies;
  return runLeaseOperation<typeof CompleteTaskRequestSchema, Completed, Facts, Decided>(
    engine,
    tenantId,
    CompleteTaskRequestSchema,
    calls,
    {
      dispatcher: engine.dispatcher,
      method: LeaseService.method.completeTask,
      check: checkCompleteTask,
      read: readNothing,
      whereTied: {
        ties: calls.some(spendsSomething) ? ties | spendingTies : ties,
        async read(tx, tenant, held) {
          const taskIds = held.map(({ taskId }) => taskId);
          const [spends, reported] = await Promise.all([
            readSpendFactsOf(tx, tenant, taskIds),
            readReportFacts(engine, tx, tenant, held),
          ]);
          return { spends, reported };
        },
      },
      decide(held, call, facts, context) {
        if (isVerification(held)) return verdictFault(false);
        const { caller, request, mark } = call;
        const expected = facts?.spends.terms.get(held.taskId)?.expectedOutcome;
        assert(expected !== undefined || !hasContract(held), "the terms of a task with a contract are read");
        const rules = { mode: caller.locatabilityMode, limits: caller.limits, mark, expected };
        const spending = spendingOf(call, facts?.spends ?? noSpendFacts);
        if (!hasVerification(held)) return withSpending(completeTask(held, request, rules, context), spending);
        const about = facts?.reported.get(held.taskId);
        assert(about !== undefined, "what is verified is read");
        return withSpending(reportTask(held, request, about, rules, context), spending);
      },
      ...answeredByReceipt(completionTypes, completedPlainly),
      // Where nothing was spent, nothing is written beside the record, and callers that wait are answered from it.
      writesBeside: (done) => done.some((one) => spendsSomething(one.call) || one.decided.reporting !== undefined),
      async afterwards(tx, tenant, done) {
        await Promise.all([writeSpendsOf(tx, tenant, done), writeReports(engine, tx, tenant, reportsOf(done))]);
      },
    },
  );
}

/** A call without next steps has left none in its receipt; decoding each of a batch to see that costs too much. */
function completedPlainly(taskId: string, receipt: OnRecord, chain: readonly OnRecord[]): Completed {
  if (receipt.type === ReceiptType.TASK_COMPLETED) return succeeded(taskId, receipt, chain, []);
  return completed(taskId, receipt, chain);
}

/** The outcome is in the receipt that the call has left. */
function completed(taskId: string, receipt: OnRecord, chain: readonly OnRecord[]): Completed {
  const { receiptId, type } = receipt;
  const ended = { taskId, receiptId, discharged: true, anomalyReceiptId: "", next: [], verifications: [] };
  if (type === ReceiptType.TASK_CANCELED) return { ...ended, state: TaskState.CANCELED };
  const { body } = fromBinary(ReceiptBodySchema, receipt.body);
  if (body.case === "taskReported") {
    const { verifications } = body.value;
    return { ...ended, state: TaskState.VERIFYING, discharged: false, verifications };
  }
  return succeeded(taskId, receipt, chain, body.case === "taskCompleted" ? body.value.next : []);
}

/** A success that did not discharge has an anomaly beside it. */
function succeeded(
  taskId: string,
  { receiptId }: OnRecord,
  chain: readonly OnRecord[],
  next: Completed["next"],
): Completed {
  const anomaly = chain.find((one) => one.type === ReceiptType.SYSTEM_ANOMALY && one.parents.includes(receiptId));
  const found = { discharged: anomaly === undefined, anomalyReceiptId: anomaly?.receiptId ?? "" };
  return { taskId, receiptId, state: TaskState.SUCCEEDED, ...found, next, verifications: [] };
}
