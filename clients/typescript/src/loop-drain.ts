// How a worker loop ends: it takes nothing new, lets running tasks finish for a while, then stops their handlers,
// releases the tasks that are left, and says bye.
import { create, toBinary } from "@bufbuild/protobuf";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { ByeSchema, DrainSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { durationOf } from "./durations.ts";
import type { AsyncGateError } from "./errors.ts";
import { flush, putUnanswered } from "./loop-send.ts";
import { type Loop, later } from "./loop-state.ts";

/** For handlers to end after their signal, for answers to come, for the stream to end. */
const abortGraceMs = 2_000;
const answersGraceMs = 5_000;
const byeGraceMs = 2_000;

export function drain(loop: Loop, withinMs: number): void {
  if (loop.isDraining) return;
  loop.isDraining = true;
  loop.options.emit({ type: "draining", why: "stop" });
  if (loop.stream) {
    putUnanswered(loop, "drain", toBinary(DrainSchema, create(DrainSchema, { within: durationOf(withinMs) })));
  }
  later(loop, withinMs, () => stopHandlers(loop));
  closeWhenDone(loop);
}

function stopHandlers(loop: Loop): void {
  const { runner } = loop;
  for (const held of runner.all()) if (held.isRunning) runner.stop(held, { why: "drain" });
  later(loop, abortGraceMs, () => {
    for (const held of runner.all()) runner.giveUp(held, "drain");
    later(loop, answersGraceMs, () => close(loop));
  });
}

/** Closes a loop that is draining as soon as nothing is held and everything is answered. */
export function closeWhenDone(loop: Loop): void {
  if (loop.isDraining && loop.runner.size === 0 && loop.outbox.unanswered === 0) close(loop);
}

function close(loop: Loop): void {
  if (loop.isClosing) return;
  loop.isClosing = true;
  if (loop.stream) {
    putUnanswered(loop, "bye", toBinary(ByeSchema, create(ByeSchema, { reason: "drained" })));
    // The last frame does not wait.
    loop.stream.frameIntervalMs = 0;
  }
  flush(loop);
  loop.keeper.post({ type: "close", withinMs: loop.stream ? byeGraceMs : 0 });
}

/** The keeper has stopped, and with it the session. */
export function end(loop: Loop, error: AsyncGateError | undefined): void {
  loop.stream = undefined;
  for (const timer of loop.timers) clearTimeout(timer);
  for (const held of loop.runner.all()) loop.runner.lose(held, LeaseLoss.EXPIRED);
  loop.options.onEnd(error);
}
