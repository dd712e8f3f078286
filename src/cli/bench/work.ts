// A worker on the `Work` stream for measurements: it accepts and completes every offer at once, in frames of lists. It
// has no handlers and no threads, so that its own cost stays small.
import { create } from "@bufbuild/protobuf";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import {
  AcceptSchema,
  ByeSchema,
  CreditSchema,
  HeartbeatSchema,
  HelloSchema,
  type Welcome,
  WorkerService,
  type WorkRequest,
  WorkRequestSchema,
  type WorkResponse,
} from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import type { BenchClient, BenchStream } from "./client.ts";
import { benchResult } from "./payload.ts";

export type WorkLoad = {
  readonly queue: string;
  /** If absent, any. */
  readonly types?: readonly string[];
  /** The most tasks that are offered or held at once. */
  readonly credits: number;
  readonly instance: string;
  /** Called for each frame with the number of tasks that were offered or settled. */
  readonly onOffered?: (tasks: number) => void;
  readonly onSettled?: (tasks: number) => void;
  /** Sends heartbeats by itself, as often as the server asks for. */
  readonly heartbeats?: boolean;
  /** Asks for offers without the holder of their task. */
  readonly omitHolder?: boolean;
  /** Keeps the tasks that it accepts instead of completing them. */
  readonly holds?: boolean;
};

export type BenchWorker = {
  /** Resolves with the server's welcome. */
  readonly welcome: Promise<void>;
  /** Resolves when the stream ends after `bye`; rejects if it ends before. */
  readonly ended: Promise<void>;
  /** Sends a heartbeat, and resolves with its acknowledgement. */
  heartbeat(): Promise<void>;
  bye(): void;
};

/** A third of the shortest TTL that a server grants by default. */
const heartbeatMsDefault = 1_500;

type Worker = {
  readonly load: WorkLoad;
  readonly stream: BenchStream<typeof WorkerService.method.work>;
  readonly welcome: PromiseWithResolvers<void>;
  readonly ended: PromiseWithResolvers<void>;
  readonly onAck: Map<bigint, () => void>;
  sequence: bigint;
  timer: NodeJS.Timeout | undefined;
  hasSaidBye: boolean;
};

export function openBenchWorker(client: BenchClient, load: WorkLoad): BenchWorker {
  const worker: Worker = {
    load,
    stream: client.open(WorkerService.method.work, (frame) => takeFrame(worker, frame)),
    welcome: Promise.withResolvers<void>(),
    ended: Promise.withResolvers<void>(),
    onAck: new Map(),
    sequence: 0n,
    timer: undefined,
    hasSaidBye: false,
  };
  const { stream, welcome, ended } = worker;
  welcome.promise.catch(() => undefined);
  ended.promise.catch((error: unknown) => welcome.reject(error)).finally(() => clearInterval(worker.timer));
  stream.ended.then(
    () => (worker.hasSaidBye ? ended.resolve() : ended.reject(new Error("the server has ended the stream"))),
    ended.reject,
  );
  stream.send(firstFrame(load));
  return {
    welcome: welcome.promise,
    ended: ended.promise,
    heartbeat: () => sendHeartbeat(worker),
    bye() {
      worker.hasSaidBye = true;
      stream.send(create(WorkRequestSchema, { bye: create(ByeSchema, {}) }));
      stream.end();
    },
  };
}

function firstFrame({ queue, types = [], credits, instance, omitHolder = false }: WorkLoad): WorkRequest {
  const hello = create(HelloSchema, {
    workerName: "bench",
    instance,
    queues: [queue],
    acceptTypes: [...types],
    slots: credits,
    omitHolder,
  });
  return create(WorkRequestSchema, { hello, credit: create(CreditSchema, { tasks: credits }) });
}

function takeFrame(worker: Worker, { welcome, offers, settled, heartbeatAck }: WorkResponse): void {
  const { load, ended, onAck } = worker;
  if (welcome) takeWelcome(worker, welcome);
  if (heartbeatAck) {
    onAck.get(heartbeatAck.sequence)?.();
    onAck.delete(heartbeatAck.sequence);
  }
  let completed = 0;
  for (const { result } of settled) {
    if (result.case === "completed") completed += 1;
    else if (result.case === "error") ended.reject(new Error(`an item was refused: ${result.value.message}`));
  }
  if (offers.length > 0 || completed > 0) answer(worker, offers, completed);
  if (offers.length > 0) load.onOffered?.(offers.length);
  if (completed > 0) load.onSettled?.(completed);
}

function takeWelcome(worker: Worker, { heartbeatInterval }: Welcome): void {
  if (worker.load.heartbeats) {
    const intervalMs = heartbeatInterval ? msOfDuration(heartbeatInterval) : heartbeatMsDefault;
    worker.timer = setInterval(() => void sendHeartbeat(worker), intervalMs);
  }
  worker.welcome.resolve();
}

/** One frame for each of the server: it accepts and completes the offers, and gives a credit for each settled task. */
function answer({ stream, load }: Worker, offers: WorkResponse["offers"], completed: number): void {
  const tokens = offers.map(({ leased }) => leased?.lease?.token ?? "");
  const complete = (leaseToken: string) => create(CompleteTaskRequestSchema, { leaseToken, result: benchResult });
  stream.send(
    create(WorkRequestSchema, {
      ...(completed > 0 && { credit: create(CreditSchema, { tasks: completed }) }),
      accepts: tokens.map((leaseToken) => create(AcceptSchema, { leaseToken })),
      completes: load.holds ? [] : tokens.map(complete),
    }),
  );
}

function sendHeartbeat(worker: Worker): Promise<void> {
  worker.sequence += 1n;
  const { sequence } = worker;
  worker.stream.send(create(WorkRequestSchema, { heartbeat: create(HeartbeatSchema, { sequence }) }));
  return new Promise((resolve) => worker.onAck.set(sequence, resolve));
}
