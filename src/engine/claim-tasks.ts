// ClaimTasks: leases what is eligible, for any number of claims of one kind of work in one transaction. Picks without
// locks, locks what it picked as far as nobody else has it, deals it out, and looks again where others were faster.
import type { ClaimTasksRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ClaimTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../core/assert.ts";
import { type Claimer, claimTask, deal } from "../core/claim-tasks.ts";
import type { Decision } from "../core/decision.ts";
import { msOfDuration } from "../core/duration.ts";
import type { CallMark } from "../core/ledger.ts";
import { taskDefaults } from "../core/limits.ts";
import type { Held, Waiting } from "../core/living.ts";
import { isRefusal, type Refusal } from "../core/refusal.ts";
import { type SessionPast, sessionStanding } from "../core/session-standing.ts";
import { lockPickedReady, type PickReadyRow, pickReady } from "../store/ready.sql.gen.ts";
import { type LockSessionsToGrantRow, lockSessionsToGrant } from "../store/session.sql.gen.ts";
import { type ReadToGrantRow, readToGrant } from "../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../store/transaction.ts";
import { requestPart } from "./assemble-task.ts";
import { type Caller, type Engine, momentOf } from "./engine.ts";
import { type Leased, leased } from "./leased.ts";
import { lockedWaiting } from "./lock-tasks.ts";
import { record } from "./record.ts";
import { type Call, lockCall, readCalls, runCall, takeRequestIds } from "./repeated-call.ts";
import { repeatedClaim } from "./repeated-claim.ts";
import { requestDigest } from "./request-digest.ts";
import { topics } from "./wakeups.ts";

/** What makes claims alike: each of them could do whatever another one could. */
export type WorkKind = {
  readonly queues: readonly string[];
  /** If empty, any. */
  readonly acceptTypes: readonly string[];
  readonly capabilities: readonly string[];
};

/** One worker's wish for work. */
export type Claim = {
  readonly caller: Caller;
  /** At most. */
  readonly tasks: number;
  readonly instance: string;
  readonly ttlWishMs?: number | undefined;
  /** The session that is to keep the leases. */
  readonly session?: { readonly sessionId: string; readonly epoch: number } | undefined;
};

/** What a claim was granted, perhaps nothing; nothing at all when its session is past. */
export type Claimed = { readonly leased: readonly Leased[]; readonly past?: SessionPast | undefined };

/** What one transaction may grant: beyond it nothing more is gained, and locks are held for longer. */
export const grantsMax = 500;

/** One look for many: what is eligible now, dealt to the claims in their order. Answers in that order, too. */
export function claimForAll(
  engine: Engine,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  return transaction(engine.database, {}, (tx) => grantEligible(engine, tx, tenantId, kind, claims));
}

/** One look of one caller: a list of one. */
export async function claimTasks(
  engine: Engine,
  caller: Caller,
  request: ClaimTasksRequest,
): Promise<Leased[] | Refusal> {
  if (request.requestId !== "") return await claimOnce(engine, caller, request);
  const [claimed] = await claimForAll(engine, caller.tenantId, kindOf(request), [claimOf(caller, request)]);
  return [...(claimed?.leased ?? [])];
}

export function claimTopics(caller: Caller, { queues }: Pick<WorkKind, "queues">): string[] {
  return queuesOf(queues).map((queue) => topics.queue(caller.tenantId, queue));
}

export function kindOf({ queues, acceptTypes, capabilities }: WorkKind): WorkKind {
  return { queues: queuesOf(queues), acceptTypes, capabilities };
}

export function claimOf(caller: Caller, { maxTasks, instance, leaseTtl }: ClaimTasksRequest): Claim {
  return { caller, tasks: Math.max(maxTasks, 1), instance, ttlWishMs: leaseTtl && msOfDuration(leaseTtl) };
}

function queuesOf(queues: readonly string[]): readonly string[] {
  return queues.length > 0 ? queues : [taskDefaults.queue];
}

/** A claim that may be said again: its leases are found by its request id, and no others are taken. */
function claimOnce(engine: Engine, caller: Caller, request: ClaimTasksRequest): Promise<Leased[] | Refusal> {
  const { tenantId } = caller;
  const call: Call = {
    method: "ClaimTasks",
    principal: caller.principalText,
    requestId: request.requestId,
    digest: requestDigest(ClaimTasksRequestSchema, request),
  };
  return runCall(() =>
    transaction(engine.database, {}, async (tx) => {
      // Lock before replay: a twin under way has its tasks locked, and without them this one would find nothing.
      const [, [said]] = await Promise.all([lockCall(tx, tenantId, call), readCalls(tx, tenantId, [call])]);
      if (said) return isRefusal(said) ? said : await repeatedClaim(tx, caller, call, said.taskIds);
      const mark = { requestId: call.requestId, requestDigest: call.digest };
      const claims = [claimOf(caller, request)];
      const [claimed] = await grantEligible(engine, tx, tenantId, kindOf(request), claims, mark);
      const granted = [...(claimed?.leased ?? [])];
      if (granted.length === 0) return [];
      // A twin that was faster has its leases as the answer, and what was granted here is undone.
      await takeRequestIds(tx, tenantId, [{ call, taskIds: granted.map(({ task }) => task.taskId) }]);
      return granted;
    }),
  );
}

async function grantEligible(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
  mark?: CallMark,
): Promise<Claimed[]> {
  const wanted = claims.reduce((sum, { tasks }) => sum + tasks, 0);
  assert(wanted <= grantsMax, "what is claimed together fits into one transaction");
  const { waiting, asked, sessions } = await lockEligible(tx, tenantId, kind, claims, wanted);
  // Where nothing was picked, no session was looked at: an idle look stays cheap, and beats tell what becomes of them.
  if (!sessions) return claims.map(() => ({ leased: [] }));
  const standings = claims.map(
    ({ session }) => session && sessionStanding(sessions.get(session.sessionId), session.epoch, tx.now),
  );
  const hands = deal(
    waiting,
    claims.map(({ tasks }, place) => (standings[place]?.past === undefined ? tasks : 0)),
  );
  const moment = momentOf(engine, tx.now);
  const decisions: Decision<Held>[] = [];
  const claimed = claims.map(({ caller, instance, ttlWishMs }, place): Claimed => {
    const standing = standings[place];
    const { principalText: principal } = caller;
    const claimer: Claimer = {
      ...{ principal, instance, ttlWishMs, bounds: engine.leaseBounds, mark },
      session: standing?.live,
    };
    const granted = hands[place]?.map((row) => {
      const of = asked.get(row.taskId);
      assert(of !== undefined, "a task that waits was asked for");
      const terms = requestPart(of.terms, of.payload);
      const decision = claimTask(row, { owner: of.owner, obligated: of.obligated, terms }, claimer, moment);
      decisions.push(decision);
      return leased(caller, decision.after, terms, of.checkpoint);
    });
    return { leased: granted ?? [], past: standing?.past };
  });
  await record(tx, tenantId, decisions);
  wakeAboutGrants(engine, tx, tenantId, decisions);
  return claimed;
}

type Eligible = {
  readonly waiting: readonly Waiting[];
  readonly asked: ReadonlyMap<string, ReadToGrantRow>;
  /** Undefined when nothing was picked. */
  readonly sessions: ReadonlyMap<string, LockSessionsToGrantRow> | undefined;
};

/** Others may be faster at what was picked: each look picks wider than the one before, and locks what is wanted. */
const pickFactors = [1, 16, 256];
const pickMax = 1_000;

async function lockEligible(
  tx: Transaction,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
  wanted: number,
): Promise<Eligible> {
  const { queues, acceptTypes: types, capabilities } = kind;
  const which = { tenantId, queues, anyType: types.length === 0, types, capabilities, now: tx.now };
  let sessions: Eligible["sessions"];
  for (const factor of pickFactors) {
    const most = Math.min(wanted * factor, pickMax);
    const picked = await pickReady(tx, { ...which, most });
    if (picked.length === 0) break;
    // Sent together: nobody waits for the answers of the others. What was asked is never changed, so that reading it
    // needs no lock; of a wider pick only what was locked is read.
    const isNarrow = picked.length <= wanted;
    const [locked, early, known] = await Promise.all([
      lockPickedReady(tx, { ...columnsOf(picked), tenantId, most: wanted }),
      isNarrow ? readToGrant(tx, { tenantId, taskIds: picked.map((row) => row.taskId) }) : undefined,
      sessions ?? lockSessions(tx, tenantId, claims),
    ]);
    sessions = known;
    if (locked.length > 0) {
      const rows = early ?? (await readToGrant(tx, { tenantId, taskIds: locked.map((row) => row.taskId) }));
      const waiting = locked.sort((one, other) => one.place - other.place).map(lockedWaiting);
      return { waiting, asked: new Map(rows.map((row) => [row.taskId, row])), sessions };
    }
    // Nobody has more than there is: what was picked is all, and others have it.
    if (picked.length < most) break;
  }
  return { waiting: [], asked: new Map(), sessions };
}

function columnsOf(picked: readonly PickReadyRow[]) {
  return {
    laneIds: picked.map((row) => row.laneId),
    eligibleTimes: picked.map((row) => row.eligibleTime),
    taskIds: picked.map((row) => row.taskId),
  };
}

async function lockSessions(tx: Transaction, tenantId: string, claims: readonly Claim[]) {
  const sessionIds = claims.flatMap(({ session }) => session?.sessionId ?? []);
  const rows = sessionIds.length > 0 ? await lockSessionsToGrant(tx, { tenantId, sessionIds }) : [];
  return new Map(rows.map((row) => [row.sessionId, row]));
}

function wakeAboutGrants(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  decisions: readonly Decision<Held>[],
): void {
  tx.afterCommit(() => {
    for (const { after } of decisions) engine.wakeups.wake(topics.task(tenantId, after.taskId));
    for (const worker of new Set(decisions.map(({ after }) => after.worker))) {
      engine.wakeups.wake(topics.obligations(tenantId, worker));
    }
  });
}
