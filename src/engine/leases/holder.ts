// What every call of a holder goes through: its token is read, its task locked, its lease compared. A lease that is
// past changes nothing: the call is either one that was said before, and answered so, or refused.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type LeaseClaim, parseLeaseToken } from "../../core/lease-token.ts";
import {
  idempotencyConflict,
  invalidArgument,
  invalidTransition,
  leaseRefused,
  type Refusal,
} from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { hasEnded, stateName } from "../../core/transitions.ts";
import { lockLeases } from "../../store/lease.sql.gen.ts";
import { type ReadStandingsRow, readStandings } from "../../store/obligation.sql.gen.ts";
import { type ReadChainsRow, readChains } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { heldOf } from "../tx/lock-tasks.ts";

type HolderRequest = { readonly leaseToken: string; readonly taskId?: string; readonly requestId: string };

/** Undefined for a token that this caller was never granted. */
export function readLeaseToken(caller: Caller, request: HolderRequest): LeaseClaim | Refusal {
  const claim = parseLeaseToken(caller.tokenKey, caller.principalText, request.leaseToken);
  if (!claim) {
    const nothing = { taskId: "", leaseId: "", fence: 0n, state: TaskState.UNSPECIFIED };
    return leaseRefused(ErrorReason.NOT_HOLDER, nothing, "The lease token is not one that you hold.");
  }
  if (request.taskId && request.taskId !== claim.taskId) {
    const description = "must be the task of the lease token";
    return invalidArgument([{ field: "task_id", description, rule: "lease.task_of_token" }]);
  }
  return claim;
}

/** Either the lease as it is held, or what is on record of one that is past. */
export type Holding =
  | { readonly held: Held; readonly past?: undefined }
  | { readonly held?: undefined; readonly past: Past };

export type Past = { readonly chain: readonly ReadChainsRow[]; readonly refusal: Refusal };

/** Locks the tasks of different leases, and compares. `method` is what the caller asked, for the refusal. */
export async function lockHoldings(
  tx: Transaction,
  tenantId: string,
  claims: readonly LeaseClaim[],
  method: string,
): Promise<Holding[]> {
  if (claims.length === 0) return [];
  const rows = await lockLeases(tx, { tenantId, taskIds: claims.map((claim) => claim.taskId) });
  const byTask = new Map(rows.map((row) => [row.taskId, heldOf(row)]));
  const own = claims.map((claim) => ownLease(byTask.get(claim.taskId), claim));
  const isLive = (held: Held | undefined): held is Held => held !== undefined && held.expireTime > tx.now;
  const pastIds = claims.filter((_, index) => !isLive(own[index])).map((claim) => claim.taskId);
  const { chains, standings } = await readPast(tx, tenantId, pastIds);
  return claims.map((claim, index) => {
    const held = own[index];
    if (isLive(held)) return { held };
    const chain = chains.filter((receipt) => receipt.chainId === claim.taskId);
    const refusal = held ? leaseIsExpired(held) : leaseIsPast(claim, standings.get(claim.taskId), method);
    return { past: { chain, refusal } };
  });
}

/**
 * Held under this very grant, though perhaps for longer than it may be. That it is the caller's own is said by the seal
 * already; asked again, it holds although somebody has read the key that seals.
 */
function ownLease(held: Held | undefined, claim: LeaseClaim): Held | undefined {
  const isOwn = held?.fence === claim.fence && held.leaseId === claim.leaseId && held.worker === claim.worker;
  return isOwn ? held : undefined;
}

async function readPast(tx: Transaction, tenantId: string, taskIds: readonly string[]) {
  if (taskIds.length === 0) return { chains: [], standings: new Map<string, ReadStandingsRow>() };
  const [chains, rows] = await Promise.all([
    readChains(tx, { tenantId, taskIds }),
    readStandings(tx, { tenantId, taskIds }),
  ]);
  return { chains, standings: new Map(rows.map((row) => [row.taskId, row])) };
}

function leaseIsExpired(held: Held): Refusal {
  const { taskId, leaseId, fence, state } = held;
  const facts = { taskId, leaseId, fence: BigInt(fence), state };
  return leaseRefused(ErrorReason.LEASE_EXPIRED, facts, "The lease has run out.");
}

/** A task that ended under this very grant was ended by another call; else somebody else has been granted it since. */
function leaseIsPast(claim: LeaseClaim, standing: ReadStandingsRow | undefined, method: string): Refusal {
  const state = (standing?.endedState ?? standing?.leaseState ?? TaskState.QUEUED) as TaskState;
  const { taskId, leaseId, fence } = claim;
  if (hasEnded(state) && standing?.fence === fence) {
    const message = `${method} comes too late: the task has ended as ${stateName(state)}.`;
    return invalidTransition({ taskId, from: state, requested: method }, message);
  }
  const facts = { taskId, leaseId, fence: BigInt(fence), state };
  return leaseRefused(ErrorReason.FENCED, facts, "The lease is past: the task was taken from you and granted anew.");
}

/** The receipt that this very call has written before, if it has; the conflict, if its id was used for another call. */
export function findRecordedCall(
  past: Past,
  claim: LeaseClaim,
  call: { readonly requestId: string; readonly digest: Uint8Array },
): ReadChainsRow | Refusal {
  const own = past.chain.filter((receipt) => receipt.leaseId === claim.leaseId && receipt.requestDigest !== null);
  const same = own.find(({ requestDigest }) => requestDigest && Buffer.compare(requestDigest, call.digest) === 0);
  if (same) return same;
  const isTaken = call.requestId !== "" && own.some(({ requestId }) => requestId === call.requestId);
  if (isTaken) return idempotencyConflict(call.requestId, claim.taskId);
  return past.refusal;
}

/** Splits items so that no round has two of one task: a later one then sees what the earlier one did. */
export function roundsByTask<Item extends { readonly claim: LeaseClaim }>(all: readonly Item[]): Item[][] {
  const rounds: Item[][] = [];
  const depth = new Map<string, number>();
  for (const item of all) {
    const round = depth.get(item.claim.taskId) ?? 0;
    depth.set(item.claim.taskId, round + 1);
    const items = rounds[round];
    if (items) items.push(item);
    else rounds[round] = [item];
  }
  return rounds;
}
