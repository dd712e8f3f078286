/**
 * A bounded pool of connections to Postgres. Waiting for a connection has a deadline and the queue for one has an end,
 * so a slow database turns callers away instead of piling them up. Connections are given in turn by tenant: one that
 * asks for all of them waits beside the others, and never in front of them.
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { driverError, PoolFull } from "./driver-errors.ts";
import { createFairSemaphore } from "./fair-semaphore.ts";
import { loopAwareTimeout } from "./loop-aware-timeout.ts";
import { createWeekMaker } from "./weeks.ts";

export type DatabaseOptions = {
  readonly databaseUrl: string;
  /** Connections at most. Two to three a core of the database's machine; more only add contention. */
  readonly poolMax: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Callers that may wait for a connection; the next one is turned away at once. */
  readonly waitersMax?: number;
  /** Longest wait for a connection, a new one's handshake included. */
  readonly acquireTimeoutMs?: number;
  /** Off for poolers in transaction mode that cannot follow named statements (pgbouncer before 1.21). */
  readonly preparedStatements?: boolean;
  readonly log: (event: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Tests give a scripted clock; without one the database's clock decides. */
  readonly clock?: () => Date;
};

export type Database = {
  /** A connection that must be released; only transaction.ts asks for one. Without a name, in the server's own turn. */
  acquire(name?: string): Promise<pg.PoolClient>;
  /** Connections that are in somebody's hands now. */
  busy(): number;
  /** Waits for the transactions under way, which are bounded, and for Postgres to close its ends. */
  close(): Promise<void>;
  /** Makes the weeks of the ledger that a transaction found missing. */
  makeMissingWeeks(): Promise<void>;
  readonly preparedStatements: boolean;
  readonly log: DatabaseOptions["log"];
  readonly clock: (() => Date) | undefined;
};

/** Eight callers behind each connection wait about eight transactions' time, a few dozen ms: still worth waiting. */
const WAITERS_PER_CONNECTION = 8;
/** Shorter than any deadline a client would set, so that it learns "overloaded" and not "deadline exceeded". */
const ACQUIRE_TIMEOUT_MS = 2_000;
/** A connection keeps its prepared statements; a quiet five minutes is worth the planning saved. */
const IDLE_TIMEOUT_MS = 300_000;
/** Renews connections so that a moved address or a leaking backend does not stay for ever. */
const LIFETIME_MAX_SECONDS = 3_600;
/** Finds a dead peer on an idle connection before a request does. */
const KEEP_ALIVE_DELAY_MS = 30_000;
/** A Postgres that is out of reach will not answer a goodbye at all. */
const GOODBYE_TIMEOUT_MS = 1_000;

export function openDatabase(options: DatabaseOptions): Database {
  const acquireTimeoutMs = options.acquireTimeoutMs ?? ACQUIRE_TIMEOUT_MS;
  const waitersMax = options.waitersMax ?? options.poolMax * WAITERS_PER_CONNECTION;
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    max: options.poolMax,
    // By the clock, however late the event loop is: only what nobody waits for any more is given up by it.
    connectionTimeoutMillis: acquireTimeoutMs * 5,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    maxLifetimeSeconds: LIFETIME_MAX_SECONDS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_DELAY_MS,
    pipeline: true,
  });
  // An idle connection that dies is replaced; without a listener Node would end the process instead.
  pool.on("error", (error) => options.log("database_connection_lost", { error: error.message }));
  // The pool takes its own listener off while a client is in use, when its query is told of the error anyway.
  const open = new Set<pg.PoolClient>();
  pool.on("connect", (client) => {
    open.add(client);
    client.on("error", () => undefined);
    client.once("end", () => open.delete(client));
  });
  const tooMany = () =>
    new PoolFull(`all ${options.poolMax} connections are busy and ${places.waiting} callers wait already`, {
      bound: waitersMax,
      value: places.waiting + 1,
    });
  const places = createFairSemaphore({
    placesMax: options.poolMax,
    waitingMax: waitersMax,
    waitMaxMs: acquireTimeoutMs,
    inVain: tooMany,
  });
  const database: Database = {
    async acquire(name = "") {
      const place = places.acquire(name);
      if (place === undefined) throw tooMany();
      await place;
      return await connectTo(pool, acquireTimeoutMs, () => places.release(name));
    },
    busy: () => pool.totalCount - pool.idleCount,
    async close() {
      await pool.end();
      // The pool is done when it has said goodbye; whoever stops Postgres or drops the database next needs it heard.
      const heard = Promise.all([...open].map((client) => once(client, "end")));
      await Promise.race([heard, wait(GOODBYE_TIMEOUT_MS, undefined, { ref: false })]);
    },
    makeMissingWeeks: createWeekMaker(() => database),
    preparedStatements: options.preparedStatements ?? true,
    log: options.log,
    clock: options.clock,
  };
  return database;
}

/** The same database, whose connections are waited for in the turn of this name. */
export function withTenantQueue(database: Database, name: string): Database {
  return { ...database, acquire: () => database.acquire(name) };
}

/** As many places as connections: nobody waits in the queue of the pool itself, which knows no turns. */
async function connectTo(pool: pg.Pool, timeoutMs: number, giveBack: () => void): Promise<pg.PoolClient> {
  try {
    const client = await inTime(pool.connect(), timeoutMs);
    const release = client.release.bind(client);
    client.release = (error) => {
      release(error);
      giveBack();
    };
    return client;
  } catch (error) {
    giveBack();
    throw error;
  }
}

function inTime(connecting: Promise<pg.PoolClient>, timeoutMs: number): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const stop = loopAwareTimeout(timeoutMs, () => {
      isLate = true;
      reject(driverError("ETIMEDOUT", "Postgres has not let a connection in for too long"));
    });
    connecting.then(
      (client) => {
        stop();
        if (isLate) client.release();
        else resolve(client);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}
