// One worker's session as a pure machine: what each frame and each event does in each state. It does no IO and reads no
// clock: the time comes in with an event, and what follows comes out as effects. A session never has more offers and
// live leases than the worker gave credits, except leases that came along with a resumed session. Every item is
// answered exactly once while the stream lasts. The machine is mutable: a copy for each frame would cost too much.
import { StreamEndReason, type WorkRequest } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { assert } from "./assert.ts";
import { invalidArgument, slowConsumer } from "./refusal.ts";
import { cancelDirective, drainDirective, endNotice, leaseLimitDirective } from "./work-directives.ts";
import { type Effects, type LeaseChanges, noEffects, type StreamClose, type WorkEvent } from "./work-events.ts";
import { type FramePart, frameRules, partsOf, type SessionState } from "./work-frames.ts";
import {
  createHoldings,
  dropLease,
  type HeldLease,
  type Holdings,
  holdLeases,
  type Item,
  type ItemContext,
  overdueOffers,
  takeAnswers,
  takeItems,
  withdraw,
} from "./work-holdings.ts";

export type MachineOptions = {
  readonly acceptWindowMs: number;
  /** The most offers and leases. */
  readonly leasesMax: number;
};

export type SessionMachine = {
  state: SessionState;
  readonly options: MachineOptions;
  readonly context: ItemContext;
  readonly holdings: Holdings;
  /** Credits that are not used up, and how many of them were passed on to the dispatcher. */
  credits: number;
  creditsAtDispatcher: number;
  /** Whether the worker was told that its session is full. */
  isLimitSent: boolean;
  expireAtMs: number;
  stopAtMs: number;
  /** The sequence of the latest heartbeat that waits, and of the one that is being written. */
  heartbeatWaiting: bigint | undefined;
  heartbeatInFlight: bigint | undefined;
  /** Leases whose tasks have changed and that are to be inspected. */
  readonly changed: Set<HeldLease>;
  isInspecting: boolean;
  subscription: "none" | "active" | "ending";
  isSessionClosed: boolean;
  isFinished: boolean;
  /** The frame that carried the hello; the rest of it takes effect once the session is open. */
  firstFrame: WorkRequest | undefined;
  streamClose: StreamClose | undefined;
};

export function createSessionMachine(options: MachineOptions, context: ItemContext): SessionMachine {
  return {
    state: "AWAITING_HELLO",
    options,
    context,
    holdings: createHoldings(),
    credits: 0,
    creditsAtDispatcher: 0,
    isLimitSent: false,
    expireAtMs: Number.POSITIVE_INFINITY,
    stopAtMs: Number.POSITIVE_INFINITY,
    heartbeatWaiting: undefined,
    heartbeatInFlight: undefined,
    changed: new Set(),
    isInspecting: false,
    subscription: "none",
    isSessionClosed: false,
    isFinished: false,
    firstFrame: undefined,
    streamClose: undefined,
  };
}

/** The only entry: applies an event and returns what follows from it. */
export function step(session: SessionMachine, event: WorkEvent, nowMs: number): Effects {
  const effects = noEffects();
  const handle = handlers[event.type] as Handler<WorkEvent["type"]>;
  handle(session, event, effects, nowMs);
  advance(session, effects);
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
  open_failed(session) {
    assert(session.state === "OPENING", "only a session that is being opened can fail to open");
    session.state = "ENDING";
    session.streamClose = { session: "ended", why: "" };
  },
  offered: (session, { leases }, effects, nowMs) => takeOffers(session, leases, effects, nowMs),
  batch_done(session, { batch, answers }, effects) {
    takeAnswers(session.holdings, batch, answers, session.context, effects);
    if (batch.kind !== "return") noteChangedMeanwhile(session, batch.items);
  },
  heartbeat_written: acknowledgeHeartbeat,
  heartbeat_failed(session) {
    session.heartbeatInFlight = undefined;
  },
  tasks_changed: (session, { taskIds }) => noteChangedTasks(session, taskIds),
  inspected(session, { changes }, effects) {
    session.isInspecting = false;
    applyChanges(session, changes, effects);
  },
  session_ended: (session, { reason }, effects) => loseSession(session, reason, effects),
  unsubscribed(session) {
    session.subscription = "none";
  },
  session_closed(session, _event, effects) {
    session.isSessionClosed = true;
    if (session.state === "RELEASING") endStream(session, effects, "CLOSED");
  },
  requests_ended: (session) => finishStream(session, { session: "break", why: "the worker ended its stream" }),
  stream_broken: (session, _event, effects) => breakStream(session, effects),
  slow_consumer(session, _event, effects) {
    dismiss(session, effects, StreamEndReason.SLOW_CONSUMER);
    // Answers in flight are not waited for: the worker would not read them.
    if (session.state === "ENDING") endStream(session, effects, "BROKEN");
  },
  credential_revoked: (session, _event, effects) => dismiss(session, effects, StreamEndReason.REVOKED),
  shutdown: (session, { withinMs }, effects, nowMs) => shutDown(session, effects, withinMs, nowMs),
  tick: (session, _event, effects, nowMs) => passTime(session, effects, nowMs),
};

/** Whether frames take effect: the session is open, and the stream is not ending. */
export function isLive({ state }: SessionMachine): boolean {
  return state === "OPEN" || state === "DRAINING" || state === "STOPPING";
}

/** Whether offers are sent. */
export function isOffering({ state }: SessionMachine): boolean {
  return state === "OPEN";
}

/** The stream reads no further frame while this is too large. */
export function itemsInFlight({ holdings }: SessionMachine): number {
  return holdings.itemsInFlight;
}

function takeFrame(session: SessionMachine, frame: WorkRequest, effects: Effects): void {
  const rules = frameRules[session.state];
  const parts = partsOf(frame);
  const malformed = parts.find((part) => rules[part] === "malformed");
  if (malformed) {
    endMalformed(session, malformed, "may be sent only once");
  } else if (session.state === "AWAITING_HELLO") {
    if (frame.hello) {
      session.state = "OPENING";
      session.firstFrame = frame;
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
  finishStream(session, { session: "break", why: "a malformed frame", error });
}

function takeParts(session: SessionMachine, frame: WorkRequest, effects: Effects): void {
  if (frame.credit && frameRules[session.state].credit === "apply") session.credits += frame.credit.tasks;
  if (frame.heartbeat) session.heartbeatWaiting = frame.heartbeat.sequence;
  takeItems(session.holdings, frame, session.context, effects);
  if (frame.drain && session.state === "OPEN") session.state = "DRAINING";
  if (frame.bye) {
    finishStream(session, { session: "end", why: frame.bye.reason, notice: endNotice(StreamEndReason.BYE) });
  }
}

function open(session: SessionMachine, { leases, expireAtMs }: EventOf<"opened">, effects: Effects): void {
  assert(session.state === "OPENING", "a session is opened once, after its hello");
  session.state = "OPEN";
  session.subscription = "active";
  session.expireAtMs = expireAtMs;
  holdLeases(session.holdings, leases);
  effects.added.push(...leases);
  const { firstFrame } = session;
  session.firstFrame = undefined;
  if (firstFrame) takeParts(session, firstFrame, effects);
}

function takeOffers(session: SessionMachine, leases: readonly HeldLease[], effects: Effects, nowMs: number): void {
  assert(leases.length <= session.creditsAtDispatcher, "the dispatcher grants no more than it has credits for");
  session.creditsAtDispatcher -= leases.length;
  for (const lease of leases) lease.offeredUntilMs = nowMs + session.options.acceptWindowMs;
  holdLeases(session.holdings, leases);
  if (!isOffering(session)) {
    // They were granted while the session began to finish.
    withdraw(session.holdings, leases, "the session takes on nothing new", effects);
    return;
  }
  session.credits -= leases.length;
  effects.added.push(...leases);
}

function acknowledgeHeartbeat(session: SessionMachine, event: EventOf<"heartbeat_written">, effects: Effects): void {
  const sequence = session.heartbeatInFlight ?? 0n;
  session.heartbeatInFlight = undefined;
  if (!isLive(session)) return;
  session.expireAtMs = event.expireAtMs;
  effects.heartbeatAck = { sequence, expireTime: event.expireTime };
  applyChanges(session, event.changes, effects);
}

function loseSession(session: SessionMachine, reason: StreamEndReason, effects: Effects): void {
  session.heartbeatInFlight = undefined;
  dropAllLeases(session, effects);
  finishStream(session, { session: "ended", why: "", notice: endNotice(reason) });
}

function noteChangedTasks({ holdings, changed }: SessionMachine, taskIds: readonly string[]): void {
  for (const taskId of taskIds) {
    const lease = holdings.byTask.get(taskId);
    if (lease && holdings.idle.has(lease.claim.leaseId)) changed.add(lease);
    // Mostly by its item in flight, whose answer tells what became of the lease.
    else if (lease) lease.hasChanged = true;
  }
}

/** Leases that are still held after the answer: another has changed their tasks, perhaps since that was made. */
function noteChangedMeanwhile({ holdings, changed }: SessionMachine, items: readonly Item[]): void {
  for (const { message } of items) {
    const lease = holdings.leases.get(message.leaseToken);
    if (!lease?.hasChanged) continue;
    lease.hasChanged = false;
    changed.add(lease);
  }
}

function applyChanges(session: SessionMachine, { canceled, lost }: LeaseChanges, effects: Effects): void {
  const { byTask, idle } = session.holdings;
  for (const one of lost) {
    const lease = byTask.get(one.taskId);
    if (lease?.claim.leaseId !== one.leaseId || !idle.has(one.leaseId)) continue;
    dropLease(session.holdings, lease);
    effects.removed.push(lease);
    effects.lost.push(one);
  }
  for (const { leaseId, taskId, cancelReason, cancelTime } of canceled) {
    const lease = byTask.get(taskId);
    if (lease?.claim.leaseId !== leaseId || lease.isCancelSent) continue;
    lease.isCancelSent = true;
    effects.directives.push(cancelDirective({ leaseId, taskId, cancelReason, cancelTime }));
  }
}

function dropAllLeases({ holdings }: SessionMachine, effects: Effects): void {
  for (const lease of [...holdings.leases.values()]) {
    dropLease(holdings, lease);
    effects.removed.push(lease);
  }
}

/** Begins to end the stream: what is in flight is answered first. The first reason counts; later ones are ignored. */
function finishStream(session: SessionMachine, close: StreamClose): void {
  const isOpened = isLive(session);
  if (!isOpened && session.state !== "AWAITING_HELLO") return;
  session.state = "ENDING";
  session.streamClose = isOpened ? close : { ...close, session: "ended" };
}

function withdrawOffers({ holdings }: SessionMachine, effects: Effects, why: string): void {
  withdraw(holdings, [...holdings.offers.values()], why, effects);
}

/** Ends the stream for a reason that is the server's; the worker may come back and resume the session. */
function dismiss(session: SessionMachine, effects: Effects, reason: StreamEndReason): void {
  withdrawOffers(session, effects, "the stream ends");
  const isCut = reason === StreamEndReason.SLOW_CONSUMER;
  const close = { session: "break", why: "", notice: endNotice(reason) } as const;
  finishStream(session, isCut ? { ...close, isCut, error: slowConsumer() } : close);
}

function shutDown(session: SessionMachine, effects: Effects, withinMs: number, nowMs: number): void {
  withdrawOffers(session, effects, "the server shuts down");
  if (!isLive(session)) {
    finishStream(session, { session: "ended", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
    return;
  }
  session.state = "STOPPING";
  session.stopAtMs = nowMs + withinMs;
  effects.directives.push(drainDirective(withinMs));
}

/** The stream is gone. A worker that comes back finds its leases; offers have the rest of their windows. */
function breakStream(session: SessionMachine, effects: Effects): void {
  finishStream(session, { session: "break", why: "the stream broke" });
  if (session.state === "ENDING" && session.streamClose?.session !== "end") endStream(session, effects, "BROKEN");
}

function passTime(session: SessionMachine, effects: Effects, nowMs: number): void {
  withdraw(session.holdings, overdueOffers(session.holdings, nowMs), "not accepted in time", effects);
  if (!isLive(session)) return;
  if (nowMs >= session.expireAtMs && session.heartbeatInFlight === undefined) {
    loseSession(session, StreamEndReason.EXPIRED, effects);
  } else if (nowMs >= session.stopAtMs) {
    finishStream(session, { session: "break", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
  }
}

function endStream(session: SessionMachine, effects: Effects, next: "BROKEN" | "CLOSED"): void {
  const { streamClose } = session;
  assert(streamClose !== undefined, "a stream ends for a reason");
  session.state = next;
  effects.endStream = streamClose;
  if (streamClose.session === "break") effects.closeSession = { how: "break", why: streamClose.why };
  else session.isSessionClosed = true;
}

/** What follows from the state, whatever the event was. */
function advance(session: SessionMachine, effects: Effects): void {
  if (session.state === "OPEN") passCreditsOn(session, effects);
  else if (session.subscription === "active") {
    session.subscription = "ending";
    effects.unsubscribe = true;
  }
  if (isLive(session)) {
    beginHeartbeat(session, effects);
    beginInspection(session, effects);
  }
  const isQuiet = session.holdings.batchesInFlight === 0 && session.subscription !== "ending";
  if (isQuiet) finishWhenQuiet(session, effects);
}

function passCreditsOn(session: SessionMachine, effects: Effects): void {
  const { leasesMax } = session.options;
  const capacity = leasesMax - session.holdings.leases.size;
  effects.credit = Math.max(Math.min(session.credits, capacity) - session.creditsAtDispatcher, 0);
  session.creditsAtDispatcher += effects.credit;
  if (session.credits <= capacity) session.isLimitSent = false;
  else if (capacity <= 0 && !session.isLimitSent) {
    session.isLimitSent = true;
    effects.directives.push(leaseLimitDirective(leasesMax));
  }
}

/** One heartbeat at a time; of those that come meanwhile, the latest is written next and stands for all. */
function beginHeartbeat(session: SessionMachine, effects: Effects): void {
  if (session.heartbeatWaiting === undefined || session.heartbeatInFlight !== undefined) return;
  session.heartbeatInFlight = session.heartbeatWaiting;
  session.heartbeatWaiting = undefined;
  effects.writeHeartbeat = true;
}

function beginInspection(session: SessionMachine, effects: Effects): void {
  const { changed, holdings } = session;
  if (changed.size === 0 || session.isInspecting) return;
  effects.inspect = [...changed].filter(({ token }) => holdings.leases.has(token));
  changed.clear();
  session.isInspecting = effects.inspect.length > 0;
}

/** Everything in flight is answered, and the dispatcher grants nothing more. */
function finishWhenQuiet(session: SessionMachine, effects: Effects): void {
  const { holdings } = session;
  if (session.state === "STOPPING" && holdings.leases.size === 0) {
    finishStream(session, { session: "break", why: "", notice: endNotice(StreamEndReason.SHUTDOWN) });
  }
  if (session.state === "ENDING") endAnswered(session, effects);
  if (session.state === "BROKEN" && session.isSessionClosed && holdings.offers.size === 0) session.state = "CLOSED";
  if (session.state === "CLOSED" && !session.isFinished) {
    session.isFinished = true;
    effects.finished = true;
  }
}

function endAnswered(session: SessionMachine, effects: Effects): void {
  const { streamClose } = session;
  if (streamClose?.session === "end") {
    session.state = "RELEASING";
    dropAllLeases(session, effects);
    effects.closeSession = { how: "end", why: streamClose.why };
  } else {
    endStream(session, effects, streamClose?.session === "break" ? "BROKEN" : "CLOSED");
  }
}
