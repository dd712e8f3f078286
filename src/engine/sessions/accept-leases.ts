// Accepts of leases that a session does not have, or not any more: said again after a break, late, stale. An accept
// that the ledger knows to have been followed by other calls was said before.

import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { assert } from "../../core/assert.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { isRefusal, leaseRefused, type Refusal } from "../../core/refusal.ts";
import type { Held } from "../../core/task-record.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { lockHoldings, type Past, readLeaseToken } from "../leases/holder.ts";

export type Accepted = { readonly receiptId: string };

/** Answers in the order of the tokens, which are all different. */
export async function acceptLeases(
  engine: Engine,
  caller: Caller,
  sessionId: string,
  tokens: readonly string[],
): Promise<(Accepted | Refusal)[]> {
  const claims = tokens.map((leaseToken) => readLeaseToken(caller, { leaseToken, requestId: "" }));
  const good = claims.filter((claim): claim is LeaseClaim => !isRefusal(claim));
  if (good.length === 0) return claims.filter(isRefusal);
  const holdings = await transaction(engine.database, { durability: "lazy" }, (tx) =>
    lockHoldings(tx, caller.tenantId, good, "Accept"),
  );
  return claims.map((claim) => {
    if (isRefusal(claim)) return claim;
    const holding = holdings.shift();
    assert(holding !== undefined, "every claim is looked up");
    return holding.past ? acceptedBefore(holding.past, claim) : acceptedNow(holding.held, sessionId);
  });
}

/** What a worker holds by other means is kept by them, and by no beat of this session. */
function acceptedNow(held: Held, sessionId: string): Accepted | Refusal {
  if (held.sessionId === sessionId) return { receiptId: held.acceptedReceiptId };
  const facts = { taskId: held.taskId, leaseId: held.leaseId, fence: BigInt(held.fence), state: held.state };
  return leaseRefused(ErrorReason.NOT_HOLDER, facts, "The lease is not one of this session.");
}

function acceptedBefore({ chain, refusal }: Past, { leaseId }: LeaseClaim): Accepted | Refusal {
  const ofLease = chain.filter((receipt) => receipt.leaseId === leaseId);
  const accepted = ofLease.find(({ type }) => type === ReceiptType.TASK_ACCEPTED);
  const wasUsed = ofLease.some(
    ({ type, requestDigest }) => type !== ReceiptType.TASK_ACCEPTED && requestDigest !== null,
  );
  return accepted && wasUsed ? { receiptId: accepted.receiptId } : refusal;
}
