// KeepLeases: a set of leases kept over a stream. The stream is a session; a beat writes its one row, however many
// leases there are. Their own rows are written when they enter or leave the set.
import { create } from "@bufbuild/protobuf";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import {
  type KeepLeasesRequest,
  type KeepLeasesResponse,
  KeepLeasesResponseSchema,
} from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../core/assert.ts";
import { addMs, durationOfMs, timestampOfDate } from "../core/duration.ts";
import type { LeaseClaim } from "../core/lease-token.ts";
import { invalidArgument, isRefusal, type Refusal, Refused } from "../core/refusal.ts";
import { attachLeases, detachLeases } from "../store/lease.sql.gen.ts";
import {
  beatSession,
  insertSession,
  type ListLeasesOfSessionRow,
  listLeasesOfSession,
} from "../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import type { Caller, Engine } from "./engine.ts";
import { claimOf, lockHoldings, roundsByTask } from "./holder.ts";
import { keptLease } from "./renew-leases.ts";

/** A session is kept by three beats a TTL: one may be lost, and one more be late. */
const beatsPerTtl = 3;

type Kept = { readonly claim: LeaseClaim; readonly token: string };
type Lost = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly leaseToken: string;
  readonly loss: LeaseLoss;
};

export async function* keepLeases(
  engine: Engine,
  caller: Caller,
  requests: AsyncIterable<KeepLeasesRequest>,
): AsyncGenerator<KeepLeasesResponse> {
  const ttlMs = engine.leaseBounds.ttlDefaultMs;
  let sessionId: string | undefined;
  let kept = new Map<string, Kept>();
  for await (const { keep, sequence } of requests) {
    if (sessionId === undefined && !keep) {
      const description = "is required in the first message";
      throw new Refused(invalidArgument([{ field: "keep", description, rule: "keep.first" }]));
    }
    const beat = await transaction(engine.database, { durability: "lazy" }, async (tx) => {
      const expireTime = addMs(tx.now, ttlMs);
      const session = await beatOrOpen(engine, tx, caller, sessionId, expireTime, ttlMs);
      // A session that missed its time keeps nothing: its leases are told as lost, and a new one begins with the set.
      const before = session.isNew ? new Map<string, Kept>() : kept;
      const set = keep ? readSet(caller, keep.leaseTokens) : { wanted: kept, unreadable: [] };
      const added = [...set.wanted].filter(([leaseId]) => !before.has(leaseId)).map(([, one]) => one);
      const left = [...before].filter(([leaseId]) => !set.wanted.has(leaseId)).map(([, one]) => one);
      const refused = await attach(tx, caller, session.sessionId, added);
      await detach(tx, caller, session.sessionId, left, expireTime);
      const rows = await listLeasesOfSession(tx, { tenantId: caller.tenantId, sessionId: session.sessionId });
      return { ...session, expireTime, set, refused, rows };
    });
    sessionId = beat.sessionId;
    const live = new Map(beat.rows.map((row) => [row.leaseId, row]));
    const refusedIds = new Set(beat.refused.map(({ leaseId }) => leaseId));
    const gone = [...beat.set.wanted].filter(([leaseId]) => !live.has(leaseId) && !refusedIds.has(leaseId));
    const vanished = await lossesOf(
      engine,
      caller,
      gone.map(([, one]) => one),
    );
    kept = new Map([...beat.set.wanted].filter(([leaseId]) => live.has(leaseId)));
    yield create(KeepLeasesResponseSchema, {
      sequence,
      expireTime: timestampOfDate(beat.expireTime),
      beatInterval: durationOfMs(Math.floor(ttlMs / beatsPerTtl)),
      wishes: wishesOf(beat.rows, beat.expireTime),
      lost: [...beat.set.unreadable, ...beat.refused, ...vanished],
    });
  }
}

async function beatOrOpen(
  engine: Engine,
  tx: Transaction,
  { tenantId, principalText }: Caller,
  sessionId: string | undefined,
  expireTime: Date,
  ttlMs: number,
): Promise<{ readonly sessionId: string; readonly isNew: boolean }> {
  if (sessionId !== undefined) {
    if ((await beatSession(tx, { tenantId, sessionId, expireTime, now: tx.now })) > 0)
      return { sessionId, isNew: false };
  }
  const fresh = engine.ids(tx.now);
  const row = { tenantId, sessionId: fresh, principal: principalText, instance: "", expireTime, ttlMs, now: tx.now };
  await insertSession(tx, row);
  return { sessionId: fresh, isNew: true };
}

function readSet(caller: Caller, tokens: readonly string[]): { wanted: Map<string, Kept>; unreadable: Lost[] } {
  const wanted = new Map<string, Kept>();
  const unreadable: Lost[] = [];
  for (const token of tokens) {
    const claim = claimOf(caller, { leaseToken: token, requestId: "" });
    if (isRefusal(claim)) unreadable.push({ leaseId: "", taskId: "", leaseToken: token, loss: LeaseLoss.FENCED });
    else wanted.set(claim.leaseId, { claim, token });
  }
  return { wanted, unreadable };
}

async function attach(
  tx: Transaction,
  { tenantId }: Caller,
  sessionId: string,
  added: readonly Kept[],
): Promise<Lost[]> {
  const lost: Lost[] = [];
  for (const round of roundsByTask(added)) {
    const holdings = await lockHoldings(
      tx,
      tenantId,
      round.map(({ claim }) => claim),
      "KeepLeases",
    );
    const held = holdings.flatMap((holding) => holding.held ?? []);
    for (const [place, { claim, token }] of round.entries()) {
      const holding = holdings[place];
      assert(holding !== undefined, "every claim is looked up");
      if (holding.past) lost.push(lossOf(claim, token, holding.past.refusal));
    }
    const taskIds = held.map(({ taskId }) => taskId);
    await attachLeases(tx, { tenantId, sessionId, taskIds, fences: held.map(({ fence }) => fence) });
  }
  return lost;
}

async function detach(
  tx: Transaction,
  { tenantId }: Caller,
  sessionId: string,
  left: readonly Kept[],
  expireTime: Date,
): Promise<void> {
  if (left.length === 0) return;
  await detachLeases(tx, {
    tenantId,
    sessionId,
    taskIds: left.map(({ claim }) => claim.taskId),
    fences: left.map(({ claim }) => claim.fence),
    expireTimes: left.map(() => expireTime),
  });
}

/** Leases that were kept and are there no more: ended by whoever ended the task, or taken by the sweep. */
async function lossesOf(engine: Engine, { tenantId }: Caller, gone: readonly Kept[]): Promise<Lost[]> {
  if (gone.length === 0) return [];
  return await transaction(engine.database, {}, async (tx) => {
    const lost: Lost[] = [];
    for (const round of roundsByTask(gone)) {
      const holdings = await lockHoldings(
        tx,
        tenantId,
        round.map(({ claim }) => claim),
        "KeepLeases",
      );
      for (const [place, { claim, token }] of round.entries()) {
        const refusal = holdings[place]?.past?.refusal;
        if (refusal) lost.push(lossOf(claim, token, refusal));
      }
    }
    return lost;
  });
}

function lossOf({ leaseId, taskId }: LeaseClaim, leaseToken: string, refusal: Refusal): Lost {
  return { leaseId, taskId, leaseToken, loss: kindOf(refusal) };
}

function kindOf({ reason, facts }: Refusal): LeaseLoss {
  if (reason === ErrorReason.LEASE_EXPIRED) return LeaseLoss.EXPIRED;
  const canceled = facts?.case === "transition" && facts.value?.from === TaskState.CANCELED;
  return canceled ? LeaseLoss.CANCELED : LeaseLoss.FENCED;
}

function wishesOf(rows: readonly ListLeasesOfSessionRow[], expireTime: Date) {
  return rows.filter((row) => row.cancelTime !== null).map((row) => keptLease(row, expireTime));
}
