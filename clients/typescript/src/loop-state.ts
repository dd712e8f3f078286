// The state of a worker loop, which the files of the loop share.
import type { LeasedTask } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Created } from "./client-tasks.ts";
import type { AsyncGateError } from "./errors.ts";
import type { Handler, HeldTask, JobCalls } from "./job.ts";
import type { NewTask } from "./new-task.ts";
import type { Outbox } from "./outbox.ts";
import type { Port, ToKeeper } from "./session-messages.ts";
import type { TaskRunner } from "./task-runner.ts";
import type { WorkerEvent } from "./worker-events.ts";

export type WorkerLoopOptions = {
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly slots: number;
  readonly start: boolean;
  /** Whether it takes nothing at first. */
  readonly paused: boolean;
  readonly emit: (event: WorkerEvent) => void;
  readonly nextRequestId: () => string;
  /** Over a connection beside the stream. */
  readonly createTask: (task: NewTask) => Promise<Created>;
  readonly sendSignal: JobCalls["sendSignal"];
  readonly addScopes: JobCalls["addScopes"];
  /** Tasks of an earlier process, whose session is resumed. */
  readonly adopted: readonly LeasedTask[];
  /** A stream was opened, or its session resumed. */
  readonly onSession: (session: OpenedSession) => void;
  /** The loop has ended: it was drained, or no stream can be opened. */
  readonly onEnd: (error: AsyncGateError | undefined) => void;
};

/** What a later process needs to resume a session that this one leaves open. */
export type OpenedSession = {
  /** Keep it out of logs. */
  readonly token: string;
  /** How long the session and its leases last after this process has ended. */
  readonly graceMs: number;
};

/** The stream that is open. */
export type OpenStream = {
  readonly number: number;
  readonly acceptWindowMs: number;
  framesInFlight: number;
  /** Credits that the server has and has not used. */
  credits: number;
  /** Whether the server wants nothing more to be taken. */
  isServerDraining: boolean;
  /** The least time between two frames, as the server asked for. */
  frameIntervalMs: number;
  lastFrameAtMs: number;
  /** Whether the next frame waits for that time. */
  isPausing: boolean;
};

export type Loop = {
  readonly options: WorkerLoopOptions;
  readonly keeper: Port<ToKeeper>;
  readonly outbox: Outbox;
  readonly runner: TaskRunner;
  readonly timers: Set<NodeJS.Timeout>;
  /** Adopted tasks whose handlers wait for the first welcome, which says whether their leases are kept. */
  waiting: HeldTask[];
  stream: OpenStream | undefined;
  /** How many streams were opened. */
  streams: number;
  isFlushScheduled: boolean;
  isDraining: boolean;
  /** Nothing new is taken for now. */
  isPaused: boolean;
  isClosing: boolean;
};

/** A timer that ends with the loop. */
export function later({ timers }: Loop, ms: number, act: () => void): void {
  const timer = setTimeout(() => {
    timers.delete(timer);
    act();
  }, ms);
  timers.add(timer);
}

/** Also those whose lease is lost: their handlers are told so by their signals, and may clear up. */
export function beginAdopted(loop: Loop): void {
  for (const held of loop.waiting.splice(0)) loop.runner.begin(held);
}
