// KeepLeases: a set of leases that is kept over a stream. The stream is a session, and a heartbeat writes its one row,
// however many leases there are. The rows of leases are written when they enter or leave the set. A semaphore bounds
// how many streams do that at once: workers that reconnect together would need more connections than the pool has.
import { create } from "@bufbuild/protobuf";
import {
  type KeepLeasesRequest,
  type KeepLeasesResponse,
  KeepLeasesResponseSchema,
  LeaseService,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { addMs, durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { heartbeatsPerTtl } from "../../core/limits.ts";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import { isOverBudget } from "../../core/task-record.ts";
import { detachLeases } from "../../store/lease.sql.gen.ts";
import { insertSession } from "../../store/session.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { keptLease } from "../leases/renew-leases.ts";
import { admitSession } from "../runtime/quotas.ts";
import type { HeartbeatEngine, SessionEpoch, SessionLease } from "./heartbeats.ts";
import { type Attached, attachReported, type ReportedLease, readReported } from "./session-leases.ts";

export async function* keepLeases(
  engine: HeartbeatEngine,
  caller: Caller,
  requests: AsyncIterable<KeepLeasesRequest>,
): AsyncGenerator<KeepLeasesResponse> {
  const ttlMs = engine.leaseBounds.ttlDefaultMs;
  let session: SessionEpoch | undefined;
  let kept = new Map<string, ReportedLease>();
  for await (const { keep, sequence } of requests) {
    if (session === undefined && !keep) {
      const description = "is required in the first message";
      throw new Refused(invalidArgument([{ field: "keep", description, rule: "keep.first" }]));
    }
    const renewed = await renewOrOpen(engine, caller, session, ttlMs);
    session = renewed.session;
    const { reported, unreadable } = keep ? readReported(caller, keep.leaseTokens) : { reported: kept, unreadable: [] };
    const attached = new Set(renewed.leases.map(({ leaseId }) => leaseId));
    // Leases of the set that the session lacks are new in it, were renewed on their own meanwhile, or are lost.
    const missing = [...reported].filter(([leaseId]) => !attached.has(leaseId)).map(([, lease]) => lease);
    const removed = renewed.leases.filter(({ leaseId }) => !reported.has(leaseId));
    const { held, lost } = await changeLeases(engine, caller, renewed, { missing, removed });
    const isLost = new Set(lost.map(({ leaseId }) => leaseId));
    kept = new Map([...reported].filter(([leaseId]) => !isLost.has(leaseId)));
    yield create(KeepLeasesResponseSchema, {
      sequence,
      expireTime: timestampOfDate(renewed.expireTime),
      heartbeatInterval: durationOfMs(Math.floor(ttlMs / heartbeatsPerTtl)),
      directives: [...renewed.leases, ...held]
        .filter((lease) => (lease.cancelTime !== null || isOverBudget(lease)) && kept.has(lease.leaseId))
        .map((row) => keptLease(row, renewed.expireTime)),
      lost: [...unreadable, ...lost],
    });
  }
}

type RenewedSession = {
  readonly session: SessionEpoch;
  readonly expireTime: Date;
  readonly leases: readonly SessionLease[];
};

/** A session that has expired keeps nothing: its leases are reported as lost, and a new session begins. */
async function renewOrOpen(
  engine: HeartbeatEngine,
  caller: Caller,
  session: SessionEpoch | undefined,
  ttlMs: number,
): Promise<RenewedSession> {
  const { tenantId, principalText: principal } = caller;
  const status = session && (await engine.writeHeartbeat({ tenantId, session, listLeases: true }));
  if (session && status && status.ended === undefined) return { session, ...status };
  return await engine.sessionSemaphore(() =>
    transaction(engine.database, { durability: "lazy" }, async (tx) => {
      await admitSession(engine, tx, caller);
      const sessionId = engine.ids(tx.now);
      const expireTime = addMs(tx.now, ttlMs);
      await insertSession(tx, { tenantId, sessionId, principal, instance: "", expireTime, ttlMs, now: tx.now });
      return { session: { sessionId, epoch: 1, ttlMs }, expireTime, leases: [] };
    }),
  );
}

type SetChange = { readonly missing: readonly ReportedLease[]; readonly removed: readonly SessionLease[] };

/** Attaches the leases that are new in the set, and detaches those that are no longer in it. */
async function changeLeases(
  engine: HeartbeatEngine,
  { tenantId }: Caller,
  { session: { sessionId }, expireTime }: RenewedSession,
  { missing, removed }: SetChange,
): Promise<Attached> {
  if (missing.length + removed.length === 0) return { held: [], lost: [] };
  return await engine.sessionSemaphore(() =>
    transaction(engine.database, { durability: "lazy" }, async (tx) => {
      const attached = await attachReported(tx, tenantId, sessionId, missing, LeaseService.method.keepLeases.name);
      if (removed.length > 0) {
        await detachLeases(tx, {
          tenantId,
          sessionId,
          taskIds: removed.map(({ taskId }) => taskId),
          fences: removed.map(({ fence }) => fence),
          expireTimes: removed.map(() => expireTime),
        });
      }
      return attached;
    }),
  );
}
