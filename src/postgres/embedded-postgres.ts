// A real Postgres for a server without a configured one: created at the first start, started and stopped with the
// server. It is as durable as any other. Its data directory has one owner at a time. Whatever was killed, and when, the
// next start works and finds everything that was committed.
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import pg from "pg";
import {
  type Cluster,
  databaseName,
  dataPathOf,
  openCluster,
  roleName,
  socketDirectoryOf,
} from "./embedded-postgres-cluster.ts";
import { EmbeddedPostgresError, isErrno, useYourOwnAdvice } from "./embedded-postgres-error.ts";
import { type Launch, launchUntilReady, logTail, openLogPath } from "./embedded-postgres-launch.ts";
import { type Ownership, takeOwnership } from "./embedded-postgres-lock.ts";
import { endGuarded, endLeftovers, type Guarded } from "./embedded-postgres-process.ts";
import { findPrograms, findRunner, reachablePrograms } from "./embedded-postgres-programs.ts";

export type EmbeddedPostgresOptions = {
  /** Created if missing. All files are below it. */
  readonly dataDir: string;
  /** If absent, any free port. */
  readonly port?: number;
  readonly log: (level: "info" | "warn" | "error", event: string, fields: Record<string, unknown>) => void;
};

export type EmbeddedPostgres = {
  /** With role and database asyncgate. It contains the password, so it is never logged. */
  readonly databaseUrl: string;
  readonly port: number;
  readonly version: string;
  /** Resolves when Postgres ends by itself; never after stop(). */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; logTail: string }>;
  /** Ends Postgres and releases the data directory; needed after `exited`, too. It may be called twice. */
  stop(): Promise<void>;
};

/** Postgres has reported that it is ready, so this only ends the wait on a machine that hangs. */
const connectTimeoutMs = 10_000;

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const startedAtMs = performance.now();
  const packagedDir = findPrograms();
  const dataDir = resolve(options.dataDir);
  const ownership = await prepareDataDir(dataDir);
  let guarded: Guarded | undefined;
  try {
    const runner = await findRunner(dataPathOf(dataDir));
    const programsDir = await reachablePrograms(packagedDir, runner);
    const cluster = await openCluster(dataDir, async () => {
      const runAsUid = runner?.uid ?? process.getuid?.();
      options.log("info", "embedded_postgres_init", { data_dir: dataDir, run_as_uid: runAsUid });
      return { programsDir, runner };
    });
    const leftovers = await endLeftovers(cluster.name);
    if (leftovers > 0) {
      options.log("warn", "embedded_postgres_leftovers_ended", { data_dir: dataDir, count: leftovers });
    }
    const logPath = openLogPath(dataDir);
    const launch: Launch = { programsDir, runner, cluster, dataDir, logPath, port: options.port };
    const running = await launchUntilReady(launch);
    guarded = running.guarded;
    const databaseUrl = urlOf(cluster, running.port, databaseName);
    const version = await ensureDatabase(urlOf(cluster, running.port, "postgres"));
    const tookMs = Math.round(performance.now() - startedAtMs);
    options.log("info", "embedded_postgres_started", {
      data_dir: dataDir,
      port: running.port,
      version,
      took_ms: tookMs,
    });
    return { databaseUrl, port: running.port, version, ...controlsOf(running.guarded, ownership, launch) };
  } catch (error) {
    if (guarded !== undefined) await endGuarded(guarded);
    ownership.release();
    throw asEmbeddedPostgresError(error, dataDir);
  }
}

async function prepareDataDir(dataDir: string): Promise<Ownership> {
  try {
    await makeDirectory(dataDir);
    return await takeOwnership(dataDir);
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new EmbeddedPostgresError(
      "data_dir_unusable",
      `the data directory ${dataDir} cannot be used (${why}): choose one that you can write to, ${useYourOwnAdvice}`,
      { cause: error },
    );
  }
}

/**
 * Not mkdir's own `recursive`: in a directory that takes no subdirectories, such as /proc, Node's version never ends.
 */
async function makeDirectory(path: string): Promise<void> {
  if (await makeOneDirectory(path)) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  if (await makeOneDirectory(path)) return;
  throw new Error(`${path} cannot be created: its parent takes no subdirectories`);
}

/** False when the parent is missing. A file of that name is not reported here, but when ownership is taken in it. */
async function makeOneDirectory(path: string): Promise<boolean> {
  try {
    await mkdir(path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST")) return true;
    if (isErrno(error, "ENOENT")) return false;
    throw error;
  }
}

function asEmbeddedPostgresError(error: unknown, dataDir: string): EmbeddedPostgresError {
  if (error instanceof EmbeddedPostgresError) return error;
  const why = error instanceof Error ? error.message : String(error);
  const kind = isErrno(error, "EACCES", "EPERM", "EROFS", "ENOSPC", "ENOTDIR") ? "data_dir_unusable" : "start_failed";
  return new EmbeddedPostgresError(
    kind,
    `the embedded Postgres in ${dataDir} did not start (${why}): fix that and start again, ${useYourOwnAdvice}`,
    { cause: error },
  );
}

function urlOf({ password, dataPath }: Cluster, port: number, database: string): string {
  const url = `postgres://${roleName}:${password}@127.0.0.1:${port}/${database}`;
  const socketDirectory = socketDirectoryOf(dataPath, port);
  return socketDirectory === undefined ? url : `${url}?host=${encodeURIComponent(socketDirectory)}`;
}

/** At every start and not with the cluster, so that a dropped database is created again. Returns Postgres's version. */
async function ensureDatabase(maintenanceUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => undefined); // The query rejects with it.
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string; exists: boolean }>(
      `SELECT current_setting('server_version') AS version,
              EXISTS (SELECT FROM pg_database WHERE datname = '${databaseName}') AS exists`,
    );
    if (rows[0]?.exists !== true) await client.query(`CREATE DATABASE ${databaseName}`);
    return rows[0]?.version ?? "";
  } finally {
    await client.end();
  }
}

function controlsOf(
  guarded: Guarded,
  ownership: Ownership,
  { logPath }: Launch,
): Pick<EmbeddedPostgres, "exited" | "stop"> {
  let stopping: Promise<void> | undefined;
  const exited = new Promise<Awaited<EmbeddedPostgres["exited"]>>((resolveExited) => {
    void guarded.ended.then(({ code, signal }) => {
      if (stopping === undefined) resolveExited({ code, signal, logTail: logTail(logPath, 0) });
    });
  });
  const stop = async (): Promise<void> => {
    await endGuarded(guarded);
    ownership.release();
  };
  return {
    exited,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
