// Beats: a session lives on, and with it all leases that it keeps. One row a beat is written, and one statement writes
// those of many sessions of any tenant. What a beat tells of leases is read beside it.
import { StreamEndReason } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { addMs } from "../../core/duration.ts";
import { type SessionEnd, sessionStatus } from "../../core/session-status.ts";
import {
  beatSessions,
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
import { attachSaid, type LostLease, type SaidLease } from "./session-leases.ts";

/** What beats: a session under its epoch. */
export type SessionEpoch = { readonly sessionId: string; readonly epoch: number; readonly ttlMs: number };

export type Kept = Omit<ListLeasesOfSessionsRow, "sessionId">;

/** Until when a session lives, and what it keeps; or that it is past. */
export type HeartbeatStatus =
  | { readonly expireTime: Date; readonly kept: readonly Kept[]; readonly past?: undefined }
  | { readonly past: SessionEnd };

export type Heartbeats = (item: HeartbeatItem) => Promise<HeartbeatStatus>;
type HeartbeatItem = {
  readonly tenantId: string;
  readonly session: SessionEpoch;
  /** Whether what the session keeps is asked for: one that holds nothing does not ask. */
  readonly tellKept: boolean;
};

/** A session is kept by three beats a TTL: one may be lost, and one more be late. */
export const beatsPerTtl = 3;
/** Of a short TTL, a small part may go by in waiting for others. */
const gatherPerTtl = 20;

export function createHeartbeats(engine: Engine): Heartbeats {
  const { beatGatherMs } = engine.sessionBounds;
  return createWindowBatcher<HeartbeatItem, HeartbeatStatus>({
    run: (items) => writeHeartbeats(engine, items),
    windowMs: ({ session }) => Math.min(beatGatherMs, session.ttlMs / gatherPerTtl),
  });
}

/** A row that changes while it is beaten is missed, and beaten again; who is missed this often is being ended. */
const triesMax = 3;

function writeHeartbeats(engine: Engine, items: readonly HeartbeatItem[]): Promise<HeartbeatStatus[]> {
  // A beat that is lost in a crash of Postgres makes its session run out sooner, and nothing worse.
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const live = new Map<string, Date>();
    const past = new Map<string, SessionEnd>();
    let left = items;
    for (let tries = 1; left.length > 0 && tries <= triesMax; tries += 1) {
      for (const row of await beatSessions(tx, { ...columnsOf(left, tx.now), now: tx.now })) {
        live.set(row.sessionId, row.expireTime);
      }
      left = left.filter(({ session }) => !live.has(session.sessionId));
      left = await withoutPast(tx, left, past);
    }
    const telling = items.filter(({ tellKept, session }) => tellKept && live.has(session.sessionId));
    const kept = await readKept(tx, telling);
    return items.map(({ session: { sessionId } }): HeartbeatStatus => {
      const expireTime = live.get(sessionId);
      if (expireTime) return { expireTime, kept: kept.get(sessionId) ?? [] };
      return { past: past.get(sessionId) ?? StreamEndReason.RESUMED_ELSEWHERE };
    });
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

/** Finds out what has become of sessions that were missed, and answers with those that should not have been. */
async function withoutPast(tx: Transaction, missed: readonly HeartbeatItem[], past: Map<string, SessionEnd>) {
  if (missed.length === 0) return [];
  const { tenantIds, sessionIds } = columnsOf(missed, tx.now);
  const rows = new Map((await readSessions(tx, { tenantIds, sessionIds })).map((row) => [row.sessionId, row]));
  return missed.filter(({ session: { sessionId, epoch } }) => {
    const standing = sessionStatus(rows.get(sessionId), epoch, tx.now);
    if (standing.past !== undefined) past.set(sessionId, standing.past);
    return standing.past === undefined;
  });
}

async function readKept(tx: Transaction, items: readonly HeartbeatItem[]): Promise<Map<string, Kept[]>> {
  const kept = new Map<string, Kept[]>();
  if (items.length === 0) return kept;
  const { tenantIds, sessionIds } = columnsOf(items, tx.now);
  for (const { sessionId, ...row } of await listLeasesOfSessions(tx, { tenantIds, sessionIds })) {
    const rows = kept.get(sessionId);
    if (rows) rows.push(row);
    else kept.set(sessionId, [row]);
  }
  return kept;
}

/** What a worker's beat is answered with. */
export type HeartbeatResult =
  | {
      readonly expireTime: Date;
      /** All that the session keeps, when the worker said that it holds something or it was asked for. */
      readonly kept: readonly Kept[];
      /** The leases whose owners want the work to end. */
      readonly canceled: readonly Kept[];
      readonly lost: readonly LostLease[];
      readonly past?: undefined;
    }
  | { readonly past: SessionEnd };

/**
 * `said` are the leases that the worker holds, offered ones among them, but for those with a call under way. It is read
 * when the beat is written, as beats may wait for others. A lease that was renewed by itself meanwhile is taken back.
 * `mayKeepMore` asks for what is kept of one that holds nothing, as far as it knows.
 */
export async function keepSessionAlive(
  engine: Engine,
  { beats, inTurn }: { readonly beats: Heartbeats; readonly inTurn: Semaphore },
  caller: Caller,
  session: SessionEpoch,
  said: ReadonlyMap<string, SaidLease>,
  mayKeepMore = false,
): Promise<HeartbeatResult> {
  const { tenantId } = caller;
  const beat = await beats({ tenantId, session, tellKept: mayKeepMore || said.size > 0 });
  if (beat.past !== undefined) return beat;
  const kept = new Set(beat.kept.map(({ leaseId }) => leaseId));
  const missing = [...said].filter(([leaseId]) => !kept.has(leaseId)).map(([, lease]) => lease);
  const canceled = beat.kept.filter(({ cancelTime }) => cancelTime !== null);
  const lost = missing.length > 0 ? await inTurn(() => lookFor(engine, caller, session, missing)) : [];
  return { expireTime: beat.expireTime, kept: beat.kept, canceled, lost };
}

/** What was granted in this very moment is not lost, though the beat did not see it: each is looked up by its lock. */
function lookFor(
  engine: Engine,
  { tenantId }: Caller,
  { sessionId, epoch }: SessionEpoch,
  missing: readonly SaidLease[],
): Promise<readonly LostLease[]> {
  return transaction(engine.database, { durability: "lazy" }, async (tx) => {
    const [row] = await lockSessionsToGrant(tx, { tenantId, sessionIds: [sessionId] });
    // Whoever has taken it up has said what he holds; this stream is told with its next beat.
    if (sessionStatus(row, epoch, tx.now).past !== undefined) return [];
    return (await attachSaid(tx, tenantId, sessionId, missing, "Work")).lost;
  });
}
