// A bounded pool of connections to Postgres. Waiting for a connection has a deadline and its queue a bound, so a slow
// database refuses callers instead of piling them up. Tenants take turns for connections: the calls of a busy one wait
// beside those of the others, never in front of them.
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { type ConnectionLimit, createConnectionLimit } from "./connection-limit.ts";
import { createDatabaseClock, type DatabaseClock } from "./database-clock.ts";
import { driverError, isTooManyConnections, PoolFull } from "./driver-errors.ts";
import { createFairSemaphore } from "./fair-semaphore.ts";
import { loopAwareTimeout } from "./loop-aware-timeout.ts";
import { createWeekMaker } from "./weeks.ts";

export type DatabaseOptions = {
  readonly databaseUrl: string;
  /** The most connections. Two to three a core of the database's machine; more only add contention. */
  readonly poolMax: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Callers that may wait for a connection; the next one is refused at once. */
  readonly waitersMax?: number;
  /** The longest wait for a connection, the handshake of a new one included. */
  readonly acquireTimeoutMs?: number;
  /** Off for poolers in transaction mode that cannot follow named statements (pgbouncer before 1.21). */
  readonly preparedStatements?: boolean;
  readonly log: (event: string, facts: Readonly<Record<string, unknown>>) => void;
  /** Tests give a scripted clock; without one the database's clock decides. */
  readonly clock?: () => Date;
};

export type Database = {
  /**
   * A connection that must be released; only transaction.ts asks for one. Callers take turns by name; the server's own
   * work has none.
   */
  acquire(name?: string): Promise<pg.PoolClient>;
  /** Connections in use. */
  busy(): number;
  connections(): Connections;
  /** Waits for the transactions under way, which are bounded, and for Postgres to close its ends. */
  close(): Promise<void>;
  /** Makes the weeks of the ledger that a transaction found missing. */
  makeMissingWeeks(): Promise<void>;
  readonly preparedStatements: boolean;
  readonly log: DatabaseOptions["log"];
  readonly clock: (() => Date) | undefined;
  /** What the database's clock shows, as far as that is known without asking. */
  readonly time: DatabaseClock;
};

/** Open ones, the most that Postgres allowed lately, and the most that the pool was told to open. */
export type Connections = { readonly open: number; readonly allowed: number; readonly max: number };

/** Eight callers behind each connection wait about eight transactions' time, a few dozen ms: still worth waiting. */
const waitersPerConnection = 8;
/** Shorter than any deadline a client would set, so that it learns "overloaded" and not "deadline exceeded". */
const acquireTimeoutDefaultMs = 2_000;
/** A connection keeps its prepared statements; a quiet five minutes is worth the planning saved. */
const idleTimeoutMs = 300_000;
/** Renews connections so that a moved address or a leaking backend does not stay for ever. */
const lifetimeMaxSeconds = 3_600;
/** Finds a dead peer on an idle connection before a request does. */
const keepAliveDelayMs = 30_000;
/** A Postgres that is out of reach does not answer when a connection is closed. */
const closeTimeoutMs = 1_000;
/** When Postgres refused a connection and no other is open to wait for. */
const refusedRetryMs = 100;

export function openDatabase(options: DatabaseOptions): Database {
  const { poolMax, log } = options;
  const open = new Set<pg.PoolClient>();
  const pool = openPool(options, open, () => limit.accepted(open.size));
  const limit = createConnectionLimit({ connectionsMax: poolMax, onChange: (allowed) => acquire.resize(allowed), log });
  const acquire = createAcquire(options, pool, limit, open);
  const database: Database = {
    acquire: acquire.acquire,
    busy: () => pool.totalCount - pool.idleCount,
    connections: () => ({ open: open.size, allowed: limit.allowed, max: poolMax }),
    async close() {
      await pool.end();
      // The pool only asks for the end. A caller that stops Postgres or drops the database next needs it to be over.
      const closed = Promise.all([...open].map((client) => once(client, "end")));
      await Promise.race([closed, wait(closeTimeoutMs, undefined, { ref: false })]);
    },
    makeMissingWeeks: createWeekMaker(() => database),
    preparedStatements: options.preparedStatements ?? true,
    log,
    clock: options.clock,
    time: createDatabaseClock(),
  };
  return database;
}

/** The same database, with one tenant's place in the queue for connections. */
export function withTenantQueue(database: Database, name: string): Database {
  return { ...database, acquire: () => database.acquire(name) };
}

function openPool(options: DatabaseOptions, open: Set<pg.PoolClient>, onAccepted: () => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: options.databaseUrl,
    application_name: options.applicationName,
    max: options.poolMax,
    // By the clock, even when the event loop stands still: only a connection that no caller waits for meets this bound.
    connectionTimeoutMillis: (options.acquireTimeoutMs ?? acquireTimeoutDefaultMs) * 5,
    idleTimeoutMillis: idleTimeoutMs,
    maxLifetimeSeconds: lifetimeMaxSeconds,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveDelayMs,
    pipeline: true,
  });
  // An idle connection that dies is replaced; without a listener Node would end the process.
  pool.on("error", (error) => options.log("database_connection_lost", { error: error.message }));
  pool.on("connect", (client) => {
    open.add(client);
    // The pool removes its own listener while a client is in use, when the client's query fails with the error anyway.
    client.on("error", () => undefined);
    client.once("end", () => open.delete(client));
    onAccepted();
  });
  return pool;
}

/**
 * Grants connections by slots: as many as connections are allowed, so that no caller waits inside the pool, which knows
 * no turns.
 */
function createAcquire(
  options: DatabaseOptions,
  pool: pg.Pool,
  limit: ConnectionLimit,
  open: ReadonlySet<pg.PoolClient>,
) {
  const { poolMax, acquireTimeoutMs = acquireTimeoutDefaultMs } = options;
  const waitersMax = options.waitersMax ?? poolMax * waitersPerConnection;
  const busy = () =>
    new PoolFull(`all ${limit.allowed} connections are busy and ${slots.waiting} callers wait already`, {
      bound: waitersMax,
      value: slots.waiting + 1,
    });
  const slots = createFairSemaphore({
    slots: poolMax,
    waitingMax: waitersMax,
    waitMaxMs: acquireTimeoutMs,
    onTimeout: busy,
  });

  async function connect(name: string): Promise<pg.PoolClient> {
    const client = await inTime(pool.connect(), acquireTimeoutMs);
    const release = client.release.bind(client);
    client.release = (error) => {
      release(error);
      slots.release(name);
    };
    return client;
  }

  async function acquire(name = ""): Promise<pg.PoolClient> {
    if (slots.mustWait(name)) limit.probe();
    const untilMs = performance.now() + acquireTimeoutMs;
    let slot = slots.acquire(name);
    if (slot === undefined) throw busy();
    for (;;) {
      await slot;
      try {
        return await connect(name);
      } catch (error) {
        if (!isTooManyConnections(error)) {
          slots.release(name);
          throw error;
        }
        limit.refused(open.size, error);
        const isOver = performance.now() >= untilMs;
        // Without another connection to wait for, the slot is kept: one caller tries again, and all others queue.
        if (pool.totalCount === 0 && !isOver) await wait(refusedRetryMs);
        slots.release(name);
        if (pool.totalCount === 0 && isOver) throw error;
        slot = slots.acquireAgain(name);
      }
    }
  }

  return { acquire, resize: slots.resize };
}

function inTime(connecting: Promise<pg.PoolClient>, timeoutMs: number): Promise<pg.PoolClient> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const stopTimeout = loopAwareTimeout(timeoutMs, () => {
      isLate = true;
      reject(driverError("ETIMEDOUT", `Postgres did not accept a connection within ${timeoutMs} ms`));
    });
    connecting.then(
      (client) => {
        stopTimeout();
        if (isLate) client.release();
        else resolve(client);
      },
      (error: unknown) => {
        stopTimeout();
        reject(error);
      },
    );
  });
}
