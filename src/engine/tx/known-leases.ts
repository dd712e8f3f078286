// Leases as this server has granted or changed them last. While nothing else has changed them, their holders' calls
// need not read them: they are decided from memory, and a guard in SQL locks and compares. Decision 0021.
import { renewBounded } from "../../core/bounded-map.ts";
import type { Decision } from "../../core/decision.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { type Held, isHeldTask } from "../../core/task-record.ts";
import { expectLeases } from "../../store/lease.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { ownLease } from "./lock-tasks.ts";

/** Each costs about a kilobyte. What has no room is read when it is needed. */
const knownLeasesMax = 10_000;

export type WithLeases = Pick<Engine, "knownLeases">;

/** Remembers leases that are held from now on, and forgets those that have ended, once that is committed. */
export function noteLeases({ knownLeases }: WithLeases, tx: Transaction, decisions: readonly Decision[]): void {
  tx.afterCommit(() => {
    for (const { before, after } of decisions) {
      if (isHeldTask(after)) renewBounded(knownLeases, after.leaseId, after, knownLeasesMax);
      else if (before && isHeldTask(before)) knownLeases.delete(before.leaseId);
    }
  });
}

/** In the order of the claims, or undefined unless all are known. Whether they are still so, Postgres says. */
export function recallLeases({ knownLeases }: WithLeases, claims: readonly LeaseClaim[]): Held[] | undefined {
  const recalled: Held[] = [];
  for (const claim of claims) {
    const held = ownLease(knownLeases.get(claim.leaseId), claim);
    if (!held) return undefined;
    recalled.push(held);
  }
  return recalled;
}

/** Locks them, as `lockHoldings` does. Raises in Postgres unless all are as recalled, and have not expired. */
export function expectRecalled(tx: Transaction, tenantId: string, recalled: readonly Held[]): Promise<unknown> {
  return expectLeases(tx, {
    tenantId,
    now: tx.now,
    taskIds: recalled.map(({ taskId }) => taskId),
    fences: recalled.map(({ fence }) => fence),
    versions: recalled.map(({ version }) => version),
    headSequences: recalled.map(({ headSequence }) => headSequence),
    ties: recalled.map(({ ties }) => ties),
  });
}

/** Marks leases that have got a tie beside their own calls, once that is committed. */
export function noteTies({ knownLeases }: WithLeases, tx: Transaction, marked: readonly Held[], bit: number): void {
  tx.afterCommit(() => {
    for (const { leaseId } of marked) {
      const known = knownLeases.get(leaseId);
      if (known) knownLeases.set(leaseId, { ...known, ties: known.ties | bit });
    }
  });
}

/** What was recalled wrongly must be read from now on. */
export function forgetLeases({ knownLeases }: WithLeases, claims: readonly { readonly leaseId: string }[]): void {
  for (const { leaseId } of claims) knownLeases.delete(leaseId);
}
