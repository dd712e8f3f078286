// Children that are created by a call of their own: the lease that each names is locked and compared with its token, as
// for every call of a holder, so that of a creation and the parent's end at the same time one sees the other.
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type CreateTaskRequest, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { agentRoleBound } from "../../core/agent-refusals.ts";
import { assert } from "../../core/assert.ts";
import { checkDepth, type Origin, placeUnder } from "../../core/children.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { isRefusal, type Refusal } from "../../core/refusal.ts";
import { type Held, hasChildren, isRoleBound, tie } from "../../core/task-record.ts";
import { tieParents } from "../../store/child.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockHoldings } from "../tx/holder.ts";
import { noteTies } from "../tx/known-leases.ts";
import { readAllTerms } from "../tx/read-all-terms.ts";

type Asked = {
  readonly caller: Caller;
  readonly request: CreateTaskRequest;
  readonly under?: LeaseClaim | undefined;
};

/** Where each item stands that names a lease, or why it may not; others are not in the answer. */
export async function standUnder<Item extends Asked>(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  items: readonly Item[],
): Promise<Map<Item, Origin | Refusal>> {
  const claims = [...new Map(items.flatMap(({ under }) => (under ? [[keyOf(under), under] as const] : []))).values()];
  if (claims.length === 0) return new Map();
  const taskIds = [...new Set(claims.map(({ taskId }) => taskId))];
  const [holdings, terms] = await Promise.all([
    lockHoldings(tx, tenantId, claims, TaskService.method.createTask.name),
    readAllTerms(tx, tenantId, taskIds),
  ]);
  const byKey = new Map(claims.map((claim, place) => [keyOf(claim), holdings[place]]));
  const standing = new Map<Item, Origin | Refusal>();
  const parents = new Map<string, Held>();
  for (const item of items) {
    if (!item.under) continue;
    const holding = byKey.get(keyOf(item.under));
    assert(holding !== undefined, "every claim is looked up");
    const origin = holding.held ? originOf(holding.held, terms, item) : holding.ended.refusal;
    standing.set(item, origin);
    if (holding.held && !isRefusal(origin)) parents.set(holding.held.taskId, holding.held);
  }
  await markParents(engine, tx, tenantId, [...parents.values()]);
  return standing;
}

function keyOf({ taskId, leaseId, fence }: LeaseClaim): string {
  return `${taskId} ${leaseId} ${fence}`;
}

function originOf(held: Held, terms: ReadonlyMap<string, Task>, { caller, request }: Asked): Origin | Refusal {
  if (isRoleBound(held)) return agentRoleBound("children", held);
  const parent = terms.get(held.taskId);
  assert(parent !== undefined, "a held task was asked for");
  const place = placeUnder(held.taskId, parent, request.onParentEnd);
  const { traceContext } = parent;
  return checkDepth(place, caller.limits) ?? { place, causes: [held.acceptedReceiptId], traceContext };
}

async function markParents(engine: Engine, tx: Transaction, tenantId: string, parents: readonly Held[]): Promise<void> {
  const unmarked = parents.filter((held) => !hasChildren(held));
  if (unmarked.length === 0) return;
  await tieParents(tx, { tenantId, taskIds: unmarked.map(({ taskId }) => taskId) });
  noteTies(engine, tx, unmarked, tie.children);
}
