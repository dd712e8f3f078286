// A worker on the `Work` stream for measuring servers: takes what it is offered and says at once that it is done, in
// frames of lists. No handler, no threads, no clock of its own.
import { create } from "@bufbuild/protobuf";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  AcceptSchema,
  ByeSchema,
  CreditSchema,
  HeartbeatSchema,
  HelloSchema,
  WorkerService,
  WorkRequestSchema,
  type WorkResponse,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import type { BenchClient } from "./client.ts";
import { benchResult } from "./payload.ts";

export type WorkLoad = {
  readonly queue: string;
  /** If absent, any. */
  readonly types?: readonly string[];
  /** Tasks that may be on their way or in hand at once. */
  readonly credits: number;
  readonly instance: string;
  /** Told of each frame: how many tasks came, and how many are settled. */
  readonly onOffered?: (tasks: number) => void;
  readonly onSettled?: (tasks: number) => void;
  /** Beats by itself, as often as the server wants it. */
  readonly beats?: boolean;
  /** Keeps what it takes instead of completing it. */
  readonly holds?: boolean;
};

export type WorkSession = {
  /** The server has said welcome; rejects when it said something else. */
  readonly welcome: Promise<void>;
  /** The stream is over; rejects when it was not asked to be. */
  readonly ended: Promise<void>;
  /** Settles with the answer to it. */
  beat(): Promise<void>;
  bye(): void;
};

/** A third of the shortest lease that a server grants by default. */
const beatDefaultMs = 1_500;

export function openWorkSession(client: BenchClient, load: WorkLoad): WorkSession {
  const welcome = Promise.withResolvers<void>();
  const beats = new Map<bigint, () => void>();
  let lastBeat = 0n;
  const stream = client.open(WorkerService.method.work, onFrame);
  let timer: NodeJS.Timeout | undefined;
  let isAsked = false;
  const over = Promise.withResolvers<void>();
  over.promise.catch((error: unknown) => welcome.reject(error)).finally(() => clearInterval(timer));
  welcome.promise.catch(() => undefined);
  stream.ended.then(
    () => (isAsked ? over.resolve() : over.reject(new Error("the server has ended the stream"))),
    over.reject,
  );
  const { queue, types = [], credits, instance } = load;
  stream.send(
    create(WorkRequestSchema, {
      hello: create(HelloSchema, {
        workerName: "bench",
        instance,
        queues: [queue],
        acceptTypes: [...types],
        slots: credits,
      }),
      credit: create(CreditSchema, { tasks: credits }),
    }),
  );
  function onFrame({ welcome: said, offers, settled, heartbeatAck }: WorkResponse): void {
    if (said) {
      if (load.beats)
        timer = setInterval(
          () => void beat(),
          said.heartbeatInterval ? msOfDuration(said.heartbeatInterval) : beatDefaultMs,
        );
      welcome.resolve();
    }
    if (heartbeatAck) {
      beats.get(heartbeatAck.sequence)?.();
      beats.delete(heartbeatAck.sequence);
    }
    let done = 0;
    for (const { result } of settled) {
      if (result.case === "completed") done += 1;
      else if (result.case === "error") over.reject(new Error(`an item was refused: ${result.value.message}`));
    }
    if (offers.length > 0 || done > 0) answer(offers, done);
    if (offers.length > 0) load.onOffered?.(offers.length);
    if (done > 0) load.onSettled?.(done);
  }
  /** One frame for one: what was offered is taken and done, what was settled gives its credits back. */
  function answer(offers: WorkResponse["offers"], done: number): void {
    const tokens = offers.map(({ leased }) => leased?.lease?.token ?? "");
    stream.send(
      create(WorkRequestSchema, {
        ...(done > 0 && { credit: create(CreditSchema, { tasks: done }) }),
        accepts: tokens.map((leaseToken) => create(AcceptSchema, { leaseToken })),
        completes: load.holds
          ? []
          : tokens.map((leaseToken) => create(CompleteTaskRequestSchema, { leaseToken, result: benchResult })),
      }),
    );
  }
  function beat(): Promise<void> {
    lastBeat += 1n;
    const sequence = lastBeat;
    stream.send(create(WorkRequestSchema, { heartbeat: create(HeartbeatSchema, { sequence }) }));
    return new Promise((resolve) => beats.set(sequence, resolve));
  }
  return {
    welcome: welcome.promise,
    ended: over.promise,
    beat,
    bye() {
      isAsked = true;
      stream.send(create(WorkRequestSchema, { bye: create(ByeSchema, {}) }));
      stream.end();
    },
  };
}
