// SuspendTask: gives a task back until what it waits for has happened, and creates what is to be waited for in the same
// transaction. Neither an attempt nor a lease loss is counted.
import { fromBinary } from "@bufbuild/protobuf";
import {
  CreateAs,
  LeaseService,
  type SuspendTaskRequest,
  SuspendTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptBodySchema, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type CreatedTask, type Task, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { agentRoleBound } from "../../core/agent-refusals.ts";
import { assert } from "../../core/assert.ts";
import { wantsCancel } from "../../core/cancel-task.ts";
import type { DecisionContext } from "../../core/decision.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { checkSuspendTask, type Suspension, suspendTask as suspendTaskRule } from "../../core/suspend-task.ts";
import { type Held, hasConditions, isRoleBound, tie } from "../../core/task-record.ts";
import { beginWait } from "../../core/wait.ts";
import type { Transaction } from "../../store/transaction.ts";
import {
  type Along,
  type AlongFacts,
  admitAlong,
  awaitedThrough,
  checkAlong,
  makeAlong,
  readAlong,
  tieAlong,
  unmade,
  type Wanted,
  waitsOfWanted,
  wantedOf,
  writeAlong,
} from "../children/create-along.ts";
import { findCycle } from "../conditions/find-cycle.ts";
import { unlessRefused } from "../conditions/kept-signals.ts";
import { type ReadWaitFacts, readWaitFacts } from "../conditions/read-wait-facts.ts";
import type { Engine } from "../engine.ts";
import { writeWaits } from "../tx/condition-rows.ts";
import { readAllTerms } from "../tx/read-all-terms.ts";
import { writeCheckpointsOf } from "./fail-task.ts";
import {
  answeredByReceipt,
  byTerms,
  type Done,
  type LeaseCall,
  type OnRecord,
  runLeaseOperation,
  type ValidCall,
} from "./lease-operation.ts";

export type Suspended = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly receiptId: string;
  readonly created: CreatedTask[];
};

type Facts = {
  readonly terms: ReadonlyMap<string, Task>;
  readonly waits: ReadWaitFacts;
  readonly along: AlongFacts;
  readonly refused: ReadonlyMap<number, Refusal>;
};

type Call = ValidCall<SuspendTaskRequest>;
/** By the index of the call. */
type WantedOf = Map<number, readonly Wanted[]>;
type Decided = Suspension & { readonly along: Along | undefined };

export function suspendTasks(
  engine: Engine,
  tenantId: string,
  calls: readonly LeaseCall<SuspendTaskRequest>[],
): Promise<(Suspended | Refusal)[]> {
  const { TASK_SUSPENDED, TASK_CANCELED } = ReceiptType;
  const method = LeaseService.method.suspendTask;
  const wanted: WantedOf = new Map();
  return runLeaseOperation<typeof SuspendTaskRequestSchema, Suspended, Facts, Decided>(
    engine,
    tenantId,
    SuspendTaskRequestSchema,
    calls,
    {
      method,
      check: (request, limits, caller) =>
        checkSuspendTask(request, limits) ??
        checkAlong(
          method.name,
          caller,
          request.create.map(({ task }) => task),
          "create",
          limits,
        ),
      async prepare(tx, tenant, all) {
        for (const call of all) wanted.set(call.index, wantedBy(call));
        await admitAlong(
          engine,
          tx,
          tenant,
          all.flatMap(({ index }) => wanted.get(index) ?? []),
        );
      },
      read: (tx, tenant, all) => readFacts(engine, tx, tenant, all, wanted),
      whereTied: {
        ties: byTerms.whereTied.ties,
        read: async (tx, tenant, held, facts) => ({
          ...facts,
          terms: await byTerms.whereTied.read(tx, tenant, held, facts.terms),
        }),
      },
      queueOf: ({ terms }, taskId) => terms.get(taskId),
      decide: (held, call, facts, context) =>
        unlessRefused(facts.waits, () => decide(held, call, wanted.get(call.index) ?? [], facts, context)),
      ...answeredByReceipt([TASK_SUSPENDED, TASK_CANCELED], suspended),
      afterwards: async (tx, tenant, done) => {
        await Promise.all([
          writeCheckpointsOf(tx, tenant, done),
          writeWaits(tx, tenant, done.flatMap(newWaitOf)),
          writeAlong(
            engine,
            tx,
            tenant,
            done.flatMap(({ decided }) => decided.along?.made ?? []),
          ),
        ]);
      },
    },
  );
}

function wantedBy({ caller, claim, request }: Call): Wanted[] {
  return request.create.map(({ task, as }, place) => {
    assert(task !== undefined, "the contract's rules leave no other case");
    const isChild = as !== CreateAs.NEXT;
    return wantedOf({ field: `create[${place}]`, caller, request: task, parentTaskId: claim.taskId, isChild });
  });
}

function decide(
  held: Held,
  { index, caller, request, mark }: Call,
  wanted: readonly Wanted[],
  { terms, waits, along: alongFacts, refused }: Facts,
  moment: DecisionContext,
): Decided | Refusal {
  const refusal = refused.get(index);
  if (refusal) return refusal;
  if (isRoleBound(held) && wanted.some(({ isChild }) => isChild)) return agentRoleBound("children", held);
  const asked = terms.get(held.taskId);
  const { wait } = request;
  assert(asked !== undefined && wait !== undefined, "a held task was asked for, and a wait is required");
  const receiptId = moment.newId();
  const making = { held, terms: asked, facts: alongFacts, receiptId, endsTask: false };
  const along = wantsCancel(held) ? undefined : makeAlong(wanted, making);
  if (along && isRefusal(along)) return along;
  const items = along?.items ?? unmade(wanted);
  const begun = along ? beginWait(wait, held.taskId, waits.of({ caller, wait, items }), moment.now) : undefined;
  if (begun && isRefusal(begun)) return begun;
  along?.keep();
  if (along && begun) {
    tieAlong(
      along,
      begun.conditions.map(({ onTaskId }) => onTaskId),
    );
  }
  // What was read with the lease is older than what another call of this transaction has marked.
  const ties = held.ties | (waits.tied.has(held.taskId) ? tie.awaited : 0);
  const created = along && { receiptId, tasks: along.tasks, hasChildren: along.hasChildren };
  const suspension = suspendTaskRule({ ...held, ties }, asked, begun, mark, moment, created);
  if (suspension.begun) waits.began(suspension.begun);
  return { ...suspension, along };
}

async function readFacts(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  calls: readonly Call[],
  wanted: WantedOf,
): Promise<Facts> {
  const all = calls.map(({ index }) => wanted.get(index) ?? []);
  const asked = calls.flatMap(({ caller, claim: { taskId }, request: { wait } }, place) => [
    ...(wait ? [{ caller, wait, taskId, items: unmade(all[place] ?? []) }] : []),
    ...waitsOfWanted(all[place] ?? []),
  ]);
  const [terms, waits] = await Promise.all([
    readAllTerms(
      tx,
      tenantId,
      calls.map(({ claim }) => claim.taskId),
    ),
    readWaitFacts(engine, tx, tenantId, asked),
  ]);
  const along = await readAlong(engine, tx, tenantId, all.flat(), terms, waits);
  return { terms, waits, along, refused: await findCycles(tx, tenantId, calls, waits, wanted) };
}

/** By the index of the call. */
async function findCycles(
  tx: Transaction,
  tenantId: string,
  calls: readonly Call[],
  waits: ReadWaitFacts,
  wanted: WantedOf,
): Promise<Map<number, Refusal>> {
  const refused = new Map<number, Refusal>();
  const begun = new Map<string, readonly string[]>();
  for (const { index, caller, claim, request } of calls) {
    if (!request.wait) continue;
    const onTaskIds = awaitedThrough(wanted.get(index) ?? [], { caller, wait: request.wait }, waits);
    if (onTaskIds.length === 0) continue;
    const refusal = await findCycle(tx, tenantId, claim.taskId, onTaskIds, begun);
    if (refusal) refused.set(index, refusal);
    else begun.set(claim.taskId, onTaskIds);
  }
  return refused;
}

function newWaitOf({ decided }: Done<SuspendTaskRequest, Suspension>) {
  const { before, after, begun, beginReceiptId } = decided;
  const isAgain = before !== undefined && hasConditions(before);
  return begun ? [{ taskId: after.taskId, begun, beginReceiptId, isAgain }] : [];
}

function suspended(taskId: string, { receiptId, body: bytes }: OnRecord): Suspended {
  const { body } = fromBinary(ReceiptBodySchema, bytes);
  if (body.case !== "taskSuspended") return { taskId, state: TaskState.CANCELED, receiptId, created: [] };
  return { taskId, state: body.value.state, receiptId, created: body.value.created };
}
