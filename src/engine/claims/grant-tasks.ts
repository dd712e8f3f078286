// Grants tasks to claims: waiting tasks, and those that are just being created. Applies core/grant-policy.ts, and finds
// out what that needs to know of quotas and sessions.
import { PreflightOutcome } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type HandOff, Preflight, type Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { renewBounded } from "../../core/bounded-map.ts";
import { claimTask } from "../../core/claim-tasks.ts";
import type { Decision, DecisionContext } from "../../core/decision.ts";
import { type GrantLimits, grantsMax, isGrantable } from "../../core/grant-policy.ts";
import { placedBy } from "../../core/hand-off.ts";
import { agentsAmong, outcomeOf } from "../../core/preflight.ts";
import { sessionStatus } from "../../core/session-status.ts";
import type { Held, Waiting } from "../../core/task-record.ts";
import {
  expectFreeSessions as expectFreeSessionsStatement,
  expectSessions as expectSessionsStatement,
  type LockSessionsToGrantRow,
  lockSessionsToGrant,
} from "../../store/session.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { type Admitted, admit, admitIfFar, unreserve } from "../runtime/quotas.ts";
import { topics } from "../runtime/wakeups.ts";
import { noteLeases } from "../tx/known-leases.ts";
import { type GrantedTask, grantedTask, type WaitResults } from "../views/granted-task.ts";
import type { Claim } from "./claim.ts";

/** A claim with all that limits what it may be granted. */
export type Claimant = AdmittedClaim & {
  readonly session: SessionStatus | undefined;
  readonly limits: GrantLimits;
};

type SessionStatus = ReturnType<typeof sessionStatus<LockSessionsToGrantRow>>;

/** A task that may be granted. `terms` become the worker's: they are changed. */
export type Candidate = {
  readonly waiting: Waiting;
  readonly owner: string;
  readonly obligated: string;
  readonly terms: Task;
  readonly checkpoint: Uint8Array | null;
  readonly waited: WaitResults | undefined;
  /** The last one, which says where the task waits; undefined: where it was created. */
  readonly handOff: HandOff | undefined;
  /** The last report on it, which was rejected, with its verdicts. */
  readonly review: Uint8Array | null;
  /** Of a verification task: the principals that may not have it. */
  readonly barred: readonly string[] | undefined;
};

export type Grant = { readonly decision: Decision<Held>; readonly leased: GrantedTask };

export type AdmittedClaim = { readonly claim: Claim; readonly admitted: Admitted };

/**
 * The first step of every grant, before tasks are looked for: how much each claim may be granted. Near a quota, leases
 * are counted, under a lock that must come before all others; where it is too late for that, `mayCount` is false and
 * the claims get nothing.
 */
export async function admitClaims(
  engine: Engine,
  tx: Transaction,
  claims: readonly Claim[],
  { mayCount }: { readonly mayCount: boolean },
): Promise<AdmittedClaim[]> {
  const demands = claims.map(({ caller, tasks }) => ({ caller, principal: caller.principalText, count: tasks }));
  const admitted = mayCount
    ? await admit(engine, tx, "live_leases", demands)
    : admitIfFar(engine, tx, "live_leases", demands);
  return claims.map((claim, place) => ({ claim, admitted: admitted?.[place] ?? { count: 0 } }));
}

/** How many sessions a server remembers; each costs some hundred bytes. */
const knownSessionsMax = 10_000;

/** By their ids. */
export type LockedSessions = ReadonlyMap<string, LockSessionsToGrantRow>;

/** The sessions that are to keep the leases, locked so that none is resumed or ended meanwhile. */
export async function lockSessions(
  { knownSessions }: Engine,
  tx: Transaction,
  tenantId: string,
  claims: readonly Claim[],
): Promise<LockedSessions> {
  const sessionIds = sessionIdsOf(claims);
  const rows = sessionIds.length > 0 ? await lockSessionsToGrant(tx, { tenantId, sessionIds }) : [];
  for (const row of rows) renewBounded(knownSessions, row.sessionId, row, knownSessionsMax);
  return new Map(rows.map((row) => [row.sessionId, row]));
}

/** The sessions as this server has read them last. Undefined if it does not know all of them, or not as live. */
export function recallSessions(
  { knownSessions }: Engine,
  tx: Transaction,
  claims: readonly Claim[],
): LockedSessions | undefined {
  const recalled = new Map<string, LockSessionsToGrantRow>();
  for (const { session } of claims) {
    if (!session) continue;
    const known = knownSessions.get(session.sessionId);
    if (!known || sessionStatus(known, session.epoch, tx.now).ended !== undefined) return undefined;
    recalled.set(known.sessionId, known);
  }
  return recalled;
}

/**
 * Locks them, as `lockSessions` does. Raises in Postgres unless they are as recalled, or live longer, and if one of the
 * queues is paused.
 */
export async function expectSessions(
  tx: Transaction,
  tenantId: string,
  recalled: LockedSessions,
  queues: readonly string[],
): Promise<void> {
  if (queues.length === 0) return;
  await expectSessionsStatement(tx, { tenantId, queues, ...sessionColumns(recalled) });
}

/** The same for a transaction that holds leases: it raises where a session is locked, and waits for none. */
export async function expectFreeSessions(
  tx: Transaction,
  tenantId: string,
  recalled: LockedSessions,
  queues: readonly string[],
): Promise<void> {
  await expectFreeSessionsStatement(tx, { tenantId, queues, ...sessionColumns(recalled) });
}

function sessionColumns(recalled: LockedSessions) {
  const rows = [...recalled.values()];
  return {
    sessionIds: rows.map(({ sessionId }) => sessionId),
    epochs: rows.map(({ epoch }) => epoch),
    expireTimes: rows.map(({ expireTime }) => expireTime),
  };
}

function sessionIdsOf(claims: readonly Claim[]): string[] {
  return [...new Set(claims.flatMap(({ session }) => session?.sessionId ?? []))];
}

/** `sessions` is undefined where they were not looked up because there is nothing to grant. */
export function claimant(
  { claim, admitted }: AdmittedClaim,
  sessions: LockedSessions | undefined,
  now: Date,
  isRecorded = false,
): Claimant {
  const own = claim.session;
  const session = own && sessions && sessionStatus(sessions.get(own.sessionId), own.epoch, now);
  return { claim, admitted, session, limits: { admitted: admitted.count, sessionEnd: session?.ended, isRecorded } };
}

/** Grants to each claimant of its candidates as many as it may have, and gives back the quota that it does not use. */
export function grantTasks(
  engine: Engine,
  tx: Transaction,
  context: DecisionContext,
  claimants: readonly Claimant[],
  candidates: readonly (readonly Candidate[])[],
): Grant[][] {
  return claimants.map((one, place) => {
    const { claim, admitted, limits } = one;
    const grants = (candidates[place] ?? [])
      .slice(0, grantsMax(limits))
      .filter(({ terms, waiting: { eligibleTime, failTime }, handOff, barred }) => {
        const place = handOff ? placedBy(terms, handOff) : terms;
        const grantee = { principal: claim.caller.principalText, kind: claim.kind };
        return isGrantable(grantee, place, { eligibleTime, failTime, barred }, context.now);
      })
      .map((candidate) => grant(engine, context, one, candidate));
    engine.traces.know(grants.map(({ leased }) => leased.task));
    unreserve(engine, tx, "live_leases", claim.caller, claim.caller.principalText, admitted.count - grants.length);
    return grants;
  });
}

function grant(engine: Engine, context: DecisionContext, { claim, session }: Claimant, candidate: Candidate): Grant {
  const { caller, instance, ttlWishMs, call, agent } = claim;
  const { waiting, owner, obligated, terms } = candidate;
  const claimer = {
    principal: caller.principalText,
    instance,
    ttlWishMs,
    session: session?.live,
    bounds: engine.leaseBounds,
    agent,
    preflight: preflightOutcome(engine, caller.tenantId, terms, candidate.handOff),
    mark: call && { requestId: call.requestId, requestDigest: call.digest },
  };
  const decision = claimTask(waiting, { owner, obligated, terms }, claimer, context);
  return { decision, leased: grantedTask(claim, decision.after, terms, candidate) };
}

/** What was known of the agents that a task is for. */
function preflightOutcome(
  { knownHealth }: Engine,
  tenantId: string,
  terms: Task,
  handOff: HandOff | undefined,
): PreflightOutcome {
  if (terms.preflight === Preflight.UNSPECIFIED) return PreflightOutcome.UNSPECIFIED;
  const { requirements } = handOff ? placedBy(terms, handOff) : terms;
  const agentIds = agentsAmong(requirements?.capabilities ?? []);
  const known = terms.preflight === Preflight.REQUIRED ? knownHealth.last : knownHealth.fresh;
  return outcomeOf(
    terms.preflight,
    agentIds.map((agentId) => known(tenantId, agentId)),
  );
}

/** Remembers the leases, wakes those who watch the tasks, and those who watch what the workers owe. */
export function noteGrants(engine: Engine, tx: Transaction, tenantId: string, grants: readonly Grant[]): void {
  noteLeases(
    engine,
    tx,
    grants.map(({ decision }) => decision),
  );
  tx.afterCommit(() => {
    for (const { decision } of grants) engine.wakeups.wake(topics.task(tenantId, decision.after.taskId), decision);
    for (const worker of new Set(grants.map(({ decision }) => decision.after.worker))) {
      engine.wakeups.wake(topics.obligations(tenantId, worker));
    }
  });
}
