// Work sessions: a worker's presence, which keeps its leases. A session is opened or resumed, broken or ended; its
// heartbeats are in heartbeats.ts. Resuming raises the epoch, and what the earlier stream still writes under its old
// epoch has no effect, whichever server it runs on.

import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { ActingAgent } from "../../core/agent-session.ts";
import { assert } from "../../core/assert.ts";
import { addMs } from "../../core/duration.ts";
import { clampTtlMs } from "../../core/limits.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { formatResumeToken, parseResumeToken } from "../../core/resume-token.ts";
import type { WorkKind } from "../../core/work-kind.ts";
import { lockLeases } from "../../store/lease.sql.gen.ts";
import {
  breakSession,
  endSession,
  insertSession,
  listLeasesOfSession,
  lockSession,
  lockSessionsToGrant,
  pickLeasesOfSession,
  resumeSession,
  writeSessionKind,
} from "../../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { readActing } from "../claims/acting-agent.ts";
import type { Engine } from "../engine.ts";
import { returnLeases } from "../leases/return-leases.ts";
import { admitSession } from "../runtime/quotas.ts";
import { freeSessionScopes } from "../scopes/scope-rows.ts";
import { heldOf } from "../tx/lock-tasks.ts";
import { leaseMessage } from "../views/granted-task.ts";
import type { SessionEpoch, SessionLease } from "./heartbeats.ts";
import { attachReported, type LostLease, readReported } from "./session-leases.ts";

export type OpenRequest = {
  readonly instance: string;
  /** What the worker can do. */
  readonly kind: WorkKind;
  readonly ttlWishMs: number | undefined;
  /** Empty for a new session. */
  readonly resumeToken: string;
  /** The tokens of the leases that the worker still works on; undefined: all that the session keeps. */
  readonly held: readonly string[] | undefined;
  /** The session of an agent that the stream is in; empty or absent: none. */
  readonly agentSessionId?: string;
};

export type OpenedSession = {
  readonly session: SessionEpoch;
  /** The agent whose session it is, if it is one's. */
  readonly agent: ActingAgent | undefined;
  readonly resumeToken: string;
  readonly resumed: boolean;
  /** The leases that the session keeps. */
  readonly leases: readonly Lease[];
  /** Their accepted receipts, by lease id: a repeated accept is answered with its receipt. */
  readonly acceptedReceiptIds: ReadonlyMap<string, string>;
  /** Those of the leases whose owners have asked for cancellation. */
  readonly canceled: readonly SessionLease[];
  /** What the worker reported as held and does not hold. */
  readonly lost: readonly LostLease[];
};

/** What one transaction returns to the queue, so that its locks are held briefly. */
const batchMax = 500;

/**
 * Resumes the session of the resume token, or opens a new one if that session has ended. The leases that the worker
 * reports come along either way, as far as they are held. Other leases of the session return to the queue and count as
 * nothing.
 */
export async function openWorkSession(engine: Engine, caller: Caller, request: OpenRequest): Promise<OpenedSession> {
  const { opened, unreported } = await transaction(engine.database, {}, (tx) => openIn(engine, tx, caller, request));
  for (let from = batchMax; from < unreported.length; from += batchMax) {
    await returnTasks(engine, caller, opened.session, unreported.slice(from, from + batchMax), notHeld);
  }
  return opened;
}

const notHeld = "not held by the worker that came back";

/** Returns the first batch of `unreported` to the queue; the rest is left for transactions of their own. */
async function openIn(
  engine: Engine,
  tx: Transaction,
  caller: Caller,
  request: OpenRequest,
): Promise<{ readonly opened: OpenedSession; readonly unreported: readonly string[] }> {
  const { tenantId } = caller;
  const { reported, unreadable } = readReported(caller, request.held ?? []);
  const { session, expireTime, resumed, isNew, agent } = await resumeOrInsert(engine, tx, caller, request);
  const { sessionId, ttlMs } = session;
  const { queues, acceptTypes: types, capabilities } = request.kind;
  const [kept] = await Promise.all([
    isNew ? [] : listLeasesOfSession(tx, { tenantId, sessionId }),
    writeSessionKind(tx, { tenantId, sessionId, queues, types, capabilities }),
  ]);
  const isKept = new Set(kept.map(({ leaseId }) => leaseId));
  const missing = [...reported].filter(([leaseId]) => !isKept.has(leaseId)).map(([, lease]) => lease);
  const attached = await attachReported(tx, tenantId, sessionId, missing, WorkerService.method.work.name);
  const isUnreported = ({ leaseId }: { readonly leaseId: string }) => request.held && !reported.has(leaseId);
  const unreported = kept.filter(isUnreported).map(({ taskId }) => taskId);
  await returnOfSession(engine, tx, caller, sessionId, unreported.slice(0, batchMax), notHeld);
  const leases = (await listLeasesOfSession(tx, { tenantId, sessionId })).filter((lease) => !isUnreported(lease));
  const opened: OpenedSession = {
    session,
    agent,
    resumeToken: formatResumeToken(caller.tokenKey, caller.principalText, sessionId),
    resumed,
    leases: leases.map((row) => leaseMessage(caller, { ...row, expireTime, ttlMs })),
    acceptedReceiptIds: new Map(leases.map((row) => [row.leaseId, row.acceptedReceiptId])),
    canceled: leases.filter(({ cancelTime }) => cancelTime !== null),
    lost: [...unreadable, ...attached.lost],
  };
  return { opened, unreported };
}

async function resumeOrInsert(engine: Engine, tx: Transaction, caller: Caller, request: OpenRequest) {
  const { tenantId, principalText: principal, tokenKey } = caller;
  const { instance, resumeToken, ttlWishMs, agentSessionId = "" } = request;
  const acting = agentSessionId === "" ? undefined : await readActing(tx, caller, agentSessionId, tx.now);
  const agent = acting?.agent;
  const ttlMs = clampTtlMs(engine.leaseBounds, ttlWishMs, acting?.ttlMs);
  const expireTime = addMs(tx.now, ttlMs);
  const resumedId = parseResumeToken(tokenKey, principal, resumeToken);
  const earlierId = agent?.sessionId ?? resumedId;
  const earlier = earlierId ? await lockLive(tx, caller, earlierId) : undefined;
  // No other session takes the place of an agent's.
  if (agent && !earlier) throw new Refused(notFound("agent_session", agent.sessionId));
  if (!earlier) {
    await admitSession(engine, tx, caller);
    const session: SessionEpoch = { sessionId: engine.ids(tx.now), epoch: 1, ttlMs };
    const { sessionId } = session;
    await insertSession(tx, { tenantId, sessionId, principal, instance, expireTime, ttlMs, now: tx.now });
    return { session, expireTime, resumed: false, isNew: true, agent };
  }
  const session: SessionEpoch = { sessionId: earlier.sessionId, epoch: earlier.epoch + 1, ttlMs };
  await resumeSession(tx, { tenantId, ...session, expireTime, instance });
  return { session, expireTime, resumed: resumedId === earlier.sessionId, isNew: false, agent };
}

async function lockLive(tx: Transaction, { tenantId, principalText }: Caller, sessionId: string) {
  const row = await lockSession(tx, { tenantId, sessionId });
  return row && row.principal === principalText && row.expireTime > tx.now ? row : undefined;
}

/** The stream broke, and the worker may come back: the session lives on for the grace, never beyond its TTL. */
export async function breakWorkSession(engine: Engine, caller: Caller, session: SessionEpoch): Promise<void> {
  const { tenantId } = caller;
  const { sessionId, epoch } = session;
  await transaction(engine.database, {}, async (tx) => {
    const expireTime = addMs(tx.now, engine.sessionBounds.resumeGraceMs);
    await breakSession(tx, { tenantId, sessionId, epoch, expireTime });
  });
}

/**
 * Ends a session: its leases return to the queue and count as nothing. A session that has expired is left to the
 * sweep, which counts its leases as lost.
 */
export async function endWorkSession(
  engine: Engine,
  caller: Caller,
  { session, why }: { readonly session: SessionEpoch; readonly why: string },
): Promise<void> {
  const { tenantId } = caller;
  const { sessionId, epoch } = session;
  for (let hasMore = true; hasMore; ) {
    hasMore = await transaction(engine.database, {}, async (tx) => {
      const row = await lockLive(tx, caller, sessionId);
      if (row?.epoch !== epoch) return false;
      const picked = await pickLeasesOfSession(tx, { tenantId, sessionId, most: batchMax });
      const taskIds = picked.map(({ taskId }) => taskId);
      await returnOfSession(engine, tx, caller, sessionId, taskIds, why);
      if (picked.length === batchMax) return true;
      await removeSession(engine, tx, tenantId, sessionId);
      return false;
    });
  }
}

/** Removes a locked session that keeps no lease. The scopes that it holds itself are free. */
export async function removeSession(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  sessionId: string,
): Promise<void> {
  const ended = await endSession(tx, { tenantId, sessionId });
  if (ended?.hasScopes) await freeSessionScopes(engine, tx, tenantId, [sessionId]);
}

export type OfferedLease = { readonly taskId: string; readonly leaseId: string };

export type ReturnedOffers = {
  readonly session: SessionEpoch;
  readonly offers: readonly OfferedLease[];
  readonly why: string;
};

/**
 * Returns offers that were not accepted to the queue; they count as nothing. Answers with the ids of the leases that
 * were returned: leases that have left the session stay where they are, and so do all if the session was resumed on
 * another stream, whose worker has reported what it holds.
 */
export async function returnOffers(
  engine: Engine,
  caller: Caller,
  { session, offers, why }: ReturnedOffers,
): Promise<string[]> {
  const leaseIdOf = new Map(offers.map(({ taskId, leaseId }) => [taskId, leaseId]));
  const taskIds = [...leaseIdOf.keys()];
  const returned: string[] = [];
  for (let from = 0; from < taskIds.length; from += batchMax) {
    const batch = taskIds.slice(from, from + batchMax);
    returned.push(...(await returnTasks(engine, caller, session, batch, why, leaseIdOf)));
  }
  return returned;
}

/** `leaseIdOf` names the lease of each task that is meant; without it, the one that the session has. */
function returnTasks(
  engine: Engine,
  caller: Caller,
  { sessionId, epoch }: SessionEpoch,
  taskIds: readonly string[],
  why: string,
  leaseIdOf?: ReadonlyMap<string, string>,
): Promise<string[]> {
  assert(taskIds.length <= batchMax, "what is returned together fits into one transaction");
  const { tenantId } = caller;
  return transaction(engine.database, {}, async (tx) => {
    const [row] = await lockSessionsToGrant(tx, { tenantId, sessionIds: [sessionId] });
    if (row?.epoch !== epoch) return [];
    return await returnOfSession(engine, tx, caller, sessionId, taskIds, why, leaseIdOf);
  });
}

/** Those of the tasks that the session holds. Its row is locked. */
export async function returnOfSession(
  engine: Engine,
  tx: Transaction,
  { tenantId }: Caller,
  sessionId: string,
  taskIds: readonly string[],
  why: string,
  leaseIdOf?: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (taskIds.length === 0) return [];
  const rows = (await lockLeases(tx, { tenantId, taskIds })).map(heldOf);
  const held = rows.filter(
    (row) => row.sessionId === sessionId && (leaseIdOf?.get(row.taskId) ?? row.leaseId) === row.leaseId,
  );
  await returnLeases(engine, tx, tenantId, held, why);
  return held.map(({ leaseId }) => leaseId);
}
