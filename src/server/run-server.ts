// Builds a server out of its parts, starts it, and stops it in the reverse order: door, loops, pool, Postgres.
import { randomUUID } from "node:crypto";
import type { Engine } from "../engine/engine.ts";
import { bindEngine, type DevKey } from "../engine/index.ts";
import { keyLength, topicKey } from "../engine/runtime/wakeups.ts";
import { errorFields, type Log } from "../log.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { createTenantScheduler } from "../rpc/admission/tenant-scheduler.ts";
import { createRates } from "../rpc/call/rates.ts";
import { createMetrics, type Metrics } from "../rpc/metrics.ts";
import { createServer, type Server } from "../rpc/server.ts";
import { registerServices } from "../rpc/services/services.ts";
import { migrate } from "../store/migrate.ts";
import { type Notifications, startNotifications } from "../store/notifications.ts";
import { openDatabase } from "../store/pool.ts";
import { version } from "../version.ts";
import { awaitDatabase } from "./await-database.ts";
import type { Config } from "./config.ts";
import { readCredentials, refuseWithoutCredentials } from "./credentials.ts";
import { engineFromConfig } from "./engine-from-config.ts";
import { startLoop } from "./loop.ts";
import { jitter, type Loops, startLoops } from "./server-loops.ts";
import { renewing } from "./tls-files.ts";

export type RunningServer = {
  readonly address: string;
  readonly port: number;
  /** Postgres's version if the server started one itself. */
  readonly postgres: EmbeddedPostgres | undefined;
  /** New keys of the development tenant; none if it was there, or was not asked for. */
  readonly devKeys: readonly DevKey[];
  stop(): Promise<void>;
};

export type RunOptions = {
  readonly config: Config;
  readonly log: Log;
  /** What the server calls its environment: `dev`, `production`. */
  readonly environment: string;
  readonly makeDevTenant: boolean;
  /** Called when the server cannot go on by itself. */
  readonly onFatal: () => void;
  /** Ends the wait for Postgres at start. */
  readonly interrupted?: AbortSignal | undefined;
};

const applicationName = "asyncgate";

export async function runServer(options: RunOptions): Promise<RunningServer> {
  const { config, log } = options;
  // Undone in the reverse order, whether the start failed half-way or the server has done its work.
  const undo: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error("stopping failed", errorFields(error)));
    }
  };
  try {
    const postgres = config.databaseUrl === undefined ? await startPostgres(options) : undefined;
    if (postgres) undo.push(() => postgres.stop());
    const databaseUrl = config.databaseUrl ?? postgres?.databaseUrl ?? "";
    const database = openDatabase({
      databaseUrl,
      poolMax: config.poolMax,
      applicationName,
      log: (event, facts) => log.warn(event, facts),
    });
    undo.push(() => database.close());
    const waitMaxMs = config.databaseWaitMs;
    await awaitDatabase(database, { databaseUrl, waitMaxMs, log, monotonicMs, interrupted: options.interrupted });
    const migrations = await migrate(database);
    if (migrations.length > 0) log.info("database migrated", { migrations });
    const engine = engineFromConfig(config, database, options.environment);
    const operations = bindEngine(engine, monotonicMs);
    await operations.makePartitions();
    const devKeys = options.makeDevTenant ? await operations.makeDevTenant() : [];
    const credentials = await readCredentials(config, operations, { log, now: () => new Date(), monotonicMs });
    await refuseWithoutCredentials(config, operations, credentials);
    const metrics = createMetrics();
    metrics.watchDatabase(database.connections);
    const loops = startLoops(operations, { config, log, metrics, random: Math.random, monotonicMs });
    undo.push(() => loops.stop());
    if (config.hints) {
      const notifications = tellOtherServers(options, engine, metrics, loops, databaseUrl);
      undo.push(() => notifications.stop());
    }
    const server = createServer({
      ...credentials,
      config,
      log,
      metrics,
      services: (router, door) => registerServices(router, door, operations),
      scheduler: createTenantScheduler({ monotonicMs }),
      rates: createRates({ monotonicMs }),
      auditRefusal: operations.auditRefusal,
      readiness: () => operations.readiness(),
      newId: newCallId,
      monotonicMs,
    });
    undo.push(() => operations.workEnded());
    undo.push(() => server.close({ graceMs: config.shutdownGraceMs }));
    const { tls } = credentials;
    if (tls) {
      const common = { log, metrics, random: Math.random, monotonicMs, jitter };
      const renewal = startLoop({ ...common, ...renewing(config, server, tls) });
      undo.push(() => renewal.stop());
    }
    const { address, port } = await listen(server, config);
    log.info("server listening", { address, port, version, environment: options.environment });
    return { address, port, postgres, devKeys, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The server does not wait for it, and works without. */
function tellOtherServers(
  { config, log }: RunOptions,
  { wakeups }: Engine,
  metrics: Metrics,
  loops: Loops,
  databaseUrl: string,
): Notifications {
  const notifications = startNotifications({
    databaseUrl: config.databaseDirectUrl ?? databaseUrl,
    applicationName: `${applicationName} hints`,
    serverId: randomUUID(),
    keyOf: topicKey,
    keyLength,
    onHints: (keys) => wakeups.wakeKeys(keys),
    onEverything: loops.lookAtEverything,
    log: (level, event, facts) => log[level](event, facts),
    metrics,
    random: Math.random,
  });
  wakeups.onLocalWake(notifications.tell);
  return notifications;
}

/** Milliseconds of a clock that never goes back. */
export function monotonicMs(): number {
  return performance.now();
}

export const newCallId: () => string = randomUUID;

async function listen(server: Server, config: Config): Promise<{ address: string; port: number }> {
  try {
    return await server.listen();
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "EADDRINUSE") {
      throw new Error(`port ${config.port} is taken: stop what listens there, or give another with --port`, {
        cause: error,
      });
    }
    throw error;
  }
}

async function startPostgres({ config, log, onFatal }: RunOptions): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (level, event, fields) => log[level](event, fields),
  });
  void postgres.exited.then((exit) => {
    log.error("embedded postgres ended by itself; the server stops, start it again", {
      exit_code: exit.code,
      signal: exit.signal,
      log_tail: exit.logTail,
    });
    onFatal();
  });
  return postgres;
}
