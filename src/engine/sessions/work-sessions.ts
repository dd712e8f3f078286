// Work sessions: a worker's presence, which keeps its leases. A session is opened or taken up again, broken or ended;
// its beats stand in beats.ts. Whoever takes it up again raises its epoch, and what the stream before still says under
// an epoch that is past changes nothing, on whatever server it runs.
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { assert } from "../../core/assert.ts";
import { addMs } from "../../core/duration.ts";
import { clampTtlMs } from "../../core/limits.ts";
import { formatResumeToken, parseResumeToken } from "../../core/resume-token.ts";
import { lockLeases } from "../../store/lease.sql.gen.ts";
import {
  breakSession,
  endSession,
  insertSession,
  listLeasesOfSession,
  lockSession,
  lockSessionsToGrant,
  pickLeasesOfSession,
  takeUpSession,
} from "../../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { returnLeases } from "../leases/return-leases.ts";
import { admitSession } from "../runtime/quotas.ts";
import { heldOf } from "../tx/lock-tasks.ts";
import { leaseMessage } from "../views/granted-task.ts";
import type { Kept } from "./heartbeats.ts";
import { attachSaid, type LostLease, readTokens } from "./session-leases.ts";

/** A session as its stream knows it. */
export type WorkSession = {
  readonly sessionId: string;
  readonly epoch: number;
  readonly ttlMs: number;
  /** When it runs out unless it beats. */
  readonly expireTime: Date;
};

export type Hello = {
  readonly instance: string;
  readonly ttlWishMs: number | undefined;
  /** Empty for a new session. */
  readonly resumeToken: string;
  /** The tokens of the leases that the worker still works on; undefined: all that the session has. */
  readonly held: readonly string[] | undefined;
};

export type Opened = {
  readonly session: WorkSession;
  readonly resumeToken: string;
  /** Whether an earlier session was taken up again. */
  readonly resumed: boolean;
  /** What came along. */
  readonly leases: readonly Lease[];
  /** The accepted receipts of what came along, by lease: an accept that is said again is answered with it. */
  readonly acceptedReceiptIds: ReadonlyMap<string, string>;
  /** Those of what came along whose owners want the work to end. */
  readonly canceled: readonly Kept[];
  /** What the worker said it holds, and does not. */
  readonly lost: readonly LostLease[];
};

/** What one transaction gives back, so that nobody waits long for a lock. */
const biteMax = 500;

/**
 * A session that has run out cannot be taken up again: a new one begins. What the worker says it holds comes along
 * whichever it is, as far as it is held; what the session has beside goes back to the queue, and nothing is counted.
 */
export async function openWorkSession(engine: Engine, caller: Caller, hello: Hello): Promise<Opened> {
  const { tenantId, principalText: principal, tokenKey } = caller;
  const before = parseResumeToken(tokenKey, principal, hello.resumeToken);
  const ttlMs = clampTtlMs(engine.leaseBounds, hello.ttlWishMs);
  const { said, unreadable } = readTokens(caller, hello.held ?? []);
  const { opened, rest } = await transaction(engine.database, {}, async (tx) => {
    const expireTime = addMs(tx.now, ttlMs);
    const old = before ? await lockLive(tx, caller, before) : undefined;
    if (!old) await admitSession(engine, tx, caller);
    const sessionId = old?.sessionId ?? engine.ids(tx.now);
    const session: WorkSession = { sessionId, epoch: (old?.epoch ?? 0) + 1, ttlMs, expireTime };
    const { instance } = hello;
    await (old
      ? takeUpSession(tx, { tenantId, ...session, instance })
      : insertSession(tx, { tenantId, sessionId, principal, instance, expireTime, ttlMs, now: tx.now }));
    const kept = old ? await listLeasesOfSession(tx, { tenantId, sessionId }) : [];
    const ofSession = new Set(kept.map(({ leaseId }) => leaseId));
    const missing = [...said].filter(([leaseId]) => !ofSession.has(leaseId)).map(([, lease]) => lease);
    const attached = await attachSaid(tx, tenantId, sessionId, missing, "Work");
    const lost = [...unreadable, ...attached.lost];
    const unsaid = hello.held ? kept.filter(({ leaseId }) => !said.has(leaseId)).map(({ taskId }) => taskId) : [];
    await giveBackOf(engine, tx, caller, sessionId, unsaid.slice(0, biteMax), unheld);
    const leaving = new Set(unsaid);
    const all = await listLeasesOfSession(tx, { tenantId, sessionId });
    const along = all.filter(({ taskId }) => !leaving.has(taskId));
    const answer: Opened = {
      session,
      resumeToken: formatResumeToken(tokenKey, principal, sessionId),
      resumed: old !== undefined,
      leases: along.map((row) => leaseMessage(caller, { ...row, expireTime, ttlMs })),
      acceptedReceiptIds: new Map(along.map((row) => [row.leaseId, row.acceptedReceiptId])),
      canceled: along.filter(({ cancelTime }) => cancelTime !== null),
      lost,
    };
    return { opened: answer, rest: unsaid.slice(biteMax) };
  });
  for (let from = 0; from < rest.length; from += biteMax) {
    await returnTasks(engine, caller, opened.session, rest.slice(from, from + biteMax), unheld);
  }
  return opened;
}

const unheld = "not held by the worker that came back";

async function lockLive(tx: Transaction, { tenantId, principalText }: Caller, sessionId: string) {
  const row = await lockSession(tx, { tenantId, sessionId });
  return row && row.principal === principalText && row.expireTime > tx.now ? row : undefined;
}

/** The stream is gone, the worker perhaps not: its leases live on for the grace, and never beyond their time. */
export async function breakWorkSession(engine: Engine, caller: Caller, session: WorkSession): Promise<void> {
  const { tenantId } = caller;
  const { sessionId, epoch } = session;
  await transaction(engine.database, {}, async (tx) => {
    await breakSession(tx, {
      tenantId,
      sessionId,
      epoch,
      expireTime: addMs(tx.now, engine.sessionBounds.resumeGraceMs),
    });
  });
}

/**
 * The worker says goodbye: what it still holds goes back to the queue, and nothing is counted. After its time it holds
 * nothing any more, and the sweep finds what it has lost.
 */
export async function endWorkSession(engine: Engine, caller: Caller, session: WorkSession, why: string): Promise<void> {
  const { tenantId } = caller;
  const { sessionId, epoch } = session;
  for (let more = true; more; ) {
    more = await transaction(engine.database, {}, async (tx) => {
      const row = await lockLive(tx, caller, sessionId);
      if (row?.epoch !== epoch) return false;
      const picked = await pickLeasesOfSession(tx, { tenantId, sessionId, most: biteMax });
      const taskIds = picked.map(({ taskId }) => taskId);
      await giveBackOf(engine, tx, caller, sessionId, taskIds, why);
      if (picked.length === biteMax) return true;
      await endSession(tx, { tenantId, sessionId });
      return false;
    });
  }
}

/** An offer that nobody took on, by its lease. */
export type Offered = { readonly taskId: string; readonly leaseId: string };

/**
 * Offers that nobody took on go back to the queue, and nothing is counted. Answers with the leases that went back: one
 * that has left the session does not, and none does when the session was taken up again, where its worker has said
 * which leases it holds.
 */
export async function returnOffers(
  engine: Engine,
  caller: Caller,
  session: WorkSession,
  offers: readonly Offered[],
  why: string,
): Promise<string[]> {
  const leaseOf = new Map(offers.map(({ taskId, leaseId }) => [taskId, leaseId]));
  const taskIds = [...leaseOf.keys()];
  const returned: string[] = [];
  for (let from = 0; from < taskIds.length; from += biteMax) {
    const bite = taskIds.slice(from, from + biteMax);
    returned.push(...(await returnTasks(engine, caller, session, bite, why, leaseOf)));
  }
  return returned;
}

/** `leaseOf` tells which lease of a task is meant; without it, whichever the session has. */
function returnTasks(
  engine: Engine,
  caller: Caller,
  { sessionId, epoch }: WorkSession,
  taskIds: readonly string[],
  why: string,
  leaseOf?: ReadonlyMap<string, string>,
): Promise<string[]> {
  assert(taskIds.length <= biteMax, "what is given back together fits into one transaction");
  const { tenantId } = caller;
  return transaction(engine.database, {}, async (tx) => {
    const [row] = await lockSessionsToGrant(tx, { tenantId, sessionIds: [sessionId] });
    if (row?.epoch !== epoch) return [];
    return await giveBackOf(engine, tx, caller, sessionId, taskIds, why, leaseOf);
  });
}

async function giveBackOf(
  engine: Engine,
  tx: Transaction,
  { tenantId }: Caller,
  sessionId: string,
  taskIds: readonly string[],
  why: string,
  leaseOf?: ReadonlyMap<string, string>,
): Promise<string[]> {
  if (taskIds.length === 0) return [];
  const rows = (await lockLeases(tx, { tenantId, taskIds })).map(heldOf);
  const held = rows.filter(
    (row) => row.sessionId === sessionId && (leaseOf?.get(row.taskId) ?? row.leaseId) === row.leaseId,
  );
  await returnLeases(engine, tx, tenantId, held, why);
  return held.map(({ leaseId }) => leaseId);
}
