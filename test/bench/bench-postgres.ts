// The one Postgres that all contenders run on: embedded, with durable settings, a fresh database for each turn, and the
// processor time of its processes.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { monotonicMs } from "../../src/cli/bench/load.ts";
import { startEmbeddedPostgres } from "../../src/postgres/embedded-postgres.ts";
import { cpuSecondsOfTree, parentOf } from "./cpu-time.ts";

export type BenchPostgres = {
  readonly databaseUrl: string;
  readonly version: string;
  /** A new database, after a checkpoint: no dirty pages of earlier turns are left. */
  freshDatabase(): Promise<string>;
  dropDatabase(databaseUrl: string): Promise<void>;
  cpuSeconds(): number;
  stop(): Promise<void>;
};

export async function startBenchPostgres(): Promise<BenchPostgres> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-bench-"));
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
  const { databaseUrl, version } = postgres;
  let made = 0;
  const postmaster = await postmasterOf(databaseUrl);
  return {
    databaseUrl,
    version,
    async freshDatabase() {
      made += 1;
      const name = `bench_${made}`;
      // file_copy makes a checkpoint before and after; the role may not run CHECKPOINT itself.
      await query(databaseUrl, `create database ${name} template template1 strategy file_copy`);
      const url = new URL(databaseUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    dropDatabase: (url) => drop(databaseUrl, new URL(url).pathname.slice(1), dropTriesMax),
    cpuSeconds: () => cpuSecondsOfTree(postmaster),
    async stop() {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Each try waits up to five seconds for other connections to end, and makes Postgres cancel an autovacuum. */
const dropTriesMax = 5;

async function drop(databaseUrl: string, name: string, tries: number): Promise<void> {
  try {
    await query(databaseUrl, `drop database if exists ${name}`);
  } catch (error) {
    if (tries <= 1) throw error;
    await drop(databaseUrl, name, tries - 1);
  }
}

/** The parent of a backend, read while that backend runs. */
async function postmasterOf(databaseUrl: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
    return parentOf(rows[0]?.pid ?? 0);
  } finally {
    await client.end();
  }
}

export async function query<Row extends pg.QueryResultRow>(databaseUrl: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Runs before the measurement, so that autovacuum does not run during it. */
export async function analyze(databaseUrl: string): Promise<void> {
  await query(databaseUrl, "vacuum analyze");
}

/** Ends all connections but its own; a server opens new ones when it needs them. */
export async function endConnections(databaseUrl: string): Promise<void> {
  const others = "datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
  await query(databaseUrl, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${others}`);
}

/** Waits until a query finds no row, and returns the time of that. */
export async function untilNone(databaseUrl: string, text: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    while ((await client.query(text)).rows.length > 0) await wait(pollMs);
    return monotonicMs();
  } finally {
    await client.end();
  }
}

/** Short compared with the seconds of a round. */
const pollMs = 3;
