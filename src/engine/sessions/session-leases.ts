// The leases of a session: those that a worker says it holds are taken into it, and those that are past are told with
// the reason. A session that says so of a lease that was renewed by itself meanwhile takes it back.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../../core/assert.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { isRefusal } from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { attachLeases } from "../../store/lease.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { lockHoldings, type Past, readLeaseToken, roundsByTask } from "../leases/holder.ts";

/** A lease by its token, as a worker says that it holds it. */
export type SaidLease = { readonly claim: LeaseClaim; readonly token: string };

export type LostLease = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly leaseToken: string;
  readonly loss: LeaseLoss;
};

/** By lease. Tokens that this caller was never granted are nobody's leases, and lost. */
export function readTokens(
  caller: Caller,
  tokens: readonly string[],
): { readonly said: Map<string, SaidLease>; readonly unreadable: LostLease[] } {
  const said = new Map<string, SaidLease>();
  const unreadable: LostLease[] = [];
  for (const token of tokens) {
    const claim = readLeaseToken(caller, { leaseToken: token, requestId: "" });
    if (isRefusal(claim)) unreadable.push({ leaseId: "", taskId: "", leaseToken: token, loss: LeaseLoss.FENCED });
    else said.set(claim.leaseId, { claim, token });
  }
  return { said, unreadable };
}

export type Attached = { readonly held: readonly Held[]; readonly lost: readonly LostLease[] };

/** Takes leases into a session as far as they are held, and tells the others. `method` is what the caller asked. */
export async function attachSaid(
  tx: Transaction,
  tenantId: string,
  sessionId: string,
  said: readonly SaidLease[],
  method: string,
): Promise<Attached> {
  const all: Held[] = [];
  const lost: LostLease[] = [];
  for (const round of roundsByTask(said)) {
    const claims = round.map(({ claim }) => claim);
    const holdings = await lockHoldings(tx, tenantId, claims, method);
    for (const [place, one] of round.entries()) {
      const holding = holdings[place];
      assert(holding !== undefined, "every claim is looked up");
      if (holding.past) lost.push(lossOf(one, holding.past));
      else all.push(holding.held);
    }
    const moving = holdings.flatMap(({ held }) => (held && held.sessionId !== sessionId ? [held] : []));
    if (moving.length === 0) continue;
    const taskIds = moving.map(({ taskId }) => taskId);
    await attachLeases(tx, { tenantId, sessionId, taskIds, fences: moving.map(({ fence }) => fence) });
  }
  return { held: all, lost };
}

export function lossOf({ claim: { leaseId, taskId }, token: leaseToken }: SaidLease, past: Past): LostLease {
  return { leaseId, taskId, leaseToken, loss: kindOf(leaseId, past) };
}

function kindOf(leaseId: string, { chain, refusal: { reason, facts } }: Past): LeaseLoss {
  if (reason === ErrorReason.LEASE_EXPIRED) return LeaseLoss.EXPIRED;
  // The sweep has been there, and nobody has been granted the task since.
  const last = chain.findLast(({ type }) => type === ReceiptType.TASK_ACCEPTED || type === ReceiptType.LEASE_EXPIRED);
  if (last?.type === ReceiptType.LEASE_EXPIRED && last.leaseId === leaseId) return LeaseLoss.EXPIRED;
  const canceled = facts?.case === "transition" && facts.value?.from === TaskState.CANCELED;
  return canceled ? LeaseLoss.CANCELED : LeaseLoss.FENCED;
}
