// The leases of a session. Leases that a worker reports as held are attached to the session; those that are lost are
// answered with the reason. A reported lease that was renewed on its own meanwhile is attached again.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { isRefusal } from "../../core/refusal.ts";
import { inRounds } from "../../core/rounds.ts";
import { type Held, isInAgentSession } from "../../core/task-record.ts";
import { attachLeases } from "../../store/lease.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { type EndedLease, lockHoldings, readLeaseToken } from "../tx/holder.ts";

/** A lease that a worker reports as held, by its token. */
export type ReportedLease = { readonly claim: LeaseClaim; readonly token: string };

export type LostLease = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly leaseToken: string;
  readonly loss: LeaseLoss;
};

/** By lease id. A token that this caller was never granted counts as a lost lease. */
export function readReported(
  caller: Caller,
  tokens: readonly string[],
): { readonly reported: Map<string, ReportedLease>; readonly unreadable: LostLease[] } {
  const reported = new Map<string, ReportedLease>();
  const unreadable: LostLease[] = [];
  for (const token of tokens) {
    const claim = readLeaseToken(caller, { leaseToken: token, requestId: "" });
    if (isRefusal(claim)) unreadable.push({ leaseId: "", taskId: "", leaseToken: token, loss: LeaseLoss.FENCED });
    else reported.set(claim.leaseId, { claim, token });
  }
  return { reported, unreadable };
}

export type Attached = { readonly held: readonly Held[]; readonly lost: readonly LostLease[] };

/** Attaches the leases that are held to the session and returns the others as lost. `method` names the caller's RPC. */
export async function attachReported(
  tx: Transaction,
  tenantId: string,
  sessionId: string,
  reported: readonly ReportedLease[],
  method: string,
): Promise<Attached> {
  const held: Held[] = [];
  const lost: LostLease[] = [];
  for (const round of inRounds(reported, ({ claim }) => claim.taskId)) {
    const claims = round.map(({ claim }) => claim);
    const holdings = await lockHoldings(tx, tenantId, claims, method);
    for (const [index, lease] of round.entries()) {
      const holding = holdings[index];
      assert(holding !== undefined, "every claim is looked up");
      if (holding.ended) lost.push(lossOf(lease, holding.ended));
      else held.push(holding.held);
    }
    // Those of agents' sessions stay there: their sessions keep them.
    const moving = holdings.flatMap(({ held: one }) =>
      one && one.sessionId !== sessionId && !isInAgentSession(one) ? [one] : [],
    );
    if (moving.length === 0) continue;
    const taskIds = moving.map(({ taskId }) => taskId);
    await attachLeases(tx, { tenantId, sessionId, taskIds, fences: moving.map(({ fence }) => fence) });
  }
  return { held, lost };
}

export function lossOf({ claim: { leaseId, taskId }, token: leaseToken }: ReportedLease, past: EndedLease): LostLease {
  return { leaseId, taskId, leaseToken, loss: lossKind(leaseId, past) };
}

function lossKind(leaseId: string, { chain, refusal: { reason, facts } }: EndedLease): LeaseLoss {
  if (reason === ErrorReason.LEASE_EXPIRED) return LeaseLoss.EXPIRED;
  // The sweep has ended the lease, and the task has not been granted since.
  const last = chain.findLast(({ type }) => type === ReceiptType.TASK_ACCEPTED || type === ReceiptType.LEASE_EXPIRED);
  if (last?.type === ReceiptType.LEASE_EXPIRED && last.leaseId === leaseId) return LeaseLoss.EXPIRED;
  const isCanceled = facts?.case === "transition" && facts.value?.from === TaskState.CANCELED;
  return isCanceled ? LeaseLoss.CANCELED : LeaseLoss.FENCED;
}
