// Builds a server from its parts, starts it, and stops it in the reverse order: port, loops, pool, Postgres.
import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Engine } from "../engine/engine.ts";
import { bindEngine, type DevKey, type Operations } from "../engine/index.ts";
import { keyLength, topicKey } from "../engine/runtime/wakeups.ts";
import { errorFields, type Log } from "../log.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../postgres/embedded-postgres.ts";
import { createTenantScheduler } from "../rpc/admission/tenant-scheduler.ts";
import { createRates } from "../rpc/call/rates.ts";
import { createMetrics, type Metrics } from "../rpc/metrics.ts";
import { createServer, type Server, type ServiceContext } from "../rpc/server.ts";
import { registerServices } from "../rpc/services/services.ts";
import type { LoadMcp } from "../rpc/web/mcp-door.ts";
import { migrate } from "../store/migrate.ts";
import { type Notifications, startNotifications } from "../store/notifications.ts";
import { type Database, openDatabase } from "../store/pool.ts";
import { version } from "../version.ts";
import { awaitDatabase } from "./await-database.ts";
import { type Config, ConfigError } from "./config.ts";
import { readCredentials, refuseWithoutCredentials } from "./credentials.ts";
import { engineFromConfig } from "./engine-from-config.ts";
import type { InnerOptions } from "./inner-scheduler.ts";
import { startLoop } from "./loop.ts";
import type { OtherProcesses } from "./processes/member.ts";
import { jitter, type Loops, startLoops } from "./server-loops.ts";
import { renewing, requireUsable } from "./tls-files.ts";
import { startTraces, type Variables } from "./traces.ts";

export type RunningServer = {
  readonly address: string;
  readonly port: number;
  /** The embedded Postgres, if the server started one. */
  readonly postgres: EmbeddedPostgres | undefined;
  /** New keys of the development tenant; none if it exists already or is not wanted. */
  readonly devKeys: readonly DevKey[];
  stop(): Promise<void>;
};

export type RunOptions = {
  readonly config: Config;
  readonly log: Log;
  /** The name of the environment: `dev`, `production`. */
  readonly environment: string;
  readonly makeDevTenant: boolean;
  /** Gets the keys as soon as they are made: they are shown only once, and a later step of the start may fail. */
  readonly keepDevKeys?: (keys: readonly DevKey[]) => Promise<void>;
  /** Called when the server cannot continue. */
  readonly onFatal: () => void;
  /** Ends the wait for Postgres at start. */
  readonly interrupted?: AbortSignal | undefined;
  /** If the server is one of several processes behind one port. */
  readonly others?: OtherProcesses;
  /** Of the environment, what OpenTelemetry reads. If absent, the server tells of no traces. */
  readonly variables?: Variables;
  /** What answers at the path of MCP. If absent, the bridge over the contract. */
  readonly mcp?: LoadMcp;
};

const applicationName = "asyncgate";

/** Steps that undo the start. They run in the reverse order, after a failed start and at the end of the server. */
type Undo = (() => Promise<void>)[];

export async function runServer(options: RunOptions): Promise<RunningServer> {
  const { log } = options;
  const undo: Undo = [];
  const stop = async () => {
    for (const step of undo.splice(0).reverse()) {
      await step().catch((error: unknown) => log.error("stopping failed", errorFields(error)));
    }
  };
  try {
    return { ...(await start(options, undo)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: RunOptions, undo: Undo): Promise<Omit<RunningServer, "stop">> {
  const { config, log } = options;
  const traces = await startTraces(options.variables ?? {}, { log, nowMs: () => Date.now(), monotonicMs });
  if (traces) undo.push(() => traces.stop());
  const { postgres, databaseUrl, database } = await openServerDatabase(options, undo);
  const engine = engineFromConfig(config, database, options.environment);
  const operations = bindEngine(engine, monotonicMs);
  await operations.makePartitions();
  const devKeys = options.makeDevTenant ? await operations.makeDevTenant() : [];
  await options.keepDevKeys?.(devKeys);
  const credentials = await readCredentials(config, operations, { log, now: () => new Date(), monotonicMs });
  await refuseWithoutCredentials(config, operations, credentials);
  if (credentials.tls) requireUsable(config, credentials.tls);
  if (credentials.issuers.names.length > 0 && config.publicUrl === undefined) {
    log.info("MCP hosts are not told of the issuers, because public-url is not set");
  }
  const metrics = watchedMetrics(config, operations, database);
  if (traces) operations.onTaskStep(traces.steps);
  const loops = startLoops(operations, { config, log, metrics, random: Math.random, monotonicMs });
  undo.push(() => loops.stop());
  if (config.hints) {
    const notifications = startHints(options, engine, metrics, loops, databaseUrl);
    undo.push(() => notifications.stop());
  }
  const readiness = () => operations.readiness();
  options.others?.reportBy({ metrics: () => metrics.registry.getMetricsAsJSON(), readiness });
  let serviceContext: ServiceContext | undefined;
  const server = createServer({
    ...credentials,
    config,
    log,
    metrics,
    services: (router, context) => {
      registerServices(router, context, operations);
      serviceContext = context;
    },
    mcp: options.mcp ?? loadBridge,
    scheduler: createTenantScheduler({ monotonicMs }),
    rates: createRates({ monotonicMs }),
    auditRefusal: operations.auditRefusal,
    readiness: options.others?.readiness ?? readiness,
    ...(options.others && { readMetrics: options.others.readMetrics }),
    newId: newCallId,
    monotonicMs,
    ...(traces && { spans: traces.spans }),
  });
  undo.push(() => operations.workEnded());
  undo.push(() => server.close({ graceMs: config.shutdownGraceMs }));
  const { tls } = credentials;
  if (tls) {
    const common = { log, metrics, random: Math.random, monotonicMs, jitter };
    const renewal = startLoop({ ...common, ...renewing(config, server, tls) });
    undo.push(() => renewal.stop());
  }
  if (serviceContext) await startOwnWorkers(config, innerOptions(options, operations, serviceContext, metrics), undo);
  const { address, port } = await listen(server, config);
  log.info("server listening", { address, port, version, environment: options.environment });
  return { address, port, postgres, devKeys };
}

function watchedMetrics({ queueMetrics }: Config, operations: Operations, { connections }: Database): Metrics {
  const metrics = createMetrics();
  metrics.watchDatabase(connections);
  operations.onRecorded(metrics.recorded);
  if (queueMetrics > 0) metrics.watchQueues(() => operations.measureQueues(queueMetrics), monotonicMs);
  return metrics;
}

/** They are loaded only where they run: the calendar takes some megabytes. */
async function startOwnWorkers(config: Config, options: InnerOptions, undo: Undo): Promise<void> {
  if (config.scheduler === "on") {
    const { startInnerScheduler } = await import("./inner-scheduler.ts");
    const scheduler = startInnerScheduler(options);
    undo.push(() => scheduler.stop());
  }
  if (config.machines === "on") {
    const { startInnerRunner } = await import("./inner-runner.ts");
    const runner = startInnerRunner(options);
    undo.push(() => runner.stop());
  }
}

function innerOptions(
  { config, log }: RunOptions,
  operations: Operations,
  context: ServiceContext,
  metrics: Metrics,
): InnerOptions {
  const { messageBytesMax } = config;
  const common = { log, metrics, random: Math.random, monotonicMs, jitter };
  const instance = `${hostname()}:${process.pid}`;
  return { ...common, operations, context, messageBytesMax, instance, newId: newCallId };
}

/** Only a server that hosts use has the bridge in its memory. */
const loadBridge: LoadMcp = async () => (await import("../mcp/http.ts")).answerMcpRequest;

/** The configured Postgres or an embedded one, with the schema of this version. */
async function openServerDatabase(options: RunOptions, undo: Undo) {
  const { config, log, interrupted } = options;
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
  await awaitDatabase(database, { databaseUrl, waitMaxMs: config.databaseWaitMs, log, monotonicMs, interrupted });
  const migrations = await migrate(database);
  if (migrations.length > 0) log.info("database migrated", { migrations });
  return { postgres, databaseUrl, database };
}

/** The server does not wait for the connection, and works without it. */
function startHints(
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
    onEverything: loops.pollEverything,
    log: (level, event, facts) => log[level](event, facts),
    metrics,
    random: Math.random,
  });
  wakeups.onLocalWake(notifications.tell);
  return notifications;
}

/** Milliseconds of a clock that never goes backwards. */
export function monotonicMs(): number {
  return performance.now();
}

export const newCallId: () => string = randomUUID;

type PostgresOptions = Pick<RunOptions, "config" | "log" | "onFatal">;

async function listen(server: Server, config: Config): Promise<{ address: string; port: number }> {
  try {
    return await server.listen();
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "EADDRINUSE") {
      const advice = "stop the program that listens there, or choose another port with --port";
      throw new ConfigError([`port ${config.port} is in use: ${advice}`]);
    }
    throw error;
  }
}

export async function startPostgres({ config, log, onFatal }: PostgresOptions): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (level, event, fields) => log[level](event, fields),
  });
  void postgres.exited.then((exit) => {
    log.error("the embedded postgres ended by itself, so the server stops; start it again", {
      exit_code: exit.code,
      signal: exit.signal,
      log_tail: exit.logTail,
    });
    onFatal();
  });
  return postgres;
}
