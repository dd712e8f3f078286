// A connection that listens to a channel as long as the server runs. It is opened again when it is lost, and counts as
// listening only after its own message has come back: behind a pooler in transaction mode, LISTEN succeeds but no
// notification ever arrives.
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

export type ListenerOptions = {
  /** Of Postgres itself, not of a pooler. */
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly channel: string;
  /** The first message on each connection. It comes back as a message. */
  readonly greeting: string;
  /** The later ones, at every heartbeat. */
  readonly heartbeat: string;
  readonly goodbye: string;
  readonly onMessage: (message: string) => void;
  readonly onListening: () => void;
  /** The connection is lost or could not be opened; the listener tries again. */
  readonly onLost: (error: unknown) => void;
  readonly onHeartbeat: () => void;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly times: ListenerTimes;
};

export type ListenerTimes = {
  /** A heartbeat keeps the connection open, and detects when it is dead. */
  readonly heartbeatMs: number;
  /** The longest wait for a connection, an answer, or the listener's own message. */
  readonly timeoutMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
};

export type Listener = {
  /** Sends a message to all listeners, this one included, in its own transaction. Fails when the connection is lost. */
  send(message: string): Promise<void>;
  isListening(): boolean;
  stop(): Promise<void>;
};

type State = { connection: pg.Client | undefined; isListening: boolean; onEcho: (message: string) => void };

export function startListener(options: ListenerOptions): Listener {
  const stopping = new AbortController();
  const state: State = { connection: undefined, isListening: false, onEcho: () => {} };
  const ended = keepListening(options, state, stopping.signal);
  return {
    async send(message) {
      if (!state.connection) throw new Error("the listener has no connection");
      await notify(options, state.connection, message);
    },
    isListening: () => state.isListening,
    async stop() {
      stopping.abort();
      await ended;
    },
  };
}

async function keepListening(options: ListenerOptions, state: State, stopping: AbortSignal): Promise<void> {
  const { retryMinMs, retryMaxMs } = options.times;
  for (let failures = 0; !stopping.aborted; ) {
    try {
      await listen(options, state, stopping, () => {
        failures = 0;
      });
    } catch (error) {
      if (stopping.aborted) return;
      options.onLost(error);
      const waitMs = Math.min(retryMinMs * 2 ** failures, retryMaxMs);
      failures += 1;
      await pause(waitMs * (0.5 + options.random() / 2), stopping);
    }
  }
}

/** Listens until the server stops; throws when the connection is lost. */
async function listen(options: ListenerOptions, state: State, stopping: AbortSignal, onListening: () => void) {
  const { heartbeatMs, timeoutMs } = options.times;
  const connection = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    keepAlive: true,
    connectionTimeoutMillis: timeoutMs,
    query_timeout: timeoutMs,
  });
  const lost = new AbortController();
  connection.on("error", (error) => lost.abort(error));
  connection.on("end", () => lost.abort(new Error("the connection has ended")));
  connection.on("notification", ({ payload = "" }) => {
    state.onEcho(payload);
    options.onMessage(payload);
  });
  const over = AbortSignal.any([stopping, lost.signal]);
  try {
    await within(timeoutMs, over, connection.connect(), "Postgres does not answer");
    // A hint need not wait for the disk.
    await connection.query("set synchronous_commit = off");
    await connection.query(`listen ${options.channel}`);
    await sendAndHear(options, state, connection, options.greeting, over);
    state.connection = connection;
    state.isListening = true;
    onListening();
    options.onListening();
    for (;;) {
      await pause(heartbeatMs, over);
      if (over.aborted) break;
      await sendAndHear(options, state, connection, options.heartbeat, over);
      options.onHeartbeat();
    }
    lost.signal.throwIfAborted();
    await notify(options, connection, options.goodbye);
  } finally {
    state.connection = undefined;
    state.isListening = false;
    const closed = connection.end().catch(() => undefined);
    // A peer that does not close its end in time is cut off.
    await within(timeoutMs, new AbortController().signal, closed, "").catch(() =>
      connection.connection.stream.destroy(),
    );
  }
}

async function notify({ channel }: ListenerOptions, connection: pg.Client, message: string): Promise<void> {
  await connection.query("select pg_notify($1, $2)", [channel, message]);
}

async function sendAndHear(
  options: ListenerOptions,
  state: State,
  connection: pg.Client,
  message: string,
  over: AbortSignal,
): Promise<void> {
  const heard = Promise.withResolvers<void>();
  state.onEcho = (echo) => {
    if (echo === message) heard.resolve();
  };
  await notify(options, connection, message);
  await within(
    options.times.timeoutMs,
    over,
    heard.promise,
    "the notification does not come back; is this a pooler in transaction mode?",
  );
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // It fails only by being aborted.
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

async function within<Value>(ms: number, over: AbortSignal, work: Promise<Value>, why: string): Promise<Value> {
  over.throwIfAborted();
  const failed = Promise.withResolvers<never>();
  const timer = setTimeout(() => failed.reject(new Error(why)), ms);
  const onOver = () => failed.reject(over.reason);
  over.addEventListener("abort", onOver, { once: true });
  try {
    return await Promise.race([work, failed.promise]);
  } finally {
    clearTimeout(timer);
    over.removeEventListener("abort", onOver);
  }
}
