// One worker's session as a pure machine: what each frame and each event does in each state. It does nothing by itself:
// time comes in with the event, and what is to be done comes out as effects. Never has it more unaccepted offers and
// live leases than credits, but for leases that came along; every item is answered exactly once while the stream lasts.
// A session is changed in place: to copy it for each frame would cost more than all the rest.
import { StreamEndReason, type WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "./assert.ts";
import { durationOfMs, timestampOfDate } from "./duration.ts";
import { invalidArgument } from "./refusal.ts";
import {
  type Effects,
  type EndNotice,
  type LeaseChanges,
  noEffects,
  type StreamClose,
  type WorkEvent,
} from "./work-events.ts";
import { type FramePart, frameRules, partsOf, type SessionState } from "./work-frames.ts";
import {
  type Asking,
  createHoldings,
  dropLease,
  type HeldLease,
  type Holdings,
  holdLeases,
  overdueOffers,
  takeAnswers,
  takeItems,
  withdraw,
} from "./work-holdings.ts";

/** As many as fit into the welcome of a worker that comes back, which is 4 MiB, however long its names are. */
export const sessionLeasesMax = 5_000;

export type SessionMachine = {
  state: SessionState;
  readonly acceptWindowMs: number;
  readonly asking: Asking;
  readonly holdings: Holdings;
  /** Credits that are not used up, and how many of them the dispatcher knows of. */
  credits: number;
  asked: number;
  aliveUntilMs: number;
  stopByMs: number;
  /** The latest beat that waits, and the one under way. */
  beatWaiting: bigint | undefined;
  beating: bigint | undefined;
  readonly suspects: Set<HeldLease>;
  isLooking: boolean;
  seat: "none" | "taken" | "leaving";
  isClosed: boolean;
  isFinished: boolean;
  /** What came with the hello, for when the session is open. */
  first: WorkRequest | undefined;
  streamEnd: StreamClose | undefined;
};

export function createSessionMachine(acceptWindowMs: number, asking: Asking): SessionMachine {
  return {
    ...{ state: "AWAITING_HELLO", acceptWindowMs, asking, holdings: createHoldings(), credits: 0, asked: 0 },
    ...{ aliveUntilMs: Number.POSITIVE_INFINITY, stopByMs: Number.POSITIVE_INFINITY },
    ...{ beatWaiting: undefined, beating: undefined, suspects: new Set(), isLooking: false },
    ...{ seat: "none", isClosed: false, isFinished: false, first: undefined, streamEnd: undefined },
  };
}

/** The one way in: what an event does, and what follows from it. */
export function step(session: SessionMachine, event: WorkEvent, nowMs: number): Effects {
  const effects = noEffects();
  const handle = handlers[event.type] as Handler<WorkEvent["type"]>;
  handle(session, event, effects, nowMs);
  resume(session, effects);
  return effects;
}

type EventOf<Type extends WorkEvent["type"]> = Extract<WorkEvent, { readonly type: Type }>;
type Handler<Type extends WorkEvent["type"]> = (
  session: SessionMachine,
  event: EventOf<Type>,
  effects: Effects,
  nowMs: number,
) => void;

const handlers: { readonly [Type in WorkEvent["type"]]: Handler<Type> } = {
  frame: (session, { frame }, effects) => takeFrame(session, frame, effects),
  opened: open,
  unopened(session) {
    assert(session.state === "OPENING", "only what is being opened can fail to open");
    session.state = "LEAVING";
    session.streamEnd = { close: "past", why: "" };
  },
  offered: (session, { leases }, effects, nowMs) => takeOffers(session, leases, effects, nowMs),
  settled: (session, { run, answers }, effects) => takeAnswers(session.holdings, run, answers, session.asking, effects),
  beaten: takeBeat,
  unbeaten(session) {
    session.beating = undefined;
  },
  heard: (session, { taskIds }) => hear(session, taskIds),
  looked(session, { tidings }, effects) {
    session.isLooking = false;
    takeTidings(session, tidings, effects);
  },
  past: (session, { reason }, effects) => endPast(session, reason, effects),
  left(session) {
    session.seat = "none";
  },
  closed(session, _event, effects) {
    session.isClosed = true;
    if (session.state === "CLOSING") sayOver(session, effects, "GONE");
  },
  ended: (session) => leave(session, { close: "break", why: "the worker ended its stream" }),
  broken: (session, _event, effects) => breakOff(session, effects),
  slow(session, _event, effects) {
    sendAway(session, effects, StreamEndReason.SLOW_CONSUMER);
    // Nobody waits for answers that nobody reads.
    if (session.state === "LEAVING") sayOver(session, effects, "BROKEN");
  },
  revoked: (session, _event, effects) => sendAway(session, effects, StreamEndReason.REVOKED),
  shutdown: (session, { withinMs }, effects, nowMs) => stop(session, effects, withinMs, nowMs),
  tick: (session, _event, effects, nowMs) => passTime(session, effects, nowMs),
};

/** Whether frames take effect: the session is open, and nothing ends the stream. */
export function isLive({ state }: SessionMachine): boolean {
  return state === "OPEN" || state === "DRAINING" || state === "STOPPING";
}

/** Whether offers are sent. */
export function isTaking({ state }: SessionMachine): boolean {
  return state === "OPEN";
}

/** What is under way and what waits behind it: the door reads no further while this is too much. */
export function itemsUnderWay({ holdings }: SessionMachine): number {
  return holdings.itemsUnderWay;
}

function takeFrame(session: SessionMachine, frame: WorkRequest, effects: Effects): void {
  const rules = frameRules[session.state];
  const parts = partsOf(frame);
  const malformed = parts.find((part) => rules[part] === "malformed");
  if (malformed) {
    endMalformed(session, malformed, "may be said once only");
  } else if (session.state === "AWAITING_HELLO") {
    if (frame.hello) {
      session.state = "OPENING";
      session.first = frame;
      effects.open = frame;
    } else {
      endMalformed(session, "hello", "is required in the first frame");
    }
  } else if (isLive(session)) {
    takeParts(session, frame, effects);
  }
}

function endMalformed(session: SessionMachine, field: FramePart, description: string): void {
  const error = invalidArgument([{ field, description, rule: "work.frame" }]);
  leave(session, { close: "break", why: "a malformed frame", error });
}

function takeParts(session: SessionMachine, frame: WorkRequest, effects: Effects): void {
  if (frame.credit && frameRules[session.state].credit === "do") session.credits += frame.credit.tasks;
  if (frame.heartbeat) session.beatWaiting = frame.heartbeat.sequence;
  takeItems(session.holdings, frame, session.asking, effects);
  if (frame.drain && session.state === "OPEN") session.state = "DRAINING";
  if (frame.bye) leave(session, { close: "end", why: frame.bye.reason, notice: endNotice(StreamEndReason.BYE) });
}

function open(session: SessionMachine, { leases, aliveUntilMs }: EventOf<"opened">, effects: Effects): void {
  assert(session.state === "OPENING", "a session is opened once, after its hello");
  session.state = "OPEN";
  session.seat = "taken";
  session.aliveUntilMs = aliveUntilMs;
  holdLeases(session.holdings, leases);
  effects.followed.push(...leases);
  const { first } = session;
  session.first = undefined;
  if (first) takeParts(session, first, effects);
}

function takeOffers(session: SessionMachine, leases: readonly HeldLease[], effects: Effects, nowMs: number): void {
  assert(leases.length <= session.asked, "nothing is offered beyond what was asked for");
  session.asked -= leases.length;
  for (const lease of leases) lease.offeredUntilMs = nowMs + session.acceptWindowMs;
  holdLeases(session.holdings, leases);
  if (!isTaking(session)) {
    // They were claimed while the session was about to finish.
    withdraw(session.holdings, leases, "the session takes on nothing new", effects);
    return;
  }
  session.credits -= leases.length;
  effects.followed.push(...leases);
}

function takeBeat(session: SessionMachine, event: EventOf<"beaten">, effects: Effects): void {
  const sequence = session.beating ?? 0n;
  session.beating = undefined;
  if (!isLive(session)) return;
  session.aliveUntilMs = event.aliveUntilMs;
  effects.heartbeatAck = { sequence, expireTime: event.expireTime };
  takeTidings(session, event.tidings, effects);
}

function endPast(session: SessionMachine, reason: StreamEndReason, effects: Effects): void {
  session.beating = undefined;
  forgetAll(session, effects);
  leave(session, { close: "past", why: "", notice: endNotice(reason) });
}

function hear({ holdings, suspects }: SessionMachine, taskIds: readonly string[]): void {
  for (const taskId of taskIds) {
    const lease = holdings.byTask.get(taskId);
    // What is under way about a lease tells by its answer how the lease stands.
    if (lease && holdings.idle.has(lease.claim.leaseId)) suspects.add(lease);
  }
}

function takeTidings(session: SessionMachine, { canceled, lost }: LeaseChanges, effects: Effects): void {
  const { byTask, idle } = session.holdings;
  for (const one of lost) {
    const lease = byTask.get(one.taskId);
    if (lease?.claim.leaseId !== one.leaseId || !idle.has(one.leaseId)) continue;
    dropLease(session.holdings, lease);
    effects.unfollowed.push(lease);
    effects.lost.push(one);
  }
  for (const { leaseId, taskId, cancelReason, cancelTime } of canceled) {
    const lease = byTask.get(taskId);
    if (lease?.claim.leaseId !== leaseId || lease.isCancelTold) continue;
    lease.isCancelTold = true;
    effects.directives.push({
      $typeName: "asyncgate.v1.Directive",
      directive: {
        case: "cancel",
        value: {
          ...{ $typeName: "asyncgate.v1.CancelDirective", taskId, leaseId, reason: cancelReason ?? "" },
          ...(cancelTime && { cancelDeadline: timestampOfDate(cancelTime) }),
        },
      },
    });
  }
}

function forgetAll({ holdings }: SessionMachine, effects: Effects): void {
  for (const lease of [...holdings.leases.values()]) {
    dropLease(holdings, lease);
    effects.unfollowed.push(lease);
  }
}

const endMessages: Readonly<Partial<Record<StreamEndReason, string>>> = {
  [StreamEndReason.BYE]: "The worker said bye; its leases are released.",
  [StreamEndReason.SHUTDOWN]: "The server shuts down; come back, here or to another server.",
  [StreamEndReason.SLOW_CONSUMER]: "The worker does not read what it is sent.",
  [StreamEndReason.EXPIRED]: "The session missed its TTL; all its leases are lost.",
  [StreamEndReason.RESUMED_ELSEWHERE]: "The session was taken up on another stream.",
  [StreamEndReason.REVOKED]: "The credential was revoked.",
};

function endNotice(reason: StreamEndReason): EndNotice {
  return { reason, message: endMessages[reason] ?? "" };
}

/** The first reason to leave is the one that counts. */
function leave(session: SessionMachine, farewell: StreamClose): void {
  const isOpened = isLive(session);
  if (!isOpened && session.state !== "AWAITING_HELLO") return;
  session.state = "LEAVING";
  session.streamEnd = isOpened ? farewell : { ...farewell, close: "past" };
}

function withdrawOffers({ holdings }: SessionMachine, effects: Effects, why: string): void {
  withdraw(holdings, [...holdings.offers.values()], why, effects);
}

function sendAway(session: SessionMachine, effects: Effects, reason: StreamEndReason): void {
  withdrawOffers(session, effects, "the stream ends");
  const isSlow = reason === StreamEndReason.SLOW_CONSUMER;
  leave(session, { close: "break", why: "", notice: endNotice(reason), ...(isSlow && { cut: true }) });
}

function stop(session: SessionMachine, effects: Effects, withinMs: number, nowMs: number): void {
  withdrawOffers(session, effects, "the server shuts down");
  if (!isLive(session)) {
    leave(session, { close: "past", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
    return;
  }
  session.state = "STOPPING";
  session.stopByMs = nowMs + withinMs;
  const value = { $typeName: "asyncgate.v1.DrainDirective" as const, within: durationOfMs(withinMs) };
  effects.directives.push({ $typeName: "asyncgate.v1.Directive", directive: { case: "drain", value } });
}

/** Nobody reads any more. Whoever comes back finds the leases; offers have what is left of their window. */
function breakOff(session: SessionMachine, effects: Effects): void {
  leave(session, { close: "break", why: "the stream broke" });
  if (session.state === "LEAVING" && session.streamEnd?.close !== "end") sayOver(session, effects, "BROKEN");
}

function passTime(session: SessionMachine, effects: Effects, nowMs: number): void {
  withdraw(session.holdings, overdueOffers(session.holdings, nowMs), "not accepted in time", effects);
  if (!isLive(session)) return;
  if (nowMs >= session.aliveUntilMs && session.beating === undefined) {
    endPast(session, StreamEndReason.EXPIRED, effects);
  } else if (nowMs >= session.stopByMs) {
    leave(session, { close: "break", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
  }
}

function sayOver(session: SessionMachine, effects: Effects, next: "BROKEN" | "GONE"): void {
  const { streamEnd } = session;
  assert(streamEnd !== undefined, "a stream ends for a reason");
  session.state = next;
  effects.endStream = streamEnd;
  if (streamEnd.close === "break") effects.close = { how: "break", why: streamEnd.why };
  else session.isClosed = true;
}

/** What follows from where the session stands. */
function resume(session: SessionMachine, effects: Effects): void {
  const { holdings } = session;
  if (session.state === "OPEN") {
    const room = sessionLeasesMax - holdings.leases.size;
    effects.credit = Math.max(Math.min(session.credits, room) - session.asked, 0);
    session.asked += effects.credit;
  } else if (session.seat === "taken") {
    session.seat = "leaving";
    effects.leaveSeat = true;
  }
  if (isLive(session)) {
    if (session.beatWaiting !== undefined && session.beating === undefined) {
      session.beating = session.beatWaiting;
      session.beatWaiting = undefined;
      effects.heartbeat = true;
    }
    if (session.suspects.size > 0 && !session.isLooking) {
      session.isLooking = true;
      effects.look = [...session.suspects].filter(({ claim }) => holdings.idle.has(claim.leaseId));
      session.suspects.clear();
      session.isLooking = effects.look.length > 0;
    }
  }
  const isQuiet = holdings.runsUnderWay === 0 && session.seat !== "leaving";
  if (!isQuiet) return;
  if (session.state === "STOPPING" && holdings.leases.size === 0) {
    leave(session, { close: "break", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
  }
  if (session.state === "LEAVING") endStream(session, effects);
  if (session.state === "BROKEN" && session.isClosed && holdings.offers.size === 0) session.state = "GONE";
  if (session.state === "GONE" && !session.isFinished) {
    session.isFinished = true;
    effects.finished = true;
  }
}

/** All that was asked is answered. */
function endStream(session: SessionMachine, effects: Effects): void {
  if (session.streamEnd?.close === "end") {
    session.state = "CLOSING";
    forgetAll(session, effects);
    effects.close = { how: "end", why: session.streamEnd.why };
  } else {
    sayOver(session, effects, session.streamEnd?.close === "break" ? "BROKEN" : "GONE");
  }
}
