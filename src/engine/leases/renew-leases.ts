// RenewLeases: a full TTL from now for every lease that is still held. One that has run out is not renewed, seen or
// not.
import { create } from "@bufbuild/protobuf";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  type KeptLease,
  KeptLeaseSchema,
  LeaseService,
  type RenewLeasesRequest,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { addMs, msOfDuration, timestampOfDate } from "../../core/duration.ts";
import type { LeaseClaim } from "../../core/lease-token.ts";
import { clampTtlMs } from "../../core/limits.ts";
import { isRefusal, leaseRefused, type Refusal } from "../../core/refusal.ts";
import { isExcessive, renewedTooOften } from "../../core/renew-lease.ts";
import { inRounds } from "../../core/rounds.ts";
import { type Held, isInAgentSession, isOverBudget } from "../../core/task-record.ts";
import { extendSessions } from "../../store/agent_session.sql.gen.ts";
import { renewLeases as renewLeaseRows } from "../../store/lease.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { lockHoldings, readLeaseToken } from "../tx/holder.ts";
import { record } from "../tx/record.ts";

export async function renewLeases(
  engine: Engine,
  caller: Caller,
  request: RenewLeasesRequest,
): Promise<(KeptLease | Refusal)[]> {
  const wishMs = request.leaseTtl && msOfDuration(request.leaseTtl);
  const claims = request.leaseTokens.map((leaseToken) => readLeaseToken(caller, { leaseToken, requestId: "" }));
  // A token given twice is renewed once and answered twice.
  const distinct = new Map<string, LeaseClaim>();
  for (const claim of claims) if (!isRefusal(claim)) distinct.set(claim.leaseId, claim);
  const { byLease: answers, ofSessions } = await transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const rounds = inRounds([...distinct.values()], ({ taskId }) => taskId);
    const byLease = new Map<string, KeptLease | Refusal>();
    const kept: (Held & { readonly until: Date })[] = [];
    const ofSessions: Held[] = [];
    for (const round of rounds) {
      const holdings = await lockHoldings(tx, caller.tenantId, round, LeaseService.method.renewLeases.name);
      for (const [place, { leaseId }] of round.entries()) {
        const holding = holdings[place];
        assert(holding !== undefined, "every claim is looked up");
        if (holding.ended) {
          byLease.set(leaseId, holding.ended.refusal);
          continue;
        }
        if (isInAgentSession(holding.held) && holding.held.sessionId !== null) {
          ofSessions.push(holding.held);
          continue;
        }
        const until = addMs(tx.now, clampTtlMs(engine.leaseBounds, wishMs, holding.held.ttlMs));
        kept.push({ ...holding.held, until });
        byLease.set(leaseId, keptLease(holding.held, until));
      }
    }
    const excessive = kept.filter((held) => isExcessive(held.renewals + 1));
    const moment = decisionContext(engine, tx.now);
    await Promise.all([
      renewLeaseRows(tx, {
        tenantId: caller.tenantId,
        taskIds: kept.map((held) => held.taskId),
        fences: kept.map((held) => held.fence),
        expireTimes: kept.map((held) => held.until),
      }),
      record(
        engine,
        tx,
        caller.tenantId,
        excessive.map((held) => renewedTooOften(held, moment)),
      ),
    ]);
    return { byLease, ofSessions };
  });
  for (const [leaseId, answer] of await keepSessionsOf(engine, caller, ofSessions)) answers.set(leaseId, answer);
  return claims.map((claim) => {
    if (isRefusal(claim)) return claim;
    const answer = answers.get(claim.leaseId);
    assert(answer !== undefined, "every lease is answered");
    return answer;
  });
}

/**
 * Leases of agents' sessions stay in them: the sessions are kept. Not under the locks of the leases, for which the end
 * of a session waits with its own.
 */
async function keepSessionsOf(
  engine: Engine,
  { tenantId }: Caller,
  held: readonly Held[],
): Promise<Map<string, KeptLease | Refusal>> {
  if (held.length === 0) return new Map();
  const sessionIds = [...new Set(held.flatMap(({ sessionId }) => sessionId ?? []))];
  const rows = await transaction(engine.database, { durability: "lazy" }, (tx) =>
    extendSessions(tx, { tenantId, sessionIds, now: tx.now }),
  );
  const until = new Map(rows.map((row) => [row.sessionId, row.expireTime]));
  return new Map(
    held.map((one) => {
      const expireTime = until.get(one.sessionId ?? "");
      return [one.leaseId, expireTime ? keptLease(one, expireTime) : expiredLease(one)];
    }),
  );
}

function expiredLease({ taskId, leaseId, fence, state }: Held): Refusal {
  const facts = { taskId, leaseId, fence: BigInt(fence), state };
  return leaseRefused(ErrorReason.LEASE_EXPIRED, facts, "The session that kept the lease has ended.");
}

export function keptLease(held: Pick<Held, "leaseId" | "taskId" | "cancelTime" | "ties">, until: Date): KeptLease {
  return create(KeptLeaseSchema, {
    leaseId: held.leaseId,
    taskId: held.taskId,
    expireTime: timestampOfDate(until),
    cancelRequested: held.cancelTime !== null,
    drain: false,
    overBudget: isOverBudget(held),
  });
}
