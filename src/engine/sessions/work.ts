// Work: one worker's session over one stream, from its frames to its answers. Frames are read no faster than items are
// settled, and everything that has gathered goes into the next answer frame. When the stream has ended, the session
// machine runs on until what was in flight is done and its offers have been accepted on another stream or returned.
import type { WorkRequest, WorkResponse } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { Refused } from "../../core/refusal.ts";
import { createSessionMachine, isLive, itemsInFlight, step } from "../../core/session-machine.ts";
import { isHeldTask } from "../../core/task-record.ts";
import type { WorkEvent } from "../../core/work-events.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { type Subscription, type TaskChange, topics } from "../runtime/wakeups.ts";
import { perform } from "./work-effects.ts";
import { createOutbox, isEmpty, isOverfull, takeFrame } from "./work-outbox.ts";
import type { StreamContext, WorkOperations, WorkStream } from "./work-stream.ts";
import { passCreditsOn } from "./work-subscription.ts";

export type { StreamContext, WorkCount, WorkOperations } from "./work-stream.ts";

/** While more items are in flight, or more answers wait to be read, no further frame is read. Several full frames. */
const inFlightMax = 4_000;
const answersMax = 4_000;
/** How often windows, expiry, slow consumers and revoked credentials are checked. */
const tickMs = 250;

export type WorkEngine = Engine & { readonly operations: WorkOperations };

export async function* work(
  engine: WorkEngine,
  caller: Caller,
  requests: AsyncIterable<WorkRequest>,
  context: StreamContext,
): AsyncGenerator<WorkResponse> {
  const stream = openStream(engine, caller, context);
  void read(stream, requests);
  try {
    for (;;) {
      if (!isEmpty(stream.outbox)) {
        const frame = takeFrame(stream.outbox);
        passCreditsOn(stream);
        stream.wakeReader();
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
    stream.apply({ type: "stream_broken" });
  }
}

function openStream(engine: WorkEngine, caller: Caller, context: StreamContext): WorkStream {
  const { operations } = engine;
  const { check, callId } = context;
  const { offerAcceptMs, leasesMax } = engine.sessionBounds;
  const hints = subscribeToHints(engine, caller, (taskIds) => stream.apply({ type: "tasks_changed", taskIds }));
  const ended = Promise.withResolvers<void>();
  const signals = followSignals(context, (event) => stream.apply(event));
  const ticking = setInterval(() => tick(stream), tickMs).unref();
  const stream: WorkStream = {
    engine,
    operations,
    caller,
    context,
    machine: createSessionMachine({ acceptWindowMs: offerAcceptMs, leasesMax }, { check, callId }),
    outbox: createOutbox(),
    hints,
    apply: (event) => apply(stream, event),
    onOpen: signals.catchUp,
    finish() {
      clearInterval(ticking);
      hints.close();
      signals.close();
      ended.resolve();
    },
    session: undefined,
    subscription: undefined,
    opening: undefined,
    creditsWaiting: 0,
    creditsSubscribed: 0,
    streamClose: undefined,
    error: undefined,
    unreadSinceMs: undefined,
    isCheckingCredential: false,
    isPaused: false,
    mayKeepUnknown: false,
    wakeWriter: () => {},
    wakeReader: () => {},
  };
  operations.track(ended.promise);
  return stream;
}

/** A step that its holder has taken, or that is no news for it. */
function goesOn({ before, after }: TaskChange): boolean {
  if (!before || !isHeldTask(before) || !isHeldTask(after)) return false;
  const isSameHolder = before.leaseId === after.leaseId;
  return isSameHolder && before.cancelTime?.getTime() === after.cancelTime?.getTime();
}

/** Hints that come together are reported together. */
function subscribeToHints(
  engine: Engine,
  { tenantId }: Caller,
  onChanged: (taskIds: readonly string[]) => void,
): Subscription {
  const taskIds: string[] = [];
  const prefixLength = topics.task(tenantId, "").length;
  // A heartbeat finds what hints have missed, so the wait poller need not poll for every lease.
  return engine.wakeups.subscribe((topic, change) => {
    if (change && goesOn(change)) return;
    if (taskIds.push(topic.slice(prefixLength)) === 1) queueMicrotask(() => onChanged(taskIds.splice(0)));
  }, "hints only");
}

/** Tells the session machine when the stream is gone and when the server shuts down. */
function followSignals({ signal, draining, shutdownWithinMs }: StreamContext, tell: (event: WorkEvent) => void) {
  const onAbort = () => tell({ type: "stream_broken" });
  const onDraining = () => {
    const withinMs = shutdownWithinMs();
    tell({ type: "shutdown", withinMs });
    // The server's grace may be shorter than a tick, and nothing is answered once it is over.
    setTimeout(() => tell({ type: "tick" }), withinMs).unref();
  };
  signal.addEventListener("abort", onAbort, { once: true });
  draining.addEventListener("abort", onDraining, { once: true });
  return {
    /** Repeats what came while the session was being opened and had no effect then. */
    catchUp() {
      if (signal.aborted) onAbort();
      if (draining.aborted) onDraining();
    },
    close() {
      signal.removeEventListener("abort", onAbort);
      draining.removeEventListener("abort", onDraining);
    },
  };
}

function apply(stream: WorkStream, event: WorkEvent): void {
  perform(stream, step(stream.machine, event, performance.now()));
  if (isOverfull(stream.outbox) && isLive(stream.machine)) apply(stream, { type: "slow_consumer" });
}

async function read(stream: WorkStream, requests: AsyncIterable<WorkRequest>): Promise<void> {
  const { signal } = stream.context;
  try {
    for await (const frame of requests) {
      stream.apply({ type: "frame", frame });
      await stream.opening;
      while (isBehind(stream)) {
        await new Promise<void>((resolve) => {
          stream.wakeReader = resolve;
        });
      }
    }
  } catch (error) {
    // A frame that cannot be read or breaks a rule ends the stream with its error; a caller that goes away is no error.
    if (!signal.aborted) stream.error ??= error;
  }
  stream.apply({ type: signal.aborted ? "stream_broken" : "requests_ended" });
}

/** A worker that reads slower than it sends is slowed down, instead of being cut when its answers fill the outbox. */
function isBehind({ machine, outbox }: WorkStream): boolean {
  return isLive(machine) && (itemsInFlight(machine) > inFlightMax || outbox.settled.length > answersMax);
}

function tick(stream: WorkStream): void {
  const { machine, unreadSinceMs, engine } = stream;
  stream.apply({ type: "tick" });
  if (!isLive(machine)) return;
  const unreadMs = unreadSinceMs === undefined ? 0 : performance.now() - unreadSinceMs;
  if (unreadMs > engine.sessionBounds.slowReaderMs) stream.apply({ type: "slow_consumer" });
  if (!stream.isCheckingCredential) void checkCredential(stream);
}

/** Credentials are cached for a while, so frequent checks cost the database little. */
async function checkCredential(stream: WorkStream): Promise<void> {
  stream.isCheckingCredential = true;
  // A credential that cannot be checked now was valid before.
  const isAllowed = await stream.context.isAllowed().catch(() => true);
  stream.isCheckingCredential = false;
  if (!isAllowed) stream.apply({ type: "credential_revoked" });
}
