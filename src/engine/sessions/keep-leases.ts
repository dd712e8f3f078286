// KeepLeases: a set of leases kept over a stream. The stream is a session; a beat writes its one row, however many
// leases there are. Their own rows are written when they enter or leave the set, by one stream after the other: all
// that come back at once would ask for more connections than there are, and be turned away.
import { create } from "@bufbuild/protobuf";
import {
  type KeepLeasesRequest,
  type KeepLeasesResponse,
  KeepLeasesResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { addMs, durationOfMs, timestampOfDate } from "../../core/duration.ts";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import { detachLeases } from "../../store/lease.sql.gen.ts";
import { insertSession } from "../../store/session.sql.gen.ts";
import { transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { keptLease } from "../leases/renew-leases.ts";
import { admitSession } from "../runtime/quotas.ts";
import type { Semaphore } from "../runtime/semaphore.ts";
import { beatsPerTtl, type Heartbeats, type Kept, type SessionEpoch } from "./heartbeats.ts";
import { type Attached, attachSaid, readTokens, type SaidLease } from "./session-leases.ts";

export async function* keepLeases(
  engine: Engine,
  beats: Heartbeats,
  inTurn: Semaphore,
  caller: Caller,
  requests: AsyncIterable<KeepLeasesRequest>,
): AsyncGenerator<KeepLeasesResponse> {
  const ttlMs = engine.leaseBounds.ttlDefaultMs;
  let session: SessionEpoch | undefined;
  let said = new Map<string, SaidLease>();
  for await (const { keep, sequence } of requests) {
    if (session === undefined && !keep) {
      const description = "is required in the first message";
      throw new Refused(invalidArgument([{ field: "keep", description, rule: "keep.first" }]));
    }
    const beat = await beatOrOpen(engine, { beats, inTurn }, caller, session, ttlMs);
    session = beat.session;
    const set = keep ? readTokens(caller, keep.leaseTokens) : { said, unreadable: [] };
    const attached = new Set(beat.kept.map(({ leaseId }) => leaseId));
    // What a beat wants and the session does not have is new in the set, was renewed by itself meanwhile, or is lost.
    const missing = [...set.said].filter(([leaseId]) => !attached.has(leaseId)).map(([, lease]) => lease);
    const left = beat.kept.filter(({ leaseId }) => !set.said.has(leaseId));
    const { held, lost } = await change(engine, inTurn, caller, beat, { missing, left });
    const isLost = new Set(lost.map(({ leaseId }) => leaseId));
    said = new Map([...set.said].filter(([leaseId]) => !isLost.has(leaseId)));
    yield create(KeepLeasesResponseSchema, {
      sequence,
      expireTime: timestampOfDate(beat.expireTime),
      heartbeatInterval: durationOfMs(Math.floor(ttlMs / beatsPerTtl)),
      directives: [...beat.kept, ...held]
        .filter(({ leaseId, cancelTime }) => cancelTime !== null && said.has(leaseId))
        .map((row) => keptLease(row, beat.expireTime)),
      lost: [...set.unreadable, ...lost],
    });
  }
}

type Opened = { readonly session: SessionEpoch; readonly expireTime: Date; readonly kept: readonly Kept[] };

/** A session that missed its time keeps nothing: its leases are told as lost, and a new one begins with the set. */
async function beatOrOpen(
  engine: Engine,
  { beats, inTurn }: { readonly beats: Heartbeats; readonly inTurn: Semaphore },
  caller: Caller,
  session: SessionEpoch | undefined,
  ttlMs: number,
): Promise<Opened> {
  const { tenantId, principalText: principal } = caller;
  const beat = session && (await beats({ tenantId, session, tellKept: true }));
  if (session && beat && beat.past === undefined) return { session, ...beat };
  return await inTurn(() =>
    transaction(engine.database, { durability: "lazy" }, async (tx) => {
      await admitSession(engine, tx, caller);
      const sessionId = engine.ids(tx.now);
      const expireTime = addMs(tx.now, ttlMs);
      await insertSession(tx, { tenantId, sessionId, principal, instance: "", expireTime, ttlMs, now: tx.now });
      return { session: { sessionId, epoch: 1, ttlMs }, expireTime, kept: [] };
    }),
  );
}

type Change = { readonly missing: readonly SaidLease[]; readonly left: readonly Kept[] };

/** Takes into the session what is new in its set, and lets go what has left it. */
async function change(
  engine: Engine,
  inTurn: Semaphore,
  { tenantId }: Caller,
  { session: { sessionId }, expireTime }: Opened,
  { missing, left }: Change,
): Promise<Attached> {
  if (missing.length + left.length === 0) return { held: [], lost: [] };
  return await inTurn(() =>
    transaction(engine.database, { durability: "lazy" }, async (tx) => {
      const attached = await attachSaid(tx, tenantId, sessionId, missing, "KeepLeases");
      if (left.length > 0) {
        await detachLeases(tx, {
          tenantId,
          sessionId,
          taskIds: left.map(({ taskId }) => taskId),
          fences: left.map(({ fence }) => fence),
          expireTimes: left.map(() => expireTime),
        });
      }
      return attached;
    }),
  );
}
