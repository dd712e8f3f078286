// What a worker loop does with the frames of the server.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { ReleaseLeaseRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  DeclineSchema,
  type Directive,
  type Offer,
  type Welcome,
  WorkResponseSchema,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { dateOf, msOf } from "./durations.ts";
import { closeWhenDone } from "./loop-drain.ts";
import { put, putUnanswered, scheduleFlush, sendFrame } from "./loop-send.ts";
import { beginAdopted, type Loop, type OpenStream } from "./loop-state.ts";
import { monotonicMs } from "./monotonic.ts";
import type { Item } from "./outbox.ts";
import type { FromKeeper } from "./session-messages.ts";

/** An offer that waited unread until this long before the end of its window is declined. */
const windowMarginMs = 500;

export function takeFrame(loop: Loop, message: FromKeeper & { readonly type: "frame" }): void {
  const { outbox, runner } = loop;
  const { stream, frame, receivedAtMs, endpoint } = message;
  const { welcome, offers, settled, directives, lost } = fromBinary(WorkResponseSchema, frame);
  for (const { leaseId, loss } of lost) {
    const held = runner.find(leaseId);
    if (held) runner.lose(held, loss);
  }
  if (welcome) takeWelcome(loop, stream, welcome, endpoint);
  for (const answer of settled) outbox.answer(answer);
  if (loop.stream) {
    for (const { directive } of directives) takeDirective(loop, loop.stream, directive);
    if (offers.length > 0) takeOffers(loop, loop.stream, offers, receivedAtMs);
  }
  closeWhenDone(loop);
  scheduleFlush(loop);
}

function takeWelcome(loop: Loop, number: number, welcome: Welcome, endpoint: string): void {
  const { outbox, runner, options } = loop;
  const { acceptWindow, frameItemsMax, sessionId, resumed, leases, resumeToken, resumeGrace } = welcome;
  loop.stream = {
    number,
    acceptWindowMs: acceptWindow ? msOf(acceptWindow) : Number.POSITIVE_INFINITY,
    framesInFlight: 0,
    credits: 0,
    isServerDraining: false,
    frameIntervalMs: 0,
    lastFrameAtMs: 0,
    isPausing: false,
  };
  loop.streams += 1;
  if (frameItemsMax > 0) outbox.setListItemsMax(frameItemsMax);
  options.emit({ type: "connected", endpoint, sessionId, resumed });
  options.onSession({ token: resumeToken, graceMs: resumeGrace ? msOf(resumeGrace) : 0 });
  const isKept = new Set(leases.map(({ leaseId }) => leaseId));
  for (const held of runner.all()) if (!isKept.has(held.leaseId)) runner.lose(held, LeaseLoss.EXPIRED);
  beginAdopted(loop);
  outbox.resend();
  // If the held leases could not be listed in time, the session kept offers that never arrived here.
  for (const { leaseId, token } of leases) if (!runner.find(leaseId)) release(loop, token);
}

function release(loop: Loop, leaseToken: string): void {
  const requestId = loop.options.nextRequestId();
  const request = create(ReleaseLeaseRequestSchema, { leaseToken, requestId, reason: "not held" });
  const item: Item = {
    list: "releases",
    bytes: toBinary(ReleaseLeaseRequestSchema, request),
    key: requestId,
    onAnswer: (settled) => void loop.runner.retryLater(item, settled),
  };
  put(loop, item);
}

function takeOffers(loop: Loop, stream: OpenStream, offers: readonly Offer[], receivedAtMs: number): void {
  const { outbox, runner } = loop;
  stream.credits = Math.max(0, stream.credits - offers.length);
  const isStale = monotonicMs() - receivedAtMs > stream.acceptWindowMs - windowMarginMs;
  if (isStale || loop.isDraining || loop.isPaused) {
    const reason = isStale ? "the worker was busy for too long" : "the worker takes nothing now";
    for (const offer of offers) decline(loop, offer, reason);
    return;
  }
  const taken = offers.map(runner.take);
  // The accepts are sent before a handler can block the thread for longer than the window.
  while (stream.frameIntervalMs === 0 && outbox.waiting > 0) sendFrame(loop, stream);
  for (const held of taken) if (held) runner.begin(held);
}

function decline(loop: Loop, { leased }: Offer, reason: string): void {
  const leaseToken = leased?.lease?.token ?? "";
  putUnanswered(loop, "declines", toBinary(DeclineSchema, create(DeclineSchema, { leaseToken, reason })));
}

function takeDirective(loop: Loop, stream: OpenStream, directive: Directive["directive"]): void {
  const { runner, options, keeper } = loop;
  switch (directive.case) {
    case "cancel": {
      const { leaseId, reason, cancelDeadline } = directive.value;
      const held = runner.find(leaseId);
      if (held && !held.isSettling) runner.stop(held, { why: "canceled", reason, deadline: dateOf(cancelDeadline) });
      break;
    }
    case "drain":
      stream.isServerDraining = true;
      options.emit({ type: "draining", why: "server" });
      break;
    case "slowDown":
      stream.frameIntervalMs = directive.value.frameInterval ? msOf(directive.value.frameInterval) : 0;
      stream.isPausing = false;
      break;
    case "reconfigure":
      keeper.post({ type: "reconnect", stream: stream.number });
      break;
    case "budget": {
      const held = runner.find(directive.value.leaseId);
      if (!held) break;
      held.isOverBudget = true;
      options.emit({ type: "over_budget", task: held.task });
      break;
    }
    case "leaseLimit":
      options.emit({ type: "lease_limit", leasesMax: directive.value.leasesMax });
      break;
    default:
    // A directive of a newer server.
  }
}
