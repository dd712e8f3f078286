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
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { assert } from "../core/assert.ts";
import { addMs, durationOfMs, timestampOfDate } from "../core/duration.ts";
import type { LeaseClaim } from "../core/lease-token.ts";
import { invalidArgument, isRefusal, Refused } from "../core/refusal.ts";
import { attachLeases, detachLeases } from "../store/lease.sql.gen.ts";
import {
  beatSession,
  insertSession,
  type ListLeasesOfSessionRow,
  listLeasesOfSession,
} from "../store/session.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import type { Caller, Engine } from "./engine.ts";
import { claimOf, lockHoldings, type Past, roundsByTask } from "./holder.ts";
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
      const set = keep ? readSet(caller, keep.leaseTokens) : { wanted: kept, unreadable: [] };
      const ofSession = { tenantId: caller.tenantId, sessionId: session };
      const before = await listLeasesOfSession(tx, ofSession);
      const attached = new Set(before.map((row) => row.leaseId));
      // What a beat wants and the session does not have is new in the set, was renewed by itself meanwhile, or is lost.
      const missing = [...set.wanted].filter(([leaseId]) => !attached.has(leaseId)).map(([, one]) => one);
      const lost = await attach(tx, caller, session, missing);
      const left = before.filter((row) => !set.wanted.has(row.leaseId));
      await detach(tx, caller, session, left, expireTime);
      const rows = missing.length + left.length > 0 ? await listLeasesOfSession(tx, ofSession) : before;
      return { session, expireTime, set, lost, rows };
    });
    sessionId = beat.session;
    const live = new Set(beat.rows.map((row) => row.leaseId));
    kept = new Map([...beat.set.wanted].filter(([leaseId]) => live.has(leaseId)));
    yield create(KeepLeasesResponseSchema, {
      sequence,
      expireTime: timestampOfDate(beat.expireTime),
      beatInterval: durationOfMs(Math.floor(ttlMs / beatsPerTtl)),
      wishes: wishesOf(beat.rows, beat.expireTime),
      lost: [...beat.set.unreadable, ...beat.lost],
    });
  }
}

/** A session that missed its time keeps nothing: its leases are told as lost, and a new one begins with the set. */
async function beatOrOpen(
  engine: Engine,
  tx: Transaction,
  { tenantId, principalText }: Caller,
  sessionId: string | undefined,
  expireTime: Date,
  ttlMs: number,
): Promise<string> {
  if (sessionId !== undefined && (await beatSession(tx, { tenantId, sessionId, expireTime, now: tx.now })) > 0) {
    return sessionId;
  }
  const fresh = engine.ids(tx.now);
  const row = { tenantId, sessionId: fresh, principal: principalText, instance: "", expireTime, ttlMs, now: tx.now };
  await insertSession(tx, row);
  return fresh;
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
      if (holding.past) lost.push(lossOf(claim, token, holding.past));
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
  left: readonly ListLeasesOfSessionRow[],
  expireTime: Date,
): Promise<void> {
  if (left.length === 0) return;
  await detachLeases(tx, {
    tenantId,
    sessionId,
    taskIds: left.map(({ taskId }) => taskId),
    fences: left.map(({ fence }) => fence),
    expireTimes: left.map(() => expireTime),
  });
}

function lossOf({ leaseId, taskId }: LeaseClaim, leaseToken: string, past: Past): Lost {
  return { leaseId, taskId, leaseToken, loss: kindOf(leaseId, past) };
}

function kindOf(leaseId: string, { chain, refusal: { reason, facts } }: Past): LeaseLoss {
  if (reason === ErrorReason.LEASE_EXPIRED) return LeaseLoss.EXPIRED;
  // The sweep has been there, and nobody has been granted the task since.
  const last = chain.findLast(({ type }) => type === ReceiptType.TASK_ACCEPTED || type === ReceiptType.LEASE_EXPIRED);
  if (last?.type === ReceiptType.LEASE_EXPIRED && last.leaseId === leaseId) return LeaseLoss.EXPIRED;
  const canceled = facts?.case === "transition" && facts.value?.from === TaskState.CANCELED;
  return canceled ? LeaseLoss.CANCELED : LeaseLoss.FENCED;
}

function wishesOf(rows: readonly ListLeasesOfSessionRow[], expireTime: Date) {
  return rows.filter((row) => row.cancelTime !== null).map((row) => keptLease(row, expireTime));
}
