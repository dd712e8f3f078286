/**
 * One connection that listens to a channel for as long as the server runs: made again when it is lost, and only taken
 * for listening when a message of its own has come back. Behind a pooler that hands connections out by transaction,
 * LISTEN is answered and nothing ever comes.
 */
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";

export type ListenerOptions = {
  /** Reaches Postgres directly. */
  readonly databaseUrl: string;
  readonly applicationName: string;
  readonly channel: string;
  /** What is said at the first beat of a connection, and at the next ones; it comes back as a message. */
  readonly greeting: string;
  readonly beat: string;
  readonly farewell: string;
  readonly onMessage: (message: string) => void;
  readonly onListening: () => void;
  /** The connection is lost, or could not be made; it is tried again. */
  readonly onLost: (error: unknown) => void;
  readonly onBeat: () => void;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly times: ListenerTimes;
};

export type ListenerTimes = {
  /** A beat keeps the connection alive, and finds out that it is dead. */
  readonly beatMs: number;
  /** How long a connection, an answer or the way back of an own message may take. */
  readonly patienceMs: number;
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
};

export type Listener = {
  /** Sends a message to all that listen, itself too, in a transaction of its own. Fails when the connection is lost. */
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
      if (!state.connection) throw new Error("there is no connection to send on");
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
  const { beatMs, patienceMs } = options.times;
  const connection = new pg.Client({
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    keepAlive: true,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
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
    await within(patienceMs, over, connection.connect(), "Postgres does not answer");
    // No hint is worth a wait for the disk.
    await connection.query("set synchronous_commit = off");
    await connection.query(`listen ${options.channel}`);
    await hearOneself(options, state, connection, options.greeting, over);
    state.connection = connection;
    state.isListening = true;
    onListening();
    options.onListening();
    for (;;) {
      await pause(beatMs, over);
      if (over.aborted) break;
      await hearOneself(options, state, connection, options.beat, over);
      options.onBeat();
    }
    lost.signal.throwIfAborted();
    await notify(options, connection, options.farewell);
  } finally {
    state.connection = undefined;
    state.isListening = false;
    const closed = connection.end().catch(() => undefined);
    // Whoever does not answer a goodbye is cut off.
    await within(patienceMs, new AbortController().signal, closed, "").catch(() =>
      connection.connection.stream.destroy(),
    );
  }
}

async function notify({ channel }: ListenerOptions, connection: pg.Client, message: string): Promise<void> {
  await connection.query("select pg_notify($1, $2)", [channel, message]);
}

async function hearOneself(
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
  await within(options.times.patienceMs, over, heard.promise, "what is notified does not come back: is it a pooler?");
}

/** Ends early when the signal says so. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  // The only way to fail is to be aborted.
  await wait(ms, undefined, { signal }).catch(() => undefined);
}

async function within<Value>(ms: number, over: AbortSignal, work: Promise<Value>, why: string): Promise<Value> {
  over.throwIfAborted();
  const given = Promise.withResolvers<never>();
  const timer = setTimeout(() => given.reject(new Error(why)), ms);
  const giveUp = () => given.reject(over.reason);
  over.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    clearTimeout(timer);
    over.removeEventListener("abort", giveUp);
  }
}
