// The one Postgres that everybody is measured on: embedded, as durable as any, with a fresh database for each
// contender of each round, and what its processes have spent.
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
  /** Made anew, with nothing dirty left of what went before. */
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
      // Copied as files, which takes a checkpoint before and after: the role may not ask for one by name.
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

/** Each waits five seconds for those who are about to leave; an autovacuum, which nobody may force out, is told to. */
const dropTriesMax = 5;

async function drop(databaseUrl: string, name: string, tries: number): Promise<void> {
  try {
    await query(databaseUrl, `drop database if exists ${name}`);
  } catch (error) {
    if (tries <= 1) throw error;
    await drop(databaseUrl, name, tries - 1);
  }
}

/** The parent of any backend, looked up while that backend lives. */
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

/** What autovacuum would do at a moment of its own is done before anything is measured. */
export async function analyze(databaseUrl: string): Promise<void> {
  await query(databaseUrl, "vacuum analyze");
}

/** Ends everybody's connections but its own; a server opens new ones when it needs them. */
export async function endConnections(databaseUrl: string): Promise<void> {
  const others = "datname = current_database() and usename = current_user and pid <> pg_backend_pid()";
  await query(databaseUrl, `select pg_terminate_backend(pid, 5000) from pg_stat_activity where ${others}`);
}

/** Waits until a question about the database finds no row, and answers when that was. */
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

/** Short beside the seconds that a round takes. */
const pollMs = 3;
