// ClaimTasks: leases what is eligible, for any number of claims of one kind of work in one transaction. Picks without
// locks, locks what it picked as far as nobody else has it, deals it out, and looks again where others were faster.
import type { ClaimTasksRequest } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { type Claimer, claimTask, distribute } from "../../core/claim-tasks.ts";
import type { Decision } from "../../core/decision.ts";
import { msOfDuration } from "../../core/duration.ts";
import { taskDefaults } from "../../core/limits.ts";
import { orThrow, type Refusal, throwIfRefused } from "../../core/refusal.ts";
import { type SessionEnd, sessionStatus } from "../../core/session-status.ts";
import type { Held, Waiting } from "../../core/task-record.ts";
import { lockPickedReady, type PickReadyRow, pickReady } from "../../store/ready.sql.gen.ts";
import { type LockSessionsToGrantRow, lockSessionsToGrant } from "../../store/session.sql.gen.ts";
import { type ReadToGrantRow, readToGrant } from "../../store/task.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { decisionContext, type Engine } from "../engine.ts";
import { createCoalescer } from "../runtime/coalescer.ts";
import { type Admitted, admit, type QuotaDemand, unreserve } from "../runtime/quotas.ts";
import { topics } from "../runtime/wakeups.ts";
import { lockedWaiting } from "../tx/lock-tasks.ts";
import { record } from "../tx/record.ts";
import { type Call, claimRequestIds, lockCall, type RecordedCall, readCalls, runCall } from "../tx/repeated-call.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { TenantEngines } from "../tx/tenant-engines.ts";
import { requestPart } from "../views/assemble-task.ts";
import { type GrantedTask, grantedTask } from "../views/granted-task.ts";
import { repeatedClaim } from "./repeated-claim.ts";

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
  /** What its tasks may weigh, beyond the first; undefined: what one transaction may grant. */
  readonly bytesMax?: number | undefined;
  readonly instance: string;
  readonly ttlWishMs?: number | undefined;
  /** The session that is to keep the leases. */
  readonly session?: { readonly sessionId: string; readonly epoch: number } | undefined;
  /** A call that may be said again: it is remembered with what it was granted. */
  readonly call?: Call | undefined;
};

/** What a claim was granted, perhaps nothing. */
export type Claimed = {
  readonly leased: readonly GrantedTask[];
  /** It wanted more, and more was there: it would have weighed too much. */
  readonly isCut?: boolean | undefined;
  /** Its session is past: nothing was granted. */
  readonly past?: SessionEnd | undefined;
  /** What its call did when it was said before, or why it may not be said so: nothing was granted. */
  readonly said?: RecordedCall | Refusal | undefined;
  /** How many there was room for among leases: fewer than it wished for, if that says why. */
  readonly admitted?: Admitted | undefined;
};

/** Why a claim is granted nothing however much waits: its tenant or its principal has as many leases as it may. */
export function fullness({ leased, admitted }: Claimed): Refusal | undefined {
  return leased.length === 0 && admitted?.count === 0 ? admitted.refusal : undefined;
}

/** What one transaction may grant: beyond it nothing more is gained, and locks are held for longer. */
export const grantsMax = 500;
/** What those may weigh together: it is in memory until it is sent, several times over. */
const grantBytesMax = 16_777_216;

/**
 * One look for many: what is eligible now, dealt to the claims in their order. Answers in that order, too. Where a
 * twin of a call is faster in this very moment, nothing is done at all, and the next look finds what the twin did.
 */
export function claimForAll(
  engine: Engine,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  return transaction(engine.database, {}, (tx) => grantEligible(engine, tx, tenantId, kind, claims));
}

type PlainClaim = { readonly kind: WorkKind; readonly claim: Claim };
export type PlainClaims = (item: PlainClaim) => Promise<Claimed>;

/** Claims of one kind that come while another one looks are looked for together. */
export function createPlainClaims(engineOf: TenantEngines, isPoison: (error: unknown) => boolean): PlainClaims {
  const submit = createCoalescer<PlainClaim, Claimed>({
    run(_key, items) {
      const [first] = items;
      assert(first !== undefined, "a batch is never empty");
      const claims = items.map(({ claim }) => claim);
      const { tenantId } = first.claim.caller;
      return claimForEach(engineOf(tenantId), tenantId, first.kind, claims);
    },
    weigh: ({ claim }) => claim.tasks,
    isPoison,
  });
  return (item) => submit(kindKey(item.claim.caller.tenantId, item.kind), item);
}

/** Where tasks are large, one look may leave some with nothing, though there is more: for them it looks again. */
async function claimForEach(
  engine: Engine,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  const claimed = await claimForAll(engine, tenantId, kind, claims);
  const empty = claimed.flatMap(({ leased, isCut }, place) => (isCut && leased.length === 0 ? [place] : []));
  // Somebody was granted what they were not: they get fewer each time.
  if (empty.length === 0 || empty.length === claims.length) return claimed;
  const left = claims.filter((_claim, place) => empty.includes(place));
  const more = await claimForEach(engine, tenantId, kind, left).catch((error: unknown) => {
    // The others have their leases, whatever becomes of these.
    engine.database.log("claim_failed", { error: String(error) });
    return [];
  });
  for (const [index, place] of empty.entries()) claimed[place] = more[index] ?? { leased: [] };
  return claimed;
}

/** One look of one caller: what is eligible now, perhaps nothing. */
export async function claimTasks(
  engine: Engine & { readonly plainClaims: PlainClaims },
  caller: Caller,
  request: ClaimTasksRequest,
): Promise<GrantedTask[]> {
  const claim = claimFromRequest(engine, caller, request);
  if (claim.call) return await claimOnce(engine, { ...claim, call: claim.call }, kindOf(request));
  const claimed = await engine.plainClaims({ kind: kindOf(request), claim });
  throwIfRefused(fullness(claimed));
  return [...claimed.leased];
}

export function claimTopics(caller: Caller, { queues }: Pick<WorkKind, "queues">): string[] {
  return queuesOf(queues).map((queue) => topics.queue(caller.tenantId, queue));
}

export function kindOf({ queues, acceptTypes, capabilities }: WorkKind): WorkKind {
  return { queues: queuesOf(queues), acceptTypes, capabilities };
}

function queuesOf(queues: readonly string[]): readonly string[] {
  return queues.length > 0 ? queues : [taskDefaults.queue];
}

/** Workers that can do the same work have one, in whatever order they say what they can do. */
export function kindKey(tenantId: string, { queues, acceptTypes, capabilities }: WorkKind): string {
  return JSON.stringify([tenantId, ...[queues, acceptTypes, capabilities].map((words) => [...new Set(words)].sort())]);
}

export function claimFromRequest({ claimBytesMax }: Engine, caller: Caller, request: ClaimTasksRequest): Claim {
  const { maxTasks, instance, leaseTtl, requestId } = request;
  const digest = () => requestDigest(ClaimTasksRequestSchema, request);
  return {
    caller,
    tasks: Math.max(maxTasks, 1),
    bytesMax: claimBytesMax,
    instance,
    ttlWishMs: leaseTtl && msOfDuration(leaseTtl),
    call:
      requestId === ""
        ? undefined
        : { method: "ClaimTasks", principal: caller.principalText, requestId, digest: digest() },
  };
}

/** A claim that may be said again: its leases are found by its request id, and no others are taken. */
function claimOnce(engine: Engine, claim: Claim & { readonly call: Call }, kind: WorkKind) {
  const { caller, call } = claim;
  return runCall(() =>
    transaction(engine.database, {}, async (tx): Promise<GrantedTask[]> => {
      // Lock before replay: a twin under way has its tasks locked, and without them this one would find nothing.
      const [, [claimed]] = await Promise.all([
        lockCall(tx, caller.tenantId, call),
        grantEligible(engine, tx, caller.tenantId, kind, [claim]),
      ]);
      const said = claimed?.said;
      if (said) return await repeatedClaim(tx, caller, call, orThrow(said).taskIds);
      if (!claimed) return [];
      throwIfRefused(fullness(claimed));
      return [...claimed.leased];
    }),
  );
}

async function grantEligible(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
): Promise<Claimed[]> {
  const wished = claims.reduce((sum, { tasks }) => sum + tasks, 0);
  assert(wished <= grantsMax, "what is claimed together fits into one transaction");
  const rooms = await admit(engine, tx, "live_leases", claims.map(wishOf));
  const wanted = rooms.reduce((sum, { count }) => sum + count, 0);
  const [said, { waiting, asked, isCut, sessions, taken }] = await Promise.all([
    readSaid(tx, tenantId, claims),
    wanted > 0 ? lockEligible(engine, tx, tenantId, kind, claims, wanted) : nothingEligible,
  ]);
  // Where nothing was picked, no session was looked at: an idle look stays cheap, and beats tell what becomes of them.
  const standings = claims.map(
    ({ session }) => session && sessions && sessionStatus(sessions.get(session.sessionId), session.epoch, tx.now),
  );
  const mayHave = (place: number) => !said[place] && standings[place]?.ended === undefined;
  const hands = distribute(
    waiting,
    claims.map(({ bytesMax = grantBytesMax }, place) => ({
      tasks: mayHave(place) ? (rooms[place]?.count ?? 0) : 0,
      bytesMax,
    })),
    ({ taskId }) => weightOf(asked.get(taskId)),
  );
  const moment = decisionContext(engine, tx.now);
  const decisions: Decision<Held>[] = [];
  const claimed = claims.map(({ caller, instance, ttlWishMs, call }, place): Claimed => {
    const { principalText: principal } = caller;
    const { live, ended: past } = standings[place] ?? {};
    const claimer: Claimer = {
      ...{ principal, instance, ttlWishMs, session: live, bounds: engine.leaseBounds },
      mark: call && { requestId: call.requestId, requestDigest: call.digest },
    };
    const hand = hands[place];
    const granted = hand?.tasks.map((row) => {
      const of = asked.get(row.taskId);
      assert(of !== undefined, "a task that waits was asked for");
      const terms = requestPart(of.terms, of.payload);
      const decision = claimTask(row, { owner: of.owner, obligated: of.obligated, terms }, claimer, moment);
      decisions.push(decision);
      return grantedTask(caller, decision.after, terms, of.checkpoint);
    });
    const leasedNow = granted ?? [];
    const admitted = rooms[place];
    const isShort = leasedNow.length < (admitted?.count ?? 0);
    return { leased: leasedNow, isCut: hand?.isCut || (isCut && isShort), past, said: said[place], admitted };
  });
  taken(new Set(decisions.map(({ after }) => after.taskId)));
  for (const [place, { caller }] of claims.entries()) {
    const unused = (rooms[place]?.count ?? 0) - (claimed[place]?.leased.length ?? 0);
    unreserve(engine, "live_leases", caller, caller.principalText, unused);
  }
  await Promise.all([record(tx, tenantId, decisions), remember(tx, tenantId, claims, claimed)]);
  wakeAboutGrants(engine, tx, tenantId, decisions);
  return claimed;
}

function wishOf({ caller, tasks }: Claim): QuotaDemand {
  return { caller, principal: caller.principalText, count: tasks };
}

async function readSaid(tx: Transaction, tenantId: string, claims: readonly Claim[]) {
  if (!claims.some(({ call }) => call)) return [];
  return await readCalls(
    tx,
    tenantId,
    claims.map(({ call }) => call ?? unnamedCall),
  );
}

const unnamedCall: Call = { method: "ClaimTasks", principal: "", requestId: "", digest: new Uint8Array() };

/** A twin that was faster has its leases as the answer, and what was granted here is undone. */
async function remember(
  tx: Transaction,
  tenantId: string,
  claims: readonly Claim[],
  claimed: readonly Claimed[],
): Promise<void> {
  const done = claims.flatMap(({ call }, place) => {
    const taskIds = claimed[place]?.leased.map(({ task }) => task.taskId) ?? [];
    return call && taskIds.length > 0 ? [{ call, taskIds }] : [];
  });
  await claimRequestIds(tx, tenantId, done);
}

type Eligible = {
  readonly waiting: readonly Waiting[];
  readonly asked: ReadonlyMap<string, ReadToGrantRow>;
  /** More was there, and weighed too much. */
  readonly isCut: boolean;
  /** Takes which of them were granted. */
  readonly taken: (taskIds: ReadonlySet<string>) => void;
  /** Undefined when nothing was picked. */
  readonly sessions: ReadonlyMap<string, LockSessionsToGrantRow> | undefined;
};

const nothingEligible: Eligible = {
  waiting: [],
  asked: new Map(),
  isCut: false,
  taken: () => {},
  sessions: undefined,
};

/** Others may be faster at what was picked, at some of it or all: each look picks wider than the one before. */
const pickFactors = [1, 16, 256];
const pickMax = 1_000;

/** Locks as many as are wanted, or all that nobody else has: nobody goes with less while there is more. */
async function lockEligible(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  kind: WorkKind,
  claims: readonly Claim[],
  wanted: number,
): Promise<Eligible> {
  let sessions: Eligible["sessions"];
  let taken = (_taskIds: ReadonlySet<string>) => {};
  let waiting: Waiting[] = [];
  let early: Eligible["asked"] | undefined;
  for (const most of new Set(pickFactors.map((factor) => Math.min(wanted * factor, pickMax)))) {
    taken(new Set());
    const pick = await pickEligible(engine, tx, tenantId, kind, most);
    const { picked } = pick;
    taken = pick.taken;
    if (picked.length === 0) break;
    // Sent together: nobody waits for the answers of the others. What was asked is never changed, so that reading it
    // needs no lock; of a wider pick only what was locked is read. What is locked already is locked again.
    const isNarrow = picked.length <= wanted;
    const [locked, asked, known] = await Promise.all([
      lockPickedReady(tx, { ...columnsOf(picked), tenantId, most: wanted }),
      isNarrow ? readAsked(tx, tenantId, picked) : undefined,
      sessions ?? lockSessions(tx, tenantId, claims),
    ]);
    sessions = known;
    early = asked;
    waiting = locked.sort((one, other) => one.place - other.place).map(lockedWaiting);
    // Nobody has more than there is: what was picked is all, and others have the rest of it.
    if (locked.length === wanted || picked.length < most) break;
  }
  // What was read early may be what others have.
  const isRead = waiting.some(({ taskId }) => early?.has(taskId));
  const asked = isRead && early ? early : await readAsked(tx, tenantId, waiting);
  const light = waiting.filter(({ taskId }) => asked.has(taskId));
  return { waiting: light, asked, isCut: light.length < waiting.length, taken, sessions };
}

async function pickEligible(engine: Engine, tx: Transaction, tenantId: string, kind: WorkKind, most: number) {
  const { queues, acceptTypes: types, capabilities } = kind;
  const which = { tenantId, queues, anyType: types.length === 0, types, capabilities, now: tx.now, most };
  const start = engine.laneFloors.startOf(tenantId, tx.now);
  const askedMs = performance.now();
  const picked = await pickReady(tx, { ...which, floorLaneIds: start.laneIds, floors: start.floors });
  const look = { now: tx.now, start, picked, tookMs: performance.now() - askedMs };
  const taken = (takenIds: ReadonlySet<string>) => engine.laneFloors.found(tenantId, { ...look, takenIds });
  return { picked, taken };
}

/** What was asked, by task: of so many, in their order, as weigh no more than one transaction may grant. */
async function readAsked(tx: Transaction, tenantId: string, tasks: readonly { readonly taskId: string }[]) {
  if (tasks.length === 0) return new Map<string, ReadToGrantRow>();
  const taskIds = tasks.map(({ taskId }) => taskId);
  const rows = await readToGrant(tx, { tenantId, taskIds, bytesMax: grantBytesMax });
  return new Map(rows.map((row) => [row.taskId, row]));
}

function weightOf(row: ReadToGrantRow | undefined): number {
  return (row?.terms.length ?? 0) + (row?.payload?.length ?? 0) + (row?.checkpoint?.length ?? 0);
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

export function wakeAboutGrants(
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
