// The worker loop: gives credits, takes offers, runs handlers and sends what they report. It knows nothing about
// connections; the session keeper has those. Credits are the slots that are neither busy nor already given.
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { closeWhenDone, drain, end } from "./loop-drain.ts";
import { takeFrame } from "./loop-receive.ts";
import { flush, put, scheduleFlush } from "./loop-send.ts";
import { beginAdopted, type Loop, type WorkerLoopOptions } from "./loop-state.ts";
import { createOutbox } from "./outbox.ts";
import { errorOfFailure, type FromKeeper, type Port, type ToKeeper } from "./session-messages.ts";
import { createTaskRunner } from "./task-runner.ts";
import type { WorkerStats } from "./worker-events.ts";

export type WorkerLoop = Port<FromKeeper> & {
  /** Takes nothing new; running tasks have this long to finish. */
  drain(withinMs: number): void;
  /** Takes nothing new, or takes tasks again. What runs goes on. */
  setPaused(isPaused: boolean): void;
  stats(): WorkerStats;
};

export function createWorkerLoop(keeper: Port<ToKeeper>, options: WorkerLoopOptions): WorkerLoop {
  const outbox = createOutbox();
  const loop: Loop = {
    options,
    keeper,
    outbox,
    runner: createTaskRunner({
      ...options,
      put: (item) => put(loop, item),
      replace: outbox.replace,
      waiting: () => outbox.waiting,
      onChange() {
        scheduleFlush(loop);
        closeWhenDone(loop);
      },
    }),
    timers: new Set(),
    waiting: [],
    stream: undefined,
    streams: 0,
    isFlushScheduled: false,
    isDraining: false,
    isPaused: options.paused,
    isClosing: false,
  };
  loop.waiting = options.adopted.flatMap((leased) => loop.runner.adopt(leased) ?? []);
  return {
    post: (message) => takeMessage(loop, message),
    drain: (withinMs) => drain(loop, withinMs),
    setPaused(isPaused) {
      loop.isPaused = isPaused;
      scheduleFlush(loop);
    },
    stats: () => ({
      ...loop.runner.counts,
      connected: loop.stream !== undefined,
      credits: loop.stream?.credits ?? 0,
      unanswered: outbox.unanswered,
      streams: loop.streams,
    }),
  };
}

function takeMessage(loop: Loop, message: FromKeeper): void {
  const { runner, options, keeper } = loop;
  switch (message.type) {
    case "frame":
      takeFrame(loop, message);
      break;
    case "frame_written":
      takeWritten(loop, message.stream);
      break;
    case "held_wanted":
      keeper.post({ type: "held", stream: message.stream, leaseTokens: heldTokens(loop) });
      break;
    case "disconnected": {
      const { failure, retryInMs } = message;
      loop.stream = undefined;
      options.emit({ type: "disconnected", error: errorOfFailure(failure), retryInMs });
      break;
    }
    case "leases_expired":
      for (const held of runner.all()) runner.lose(held, LeaseLoss.EXPIRED);
      beginAdopted(loop);
      break;
    case "closed":
      end(loop, message.failure && errorOfFailure(message.failure));
      beginAdopted(loop);
  }
}

function takeWritten(loop: Loop, stream: number): void {
  if (loop.stream?.number !== stream) return;
  loop.stream.framesInFlight -= 1;
  flush(loop);
}

function heldTokens({ runner }: Loop): string[] {
  const held = runner.all().filter(({ loss }) => loss === undefined);
  return held.map(({ leaseToken }) => leaseToken);
}
