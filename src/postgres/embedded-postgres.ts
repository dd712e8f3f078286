// A real Postgres for a server with nothing configured: made on first start, started and stopped with the server. It
// is as durable as any Postgres; its data directory has one owner at a time; whatever was killed in whatever moment,
// the next start works and finds everything that was committed.
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

export interface EmbeddedPostgresOptions {
  /** Made if missing. Everything lies below it. */
  readonly dataDir: string;
  /** If absent, any free one. */
  readonly port?: number;
  readonly log: (level: "info" | "warn" | "error", event: string, fields: Record<string, unknown>) => void;
}

export interface EmbeddedPostgres {
  /** Role and database asyncgate; the password is in it, so it is never logged. */
  readonly databaseUrl: string;
  readonly port: number;
  readonly version: string;
  /** Settles when Postgres ends without having been told to; after stop() it never does. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; logTail: string }>;
  /** Ends Postgres and gives the data directory back; needed also after `exited`. Calling it twice is harmless. */
  stop(): Promise<void>;
}

/** Postgres has said it is ready, so this only bounds a machine that hangs. */
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
    return { databaseUrl, port: running.port, version, ...lifeOf(running.guarded, ownership, launch) };
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
      `the data directory ${dataDir} cannot be used (${why}): give one this user can write to, ${useYourOwnAdvice}`,
      { cause: error },
    );
  }
}

/** Not mkdir's own `recursive`: below a folder that takes no children, such as /proc, Node's tries for ever. */
async function makeDirectory(path: string): Promise<void> {
  if (await makeOneDirectory(path)) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  if (await makeOneDirectory(path)) return;
  throw new Error(`${path} cannot be made: its parent takes no directories`);
}

/** False when the parent is missing. A file in the way is no matter here: taking ownership in it says so. */
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
    `the embedded Postgres in ${dataDir} did not start (${why}): mend that and start again, ${useYourOwnAdvice}`,
    { cause: error },
  );
}

function urlOf({ password, dataPath }: Cluster, port: number, database: string): string {
  const url = `postgres://${roleName}:${password}@127.0.0.1:${port}/${database}`;
  const socketDirectory = socketDirectoryOf(dataPath, port);
  return socketDirectory === undefined ? url : `${url}?host=${encodeURIComponent(socketDirectory)}`;
}

/**
 * Made here and not with the cluster, so that a database somebody dropped comes back. Answers the server's
 * version.
 */
async function ensureDatabase(maintenanceUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: maintenanceUrl, connectionTimeoutMillis: connectTimeoutMs });
  client.on("error", () => undefined); // The query's own rejection tells it.
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

function lifeOf(
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
