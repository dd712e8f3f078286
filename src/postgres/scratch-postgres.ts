// A temporary Postgres, for tests and for what is generated from the schema: the one of TEST_DATABASE_URL if that is
// set (its user must be allowed to create databases), else its own in a temporary directory. With TEST_POSTGRES=15 it
// is Debian's Postgres of that version, otherwise the embedded one. It is not durable.
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../store/migrate.ts";
import { openDatabase } from "../store/pool.ts";
import { endGuarded, type Guarded, runProgram, spawnGuarded } from "./embedded-postgres-process.ts";
import { findPrograms, findRunner, type Runner, reachablePrograms } from "./embedded-postgres-programs.ts";
import { scratchPlace } from "./scratch-place.ts";

export type ScratchPostgres = {
  /** The URL of the database `postgres`, or TEST_DATABASE_URL. */
  readonly adminUrl: string;
  stop(): Promise<void>;
};

/** For a cold disk and a busy machine; normally it takes one second. */
const startTimeoutMs = 60_000;
/** Several test files run at once, each with a few small pools. */
const connectionsMax = 200;
const settings = [
  // Cloning the template took 40 ms without flushing and 260 ms with it, on two busy cores.
  "fsync=off",
  "full_page_writes=off",
  // Tests provoke deadlocks, and the default is to wait a second for each.
  "deadlock_timeout=100ms",
  "shared_buffers=64MB",
  `max_connections=${connectionsMax}`,
  "timezone=UTC",
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
];
const readyLine = "database system is ready to accept connections";

export async function startScratchPostgres(): Promise<ScratchPostgres> {
  const given = process.env["TEST_DATABASE_URL"] ?? "";
  if (given !== "") return { adminUrl: given, stop: async () => undefined };
  const directory = await mkdtemp(join(scratchPlace(), "asyncgate-scratch-"));
  const runner = await findRunner(join(directory, "data"));
  const programs = join(await programsDirectory(process.env["TEST_POSTGRES"] ?? "", runner), "bin");
  const data = await makeCluster(programs, directory, runner);
  const port = await freePort();
  const flags = settings.flatMap((setting) => ["-c", setting]);
  const server = spawnGuarded(
    join(programs, "postgres"),
    ["-D", data, "-p", String(port), ...flags],
    { cwd: data, runner },
    ["ignore", "pipe", "pipe"],
  );
  const stop = async () => {
    await endGuarded(server);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await untilReady(server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { adminUrl: `postgresql://postgres@127.0.0.1:${port}/postgres`, stop };
}

async function makeCluster(programs: string, directory: string, runner: Runner | undefined): Promise<string> {
  const data = join(directory, "data");
  await mkdir(data, { mode: 0o700 });
  if (runner !== undefined) {
    // The temporary directory is closed to other users; the runner must be able to enter it.
    await chown(directory, runner.uid, runner.gid);
    await chown(data, runner.uid, runner.gid);
  }
  const flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"];
  await runProgram(join(programs, "initdb"), ["-D", data, ...flags], { cwd: data, runner });
  return data;
}

/** Creates a database with the schema of the migrations and returns its URL. */
export async function createMigratedDatabase(adminUrl: string, name: string, directory?: string): Promise<string> {
  await administrate(adminUrl, `create database ${name} template template0`);
  const databaseUrl = urlOf(adminUrl, name);
  const database = openDatabase({
    databaseUrl,
    poolMax: 1,
    applicationName: "asyncgate-migrate",
    log: () => undefined,
  });
  try {
    await migrate(database, directory);
  } finally {
    await database.close();
  }
  return databaseUrl;
}

/** Runs the work on a migrated database of its own temporary Postgres. */
export async function withMigratedDatabase<Value>(work: (databaseUrl: string) => Promise<Value>): Promise<Value> {
  const postgres = await startScratchPostgres();
  const name = `asyncgate_build_${process.pid}`;
  try {
    return await work(await createMigratedDatabase(postgres.adminUrl, name));
  } finally {
    await administrate(postgres.adminUrl, `drop database if exists ${name} with (force)`);
    await postgres.stop();
  }
}

export async function administrate(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}

async function programsDirectory(version: string, runner: Runner | undefined): Promise<string> {
  if (version === "") return await reachablePrograms(findPrograms(), runner);
  const debian = `/usr/lib/postgresql/${version}`;
  if (existsSync(debian)) return debian;
  throw new Error(`TEST_POSTGRES=${version}: there is no ${debian}; install postgresql-${version}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free TCP port on 127.0.0.1");
  return address.port;
}

async function untilReady({ child, ended }: Guarded): Promise<void> {
  let output = "";
  const ready = new Promise<"ready">((resolve) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Always read, or Postgres would block, but kept only until it is ready: later errors are provoked by tests.
      if (output.includes(readyLine)) return;
      output += text;
      if (output.includes(readyLine)) resolve("ready");
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<"overdue">((resolve) => {
    timer = setTimeout(() => resolve("overdue"), startTimeoutMs);
  });
  const outcome = await Promise.race([ready, overdue, ended]);
  clearTimeout(timer);
  if (outcome !== "ready") throw new Error(`the scratch Postgres did not start:\n${output}`);
}
