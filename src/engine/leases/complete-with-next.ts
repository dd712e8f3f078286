// Completions that hand on: the tasks that go on are created in the same transaction, all or none, and a completion is
// refused with the first of them that is.
import {
  type CompleteTaskRequest,
  CompleteTaskRequestSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import { checkCompleteTask, completeTask } from "../../core/complete-task.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { type Reporting, reportTask } from "../../core/report-task.ts";
import type { Spending } from "../../core/spend.ts";
import { type Held, hasContract, isVerification, tie } from "../../core/task-record.ts";
import { verdictFault } from "../../core/verification.ts";
import type { Transaction } from "../../store/transaction.ts";
import {
  type Along,
  type AlongFacts,
  admitAlong,
  checkAlong,
  makeAlong,
  readAlong,
  tieAlong,
  type Wanted,
  waitsOfWanted,
  wantedOf,
  writeAlong,
} from "../children/create-along.ts";
import { unlessRefused } from "../conditions/kept-signals.ts";
import { readWaitFacts } from "../conditions/read-wait-facts.ts";
import type { Engine } from "../engine.ts";
import { type Contracts, contractOf, readAllTerms, readContracts } from "../tx/read-all-terms.ts";
import { type ReportFacts, readReportFacts, writeReports } from "../verification/report-tasks.ts";
import {
  answeredByReceipt,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
  type ValidCall,
} from "./lease-operation.ts";
import { readSpendFacts, type SpendFacts, spendingOf, writeSpendsOf } from "./spends.ts";

type Call = ValidCall<CompleteTaskRequest>;
/** `along` is undefined where the task is only reported: what goes on from it is created when it is accepted. */
type Decided = Decision & {
  readonly along?: Along;
  readonly spending: Spending | undefined;
  readonly reporting?: Reporting | undefined;
};
type Facts = {
  readonly terms: ReadonlyMap<string, Task>;
  readonly spends: SpendFacts;
  readonly along: AlongFacts;
  readonly reported: ReportFacts;
  readonly contracts: Contracts;
};

/** The receipts that a completion may leave. */
export const completionTypes = [
  ReceiptType.TASK_COMPLETED,
  ReceiptType.TASK_REPORTED,
  ReceiptType.TASK_CANCELED,
] as const;

export function withSpending<Decided extends Decision>(decided: Decided | Refusal, spending: Spending | undefined) {
  return isRefusal(decided) ? decided : { ...decided, spending };
}

export function completeWithNext<Completed extends object>(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<CompleteTaskRequest>[],
  completed: (taskId: string, receipt: OnRecord, chain: readonly OnRecord[]) => Completed,
): Promise<(Completed | Refusal)[]> {
  const method = LeaseService.method.completeTask;
  /** By the index of the call. */
  const wanted = new Map<number, readonly Wanted[]>();
  const wantedOfAll = (all: readonly Call[]) => all.flatMap(({ index }) => wanted.get(index) ?? []);
  return runLeaseOperation<typeof CompleteTaskRequestSchema, Completed, Facts, Decided>(
    engine,
    tenantId,
    CompleteTaskRequestSchema,
    calls,
    {
      method,
      check: (request, limits, caller) =>
        checkCompleteTask(request, limits) ?? checkAlong(method.name, caller, request.next, "next", limits),
      async prepare(tx, tenant, all) {
        wanted.clear();
        for (const call of all) wanted.set(call.index, wantedBy(call));
        await admitAlong(engine, tx, tenant, wantedOfAll(all));
      },
      read: (tx, tenant, all) => readFacts(engine, tx, tenant, all, wanted),
      whereTied: {
        ties: tie.verification,
        read: async (tx, tenant, held, facts) => ({
          ...facts,
          reported: await readReportFacts(engine, tx, tenant, held),
        }),
      },
      decide: (held, call, facts, context) =>
        unlessRefused(facts.along.waits, () => decide(held, call, wanted.get(call.index) ?? [], facts, context)),
      ...answeredByReceipt(completionTypes, completed),
      afterwards: async (tx, tenant, done) => {
        const made = done.flatMap(({ decided }) => decided.along?.made ?? []);
        await Promise.all([
          writeSpendsOf(tx, tenant, done),
          writeAlong(engine, tx, tenant, made),
          writeReports(engine, tx, tenant, reportsOf(done)),
        ]);
      },
    },
  );
}

export function reportsOf(
  done: readonly { readonly decided: Decision & { readonly reporting?: Reporting | undefined } }[],
): { readonly taskId: string; readonly reporting: Reporting }[] {
  return done.flatMap(({ decided: { after, reporting } }) => (reporting ? [{ taskId: after.taskId, reporting }] : []));
}

function wantedBy({ caller, claim, request }: Call): Wanted[] {
  return request.next.map((task, place) =>
    wantedOf({ field: `next[${place}]`, caller, request: task, parentTaskId: claim.taskId, isChild: false }),
  );
}

async function readFacts(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  calls: readonly Call[],
  wanted: ReadonlyMap<number, readonly Wanted[]>,
): Promise<Facts> {
  const [terms, waits, spends, contracts] = await Promise.all([
    readAllTerms(
      tx,
      tenantId,
      calls.map(({ claim }) => claim.taskId),
    ),
    readWaitFacts(
      engine,
      tx,
      tenantId,
      calls.flatMap(({ index }) => waitsOfWanted(wanted.get(index) ?? [])),
    ),
    readSpendFacts(tx, tenantId, calls),
    readContracts(
      tx,
      tenantId,
      calls.map(({ request }) => request.contract),
    ),
  ]);
  const along = await readAlong(engine, tx, tenantId, [...wanted.values()].flat(), terms, waits);
  return { terms, spends, along, contracts, reported: new Map() };
}

function decide(
  held: Held,
  call: Call,
  wanted: readonly Wanted[],
  { terms, spends, along: facts, reported, contracts }: Facts,
  moment: DecisionContext,
): Decided | Refusal {
  if (isVerification(held)) return verdictFault(false);
  const { caller, request, mark } = call;
  const asked = terms.get(held.taskId);
  assert(asked !== undefined, "a held task was asked for");
  const named = contractOf(contracts, request.contract);
  if (isRefusal(named)) return named;
  const receiptId = moment.newId();
  const undo = facts.waits.mark();
  const along = makeAlong(wanted, { held, terms: asked, facts, receiptId, endsTask: true });
  if (isRefusal(along)) return along;
  // What was read with the lease is older than what another call of this transaction has marked.
  const ties = held.ties | (facts.waits.tied.has(held.taskId) ? tie.awaited : 0);
  const rules = { mode: caller.locatabilityMode, limits: caller.limits, mark, contract: named.contract };
  const expected = hasContract(held) ? asked.expectedOutcome : undefined;
  const about = reported.get(held.taskId);
  if (about) {
    // It was tried, so that what cannot be is refused now, and is made when the report is accepted.
    undo();
    const decided = reportTask({ ...held, ties }, request, about, { ...rules, expected }, moment);
    return withSpending(decided, spendingOf(call, spends));
  }
  const next = { receiptId, tasks: along.tasks };
  const decided = completeTask({ ...held, ties }, request, { ...rules, expected, next }, moment);
  if (isRefusal(decided)) return decided;
  along.keep();
  tieAlong(along, []);
  return { ...decided, along, spending: spendingOf(call, spends) };
}
