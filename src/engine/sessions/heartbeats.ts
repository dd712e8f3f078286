// Heartbeats: one renews a session and with it all leases that the session keeps. A heartbeat writes one row, and one
// statement writes the heartbeats of many sessions of any tenant. What a heartbeat reports about leases is read beside.
import { StreamEndReason, WorkerService } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { addMs } from "../../core/duration.ts";
import { type SessionEnd, sessionStatus } from "../../core/session-status.ts";
import {
  type HeartbeatSessionsRow,
  heartbeatSessions,
  type ListLeasesOfSessionsRow,
  listLeasesOfSessions,
  lockSessionsToGrant,
  readSessions,
} from "../../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { Semaphore } from "../runtime/semaphore.ts";
import { createWindowBatcher } from "../runtime/window-batcher.ts";
import { attachReported, type LostLease, type ReportedLease } from "./session-leases.ts";

/** A session as one of its streams knows it. What the stream writes has no effect once the epoch has been raised. */
export type SessionEpoch = { readonly sessionId: string; readonly epoch: number; readonly ttlMs: number };

/** A lease that a session keeps. */
export type SessionLease = Omit<ListLeasesOfSessionsRow, "sessionId">;

export type HeartbeatStatus =
  | { readonly expireTime: Date; readonly leases: readonly SessionLease[]; readonly ended?: undefined }
  | { readonly ended: SessionEnd };

export type WriteHeartbeat = (item: HeartbeatItem) => Promise<HeartbeatStatus>;
type HeartbeatItem = {
  readonly tenantId: string;
  readonly session: SessionEpoch;
  /** Whether the leases that the session keeps are to be read. */
  readonly listLeases: boolean;
};

/** Of a short TTL, at most this part is spent waiting for other heartbeats. */
const windowsPerTtl = 20;

export function createWriteHeartbeat(engine: Engine): WriteHeartbeat {
  const { heartbeatWindowMs } = engine.sessionBounds;
  return createWindowBatcher<HeartbeatItem, HeartbeatStatus>({
    run: (items) => writeHeartbeats(engine, items),
    windowMs: ({ session }) => Math.min(heartbeatWindowMs, session.ttlMs / windowsPerTtl),
  });
}

/** The update misses a row that changes at the same time and is repeated; a row missed this often is being ended. */
const attemptsMax = 3;

function writeHeartbeats(engine: Engine, items: readonly HeartbeatItem[]): Promise<HeartbeatStatus[]> {
  // A heartbeat lost in a crash of Postgres lets its session expire sooner, and does no other harm.
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const live = new Map<string, Date>();
    const ended = new Map<string, SessionEnd>();
    let missed = items;
    for (let attempt = 1; missed.length > 0 && attempt <= attemptsMax; attempt += 1) {
      for (const row of await heartbeatSessions(tx, { ...columnsOf(missed, tx.now), now: tx.now })) {
        live.set(row.sessionId, row.expireTime);
        noteRenewed(engine, tx, row);
      }
      missed = missed.filter(({ session }) => !live.has(session.sessionId));
      missed = await withoutEnded(tx, missed, ended);
    }
    const listing = items.filter(({ listLeases, session }) => listLeases && live.has(session.sessionId));
    const leases = await readLeases(tx, listing);
    return items.map(({ session: { sessionId } }): HeartbeatStatus => {
      const expireTime = live.get(sessionId);
      if (expireTime) return { expireTime, leases: leases.get(sessionId) ?? [] };
      return { ended: ended.get(sessionId) ?? StreamEndReason.RESUMED_ELSEWHERE };
    });
  });
}

/** What is granted to the session at creation is told when it expires. */
function noteRenewed(
  { knownSessions }: Engine,
  tx: Transaction,
  { sessionId, expireTime }: HeartbeatSessionsRow,
): void {
  tx.afterCommit(() => {
    const known = knownSessions.get(sessionId);
    if (known && known.expireTime < expireTime) knownSessions.set(sessionId, { ...known, expireTime });
  });
}

function columnsOf(items: readonly HeartbeatItem[], now: Date) {
  return {
    tenantIds: items.map(({ tenantId }) => tenantId),
    sessionIds: items.map(({ session }) => session.sessionId),
    epochs: items.map(({ session }) => session.epoch),
    expireTimes: items.map(({ session }) => addMs(now, session.ttlMs)),
  };
}

/** Of the sessions that an update missed, notes those that have ended and returns those that are live. */
async function withoutEnded(tx: Transaction, missed: readonly HeartbeatItem[], ended: Map<string, SessionEnd>) {
  if (missed.length === 0) return [];
  const { tenantIds, sessionIds } = columnsOf(missed, tx.now);
  const rows = new Map((await readSessions(tx, { tenantIds, sessionIds })).map((row) => [row.sessionId, row]));
  return missed.filter(({ session: { sessionId, epoch } }) => {
    const status = sessionStatus(rows.get(sessionId), epoch, tx.now);
    if (status.ended !== undefined) ended.set(sessionId, status.ended);
    return status.ended === undefined;
  });
}

async function readLeases(tx: Transaction, items: readonly HeartbeatItem[]): Promise<Map<string, SessionLease[]>> {
  const leases = new Map<string, SessionLease[]>();
  if (items.length === 0) return leases;
  const { tenantIds, sessionIds } = columnsOf(items, tx.now);
  for (const { sessionId, ...row } of await listLeasesOfSessions(tx, { tenantIds, sessionIds })) {
    const rows = leases.get(sessionId);
    if (rows) rows.push(row);
    else leases.set(sessionId, [row]);
  }
  return leases;
}

export type HeartbeatResult =
  | {
      readonly expireTime: Date;
      /** What the session keeps; empty unless the worker reported a lease or `listAll` was set. */
      readonly leases: readonly SessionLease[];
      /** Those whose owners have asked for cancellation. */
      readonly canceled: readonly SessionLease[];
      readonly lost: readonly LostLease[];
      readonly ended?: undefined;
    }
  | { readonly ended: SessionEnd };

/** An engine with what the heartbeats of one server share. */
export type HeartbeatEngine = Engine & {
  readonly writeHeartbeat: WriteHeartbeat;
  readonly sessionSemaphore: Semaphore;
};

export type HeartbeatCall = {
  readonly session: SessionEpoch;
  readonly reported: ReadonlyMap<string, ReportedLease>;
  readonly listAll?: boolean;
};

/**
 * `reported` are the leases of the worker, offers included, except those with an operation in flight. It is read when
 * the heartbeat is written, because heartbeats may wait for others. A reported lease that was renewed on its own
 * meanwhile, and so left the session, comes back into it. `listAll` asks for the leases even if none is reported.
 */
export async function keepWorkSession(
  engine: HeartbeatEngine,
  caller: Caller,
  { session, reported, listAll = false }: HeartbeatCall,
): Promise<HeartbeatResult> {
  const { tenantId } = caller;
  const status = await engine.writeHeartbeat({ tenantId, session, listLeases: listAll || reported.size > 0 });
  if (status.ended !== undefined) return status;
  const { expireTime, leases } = status;
  const kept = new Set(leases.map(({ leaseId }) => leaseId));
  const missing = [...reported].filter(([leaseId]) => !kept.has(leaseId)).map(([, lease]) => lease);
  const canceled = leases.filter(({ cancelTime }) => cancelTime !== null);
  const lost =
    missing.length > 0 ? await engine.sessionSemaphore(() => findLost(engine, caller, session, missing)) : [];
  return { expireTime, leases, canceled, lost };
}

/** A lease whose grant commits at the same time is missing in the list and not lost: the lock waits for its commit. */
function findLost(
  engine: Engine,
  { tenantId }: Caller,
  { sessionId, epoch }: SessionEpoch,
  missing: readonly ReportedLease[],
): Promise<readonly LostLease[]> {
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const [row] = await lockSessionsToGrant(tx, { tenantId, sessionIds: [sessionId] });
    // The stream that resumed the session has reported its leases; this one learns at its next heartbeat that it ended.
    if (sessionStatus(row, epoch, tx.now).ended !== undefined) return [];
    return (await attachReported(tx, tenantId, sessionId, missing, WorkerService.method.work.name)).lost;
  });
}
