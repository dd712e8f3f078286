// Builds a server out of its parts, starts it, and stops it in the reverse order: door, loops, pool, Postgres.
import { randomBytes, randomUUID } from "node:crypto";
import type { Config } from "../config.ts";
import { defaultLimits, defaultSessionBounds } from "../core/limits.ts";
import type { Engine } from "../engine/engine.ts";
import { createIds } from "../engine/ids.ts";
import { bindEngine, type DevKey } from "../engine/index.ts";
import { createLaneFloors } from "../engine/lane-floors.ts";
import { createWakeups } from "../engine/wakeups.ts";
import { errorFields, type Log } from "../log.ts";
import { type Loop, startLoop } from "../loops/loop.ts";
import { createMetrics } from "../rpc/metrics.ts";
import { createServer, type Server } from "../rpc/server.ts";
import { registerServices } from "../rpc/services.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../store/embedded-postgres.ts";
import { migrate } from "../store/migrate.ts";
import { type Database, openDatabase } from "../store/pool.ts";
import { version } from "../version.ts";

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
};

const hourMs = 3_600_000;
const loopJitter = 0.1;
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
    const database = openDatabase({
      databaseUrl: config.databaseUrl ?? postgres?.databaseUrl ?? "",
      poolMax: config.poolMax,
      applicationName,
      log: (event, facts) => log.warn(event, facts),
    });
    undo.push(() => database.close());
    const migrations = await migrate(database);
    if (migrations.length > 0) log.info("database migrated", { migrations });
    const engine = createEngine(config, database, options.environment);
    const operations = bindEngine(engine, monotonicMs);
    await operations.makePartitions();
    const devKeys = options.makeDevTenant ? await operations.makeDevTenant(randomBytes) : [];
    const metrics = createMetrics();
    const loops = startLoops(operations, log, metrics, config.sweepIntervalMs);
    undo.push(async () => void (await Promise.all(loops.map((loop) => loop.stop()))));
    const server = createServer({
      config,
      log,
      metrics,
      services: (router, door) => registerServices(router, door, operations, config.waitMaxMs),
      authenticate: operations.authenticate,
      readiness: () => operations.readiness(),
      newId: randomUUID,
      monotonicMs,
    });
    undo.push(() => operations.workEnded());
    undo.push(() => server.close({ graceMs: config.shutdownGraceMs }));
    const { address, port } = await listen(server, config);
    log.info("server listening", { address, port, version, environment: options.environment });
    return { address, port, postgres, devKeys, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function monotonicMs(): number {
  return performance.now();
}

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

export function createEngine(config: Config, database: Database, environment: string): Engine {
  return {
    database,
    ids: createIds(),
    random: Math.random,
    wakeups: createWakeups(),
    limits: {
      ...defaultLimits,
      payload_bytes_max: config.payloadBytesMax,
      result_bytes_max: config.resultBytesMax,
      checkpoint_bytes_max: config.checkpointBytesMax,
      receipt_body_bytes_max: config.receiptBodyBytesMax,
    },
    leaseBounds: {
      ttlDefaultMs: config.leaseTtlDefaultMs,
      ttlMinMs: config.leaseTtlMinMs,
      ttlMaxMs: config.leaseTtlMaxMs,
    },
    sessionBounds: {
      ...defaultSessionBounds,
      offerAcceptMs: config.offerAcceptMs,
      resumeGraceMs: config.resumeGraceMs,
    },
    server: {
      version,
      environment,
      startTime: new Date(),
      sweepIntervalMs: config.sweepIntervalMs,
      retentionMs: config.retentionMs,
    },
    knownLanes: new Set(),
    laneFloors: createLaneFloors(),
  };
}

function startLoops(
  operations: ReturnType<typeof bindEngine>,
  log: Log,
  metrics: ReturnType<typeof createMetrics>,
  sweepIntervalMs: number,
): Loop[] {
  const common = { log, metrics, random: Math.random, monotonicMs, jitter: loopJitter };
  const sweeper: Loop = startLoop({
    ...common,
    name: "sweep",
    intervalMs: sweepIntervalMs,
    runOnce: async (signal) => {
      const { lost, ended, more } = await operations.sweep(signal);
      if (more) sweeper.wake();
      return lost + ended > 0 ? { lost, ended } : undefined;
    },
  });
  const retention: Loop = startLoop({
    ...common,
    name: "retention",
    intervalMs: hourMs,
    runOnce: async (signal) => {
      const { more, ...dropped } = await operations.dropExpired(signal);
      if (more) retention.wake();
      return Object.values(dropped).some((count) => count > 0) ? dropped : undefined;
    },
  });
  return [
    sweeper,
    retention,
    startLoop({
      ...common,
      name: "partitions",
      intervalMs: hourMs,
      runOnce: async () => {
        const made = await operations.makePartitions();
        return made > 0 ? { made } : undefined;
      },
    }),
  ];
}
