// A worker: handlers by type, and how many tasks they do at once. `run` works until it is stopped.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { create, toBinary } from "@bufbuild/protobuf";
import { HelloSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Backoff } from "./backoff.ts";
import { durationOf } from "./durations.ts";
import type { Handler } from "./job.ts";
import type { Frame, SessionKeeperOptions } from "./session-messages.ts";
import { openSessionThread } from "./session-thread.ts";
import type { ConnectionOptions } from "./transport.ts";
import type { WorkerEvent, WorkerStats } from "./worker-events.ts";
import { createWorkerLoop, type WorkerLoop } from "./worker-loop.ts";

export type WorkerOptions = ConnectionOptions & {
  /** Where the servers are, as `http://host:port` or `https://…`. A break is followed by the next one of a list. */
  readonly endpoint: string | readonly string[];
  /** By the types of tasks. The worker takes these types and no others. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** How many tasks at once. If absent, 10. */
  readonly slots?: number;
  /** If absent, `default`. */
  readonly queues?: readonly string[];
  readonly capabilities?: readonly string[];
  /** For people: the worker's name, its process, its version. */
  readonly name?: string;
  readonly instance?: string;
  readonly version?: string;
  /** How long leases last without a beat. If absent, the server's default. */
  readonly leaseTtlMs?: number;
  /** Whether a receipt says of each task that work on it has begun. It costs a write a task. If absent, none does. */
  readonly start?: boolean;
  /**
   * Whether the stream is kept in a thread of its own, so that a handler that computes for minutes loses no lease. If
   * absent, it is. In one thread with the handlers, no handler may keep that thread busy for a third of the TTL.
   */
  readonly thread?: boolean;
  /** Signals that drain the worker. If absent, SIGTERM. Empty: none. */
  readonly drainOn?: readonly NodeJS.Signals[];
  /** How long running work gets when the worker drains. If absent, 30 s. */
  readonly drainWithinMs?: number;
  /** How long to wait between streams. */
  readonly reconnect?: Backoff;
  /** Told of everything that happens. Must not throw. */
  readonly onEvent?: (event: WorkerEvent) => void;
};

export type Worker = {
  /** Resolves when the worker was stopped and is done; rejects with an AsyncGateError when no stream can be had. */
  run(): Promise<void>;
  /** Takes nothing new, and gives running work so long. Resolves as `run` does. */
  stop(options?: { readonly withinMs?: number }): Promise<void>;
  stats(): WorkerStats;
};

const slotsDefault = 10;
const drainWithinMsDefault = 30_000;
/** Several tries within the grace of a session, and no storm when a server is gone for long. */
const reconnectDefault: Backoff = { initialMs: 100, multiplier: 2, maxMs: 3_000 };

export function createWorker(options: WorkerOptions): Worker {
  const { drainOn = ["SIGTERM"], drainWithinMs = drainWithinMsDefault, onEvent: tell = () => {} } = options;
  const finished = Promise.withResolvers<void>();
  // Who only calls `stop` is not ended by what `run` rejects with.
  finished.promise.catch(() => {});
  let desk: WorkerLoop | undefined;
  let isStopped = false;

  function begin(): WorkerLoop {
    // Nothing is heard before this turn is over.
    const carrier = openSessionThread(carrierOptions(options), options.thread ?? true, {
      post: (message) => opened.hear(message),
    });
    const opened = createWorkerLoop(carrier, {
      ...{ tell, slots: options.slots ?? slotsDefault, start: options.start ?? false },
      ...{ handlers: new Map(Object.entries(options.handlers)), nextRequestId: requestIds() },
      over(error) {
        for (const signal of drainOn) process.off(signal, onSignal);
        tell({ type: "stopped" });
        if (error) finished.reject(error);
        else finished.resolve();
      },
    });
    for (const signal of drainOn) process.once(signal, onSignal);
    return opened;
  }

  // A second signal finds no listener and ends the process.
  const onSignal = () => void stop();

  async function stop({ withinMs = drainWithinMs } = {}): Promise<void> {
    isStopped = true;
    if (!desk) return finished.resolve();
    desk.drain(withinMs);
    return await finished.promise;
  }

  return {
    run() {
      if (!isStopped) desk ??= begin();
      return finished.promise;
    },
    stop,
    stats: () => desk?.stats() ?? noStats,
  };
}

const noStats: WorkerStats = {
  ...{ connected: false, running: 0, credits: 0, unanswered: 0, taken: 0, completed: 0, failed: 0 },
  ...{ released: 0, refused: 0, lost: 0, streams: 0 },
};

/** Ids that no other process makes, at the cost of counting. */
function requestIds(): () => string {
  const prefix = randomBytes(12).toString("base64url");
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

function carrierOptions(options: WorkerOptions): SessionKeeperOptions {
  const { key, tls, protocol, compression, endpoint, reconnect = reconnectDefault } = options;
  const hello = create(HelloSchema, {
    workerName: options.name ?? "",
    instance: options.instance ?? `${hostname()}:${process.pid}`,
    version: options.version ?? "",
    capabilities: [...(options.capabilities ?? [])],
    acceptTypes: Object.keys(options.handlers),
    queues: [...(options.queues ?? [])],
    slots: options.slots ?? slotsDefault,
    ...(options.leaseTtlMs !== undefined && { leaseTtl: durationOf(options.leaseTtlMs) }),
  });
  return {
    connection: {
      key,
      ...(tls && { tls }),
      ...(protocol && { protocol }),
      ...(compression !== undefined && { compression }),
    },
    endpoints: typeof endpoint === "string" ? [endpoint] : endpoint,
    hello: toBinary(HelloSchema, hello) as Frame,
    reconnect,
  };
}
