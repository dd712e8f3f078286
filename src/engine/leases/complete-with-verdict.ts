// Completions of verification tasks: the verdict decides about the verified task in the same transaction, one verdict
// in each. Locks: the lease of the verification task, then the verified task, then what the tasks that go on need.
import type { AgentRole } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { agentRoleBound } from "../../core/agent-refusals.ts";
import { takesVerifications } from "../../core/agent-session.ts";
import { assert } from "../../core/assert.ts";
import { checkCompleteTask, completeVerification } from "../../core/complete-task.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { accepts, checkedVerdict, type Judged, judgeReport } from "../../core/judge-report.ts";
import { invalidTransition, isRefusal, type Refusal } from "../../core/refusal.ts";
import type { Spending } from "../../core/spend.ts";
import { type Ended, type Held, isVerification, stateOf, tie } from "../../core/task-record.ts";
import { checkVerdict, isOpenFor, refuseVerdict, verdictFault } from "../../core/verification.ts";
import { readAgentSession } from "../../store/agent_session.sql.gen.ts";
import { readReviews } from "../../store/note.sql.gen.ts";
import { readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import { type ReadVerifiersRow, readVerifiers } from "../../store/verifier.sql.gen.ts";
import { type Along, type AlongFacts, admitAlong, type Wanted, writeAlong } from "../children/create-along.ts";
import type { Engine } from "../engine.ts";
import { makeGoingOn, readGoingOn, wantedAfter } from "../verification/going-on.ts";
import { type FoundVerifying, lockVerifying, writeVerdict } from "../verification/read-verifying.ts";
import {
  answeredByReceipt,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
  type ValidCall,
} from "./lease-operation.ts";
import { readSpendFacts, type SpendFacts, spendingOf, writeSpendsOf } from "./spends.ts";

type Call = ValidCall<CompleteTaskRequest>;
type Decided = Decision<Ended> & {
  readonly judged: Judged;
  readonly along: Along | undefined;
  readonly spending: Spending | undefined;
};

/** What is known before any lock is had. */
type Found = { readonly verifier: ReadVerifiersRow | undefined; readonly wanted: readonly Wanted[] };

type Facts = Found & {
  /** Undefined if the verification is over. */
  readonly verifying: FoundVerifying | undefined;
  readonly along: AlongFacts | undefined;
  readonly over: Refusal | undefined;
  /** The session of an agent keeps the lease, in a role that gives no verdicts. */
  readonly bound: Refusal | undefined;
  readonly spends: SpendFacts;
};

const nothing: Found = { verifier: undefined, wanted: [] };
const method = LeaseService.method.completeTask;

export async function completeWithVerdict<Completed extends object>(
  engine: Engine,
  tenantId: string,
  call: LeaseCall<CompleteTaskRequest>,
  completed: (taskId: string, receipt: OnRecord, chain: readonly OnRecord[]) => Completed,
): Promise<Completed | Refusal> {
  let found = nothing;
  const [answer] = await runLeaseOperation<typeof CompleteTaskRequestSchema, Completed, Facts, Decided>(
    engine,
    tenantId,
    CompleteTaskRequestSchema,
    [call],
    {
      method,
      check: (request, limits) => checkCompleteTask(request, limits) ?? checkVerdict(request),
      async prepare(tx, tenant, all) {
        found = await find(tx, tenant, all);
        await admitAlong(engine, tx, tenant, found.wanted);
      },
      async read(tx, tenant, all) {
        const [facts, spends] = await Promise.all([
          readFacts(engine, tx, tenant, found),
          readSpendFacts(tx, tenant, all),
        ]);
        return { ...facts, spends, bound: undefined };
      },
      whereTied: {
        ties: tie.verifies,
        read: async (tx, tenant, held, facts) => ({ ...facts, bound: await refuseRole(tx, tenant, held) }),
      },
      queueOf: ({ verifying }, taskId) => (verifying?.waiting.taskId === taskId ? verifying.terms : undefined),
      decide,
      others: ({ judged }) => [judged],
      ...answeredByReceipt([ReceiptType.TASK_COMPLETED], completed),
      async afterwards(tx, tenant, done) {
        const made = done.flatMap(({ decided }) => decided.along?.made ?? []);
        const verdicts = done.map(({ decided: { judged } }) =>
          writeVerdict(tx, tenant, judged.after.taskId, judged.given),
        );
        await Promise.all([writeSpendsOf(tx, tenant, done), ...verdicts, writeAlong(engine, tx, tenant, made)]);
      },
    },
  );
  assert(answer !== undefined, "every call has an answer");
  return answer;
}

/** What verifies what never changes, and neither does what goes on from a report; whether that is the last, does. */
async function find(tx: Transaction, tenantId: string, [call]: readonly Call[]): Promise<Found> {
  if (!call) return nothing;
  const [verifier] = await readVerifiers(tx, { tenantId, taskIds: [call.claim.taskId] });
  if (!verifier) return nothing;
  const { verifiedTaskId } = verifier;
  const [reviewed] = await readReviews(tx, { tenantId, taskIds: [verifiedTaskId] });
  if (!reviewed) return { verifier, wanted: [] };
  return { verifier, wanted: wantedAfter(call.caller, verifiedTaskId, reviewed) };
}

async function readFacts(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  found: Found,
): Promise<Omit<Facts, "spends" | "bound">> {
  const { verifier, wanted } = found;
  if (!verifier) return { ...found, verifying: undefined, along: undefined, over: undefined };
  const { verifiedTaskId } = verifier;
  const verifying = await lockVerifying(tx, tenantId, verifiedTaskId);
  if (!verifying) return { ...found, verifying, along: undefined, over: await whyOver(tx, tenantId, verifiedTaskId) };
  const along = wanted.length > 0 ? await readGoingOn(engine, tx, tenantId, wanted, verifying) : undefined;
  return { ...found, verifying, along, over: undefined };
}

async function refuseRole(tx: Transaction, tenantId: string, [held]: readonly Held[]): Promise<Refusal | undefined> {
  if (!held?.sessionId) return undefined;
  const session = await readAgentSession(tx, { tenantId, sessionId: held.sessionId, now: tx.now });
  if (!session || takesVerifications(session.role as AgentRole)) return undefined;
  return agentRoleBound("verdicts", held);
}

async function whyOver(tx: Transaction, tenantId: string, taskId: string): Promise<Refusal> {
  const [summary] = await readTaskSummaries(tx, { tenantId, taskIds: [taskId] });
  const message = "The verification is over: the verdict comes too late.";
  const from = summary ? stateOf(summary) : 0;
  return invalidTransition({ taskId, from, requested: method.name }, message);
}

function decide(held: Held, call: Call, facts: Facts, moment: DecisionContext): Decided | Refusal {
  const { caller, request, mark } = call;
  const { verdict } = request;
  const { verifier, verifying, over, bound } = facts;
  assert(verdict !== undefined, "the call has a verdict");
  if (!isVerification(held) || !verifier) return verdictFault(true);
  if (bound) return bound;
  const { taskId } = held;
  if (!verifying || !isOpenFor(verifying.review, taskId)) return over ?? tooLate(verifier);
  const { report } = verifying.review;
  assert(report !== undefined, "what is being verified was reported");
  const { barred } = verifier;
  const evidenceRequired = verifying.terms.verification?.evidenceRequired ?? [];
  const refusal =
    refuseVerdict(verdict, { verifier: caller.principalText, barred, evidenceRequired, report }) ??
    checkedVerdict(report, taskId, verdict, caller.limits);
  if (refusal) return refusal;
  const rules = { mode: caller.locatabilityMode, limits: caller.limits, mark };
  const completed = completeVerification(held, { ...request, verdict }, rules, moment);
  if (isRefusal(completed)) return completed;
  const judgement = { taskId, verifier: caller.principalText, verdict };
  const isLast = facts.along !== undefined && accepts(verifying, judgement);
  const onward = isLast && facts.along ? makeGoingOn(facts.wanted, verifying, facts.along, moment) : undefined;
  if (onward && isRefusal(onward)) return onward;
  const judged = judgeReport(verifying, judgement, moment, onward?.next);
  return { ...completed, judged, along: onward?.along, spending: spendingOf(call, facts.spends) };
}

/** Its place was taken by another report, or by the owner. */
function tooLate({ verifiedTaskId: taskId }: ReadVerifiersRow): Refusal {
  const message = "The verification is over: the verdict comes too late.";
  return invalidTransition({ taskId, from: TaskState.VERIFYING, requested: method.name }, message);
}
