// What every call of a holder goes through: its token is read, its task locked, its lease compared. A call on a lease
// that has ended changes nothing: it is a repeated one and answered as before, or it is refused.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type LeaseClaim, parseLeaseToken } from "../../core/lease-token.ts";
import type { CallMark } from "../../core/ledger.ts";
import {
  idempotencyConflict,
  invalidArgument,
  invalidTransition,
  leaseRefused,
  type Refusal,
} from "../../core/refusal.ts";
import { type Held, stateOf } from "../../core/task-record.ts";
import { hasEnded, stateName } from "../../core/transitions.ts";
import { lockLeases } from "../../store/lease.sql.gen.ts";
import { type ReadTaskSummariesRow, readTaskSummaries } from "../../store/obligation.sql.gen.ts";
import { type ReadChainsRow, readChains } from "../../store/receipt.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { heldOf, ownLease } from "./lock-tasks.ts";

type HolderRequest = { readonly leaseToken: string; readonly taskId?: string; readonly requestId: string };

/** The lease that a token stands for; refused if it was not granted to this caller. */
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

/** Either the lease as it is held, or what is on record of one that has ended. */
export type Holding =
  | { readonly held: Held; readonly ended?: undefined }
  | { readonly held?: undefined; readonly ended: EndedLease };

export type EndedLease = { readonly chain: readonly ReadChainsRow[]; readonly refusal: Refusal };

/** Locks tasks, each of another lease, and compares their leases with the tokens. `method` is for the refusals. */
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
  const endedIds = claims.filter((_, index) => !isLive(own[index])).map((claim) => claim.taskId);
  const { chains, standings } = await readEnded(tx, tenantId, endedIds);
  return claims.map((claim, index) => {
    const held = own[index];
    if (isLive(held)) return { held };
    const chain = chains.filter((receipt) => receipt.chainId === claim.taskId);
    const refusal = held ? leaseExpired(held) : leaseEnded(claim, standings.get(claim.taskId), method);
    return { ended: { chain, refusal } };
  });
}

async function readEnded(tx: Transaction, tenantId: string, taskIds: readonly string[]) {
  if (taskIds.length === 0) return { chains: [], standings: new Map<string, ReadTaskSummariesRow>() };
  const [chains, rows] = await Promise.all([
    readChains(tx, { tenantId, taskIds }),
    readTaskSummaries(tx, { tenantId, taskIds }),
  ]);
  return { chains, standings: new Map(rows.map((row) => [row.taskId, row])) };
}

function leaseExpired(held: Held): Refusal {
  const { taskId, leaseId, fence, state } = held;
  const facts = { taskId, leaseId, fence: BigInt(fence), state };
  return leaseRefused(ErrorReason.LEASE_EXPIRED, facts, "The lease has expired.");
}

/** A task that ended under this grant was ended by another call; otherwise it has been granted again since. */
function leaseEnded(claim: LeaseClaim, standing: ReadTaskSummariesRow | undefined, method: string): Refusal {
  const state = standing ? stateOf(standing) : TaskState.QUEUED;
  const { taskId, leaseId, fence } = claim;
  if (hasEnded(state) && standing?.fence === fence) {
    const message = `${method} comes too late: the task has ended as ${stateName(state)}.`;
    return invalidTransition({ taskId, from: state, requested: method }, message);
  }
  const facts = { taskId, leaseId, fence: BigInt(fence), state };
  return leaseRefused(
    ErrorReason.FENCED,
    facts,
    "The lease has ended: the task was given back or taken away, and may have been granted again.",
  );
}

/**
 * The receipt that this call has left before, or the conflict if its request id was used for another call; undefined if
 * it is new. Request ids are looked up by lease and method, whose receipts are of these `types`.
 */
export function findRecordedCall(
  chain: readonly ReadChainsRow[],
  claim: LeaseClaim,
  mark: CallMark,
  types: readonly ReceiptType[],
): ReadChainsRow | Refusal | undefined {
  const own = chain.filter(
    ({ leaseId, requestDigest, type }) =>
      leaseId === claim.leaseId && requestDigest && types.includes(type as ReceiptType),
  );
  const same = own.find(
    ({ requestDigest }) => requestDigest && Buffer.compare(requestDigest, mark.requestDigest) === 0,
  );
  if (same) return same;
  const isTaken = mark.requestId !== "" && own.some(({ requestId }) => requestId === mark.requestId);
  return isTaken ? idempotencyConflict(mark.requestId, claim.taskId) : undefined;
}
