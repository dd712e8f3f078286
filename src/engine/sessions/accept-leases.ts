// Accepts of leases that the session does not hold in memory: repeated after a break, late, or stale. If the ledger
// shows that the lease was used after it was granted, the accept is a repetition and is answered as before.
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { isRefusal, leaseRefused, type Refusal } from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { type EndedLease, lockHoldings, readLeaseToken } from "../tx/holder.ts";

export type Accepted = { readonly receiptId: string };

/** Answers in the order of the tokens, which must be distinct. */
export async function acceptLeases(
  engine: Engine,
  caller: Caller,
  { sessionId, tokens }: { readonly sessionId: string; readonly tokens: readonly string[] },
): Promise<(Accepted | Refusal)[]> {
  const claims = tokens.map((leaseToken) => readLeaseToken(caller, { leaseToken, requestId: "" }));
  const readable = claims.filter((claim): claim is LeaseClaim => !isRefusal(claim));
  if (readable.length === 0) return claims.filter(isRefusal);
  const holdings = await transaction(engine.database, { durability: "lazy" }, (tx) =>
    lockHoldings(tx, caller.tenantId, readable, "Accept"),
  );
  return claims.map((claim) => {
    if (isRefusal(claim)) return claim;
    const holding = holdings.shift();
    assert(holding !== undefined, "every claim is looked up");
    return holding.ended ? acceptedBefore(holding.ended, claim) : acceptedNow(holding.held, sessionId);
  });
}

/** A lease that the worker holds outside this session is not renewed by its heartbeats. */
function acceptedNow(held: Held, sessionId: string): Accepted | Refusal {
  if (held.sessionId === sessionId) return { receiptId: held.acceptedReceiptId };
  const facts = { taskId: held.taskId, leaseId: held.leaseId, fence: BigInt(held.fence), state: held.state };
  return leaseRefused(ErrorReason.NOT_HOLDER, facts, "The lease does not belong to this session.");
}

function acceptedBefore({ chain, refusal }: EndedLease, { leaseId }: LeaseClaim): Accepted | Refusal {
  const ofLease = chain.filter((receipt) => receipt.leaseId === leaseId);
  const accepted = ofLease.find(({ type }) => type === ReceiptType.TASK_ACCEPTED);
  const wasUsed = ofLease.some(
    ({ type, requestDigest }) => type !== ReceiptType.TASK_ACCEPTED && requestDigest !== null,
  );
  return accepted && wasUsed ? { receiptId: accepted.receiptId } : refusal;
}
