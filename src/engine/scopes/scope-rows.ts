// Write scopes in the store: what is in the way of tasks, what a lease holds, and what its end lets go on. Scopes are
// compared and added under a lock of the tenant, which only tasks with scopes take, after all other locks.
import type { Decision } from "../../core/decision.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { endOfKeys, keysAbove, modeOf, resourceOf, type ScopeRow } from "../../core/scopes.ts";
import { hasScopes, isHeldTask, never, type Waiting } from "../../core/task-record.ts";
import { listWaitingPlaces } from "../../store/lane.sql.gen.ts";
import {
  deleteHeldScopes,
  findHeldScopes,
  findWantedScopes,
  holdBackReady,
  insertHeldScopes,
  insertScopeWaits,
  insertWantedScopes,
  lockScopes,
  lockScopesToFree,
  type ReleaseScopeWaitersRow,
  readScopeHolders,
  releaseScopeWaiters,
} from "../../store/scope.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";

/** A task and what it needs. `eligibleTime` is its place among those that wait; undefined: it does not wait. */
export type Wanting = {
  readonly taskId: string;
  readonly scopes: readonly ScopeRow[];
  readonly eligibleTime?: Date;
};

/** A held scope in the way of one that is wanted. */
export type Obstacle = {
  readonly own: ScopeRow;
  readonly heldKey: string;
  /** Its holder is the session of an agent, and no task. */
  readonly isOfSession: boolean;
  readonly heldIsWrite: boolean;
  readonly heldByTaskId: string;
};

/** A transaction of the tenant at a time gets beyond this, until it ends. */
export async function lockScopesOf(tx: Transaction, tenantId: string): Promise<void> {
  await lockScopes(tx, { tenantId });
}

/**
 * What is in the way of each of the tasks, at most so many for each of its scopes. Tasks that wait and want to read
 * stand behind those that have waited longer to write: readers that take turns would keep these waiting for ever. The
 * lock must be held by those that grant; it may be sent just before.
 */
export async function findObstacles(
  tx: Executor,
  tenantId: string,
  tasks: readonly Wanting[],
  { most = 1, ownIds = [] }: { readonly most?: number; readonly ownIds?: readonly string[] } = {},
): Promise<Map<string, Obstacle[]>> {
  const wanted = tasks.flatMap((task) => task.scopes.map((own) => ({ task, own })));
  const readers = wanted.filter(({ task, own }) => !own.isWrite && task.eligibleTime !== undefined);
  const [held, behind] = await Promise.all([
    findHeldScopes(tx, { tenantId, ownIds, most, ...heldColumns(wanted) }),
    readers.length > 0 ? findWantedScopes(tx, { tenantId, ...wantedColumns(readers) }) : [],
  ]);
  const found = new Map<string, Obstacle[]>();
  const add = (one: One | undefined, { key, taskId, isWrite, ofSession }: (typeof held)[number]) => {
    if (!one) return;
    const obstacle = {
      own: one.own,
      heldKey: key,
      isOfSession: ofSession,
      heldIsWrite: isWrite,
      heldByTaskId: taskId,
    };
    found.set(one.task.taskId, [...(found.get(one.task.taskId) ?? []), obstacle]);
  };
  for (const row of held) add(wanted[row.place - 1], row);
  for (const row of behind) add(readers[row.place - 1], { ...row, isWrite: false, ofSession: false });
  return found;
}

/** What a refusal says of those that are in the way. */
export async function heldScopeFacts(tx: Executor, tenantId: string, obstacles: readonly Obstacle[]) {
  const taskIds = [...new Set(obstacles.map(({ heldByTaskId }) => heldByTaskId))];
  const holders = new Map((await readScopeHolders(tx, { tenantId, taskIds })).map((row) => [row.taskId, row]));
  return obstacles.map(({ own, heldKey, heldIsWrite, heldByTaskId, isOfSession }) => {
    const holder = holders.get(heldByTaskId);
    return {
      resource: resourceOf(own.key),
      heldResource: resourceOf(heldKey),
      mode: modeOf({ isWrite: heldIsWrite }),
      taskId: isOfSession ? "" : heldByTaskId,
      agentSessionId: isOfSession ? heldByTaskId : "",
      principal: holder && parsePrincipal(holder.worker),
      expireTime: holder && timestampOfDate(holder.expireTime),
    };
  });
}

type One = { readonly task: Wanting; readonly own: ScopeRow };

function above(wanted: readonly One[]) {
  return wanted.flatMap((one, place) => keysAbove(one.own.key).map((key) => ({ ...one, key, place: place + 1 })));
}

function heldColumns(wanted: readonly One[]) {
  const higher = above(wanted);
  return {
    keys: wanted.map(({ own }) => own.key),
    untilKeys: wanted.map(({ own }) => endOfKeys(own.key)),
    writes: wanted.map(({ own }) => own.isWrite),
    aboveKeys: higher.map(({ key }) => key),
    aboveWrites: higher.map(({ own }) => own.isWrite),
    abovePlaces: higher.map(({ place }) => place),
  };
}

function wantedColumns(readers: readonly One[]) {
  const higher = above(readers);
  const timeOf = ({ task: { eligibleTime = never } }: One) => eligibleTime;
  return {
    keys: readers.map(({ own }) => own.key),
    untilKeys: readers.map(({ own }) => endOfKeys(own.key)),
    eligibleTimes: readers.map(timeOf),
    aboveKeys: higher.map(({ key }) => key),
    aboveEligibleTimes: higher.map(timeOf),
    abovePlaces: higher.map(({ place }) => place),
  };
}

/** Scopes that leases hold from now on, or sessions of agents. The lock is held, and nothing is in their way. */
export async function holdScopes(
  tx: Transaction,
  tenantId: string,
  tasks: readonly Pick<Wanting, "taskId" | "scopes">[],
  ofSession = false,
): Promise<void> {
  const rows = tasks.flatMap(({ taskId, scopes }) => scopes.map((scope) => ({ taskId, ...scope })));
  if (rows.length === 0) return;
  await insertHeldScopes(tx, {
    tenantId,
    ofSession,
    keys: rows.map(({ key }) => key),
    taskIds: rows.map(({ taskId }) => taskId),
    writes: rows.map(({ isWrite }) => isWrite),
  });
}

/** A queued task, where claimers hear of it, and what is in its way. */
export type HeldBack = {
  readonly waiting: Waiting;
  readonly scopes: readonly ScopeRow[];
  readonly obstacle: Obstacle;
  readonly queue: string;
  readonly addressee: string | null;
};

/** No claim looks at them until what is in their way has ended. Their rows are locked, and so are the scopes. */
export async function holdBack(tx: Transaction, tenantId: string, tasks: readonly HeldBack[]): Promise<void> {
  if (tasks.length === 0) return;
  const taskIds = tasks.map(({ waiting }) => waiting.taskId);
  const wanted = tasks.flatMap(({ waiting: { taskId, eligibleTime }, scopes }) =>
    scopes.flatMap(({ key, isWrite }) => (isWrite ? [{ key, taskId, eligibleTime }] : [])),
  );
  await Promise.all([
    holdBackReady(tx, { tenantId, taskIds, never }),
    insertScopeWaits(tx, {
      tenantId,
      taskIds,
      since: tx.now,
      keys: tasks.map(({ obstacle }) => obstacle.own.key),
      writes: tasks.map(({ obstacle }) => obstacle.own.isWrite),
      heldKeys: tasks.map(({ obstacle }) => obstacle.heldKey),
      heldByTaskIds: tasks.map(({ obstacle }) => obstacle.heldByTaskId),
      eligibleTimes: tasks.map(({ waiting }) => waiting.eligibleTime),
      queues: tasks.map(({ queue }) => queue),
      addressees: tasks.map(({ addressee }) => addressee),
    }),
    wanted.length > 0
      ? insertWantedScopes(tx, {
          tenantId,
          keys: wanted.map(({ key }) => key),
          taskIds: wanted.map(({ taskId }) => taskId),
          eligibleTimes: wanted.map(({ eligibleTime }) => eligibleTime),
        })
      : undefined,
  ]);
}

/** The tasks whose leases end by these decisions, of those that have scopes. */
export function freedBy(decisions: readonly Decision[]): string[] {
  return decisions.flatMap(({ before, after }) =>
    before && isHeldTask(before) && hasScopes(before) && !isHeldTask(after) ? [before.taskId] : [],
  );
}

/** The scopes of sessions of agents that have ended. Which tasks they were in the way of, nothing says: all look. */
export async function freeSessionScopes(
  { wakeups }: Engine,
  tx: Transaction,
  tenantId: string,
  sessionIds: readonly string[],
): Promise<void> {
  if (sessionIds.length === 0) return;
  const [, places] = await Promise.all([
    deleteHeldScopes(tx, { tenantId, taskIds: sessionIds }),
    listWaitingPlaces(tx, { tenantId }),
  ]);
  tx.afterCommit(() => {
    for (const { queue, principal } of places) {
      wakeups.wake(queue === null ? topics.addressee(tenantId, principal ?? "") : topics.queue(tenantId, queue));
    }
  });
}

/** As many go on in the transaction that ends a lease; the sweep does the rest. */
const waitersMax = 64;

/** The scopes of leases that have ended are free, and the tasks that waited for them may be claimed. Comes last. */
export async function freeScopes(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  taskIds: readonly string[],
): Promise<void> {
  await Promise.all([
    deleteHeldScopes(tx, { tenantId, taskIds }),
    releaseWaiters(engine, tx, tenantId, taskIds, waitersMax),
  ]);
}

/** The first of the tasks that wait for these leases may be claimed from now on; claimers are told. */
export async function releaseWaiters(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  heldByTaskIds: readonly string[],
  most: number,
): Promise<readonly ReleaseScopeWaitersRow[]> {
  let released: readonly ReleaseScopeWaitersRow[] = [];
  tx.afterCommit(() => wakeReleased(engine, tenantId, released));
  [, released] = await Promise.all([
    lockScopesToFree(tx, { tenantId }),
    releaseScopeWaiters(tx, { tenantId, heldByTaskIds, most }),
  ]);
  return released;
}

function wakeReleased(
  { laneFloors, wakeups }: Engine,
  tenantId: string,
  released: readonly ReleaseScopeWaitersRow[],
): void {
  laneFloors.returned(tenantId, released);
  const told = new Set(
    released.map(({ queue, addressee }) =>
      addressee === null ? topics.queue(tenantId, queue) : topics.addressee(tenantId, addressee),
    ),
  );
  for (const topic of told) wakeups.wake(topic);
}
