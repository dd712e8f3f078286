// Does what a worker's session says is to be done, and tells the session what came of it. Nothing is decided here;
// whatever fails is answered, item by item.
import type { Lease } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { WorkRequest } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "../../core/assert.ts";
import { durationOfMs, msOfDuration, timestampOfDate } from "../../core/duration.ts";
import { internal, Refused } from "../../core/refusal.ts";
import { isLive, isTaking, type SessionMachine as Machine } from "../../core/session-machine.ts";
import type { Effects, LeaseChanges, StreamClose, WorkEvent } from "../../core/work-events.ts";
import type { Answer, CheckItem, HeldLease, Item, ItemKind, Run } from "../../core/work-holdings.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import type { Claimed } from "../leases/claim-tasks.ts";
import type { SubscriptionInit, WorkSubscription } from "../leases/dispatcher.ts";
import { type Subscription, topics } from "../runtime/wakeups.ts";
import {
  type HeartbeatCall,
  type HeartbeatResult,
  heartbeatsPerTtl,
  type SessionEpoch,
  type SessionLease,
} from "./heartbeats.ts";
import { clearOutbox, frameItemsMax, type Outbox, putOffers, putSettled, roomForOffers } from "./work-outbox.ts";
import type { OpenedSession, OpenRequest, ReturnedOffers } from "./work-sessions.ts";

/** The operations that a stream stands on, as they are bound. */
export type WorkOperations = {
  subscribe(init: SubscriptionInit): WorkSubscription;
  openWorkSession(caller: Caller, hello: OpenRequest): Promise<OpenedSession>;
  keepWorkSession(caller: Caller, call: HeartbeatCall): Promise<HeartbeatResult>;
  breakWorkSession(caller: Caller, session: SessionEpoch): Promise<void>;
  endWorkSession(caller: Caller, call: { readonly session: SessionEpoch; readonly why: string }): Promise<void>;
  returnOffers(caller: Caller, call: ReturnedOffers): Promise<string[]>;
  inspectLeases(caller: Caller, leases: readonly HeldLease[]): Promise<LeaseChanges>;
  settleItems(caller: Caller, session: SessionEpoch, kind: ItemKind, items: readonly Item[]): Promise<Answer[]>;
  /** Lets the server wait, when it stops, for what streams leave behind. */
  track(ended: Promise<void>): void;
};

export type WorkCount = "offers" | "offers_returned" | "settled" | "refused" | "leases_lost" | "beats";

/** What a stream knows of the door that it came through. */
export type StreamContext = {
  /** Aborted when the stream is gone. */
  readonly signal: AbortSignal;
  /** Aborted when the server begins to go. */
  readonly draining: AbortSignal;
  /** How long streams have then. */
  readonly shutdownWithinMs: () => number;
  readonly callId: string;
  readonly check: CheckItem;
  /** Asks again whether the caller may do this. */
  readonly isAllowed: () => Promise<boolean>;
  /** Ends the stream, whether anybody reads or not. */
  readonly cut: () => void;
  /** Takes a fault of ours that was answered as one. */
  readonly report: (error: unknown) => void;
  readonly count: (what: WorkCount, by: number) => void;
};

export type WorkStream = {
  readonly engine: Engine;
  readonly operations: WorkOperations;
  readonly caller: Caller;
  readonly door: StreamContext;
  readonly machine: Machine;
  readonly outbox: Outbox;
  readonly subscription: Subscription;
  readonly apply: (event: WorkEvent) => void;
  readonly onOpen: () => void;
  readonly finish: () => void;
  session: SessionEpoch | undefined;
  seat: WorkSubscription | undefined;
  /** While the session is opened, nothing is read. */
  opening: Promise<void> | undefined;
  /** Credits that the seat does not know of yet, and those that it does. */
  owed: number;
  atSeat: number;
  streamClose: StreamClose | undefined;
  /** What ends the stream as it is. */
  error: unknown;
  /** Since when the last frame has not been taken. */
  unreadSinceMs: number | undefined;
  isAsking: boolean;
  /** So much waits to be read that nothing more is to be offered. */
  isFull: boolean;
  /** Something may be kept that the worker does not hold: a commit was lost, and may still come about. Beats ask on. */
  mayKeepMore: boolean;
  wakeWriter: () => void;
  wakeReader: () => void;
};

export function perform(stream: WorkStream, effects: Effects): void {
  const { caller, door, outbox, subscription } = stream;
  for (const { claim } of effects.followed) subscription.add(topics.task(caller.tenantId, claim.taskId));
  for (const { claim } of effects.unfollowed) subscription.remove(topics.task(caller.tenantId, claim.taskId));
  for (const run of effects.runs) void settle(stream, run);
  if (effects.open) stream.opening = open(stream, effects.open);
  if (effects.heartbeat) void beat(stream);
  if (effects.look.length > 0) void look(stream, effects.look);
  stream.owed += effects.credit;
  putSettled(outbox, effects.settled);
  for (const wish of effects.directives) outbox.directives.push(wish);
  for (const lost of effects.lost) outbox.lost.push({ $typeName: "asyncgate.v1.LostLease", ...lost });
  if (effects.settled.length > 0) count(stream, effects);
  if (effects.lost.length > 0) door.count("leases_lost", effects.lost.length);
  if (effects.heartbeatAck) {
    const { sequence, expireTime } = effects.heartbeatAck;
    outbox.heartbeatAck = { $typeName: "asyncgate.v1.HeartbeatAck", sequence, expireTime: timestampOfDate(expireTime) };
    door.count("beats", 1);
  }
  if (effects.leaveSeat) void leaveSeat(stream);
  if (effects.close) void close(stream, effects.close);
  if (effects.endStream) endStream(stream, effects.endStream);
  feedSeat(stream);
  if (effects.finished) stream.finish();
  stream.wakeWriter();
  stream.wakeReader();
}

/** Of what waits to be read, so much may be more offers: beyond it the dispatcher is to wait. */
const waitingBytesMax = 8_388_608;

/** Hands credits on to the dispatcher as far as there is room for what they bring. */
export function feedSeat(stream: WorkStream): void {
  const { outbox, seat } = stream;
  const isFull = outbox.bytes > waitingBytesMax;
  if (isFull !== stream.isFull) {
    stream.isFull = isFull;
    if (isFull) seat?.pause();
    else seat?.resume();
  }
  const credits = Math.min(stream.owed, roomForOffers(outbox, stream.atSeat));
  if (credits === 0) return;
  stream.owed -= credits;
  stream.atSeat += credits;
  seat?.credit(credits);
}

function count({ door }: WorkStream, { settled }: Effects): void {
  let refused = 0;
  for (const { result } of settled) if (result.case === "error") refused += 1;
  if (refused > 0) door.count("refused", refused);
  door.count("settled", settled.length - refused);
}

async function open(stream: WorkStream, { hello }: WorkRequest): Promise<void> {
  const { operations, caller, engine, outbox } = stream;
  assert(hello !== undefined, "a session is opened by its hello");
  const { instance, resumeToken, queues, acceptTypes, capabilities } = hello;
  const ttlWishMs = hello.leaseTtl && msOfDuration(hello.leaseTtl);
  try {
    const held = hello.held?.leaseTokens;
    const opened = await operations.openWorkSession(caller, { instance, ttlWishMs, resumeToken, held });
    const { session } = opened;
    stream.session = session;
    stream.seat = operations.subscribe({
      ...{ caller, instance, ttlWishMs, session, kind: { queues, acceptTypes, capabilities } },
      granted: (claimed) => takeGranted(stream, claimed),
      onUnknownOutcome: () => {
        stream.mayKeepMore = true;
      },
    });
    outbox.welcome = {
      $typeName: "asyncgate.v1.Welcome",
      ...{ sessionId: session.sessionId, resumeToken: opened.resumeToken, resumed: opened.resumed },
      heartbeatInterval: durationOfMs(Math.floor(session.ttlMs / heartbeatsPerTtl)),
      ttl: durationOfMs(session.ttlMs),
      acceptWindow: durationOfMs(engine.sessionBounds.offerAcceptMs),
      resumeGrace: durationOfMs(engine.sessionBounds.resumeGraceMs),
      ...{ leases: [...opened.leases], frameItemsMax },
    };
    for (const lost of opened.lost) outbox.lost.push({ $typeName: "asyncgate.v1.LostLease", ...lost });
    const leases = opened.leases.map((lease) =>
      heldLease(stream, lease, opened.acceptedReceiptIds.get(lease.leaseId) ?? ""),
    );
    stream.apply({ type: "opened", leases, aliveUntilMs: performance.now() + session.ttlMs });
    stream.apply({ type: "looked", tidings: { canceled: opened.canceled, lost: [] } });
    stream.onOpen();
  } catch (error) {
    stream.error ??= error;
    stream.apply({ type: "unopened" });
  } finally {
    stream.opening = undefined;
  }
}

function heldLease(
  { caller }: WorkStream,
  { taskId, leaseId, fence, token }: Lease,
  acceptedReceiptId: string,
): HeldLease {
  const claim = { taskId, leaseId, fence: Number(fence), worker: caller.principalText };
  return { claim, token, acceptedReceiptId, offeredUntilMs: undefined, isCancelTold: false };
}

function takeGranted(stream: WorkStream, { leased, past }: Claimed): void {
  if (leased.length > 0) {
    stream.atSeat -= leased.length;
    const leases = leased.map(({ lease, acceptedReceiptId }) => heldLease(stream, lease, acceptedReceiptId));
    // Those that came while the session was about to finish go back unseen.
    if (isTaking(stream.machine)) putOffers(stream.outbox, leased);
    stream.apply({ type: "offered", leases });
    stream.door.count("offers", leased.length);
  }
  if (past !== undefined) stream.apply({ type: "past", reason: past });
}

async function settle(stream: WorkStream, run: Run): Promise<void> {
  const answers =
    run.kind === "return" ? await returnOffers(stream, run) : await answersTo(stream, run.kind, run.items);
  stream.apply({ type: "settled", run, answers });
}

/** What fails for an unforeseen reason is asked again in halves, so that a poisonous item falls alone. */
async function answersTo(stream: WorkStream, kind: ItemKind, items: readonly Item[]): Promise<Answer[]> {
  const { operations, caller, session, door } = stream;
  assert(session !== undefined, "items come to a session that is open");
  try {
    return await operations.settleItems(caller, session, kind, items);
  } catch (error) {
    if (error instanceof Refused) return items.map(() => error.refusal);
    if (items.length > 1) {
      const half = Math.ceil(items.length / 2);
      const first = await answersTo(stream, kind, items.slice(0, half));
      return [...first, ...(await answersTo(stream, kind, items.slice(half)))];
    }
    door.report(error);
    return [internal()];
  }
}

const triesMax = 10;
const retryMs = 500;

/** Offers that do not go back would be kept by beats of a worker that knows nothing of them; in the end beats see. */
async function returnOffers(stream: WorkStream, { leases, why }: Extract<Run, { kind: "return" }>): Promise<Answer[]> {
  const { operations, caller, session, door } = stream;
  assert(session !== undefined, "offers come to a session that is open");
  for (let tries = 1; tries <= triesMax; tries += 1) {
    try {
      const offers = leases.map(({ claim }) => claim);
      const returned = await operations.returnOffers(caller, { session, offers, why });
      door.count("offers_returned", returned.length);
      return [];
    } catch (error) {
      if (!(error instanceof Refused)) door.report(error);
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
  stream.mayKeepMore = true;
  return [];
}

async function beat(stream: WorkStream): Promise<void> {
  const { operations, caller, session, machine, door } = stream;
  assert(session !== undefined, "a session that is open beats");
  try {
    const reported = machine.holdings.idle;
    const beaten = await operations.keepWorkSession(caller, { session, reported, listAll: stream.mayKeepMore });
    if (beaten.ended !== undefined) return stream.apply({ type: "past", reason: beaten.ended });
    const { expireTime, leases: kept, ...tidings } = beaten;
    const aliveUntilMs = performance.now() + session.ttlMs;
    stream.apply({ type: "beaten", expireTime, aliveUntilMs, tidings });
    operations.track(returnUnheardLeases(stream, session, kept));
  } catch (error) {
    if (!(error instanceof Refused)) door.report(error);
    stream.apply({ type: "unbeaten" });
  }
}

/**
 * What was granted by a commit whose answer was lost, nobody was told of, and the beats would keep it for ever. What is
 * being granted in this moment is heard of in the next; what is left then is unheard of.
 */
async function returnUnheardLeases(
  stream: WorkStream,
  session: SessionEpoch,
  kept: readonly SessionLease[],
): Promise<void> {
  const { operations, caller, machine, seat, door } = stream;
  const isUnheard = ({ taskId, leaseId }: SessionLease) =>
    machine.holdings.byTask.get(taskId)?.claim.leaseId !== leaseId;
  if (!kept.some(isUnheard)) return;
  await seat?.settled();
  const unheard = kept.filter(isUnheard);
  if (unheard.length === 0 || !isLive(machine)) return;
  try {
    const why = "its worker was never told of it";
    const returned = await operations.returnOffers(caller, { session, offers: unheard, why });
    door.count("offers_returned", returned.length);
  } catch (error) {
    // The next beat finds them again.
    if (!(error instanceof Refused)) door.report(error);
  }
}

/** A look that fails is made up for by the next beat. */
async function look(stream: WorkStream, leases: readonly HeldLease[]): Promise<void> {
  const { operations, caller, door } = stream;
  const nothing: LeaseChanges = { canceled: [], lost: [] };
  const tidings = await operations.inspectLeases(caller, leases).catch((error: unknown) => {
    if (!(error instanceof Refused)) door.report(error);
    return nothing;
  });
  stream.apply({ type: "looked", tidings });
}

async function leaveSeat(stream: WorkStream): Promise<void> {
  await stream.seat?.leave();
  stream.apply({ type: "left" });
}

/** What cannot be written comes about by itself: the session runs out. */
async function close(stream: WorkStream, { how, why }: NonNullable<Effects["close"]>): Promise<void> {
  const { operations, caller, session, door } = stream;
  assert(session !== undefined, "a session that was opened is closed");
  try {
    if (how === "end") await operations.endWorkSession(caller, { session, why });
    else await operations.breakWorkSession(caller, session);
  } catch (error) {
    if (!(error instanceof Refused)) door.report(error);
  }
  stream.apply({ type: "closed" });
}

/** For those who read, to take the last frame and let go; for those who do not, to be let go of. */
const partingMs = 5_000;
const cutMs = 1_000;

function endStream(stream: WorkStream, farewell: StreamClose): void {
  const { outbox, door } = stream;
  stream.streamClose = farewell;
  if (farewell.cut) clearOutbox(outbox);
  if (farewell.notice) outbox.streamEnd = { $typeName: "asyncgate.v1.StreamEnd", ...farewell.notice };
  setTimeout(door.cut, farewell.cut ? cutMs : partingMs).unref();
}
