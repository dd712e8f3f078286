// How many tasks, leases and sessions a tenant and each of its principals may have at once, and how many kept signals a
// tenant. There is no shared counter
// that every transaction would have to write. A server counts rows now and then, adds what it has let in since, and
// uses that number while it is far from the bound. Near the bound it counts again, in the transaction that adds, under
// a lock that keeps all others from adding: so any number of servers keep a quickly counted bound exactly.
import { setBounded } from "../../core/bounded-map.ts";
import { limitReached, type Refusal, Refused } from "../../core/refusal.ts";
import {
  countKeptSignals,
  countLeases,
  countLeasesOf,
  countLiveTasks,
  countLiveTasksOf,
  countSessions,
  countSessionsOf,
  lockQuota,
  shareQuota,
} from "../../store/quota.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { ReadTransaction, Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";

export type QuotaKind = "live_tasks" | "live_leases" | "sessions" | "kept_signals";

export type QuotaDemand = {
  readonly caller: Caller;
  /** The principal that it will count against. */
  readonly principal: string;
  readonly count: number;
};

/** How many of a wish may be, and why not all of it. */
export type Admitted = { readonly count: number; readonly refusal?: Refusal };

/** What a server remembers of counts: never more than a hint of how near a bound is. */
export type Quotas = Map<string, Known>;

type WithQuotas = { readonly quotas: Quotas };

type Known = {
  /** The last count plus what was admitted since. What ended since stays in it until the next count. */
  count: number;
  countedMs: number;
  /** How long counting takes: the longer, the more seldom it is done. */
  costMs: number;
};

/** Bounds up to this are counted each time, which costs less than a millisecond. */
const countedBoundMax = 1_000;
/** Bounds up to this are counted each time when they are near: so many rows take some 30 ms. */
const exactBoundMax = 100_000;
/** Of a bound. Up to here a count is good for long; beyond the second, the bound is near. */
const farPart = 0.5;
const nearPart = 0.9;
const farRestMs = 30_000;
/** Also how long further demands are refused without counting again once the bound is reached. */
const restMs = 1_000;
/** Counting takes no more than a fiftieth of the time. */
const costFactor = 50;
const knownMax = 100_000;

export function createQuotas(): Quotas {
  return new Map();
}

type Scope = {
  readonly name: string;
  readonly limit: string;
  readonly bound: number;
  readonly principal: string | undefined;
  readonly wished: number;
};

/**
 * Lets in as many of each wish, in their order, as tenant and principal have room for. A caller that adds less than was
 * admitted returns the rest with `unreserve`; what is rolled back is returned by itself. Takes the quota's lock, so it
 * comes before all locks that others may wait for.
 */
export async function admit(
  engine: WithQuotas,
  tx: Transaction,
  kind: QuotaKind,
  wishes: readonly QuotaDemand[],
): Promise<Admitted[]> {
  const [first] = wishes;
  if (first === undefined) return [];
  const scopes = scopesOf(kind, first.caller, wishes);
  const nowMs = tx.now.getTime();
  const due = scopes.filter((scope) => mustCount(engine.quotas.get(scope.name), scope, nowMs));
  await lockFor(tx, scopes, due, kind, first.caller.tenantId);
  await Promise.all(due.map((scope) => count(engine, tx, kind, first.caller.tenantId, scope)));
  return wishes.map((wish) => reserve(engine, tx, kind, scopes, wish));
}

/** For a new session. One that is resumed has been counted already. */
export async function admitSession(engine: WithQuotas, tx: Transaction, caller: Caller): Promise<void> {
  const [admitted] = await admit(engine, tx, "sessions", [{ caller, principal: caller.principalText, count: 1 }]);
  if (admitted?.refusal) throw new Refused(admitted.refusal);
}

/** Admits all of it if that is far from all bounds, as last counted: without counting or locking. Else undefined. */
export function admitIfFar(
  engine: WithQuotas,
  tx: Transaction,
  kind: QuotaKind,
  demands: readonly QuotaDemand[],
): Admitted[] | undefined {
  const [first] = demands;
  if (first === undefined) return [];
  const scopes = scopesOf(kind, first.caller, demands);
  const isFar = scopes.every((scope) => {
    const known = engine.quotas.get(scope.name);
    if (known === undefined || scope.bound <= exactBoundMax || mustCount(known, scope, tx.now.getTime())) return false;
    return known.count + scope.wished <= scope.bound * nearPart;
  });
  if (!isFar) return undefined;
  const change = (sign: 1 | -1) => {
    for (const { name, wished } of scopes) {
      const known = engine.quotas.get(name);
      if (known) known.count += sign * wished;
    }
  };
  change(1);
  tx.afterRollback(() => change(-1));
  return demands.map(({ count }) => ({ count }));
}

/** Returns reserved quota that was not used. */
export function unreserve(
  { quotas }: WithQuotas,
  tx: Transaction,
  kind: QuotaKind,
  { tenantId }: Caller,
  principal: string,
  by: number,
): void {
  if (by === 0) return;
  const change = (more: number) => {
    for (const name of [nameOf(kind, tenantId), nameOf(kind, tenantId, principal)]) {
      const known = quotas.get(name);
      if (known) known.count += more;
    }
  };
  change(-by);
  tx.afterRollback(() => change(by));
}

/** With blanks, because it names a lock of Postgres as well, and Postgres takes no NUL in a text. */
function nameOf(kind: QuotaKind, tenantId: string, principal?: string): string {
  return principal === undefined ? `${kind} ${tenantId}` : `${kind} ${tenantId} ${principal}`;
}

function scopesOf(kind: QuotaKind, caller: Caller, wishes: readonly QuotaDemand[]): Scope[] {
  const { limits, tenantId } = caller;
  const byPrincipal = new Map<string, number>();
  let all = 0;
  for (const { principal, count: wished } of wishes) {
    byPrincipal.set(principal, (byPrincipal.get(principal) ?? 0) + wished);
    all += wished;
  }
  const limit = `${kind}_max` as const;
  const ofTenant = { name: nameOf(kind, tenantId), limit, bound: limits[limit], principal: undefined, wished: all };
  if (kind === "kept_signals") return [ofTenant];
  const ofPrincipal = `principal_${kind}_max` as const;
  return [
    ofTenant,
    ...[...byPrincipal].map(([principal, wished]) => {
      return {
        name: nameOf(kind, tenantId, principal),
        limit: ofPrincipal,
        bound: limits[ofPrincipal],
        principal,
        wished,
      };
    }),
  ];
}

function mustCount(known: Known | undefined, { bound, wished }: Scope, nowMs: number): boolean {
  if (known === undefined) return true;
  const then = known.count + wished;
  const ageMs = nowMs - known.countedMs;
  const isNear = bound <= countedBoundMax || then > bound * nearPart;
  // A tenant that is full costs one count a second, and not one a call.
  const isFull = known.count >= bound;
  if (isNear && bound <= exactBoundMax && !isFull) return true;
  const least = then > bound * farPart ? restMs : farRestMs;
  // What is small is counted quickly, however long it took the last time: the machine was busy.
  return ageMs >= (bound <= countedBoundMax ? least : Math.max(least, known.costMs * costFactor));
}

/** Counting an exact bound takes its lock exclusively; adding to one takes it shared, so that a count waits for it. */
async function lockFor(
  tx: Transaction,
  scopes: readonly Scope[],
  due: readonly Scope[],
  kind: QuotaKind,
  tenantId: string,
): Promise<void> {
  const isExact = ({ bound }: Scope) => bound <= exactBoundMax;
  const name = nameOf(kind, tenantId);
  if (due.some(isExact)) await lockQuota(tx, { name });
  else if (scopes.some(isExact)) await shareQuota(tx, { name });
}

async function count(
  { quotas }: WithQuotas,
  tx: Executor & { readonly now: Date },
  kind: QuotaKind,
  tenantId: string,
  { name, principal, bound }: Scope,
): Promise<void> {
  const fromMs = performance.now();
  const { count: counted } = await counting[kind](tx, tenantId, principal, bound + 1);
  const known = { count: counted, countedMs: tx.now.getTime(), costMs: performance.now() - fromMs };
  setBounded(quotas, name, known, knownMax);
}

/** A limit that leaves no room for one more. */
export type FullQuota = {
  readonly limit: string;
  readonly bound: number;
  readonly value: number;
  readonly principal?: string | undefined;
};

/**
 * The limits of a tenant and, if it is named, of one of its principals that leave no room, for a caller that only wants
 * to know: as admission would find it, without its lock.
 */
export async function readFull(
  engine: WithQuotas,
  tx: ReadTransaction,
  kind: QuotaKind,
  caller: Caller,
  principal: string | undefined,
): Promise<FullQuota[]> {
  const now = await tx.now;
  const scopes = scopesOf(kind, caller, [{ caller, principal: principal ?? "", count: 1 }]).filter(
    (scope) => scope.principal !== "",
  );
  const due = scopes.filter((scope) => mustCount(engine.quotas.get(scope.name), scope, now.getTime()));
  await Promise.all(due.map((scope) => count(engine, { query: tx.query, now }, kind, caller.tenantId, scope)));
  return scopes.flatMap(({ name, limit, bound, principal: of }) => {
    const value = engine.quotas.get(name)?.count ?? 0;
    return value < bound ? [] : [{ limit, bound, value: Math.min(value, bound), principal: of }];
  });
}

type Counting = (
  tx: Executor,
  tenantId: string,
  principal: string | undefined,
  most: number,
) => Promise<{ readonly count: number }>;

const counting: Readonly<Record<QuotaKind, Counting>> = {
  live_tasks: (tx, tenantId, principal, most) =>
    principal === undefined
      ? countLiveTasks(tx, { tenantId, most })
      : countLiveTasksOf(tx, { tenantId, principal, most }),
  live_leases: (tx, tenantId, principal, most) =>
    principal === undefined ? countLeases(tx, { tenantId, most }) : countLeasesOf(tx, { tenantId, principal, most }),
  sessions: (tx, tenantId, principal, most) =>
    principal === undefined
      ? countSessions(tx, { tenantId, most })
      : countSessionsOf(tx, { tenantId, principal, most }),
  kept_signals: (tx, tenantId, _principal, most) => countKeptSignals(tx, { tenantId, most }),
};

function reserve(
  { quotas }: WithQuotas,
  tx: Transaction,
  kind: QuotaKind,
  scopes: readonly Scope[],
  wish: QuotaDemand,
): Admitted {
  const mine = scopes.filter(({ principal }) => principal === undefined || principal === wish.principal);
  let least = wish.count;
  let refusal: Refusal | undefined;
  for (const { name, limit, bound } of mine) {
    const there = quotas.get(name)?.count ?? 0;
    const room = Math.max(0, bound - there);
    if (room >= least) continue;
    least = room;
    refusal = limitReached({ limit, bound, value: there + wish.count }, restMs);
  }
  unreserve({ quotas }, tx, kind, wish.caller, wish.principal, -least);
  return refusal ? { count: least, refusal } : { count: least };
}
