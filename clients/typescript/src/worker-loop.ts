// The worker's desk: gives credits, takes offers, and puts whatever has gathered into the next frame for the carrier.
// It knows no socket. Credits are slots − running − those given and not used. A frame leaves at the end of the turn in
// which something was said, or when an earlier one is written; there is no timer.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { ReleaseLeaseRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  ByeSchema,
  DeclineSchema,
  type Directive,
  DrainSchema,
  type Offer,
  type Welcome,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { dateOf, durationOf, monotonicMs, msOf } from "./durations.ts";
import type { AsyncGateError } from "./errors.ts";
import type { Handler } from "./job.ts";
import { createOutbox, type Item, type ListName } from "./outbox.ts";
import { errorOfFailure, type FromSession, type Port, type ToSession } from "./session-messages.ts";
import { createTaskRunner } from "./task-runner.ts";
import type { WorkerEvent, WorkerStats } from "./worker-events.ts";

export type WorkerLoopOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly slots: number;
  readonly start: boolean;
  readonly tell: (event: WorkerEvent) => void;
  readonly nextRequestId: () => string;
  /** Nothing more happens: as it was told, or because no stream can be had. */
  readonly over: (error: AsyncGateError | undefined) => void;
};

/** One being written, one waiting behind it; what comes meanwhile makes the next one bigger. */
const framesMax = 2;
/** An offer that lay unread for nearly its whole window is left to others. */
const windowMarginMs = 500;
/** Beyond what is running, so much may be said and not answered before no more work is asked for. */
const unansweredMax = 2_000;
/** For handlers to end after their signal, for answers to come, for the stream to end. */
const abortGraceMs = 2_000;
const answersGraceMs = 5_000;
const byeGraceMs = 2_000;

export type WorkerLoop = {
  hear(message: FromSession): void;
  /** Takes nothing new; what is running gets so long. */
  drain(withinMs: number): void;
  stats(): WorkerStats;
};

/** The stream that is open. */
type Open = {
  readonly number: number;
  readonly acceptWindowMs: number;
  framesOut: number;
  credits: number;
  /** The server wants nothing more to be taken on. */
  isServerDraining: boolean;
  /** The least time between two frames, as the server wishes; when the last one left; whether the next waits for it. */
  frameIntervalMs: number;
  sentAtMs: number;
  isPausing: boolean;
};

export function createWorkerLoop(carrier: Port<ToSession>, options: WorkerLoopOptions): WorkerLoop {
  const { tell, slots, nextRequestId } = options;
  const outbox = createOutbox();
  const put = (item: Parameters<typeof outbox.put>[0]) => {
    const isPut = outbox.put(item);
    schedule();
    return isPut;
  };
  const hands = createTaskRunner({ ...options, put, replace: outbox.replace, changed });
  let open: Open | undefined;
  let streams = 0;
  let isScheduled = false;
  let isDraining = false;
  let isClosing = false;
  const timers = new Set<NodeJS.Timeout>();

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    // The end of the turn: all handlers that end in it share a frame.
    setImmediate(() => {
      isScheduled = false;
      flush();
    });
  }

  function flush(): void {
    while (open && open.framesOut < framesMax && mayPass(open) && sendFrame(open));
  }

  /** What comes too soon after the frame before goes with all that comes until its time. */
  function mayPass(stream: Open): boolean {
    const inMs = stream.sentAtMs + stream.frameIntervalMs - monotonicMs();
    if (stream.frameIntervalMs === 0 || inMs <= 0) return true;
    if (!stream.isPausing) {
      stream.isPausing = true;
      later(inMs, () => {
        stream.isPausing = false;
        flush();
      });
    }
    return false;
  }

  /** False when there was nothing to say. */
  function sendFrame(stream: Open): boolean {
    const credits = creditsToGive(stream);
    const frame = outbox.take(credits);
    if (!frame) return false;
    stream.credits += credits;
    stream.framesOut += 1;
    stream.sentAtMs = monotonicMs();
    carrier.post({ type: "frame", stream: stream.number, frame });
    return true;
  }

  function creditsToGive({ credits, isServerDraining }: Open): number {
    if (isDraining || isServerDraining || outbox.unanswered > unansweredMax + slots) return 0;
    return Math.max(0, slots - hands.counts.running - credits);
  }

  function changed(): void {
    schedule();
    if (isDraining) closeWhenDone();
  }

  function hear(message: FromSession): void {
    switch (message.type) {
      case "frame":
        takeFrame(message);
        break;
      case "written":
        written(message.stream);
        break;
      case "asking":
        carrier.post({ type: "held", stream: message.stream, leaseTokens: heldTokens() });
        break;
      case "broken":
        open = undefined;
        tell({ type: "disconnected", error: errorOfFailure(message.failure), retryInMs: message.retryInMs });
        break;
      case "lapsed":
        for (const held of hands.all()) hands.lose(held, LeaseLoss.EXPIRED);
        break;
      case "over":
        over(message.failure && errorOfFailure(message.failure));
    }
  }

  function written(stream: number): void {
    if (open?.number !== stream) return;
    open.framesOut -= 1;
    flush();
  }

  function heldTokens(): string[] {
    return hands
      .all()
      .filter(({ loss }) => loss === undefined)
      .map(({ leaseToken }) => leaseToken);
  }

  function takeFrame({ stream, frame, atMs, endpoint }: FromSession & { type: "frame" }): void {
    const { welcome, offers, settled, directives, lost } = fromBinary(WorkResponseSchema, frame);
    for (const { leaseId, loss } of lost) {
      const held = hands.find(leaseId);
      if (held) hands.lose(held, loss);
    }
    if (welcome) takeWelcome(stream, welcome, endpoint);
    for (const answer of settled) outbox.answer(answer);
    for (const { directive } of directives) takeWish(directive);
    if (offers.length > 0) takeOffers(offers, atMs);
    if (isDraining) closeWhenDone();
    schedule();
  }

  function takeWelcome(stream: number, welcome: Welcome, endpoint: string): void {
    const { acceptWindow, frameItemsMax, sessionId, resumed, leases } = welcome;
    const acceptWindowMs = acceptWindow ? msOf(acceptWindow) : Number.POSITIVE_INFINITY;
    open = {
      ...{ number: stream, acceptWindowMs, framesOut: 0, credits: 0, isServerDraining: false },
      ...{ frameIntervalMs: 0, sentAtMs: 0, isPausing: false },
    };
    streams += 1;
    if (frameItemsMax > 0) outbox.itemsMax.value = frameItemsMax;
    tell({ type: "connected", endpoint, sessionId, resumed });
    const came = new Set(leases.map(({ leaseId }) => leaseId));
    for (const held of hands.all()) if (!came.has(held.leaseId)) hands.lose(held, LeaseLoss.EXPIRED);
    outbox.again();
    // An offer that was lost on the way came along as well, where nobody could say in time what is held.
    for (const { leaseId, token } of leases) if (!hands.find(leaseId)) giveBack(token);
  }

  function giveBack(leaseToken: string): void {
    const requestId = nextRequestId();
    const request = create(ReleaseLeaseRequestSchema, { leaseToken, requestId, reason: "not held" });
    const bytes = toBinary(ReleaseLeaseRequestSchema, request);
    const item: Item = {
      ...{ list: "releases", bytes, key: requestId },
      answered: (settled) => void hands.putAgain(item, settled),
    };
    put(item);
  }

  function takeOffers(offers: readonly Offer[], atMs: number): void {
    if (!open) return;
    open.credits = Math.max(0, open.credits - offers.length);
    const isStale = monotonicMs() - atMs > open.acceptWindowMs - windowMarginMs;
    if (isStale || isDraining) {
      const reason = isDraining ? "the worker is draining" : "the worker was busy for too long";
      for (const offer of offers) decline(offer, reason);
      return;
    }
    const taken = offers.map(hands.take);
    // Before a handler gets the thread and perhaps does not give it back within the window.
    while (open.frameIntervalMs === 0 && outbox.waiting > 0) sendFrame(open);
    for (const held of taken) if (held) hands.begin(held);
  }

  function decline({ leased }: Offer, reason: string): void {
    const leaseToken = leased?.lease?.token ?? "";
    say("declines", toBinary(DeclineSchema, create(DeclineSchema, { leaseToken, reason })));
  }

  function say(list: ListName, bytes: Uint8Array): void {
    put({ list, bytes, key: undefined, answered: () => {} });
  }

  function takeWish(wish: Directive["directive"]): void {
    if (!open) return;
    if (wish.case === "cancel") {
      const { leaseId, reason, cancelDeadline } = wish.value;
      const held = hands.find(leaseId);
      if (held && !held.isSettling) hands.stop(held, { why: "canceled", reason, deadline: dateOf(cancelDeadline) });
    } else if (wish.case === "drain") {
      open.isServerDraining = true;
      tell({ type: "draining", why: "server" });
    } else if (wish.case === "slowDown") {
      open.frameIntervalMs = wish.value.frameInterval ? msOf(wish.value.frameInterval) : 0;
      open.isPausing = false;
    } else if (wish.case === "reconfigure") carrier.post({ type: "renew", stream: open.number });
  }

  function drain(withinMs: number): void {
    if (isDraining) return;
    isDraining = true;
    tell({ type: "draining", why: "stop" });
    if (open) say("drain", toBinary(DrainSchema, create(DrainSchema, { within: durationOf(withinMs) })));
    later(withinMs, () => {
      for (const held of hands.all()) if (held.isRunning) hands.stop(held, { why: "drain" });
      later(abortGraceMs, () => {
        for (const held of hands.all()) hands.giveBack(held, "drain");
        later(answersGraceMs, close);
      });
    });
    closeWhenDone();
  }

  function closeWhenDone(): void {
    if (hands.size === 0 && outbox.unanswered === 0) close();
  }

  function close(): void {
    if (isClosing) return;
    isClosing = true;
    if (open) {
      say("bye", toBinary(ByeSchema, create(ByeSchema, { reason: "drained" })));
      // The last frame waits for nothing.
      open.frameIntervalMs = 0;
    }
    flush();
    carrier.post({ type: "close", withinMs: open ? byeGraceMs : 0 });
  }

  function over(error: AsyncGateError | undefined): void {
    open = undefined;
    for (const timer of timers) clearTimeout(timer);
    for (const held of hands.all()) hands.lose(held, LeaseLoss.EXPIRED);
    options.over(error);
  }

  function later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  return {
    hear,
    drain,
    stats: () => ({
      ...hands.counts,
      ...{ connected: open !== undefined, credits: open?.credits ?? 0, unanswered: outbox.unanswered, streams },
    }),
  };
}
