// A worker: handlers by type of task, and how many tasks run at once. It works until it is stopped.
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { create, toBinary } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import type { LeasedTask } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { HelloSchema } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Backoff } from "./backoff.ts";
import { type Client, clientOf } from "./client.ts";
import { createClient } from "./create-client.ts";
import { durationOf } from "./durations.ts";
import type { AsyncGateError } from "./errors.ts";
import type { Handler } from "./job.ts";
import type { OpenedSession } from "./loop-state.ts";
import type { Frame, SessionKeeperOptions } from "./session-messages.ts";
import { openSessionThread } from "./session-thread.ts";
import { carryingTraces } from "./traces.ts";
import { type ConnectionOptions, checkEndpoint } from "./transport.ts";
import type { WorkerEvent, WorkerStats } from "./worker-events.ts";
import { tellTrouble } from "./worker-log.ts";
import { createWorkerLoop, type WorkerLoop } from "./worker-loop.ts";

export type WorkerOptions = ConnectionOptions & {
  /** A transport that the program has, in place of connections to the endpoint. Only with `thread: false`. */
  readonly transport?: Transport;
  /** The servers, as `http://host:port` or `https://…`. Of a list, the next one is used after a break. */
  readonly endpoint: string | readonly string[];
  /** By type of task. The worker takes only these types. */
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
  /**
   * The id of a session of an agent, from `client.agents.openSession`: the worker is in it, and its end is that of the
   * session. If the session has ended, `run` rejects with `AGENT_SESSION_NOT_FOUND`.
   */
  readonly agentSession?: string;
  /** How long leases last without a heartbeat. If absent, the server's default. */
  readonly leaseTtlMs?: number;
  /** Whether a receipt records the start of each task, which costs a write a task. If absent, none does. */
  readonly start?: boolean;
  /** Whether it takes nothing until `resume`. If absent, it takes tasks at once. */
  readonly paused?: boolean;
  /**
   * Whether the stream has a thread of its own, so that a handler that computes for minutes loses no lease. If absent,
   * it has. If false, no handler may block the event loop for a third of the TTL.
   */
  readonly thread?: boolean;
  /** Signals that drain the worker. If absent, SIGTERM. Empty: none. */
  readonly drainOn?: readonly NodeJS.Signals[];
  /** How long running tasks have to finish when the worker drains. If absent, 30 s. */
  readonly drainWithinMs?: number;
  /** How long to wait before reconnecting. */
  readonly reconnect?: Backoff;
  /** Called for everything that happens. Must not throw. If absent, what went wrong is told on stderr. */
  readonly onEvent?: (event: WorkerEvent) => void;
  /** Called for each session that is opened, with what `resume` of a later process needs. */
  readonly onSession?: (session: OpenedSession) => void;
  /** The session of an earlier process that was killed, to go on with its tasks. */
  readonly resume?: ResumedSession;
};

export type { OpenedSession };

export type ResumedSession = {
  /** The last one that `onSession` told. */
  readonly token: string;
  /** How much of the session's grace is left. Without an answer until then, the leases count as lost. */
  readonly withinMs: number;
  /**
   * The tasks that go on, as `job.leased` had them: their handlers are called again, and are told at once by their
   * signals if the lease is lost. All other tasks of the session return to their queues.
   */
  readonly leased: readonly LeasedTask[];
};

export type Worker = {
  /** Resolves when the worker has stopped; rejects with an AsyncGateError if no stream can be opened. */
  run(): Promise<void>;
  /** Takes nothing new; running tasks have this long to finish. Resolves as `run` does. */
  stop(options?: { readonly withinMs?: number }): Promise<void>;
  /** Takes nothing new until `resume`. Running tasks go on, and offers that are on their way are declined. */
  pause(): void;
  resume(): void;
  stats(): WorkerStats;
};

const slotsDefault = 10;
const drainWithinMsDefault = 30_000;
/** Several attempts within the grace of a session, and few when a server is away for long. */
const reconnectDefault: Backoff = { initialMs: 100, multiplier: 2, maxMs: 3_000 };

export function createWorker(options: WorkerOptions): Worker {
  if (options.transport && options.thread !== false) {
    throw new RangeError("a transport cannot be taken to another thread: set `thread` to false");
  }
  if (!options.transport) {
    const endpoints = endpointsOf(options.endpoint);
    if (endpoints.length === 0) throw new RangeError("a worker needs an endpoint");
    for (const one of endpoints) checkEndpoint(one);
  }
  if (typeof options.key === "function" && options.thread !== false) {
    throw new RangeError("a key that is a function cannot be taken to another thread: set `thread` to false");
  }
  const { drainOn = ["SIGTERM"], drainWithinMs = drainWithinMsDefault, onEvent: emit = tellTrouble } = options;
  const finished = Promise.withResolvers<void>();
  // A program that only calls `stop` has no handler for a rejection of `run`.
  finished.promise.catch(() => {});
  let loop: WorkerLoop | undefined;
  let isStopped = false;
  let isPaused = options.paused ?? false;

  function setPaused(paused: boolean): void {
    isPaused = paused;
    loop?.setPaused(paused);
  }

  // A second signal finds no listener and ends the process.
  const onSignal = () => void stop();

  function start(): WorkerLoop {
    for (const signal of drainOn) process.once(signal, onSignal);
    return startLoop({ ...options, paused: isPaused }, emit, (error) => {
      for (const signal of drainOn) process.off(signal, onSignal);
      emit({ type: "stopped" });
      if (error) finished.reject(error);
      else finished.resolve();
    });
  }

  async function stop({ withinMs = drainWithinMs } = {}): Promise<void> {
    isStopped = true;
    if (!loop) return finished.resolve();
    loop.drain(withinMs);
    return await finished.promise;
  }

  return {
    run() {
      if (!isStopped) loop ??= start();
      return finished.promise;
    },
    stop,
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    stats: () => loop?.stats() ?? noStats,
  };
}

function startLoop(
  options: WorkerOptions,
  emit: (event: WorkerEvent) => void,
  onEnd: (error: AsyncGateError | undefined) => void,
): WorkerLoop {
  // The keeper posts nothing before this turn of the event loop is over, so `loop` is set by then.
  const keeper = openSessionThread(keeperOptions(options), options.thread ?? true, {
    post: (message) => loop.post(message),
  });
  const caller = lazyClient(options);
  const loop = createWorkerLoop(keeper, {
    emit(event) {
      if (event.type === "connected") caller.moveTo(event.endpoint);
      emit(event);
    },
    onEnd(error) {
      caller.close();
      onEnd(error);
    },
    createTask: (task) => caller.client().createTask(task),
    addScopes: (leaseToken, scopes) => caller.client().addScopes(leaseToken, scopes),
    sendSignal: (target, signal) => caller.client().sendSignal(target, signal),
    adopted: options.resume?.leased ?? [],
    onSession: options.onSession ?? (() => {}),
    slots: options.slots ?? slotsDefault,
    start: options.start ?? false,
    paused: options.paused ?? false,
    handlers: new Map(Object.entries(options.handlers)),
    nextRequestId: requestIds(),
  });
  return loop;
}

/** Opened by the first call that a handler makes, as most make none; for the endpoint that the session is at. */
function lazyClient(options: WorkerOptions) {
  const clients = new Map<string, Client>();
  let [endpoint = ""] = endpointsOf(options.endpoint);
  return {
    moveTo(other: string) {
      endpoint = other;
    },
    client() {
      const { transport } = options;
      const open = () =>
        transport
          ? clientOf({ transport: carryingTraces(transport), close: () => {} }, {})
          : createClient({ ...connectionOf(options), endpoint });
      const client = clients.get(endpoint) ?? open();
      clients.set(endpoint, client);
      return client;
    },
    close() {
      for (const client of clients.values()) client.close();
    },
  };
}

function connectionOf({ key = "", tls, protocol, compression }: ConnectionOptions): ConnectionOptions {
  return {
    key,
    ...(tls && { tls }),
    ...(protocol && { protocol }),
    ...(compression !== undefined && { compression }),
  };
}

const noStats: WorkerStats = {
  connected: false,
  running: 0,
  credits: 0,
  unanswered: 0,
  taken: 0,
  completed: 0,
  suspended: 0,
  handedOff: 0,
  asked: 0,
  failed: 0,
  released: 0,
  refused: 0,
  lost: 0,
  streams: 0,
};

/** Ids that are unique across processes: a random prefix and a counter. */
function requestIds(): () => string {
  const prefix = randomBytes(12).toString("base64url");
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}

function endpointsOf(endpoint: WorkerOptions["endpoint"]): readonly string[] {
  return typeof endpoint === "string" ? [endpoint] : endpoint;
}

function keeperOptions(options: WorkerOptions): SessionKeeperOptions {
  const { endpoint, reconnect = reconnectDefault, resume } = options;
  const hello = create(HelloSchema, {
    workerName: options.name ?? "",
    instance: options.instance ?? `${hostname()}:${process.pid}`,
    version: options.version ?? "",
    capabilities: [...(options.capabilities ?? [])],
    acceptTypes: Object.keys(options.handlers),
    queues: [...(options.queues ?? [])],
    slots: options.slots ?? slotsDefault,
    omitHolder: true,
    agentSessionId: options.agentSession ?? "",
    ...(options.leaseTtlMs !== undefined && { leaseTtl: durationOf(options.leaseTtlMs) }),
  });
  return {
    connection: connectionOf(options),
    ...(options.transport && { transport: options.transport }),
    endpoints: endpointsOf(endpoint),
    hello: toBinary(HelloSchema, hello) as Frame,
    reconnect,
    ...(resume && { resume: { token: resume.token, withinMs: resume.withinMs } }),
  };
}
