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
import type { Spending } from "../../core/spend.ts";
import { type Ended, type Held, hasContract, tie } from "../../core/task-record.ts";
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
import { readAllTerms } from "../tx/read-all-terms.ts";
import {
  answeredByReceipt,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
  type ValidCall,
} from "./lease-operation.ts";
import { readSpendFacts, type SpendFacts, spendingOf, writeSpendsOf } from "./spends.ts";

type Call = ValidCall<CompleteTaskRequest>;
type Decided = Decision<Ended> & { readonly along: Along; readonly spending: Spending | undefined };
type Facts = {
  readonly terms: ReadonlyMap<string, Task>;
  readonly spends: SpendFacts;
  readonly along: AlongFacts;
};

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
      decide: (held, call, facts, context) =>
        unlessRefused(facts.along.waits, () => decide(held, call, wanted.get(call.index) ?? [], facts, context)),
      ...answeredByReceipt([ReceiptType.TASK_COMPLETED], completed),
      afterwards: async (tx, tenant, done) => {
        const made = done.flatMap(({ decided }) => decided.along.made);
        await Promise.all([writeSpendsOf(tx, tenant, done), writeAlong(engine, tx, tenant, made)]);
      },
    },
  );
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
  const [terms, waits, spends] = await Promise.all([
    readAllTerms(
      tx,
      tenantId,
      calls.map(({ claim }) => claim.taskId),
    ),
    readWaitFacts(
      tx,
      tenantId,
      calls.flatMap(({ index }) => waitsOfWanted(wanted.get(index) ?? [])),
    ),
    readSpendFacts(tx, tenantId, calls),
  ]);
  return { terms, spends, along: await readAlong(engine, tx, tenantId, [...wanted.values()].flat(), terms, waits) };
}

function decide(
  held: Held,
  call: Call,
  wanted: readonly Wanted[],
  { terms, spends, along: facts }: Facts,
  moment: DecisionContext,
): Decided | Refusal {
  const { caller, request, mark } = call;
  const asked = terms.get(held.taskId);
  assert(asked !== undefined, "a held task was asked for");
  const receiptId = moment.newId();
  const along = makeAlong(wanted, { held, terms: asked, facts, receiptId, endsTask: true });
  if (isRefusal(along)) return along;
  // What was read with the lease is older than what another call of this transaction has marked.
  const ties = held.ties | (facts.waits.tied.has(held.taskId) ? tie.awaited : 0);
  const rules = { mode: caller.locatabilityMode, limits: caller.limits, mark };
  const next = { receiptId, tasks: along.tasks };
  const expected = hasContract(held) ? asked.expectedOutcome : undefined;
  const decided = completeTask({ ...held, ties }, request, { ...rules, expected, next }, moment);
  if (isRefusal(decided)) return decided;
  along.keep();
  tieAlong(along, []);
  return { ...decided, along, spending: spendingOf(call, spends) };
}
