// Work: one worker's session over one stream, from its frames to its answers. Frames are read no faster than they are
// settled, and whatever has gathered goes out in the next one. When the stream is gone the session lives on here until
// what was under way is done and its offers are accepted elsewhere or given back.
import type { WorkRequest, WorkResponse } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { Refused } from "../../core/refusal.ts";
import { createSessionMachine, isLive, itemsUnderWay, step } from "../../core/session-machine.ts";
import type { WorkEvent } from "../../core/work-events.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { topics } from "../runtime/wakeups.ts";
import { feedSeat, perform, type StreamContext, type WorkOperations, type WorkStream } from "./work-effects.ts";
import { createOutbox, isEmpty, isOverfull, takeFrame } from "./work-outbox.ts";

export type { StreamContext, WorkCount, WorkOperations } from "./work-effects.ts";

/** Some batches of settlements: while more is under way, no further frame is read. */
const underWayMax = 4_000;
/** How often windows, time to live, slow readers and revoked keys are looked at. */
const tickMs = 250;

type WorkEngine = Engine & { readonly operations: WorkOperations };

export async function* work(
  engine: WorkEngine,
  caller: Caller,
  requests: AsyncIterable<WorkRequest>,
  door: StreamContext,
): AsyncGenerator<WorkResponse> {
  const stream = openStream(engine, caller, door);
  void read(stream, requests);
  try {
    for (;;) {
      if (!isEmpty(stream.outbox)) {
        const frame = takeFrame(stream.outbox);
        feedSeat(stream);
        stream.unreadSinceMs = performance.now();
        yield frame;
        stream.unreadSinceMs = undefined;
      } else if (stream.streamClose) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          stream.wakeWriter = resolve;
        });
      }
    }
    if (stream.error !== undefined) throw stream.error;
    if (stream.streamClose?.error) throw new Refused(stream.streamClose.error);
  } finally {
    stream.unreadSinceMs = undefined;
    stream.apply({ type: "broken" });
  }
}

function openStream(engine: WorkEngine, caller: Caller, door: StreamContext): WorkStream {
  const { operations } = engine;
  const asking = { check: door.check, callId: door.callId };
  const machine = createSessionMachine(engine.sessionBounds.offerAcceptMs, asking);
  const heard: string[] = [];
  const topicPrefix = topics.task(caller.tenantId, "").length;
  // A beat finds out what hints have missed: the wait poller need not ask for every lease once a second.
  const subscription = engine.wakeups.subscribe((topic) => {
    // Hints that come together are told together.
    if (heard.push(topic.slice(topicPrefix)) === 1) {
      queueMicrotask(() => stream.apply({ type: "heard", taskIds: heard.splice(0) }));
    }
  }, "hints only");
  const ticking = setInterval(() => tick(stream), tickMs).unref();
  const onAbort = () => stream.apply({ type: "broken" });
  const onDraining = () => {
    const withinMs = door.shutdownWithinMs();
    stream.apply({ type: "shutdown", withinMs });
    // The server's grace may be shorter than a tick, and nothing is answered once it is over.
    setTimeout(() => stream.apply({ type: "tick" }), withinMs).unref();
  };
  const ended = Promise.withResolvers<void>();
  const stream: WorkStream = {
    ...{ engine, operations, caller, door, machine, outbox: createOutbox(), subscription, ended: ended.promise },
    ...{ session: undefined, seat: undefined, opening: undefined, owed: 0, atSeat: 0 },
    ...{
      streamClose: undefined,
      error: undefined,
      unreadSinceMs: undefined,
      isAsking: false,
      isFull: false,
      mayKeepMore: false,
    },
    ...{ wakeWriter: () => {}, wakeReader: () => {} },
    apply: (event) => apply(stream, event),
    finish() {
      clearInterval(ticking);
      subscription.close();
      door.signal.removeEventListener("abort", onAbort);
      door.draining.removeEventListener("abort", onDraining);
      ended.resolve();
    },
    onOpen() {
      if (door.signal.aborted) onAbort();
      if (door.draining.aborted) onDraining();
    },
  };
  door.signal.addEventListener("abort", onAbort, { once: true });
  door.draining.addEventListener("abort", onDraining, { once: true });
  operations.track(ended.promise);
  return stream;
}

function apply(stream: WorkStream, event: WorkEvent): void {
  perform(stream, step(stream.machine, event, performance.now()));
  if (isOverfull(stream.outbox) && isLive(stream.machine)) apply(stream, { type: "slow" });
}

async function read(stream: WorkStream, requests: AsyncIterable<WorkRequest>): Promise<void> {
  try {
    for await (const frame of requests) {
      stream.apply({ type: "frame", frame });
      await stream.opening;
      while (itemsUnderWay(stream.machine) > underWayMax) {
        await new Promise<void>((resolve) => {
          stream.wakeReader = resolve;
        });
      }
    }
  } catch (error) {
    // What cannot be read, or breaks the rules of a frame, ends the stream; the caller's going is none of it.
    if (!stream.door.signal.aborted) stream.error ??= error;
  }
  stream.apply({ type: stream.door.signal.aborted ? "broken" : "ended" });
}

function tick(stream: WorkStream): void {
  const { machine, unreadSinceMs, engine } = stream;
  stream.apply({ type: "tick" });
  if (!isLive(machine)) return;
  const unreadMs = unreadSinceMs === undefined ? 0 : performance.now() - unreadSinceMs;
  if (unreadMs > engine.sessionBounds.slowReaderMs) stream.apply({ type: "slow" });
  if (!stream.isAsking) void askAgain(stream);
}

/** What is known of a key is remembered for a while, so that asking often costs the database little. */
async function askAgain(stream: WorkStream): Promise<void> {
  stream.isAsking = true;
  // Who cannot be judged now was judged before.
  const isAllowed = await stream.door.isAllowed().catch(() => true);
  stream.isAsking = false;
  if (!isAllowed) stream.apply({ type: "revoked" });
}
