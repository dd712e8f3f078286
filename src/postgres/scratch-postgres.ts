/**
 * A Postgres to throw away, for tests and for what is generated from the schema: TEST_DATABASE_URL when set (its user
 * must be allowed to create databases), else one of its own in a temporary directory, which TEST_POSTGRES=15 makes a
 * Debian one of that version instead of the embedded one. It forgets at a crash: never for data anybody wants.
 */
import { existsSync } from "node:fs";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { migrate } from "../store/migrate.ts";
import { openDatabase } from "../store/pool.ts";
import { endGuarded, type Guarded, runProgram, spawnGuarded } from "./embedded-postgres-process.ts";
import { findPrograms, findRunner, type Runner, reachablePrograms } from "./embedded-postgres-programs.ts";

export type ScratchPostgres = {
  /** A url of the database `postgres`, or of the one TEST_DATABASE_URL names. */
  readonly adminUrl: string;
  stop(): Promise<void>;
};

/** A cold disk and a busy machine; it takes one second as a rule. */
const startTimeoutMs = 60_000;
/** Several test files at once, each with a few small pools. */
const connectionsMax = 200;
const settings = [
  // Cloning the template took 40 ms this way and 260 ms with every file flushed, measured on two busy cores.
  "fsync=off",
  "full_page_writes=off",
  // Tests provoke deadlocks; a second of waiting for each is the default.
  "deadlock_timeout=100ms",
  "shared_buffers=64MB",
  `max_connections=${connectionsMax}`,
  "timezone=UTC",
  "listen_addresses=127.0.0.1",
  "unix_socket_directories=",
];
const READY = "database system is ready to accept connections";

export async function startScratchPostgres(): Promise<ScratchPostgres> {
  const given = process.env["TEST_DATABASE_URL"] ?? "";
  if (given !== "") return { adminUrl: given, stop: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-scratch-"));
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
    // The temporary directory was made for us alone; its owner must be able to walk through it.
    await chown(directory, runner.uid, runner.gid);
    await chown(data, runner.uid, runner.gid);
  }
  const flags = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions"];
  await runProgram(join(programs, "initdb"), ["-D", data, ...flags], { cwd: data, runner });
  return data;
}

/** Makes a database with the schema of the migrations and answers its url. */
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

/** A migrated database for as long as the work takes, on a scratch Postgres of its own. */
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
  let said = "";
  const ready = new Promise<"ready">((resolve) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Read to the end, or Postgres would block; kept only until it is up: tests provoke errors on purpose.
      if (said.includes(READY)) return;
      said += text;
      if (said.includes(READY)) resolve("ready");
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const overdue = new Promise<"overdue">((resolve) => {
    timer = setTimeout(() => resolve("overdue"), startTimeoutMs);
  });
  const outcome = await Promise.race([ready, overdue, ended]);
  clearTimeout(timer);
  if (outcome !== "ready") throw new Error(`the scratch Postgres did not start:\n${said}`);
}
