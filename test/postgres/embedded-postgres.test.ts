// The embedded Postgres: committed data survives every kind of end, a data directory has one owner at a time, and no
// process is left behind. Real processes on real directories; if the tests run as root, the directories are closed to
// Postgres's user, as /root is.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/postgres/embedded-postgres.ts";
import { clusterNameOf, dataPathOf } from "../../src/postgres/embedded-postgres-cluster.ts";
import { EmbeddedPostgresError } from "../../src/postgres/embedded-postgres-error.ts";

/** Each start is bounded far below this; it only ends a test that hangs. */
const testTimeoutMs = 300_000;

let dataDir: string;
let events: string[];
let children: ChildProcess[];
let running: EmbeddedPostgres[];

beforeEach(async () => {
  // The embedded Postgres creates the second level itself.
  dataDir = join(await mkdtemp(join(tmpdir(), "asyncgate-postgres-")), "data");
  events = [];
  children = [];
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()));
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await expect.poll(() => runningProcesses()).toEqual([]);
  await rm(join(dataDir, ".."), { recursive: true });
});

const log = (_level: string, event: string): void => {
  events.push(event);
};

async function start(port?: number): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({ dataDir, log, ...(port === undefined ? {} : { port }) });
  running.push(postgres);
  return postgres;
}

async function startError(port?: number): Promise<EmbeddedPostgresError> {
  const error = await start(port).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(EmbeddedPostgresError);
  return error as EmbeddedPostgresError;
}

async function query(databaseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

const write = (databaseUrl: string): Promise<unknown> =>
  query(databaseUrl, "CREATE TABLE IF NOT EXISTS kept (id int); INSERT INTO kept VALUES (1)");
const countKept = async (databaseUrl: string): Promise<unknown> =>
  (await query(databaseUrl, "SELECT count(*)::int AS kept FROM kept"))[0]?.["kept"];

function postmasterPid(): number {
  return Number(readFileSync(join(dataPathOf(dataDir), "postmaster.pid"), "utf8").split("\n", 1)[0]);
}

type Row = { pid: number; groupId: number; line: string };

/** Without processes that have ended and were not reaped: they hold nothing. */
function processTable(): Row[] {
  const table = execFileSync("ps", ["-axww", "-o", "pid=,pgid=,stat=,command="], { encoding: "utf8" });
  return table.split("\n").flatMap((row) => {
    const [, pid, groupId, state, line] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(row) ?? [];
    if (line === undefined || state?.startsWith("Z")) return [];
    return [{ pid: Number(pid), groupId: Number(groupId), line }];
  });
}

/** This test's Postgres processes, and their guards. */
async function runningProcesses(): Promise<Row[]> {
  const dataPath = dataPathOf(dataDir);
  if (!existsSync(dataPath)) return processTable().filter(({ line }) => line.includes(dataDir));
  const name = await clusterNameOf(dataPath);
  return processTable().filter(({ line }) => line.includes(name) || line.includes(dataDir));
}

function guardPidOf(pid: number): number {
  const guard = processTable().find(({ line }) => line.endsWith(`asyncgate-postgres-guard ${pid}`));
  return guard?.pid ?? Number.NaN;
}

/** A server in its own process. It prints one JSON line for each event, for its start (or refusal) and for SIGINT. */
function spawnServer(): { child: ChildProcess; next: (name: string) => Promise<Record<string, unknown>> } {
  const module = new URL("../../src/postgres/embedded-postgres.ts", import.meta.url).href;
  const program = `
    import { startEmbeddedPostgres } from ${JSON.stringify(module)};
    const print = (name, fields) => process.stderr.write(JSON.stringify({ name, ...fields }) + "\\n");
    process.on("SIGINT", () => print("interrupted", {}));
    setInterval(() => {}, 1_000_000);
    try {
      const log = (level, event) => print(event, {});
      const { databaseUrl } = await startEmbeddedPostgres({ dataDir: process.argv[1], log });
      print("started", { databaseUrl });
    } catch (error) {
      print("refused", { kind: error.kind, ownerPid: error.ownerPid, message: error.message });
    }`;
  const nodeArguments = ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program, dataDir];
  const child = spawn(process.execPath, nodeArguments, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  children.push(child);
  child.stdout?.on("data", (text) => events.push(`stdout: ${text}`));
  const lines: Record<string, unknown>[] = [];
  if (child.stderr === null) throw new Error("no stderr");
  createInterface(child.stderr).on("line", (line) => {
    lines.push(JSON.parse(line));
    child.emit("line");
  });
  const next = async (name: string): Promise<Record<string, unknown>> => {
    for (;;) {
      const found = lines.find((line) => line["name"] === name || line["name"] === "refused");
      if (found !== undefined) return found;
      await once(child, "line");
    }
  };
  return { child, next };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("the embedded Postgres", { timeout: testTimeoutMs }, () => {
  test("starts in an empty directory, serves a durable UTF-8 database to a plain role, and keeps it", async () => {
    const first = await start();
    expect(first.version).toMatch(/^18\./);
    expect(new URL(first.databaseUrl).hostname).toBe("127.0.0.1");
    expect(Number(new URL(first.databaseUrl).port)).toBe(first.port);
    const [facts] = await query(
      first.databaseUrl,
      `SELECT current_database() AS database, current_user AS role, rolsuper, rolcreatedb,
              pg_encoding_to_char(encoding) AS encoding, datlocprovider::text AS locale_provider, datlocale,
              pg_get_userbyid(datdba) AS owner, current_setting('fsync') AS fsync,
              current_setting('synchronous_commit') AS synchronous_commit,
              current_setting('data_checksums') AS data_checksums
         FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
    );
    expect(facts).toEqual({
      database: "asyncgate",
      role: "asyncgate",
      owner: "asyncgate",
      rolsuper: false,
      rolcreatedb: true,
      encoding: "UTF8",
      locale_provider: "b",
      datlocale: "C.UTF-8",
      fsync: "on",
      synchronous_commit: "on",
      data_checksums: "on",
    });
    await write(first.databaseUrl);
    await first.stop();
    expect(await runningProcesses()).toEqual([]);

    const second = await start();
    expect(await countKept(second.databaseUrl)).toBe(1);
    expect(events.filter((event) => event === "embedded_postgres_init")).toHaveLength(1);
  });

  test("refuses a wrong password, and every login as superuser, by socket and by port", async () => {
    const { databaseUrl } = await start();
    const byPort = new URL(databaseUrl);
    byPort.search = "";
    for (const url of [databaseUrl, byPort.href]) {
      expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
      const wrong = new URL(url);
      wrong.password = "wrong";
      await expect(query(wrong.href, "SELECT 1")).rejects.toThrow(/password authentication failed/);
      const superuser = new URL(url);
      superuser.username = "postgres";
      await expect(query(superuser.href, "SELECT 1")).rejects.toThrow(/no pg_hba.conf entry/);
    }
  });

  test("is reached by its socket, or by its port where the path of a socket would be too long", async () => {
    const connection = "SELECT inet_server_addr() IS NULL AS by_socket";
    const short = await start();
    expect(await query(short.databaseUrl, connection)).toEqual([{ by_socket: true }]);
    await short.stop();
    dataDir = join(dataDir, "..", "d".repeat(100));
    const long = await start();
    expect(await query(long.databaseUrl, connection)).toEqual([{ by_socket: false }]);
  });

  test("listens on the given port, and reports when another program has it", async () => {
    const { port } = await start();
    await running.pop()?.stop();
    expect((await start(port)).port).toBe(port);
    await running.pop()?.stop();

    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    const error = await startError(port);
    expect(error.kind).toBe("port_in_use");
    expect(error.message).toContain(`port ${port}`);
    other.close();
    await once(other, "close");
    expect((await start(port)).port).toBe(port);
  });

  test("creates the database again when it was dropped", async () => {
    const first = await start();
    const maintenance = new URL(first.databaseUrl);
    maintenance.pathname = "postgres";
    await query(maintenance.href, "DROP DATABASE asyncgate");
    await first.stop();
    const second = await start();
    expect(await query(second.databaseUrl, "SELECT current_database() AS name")).toEqual([{ name: "asyncgate" }]);
  });

  test("reports when Postgres ends by itself", async () => {
    const postgres = await start();
    process.kill(postmasterPid(), "SIGINT");
    const { code, logTail } = await postgres.exited;
    expect(code).toBe(0);
    expect(logTail).toContain("received fast shutdown request");
  });
});

describe("a data directory", { timeout: testTimeoutMs }, () => {
  test("has one owner: a second start is refused with the owner's pid, and does no harm", async () => {
    const first = await start();
    const sameProcess = await startError();
    expect(sameProcess.kind).toBe("data_dir_in_use");
    expect(sameProcess.ownerPid).toBe(process.pid);
    const refused = await spawnServer().next("started");
    expect(refused).toMatchObject({ kind: "data_dir_in_use", ownerPid: process.pid });
    expect(refused["message"]).toContain(`process ${process.pid}`);
    await write(first.databaseUrl);
    expect(await countKept(first.databaseUrl)).toBe(1);
  });

  test("has one owner also when several servers start at once in an empty directory", async () => {
    const servers = [spawnServer(), spawnServer(), spawnServer()];
    const answers = await Promise.all(servers.map(({ next }) => next("started")));
    const started = answers.filter(({ name }) => name === "started");
    expect(started).toHaveLength(1);
    const ownerPid = servers[answers.findIndex(({ name }) => name === "started")]?.child.pid;
    for (const answer of answers.filter(({ name }) => name === "refused")) {
      expect(answer).toMatchObject({ kind: "data_dir_in_use", ownerPid });
    }
    await write(String(started[0]?.["databaseUrl"]));
  });

  test("that is a file is refused, with what to do", async () => {
    writeFileSync(dataDir, "not a directory");
    const error = await startError();
    expect(error.kind).toBe("data_dir_unusable");
    expect(error.message).toContain(dataDir);
    expect(error.message).toContain("DATABASE_URL");
  });

  test.runIf(process.platform === "linux")(
    "that cannot be created is refused, also where a parent takes no subdirectories",
    async () => {
      const nowhere = startEmbeddedPostgres({ dataDir: "/proc/asyncgate/data", log });
      await expect(nowhere).rejects.toMatchObject({ kind: "data_dir_unusable" });
    },
  );

  test("with data of another version of Postgres is refused and not changed", async () => {
    await (await start()).stop();
    const path = join(dataPathOf(dataDir), "PG_VERSION");
    writeFileSync(path, "17\n");
    const error = await startError();
    expect(error.kind).toBe("data_dir_unusable");
    expect(error.message).toMatch(/Postgres 17.*18/);
    writeFileSync(path, "18\n");
    await start();
  });

  test("with a broken configuration gives an error with the end of Postgres's log", async () => {
    await (await start()).stop();
    const path = join(dataPathOf(dataDir), "postgresql.conf");
    const configuration = readFileSync(path, "utf8");
    writeFileSync(path, "no_such_setting_at_all = 1\n");
    const error = await startError();
    expect(error.kind).toBe("start_failed");
    expect(error.message).toContain("no_such_setting_at_all");
    writeFileSync(path, configuration);
    await start();
  });
});

describe("after kill -9", { timeout: testTimeoutMs }, () => {
  test("of Postgres, the next start works at once and finds everything that was committed", async () => {
    const first = await start();
    await write(first.databaseUrl);
    process.kill(postmasterPid(), "SIGKILL");
    expect(await first.exited).toMatchObject({ code: null, signal: "SIGKILL" });
    await first.stop();
    const second = await start();
    expect(await countKept(second.databaseUrl)).toBe(1);
  });

  test("of Postgres while a statement runs, the next start ends the remaining processes", async () => {
    const first = await start();
    await write(first.databaseUrl);
    // It waits for nothing, so it never notices that its postmaster has ended, and would hold the shared memory for
    // hours.
    const busySql = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b";
    const busy = expect(query(first.databaseUrl, busySql)).rejects.toThrow();
    const isBusy = async (): Promise<boolean> => (await runningProcesses()).some(({ line }) => / SELECT ?$/.test(line));
    await expect.poll(isBusy).toBe(true);
    process.kill(postmasterPid(), "SIGKILL");
    await first.exited;
    await first.stop();
    const second = await start();
    await busy;
    expect(events).toContain("embedded_postgres_leftovers_ended");
    expect(await countKept(second.databaseUrl)).toBe(1);
  });

  test("of the server, Postgres ends by itself, and the next start finds everything", async () => {
    const server = spawnServer();
    const { databaseUrl } = await server.next("started");
    await write(String(databaseUrl));
    await kill(server.child);
    await expect.poll(() => runningProcesses()).toEqual([]);
    const next = await start();
    expect(await countKept(next.databaseUrl)).toBe(1);
    expect(events).not.toContain("embedded_postgres_leftovers_ended");
  });

  test("of the server and the guard, the next start ends the orphan, takes its port and finds everything", async () => {
    const server = spawnServer();
    const { databaseUrl } = await server.next("started");
    await write(String(databaseUrl));
    const orphanPid = postmasterPid();
    process.kill(guardPidOf(orphanPid), "SIGKILL");
    await kill(server.child);
    expect(await countKept(String(databaseUrl))).toBe(1); // A control: without its guard it keeps running.
    const port = Number(new URL(String(databaseUrl)).port);
    const next = await start(port);
    expect(events).toContain("embedded_postgres_leftovers_ended");
    expect(next.port).toBe(port);
    expect(postmasterPid()).not.toBe(orphanPid);
    expect(await countKept(next.databaseUrl)).toBe(1);
  });

  test("of the server while it creates its first cluster, the next start creates it", async () => {
    const server = spawnServer();
    await server.next("embedded_postgres_init");
    await expect.poll(() => readdirSync(dataDir).some((name) => name.startsWith("postgres.new-"))).toBe(true);
    await kill(server.child);
    expect(existsSync(dataPathOf(dataDir))).toBe(false);
    const next = await start();
    await write(next.databaseUrl);
    expect(await countKept(next.databaseUrl)).toBe(1);
  });
});

describe("a terminal's Ctrl-C", { timeout: testTimeoutMs }, () => {
  test("reaches the server and not its Postgres, so that the server can finish its work first", async () => {
    const server = spawnServer();
    const { databaseUrl } = await server.next("started");
    const serverPid = server.child.pid ?? Number.NaN;
    expect((await runningProcesses()).filter(({ groupId }) => groupId === serverPid).map(({ pid }) => pid)).toEqual([
      serverPid,
    ]);
    process.kill(-serverPid, "SIGINT");
    await server.next("interrupted");
    await write(String(databaseUrl));
    expect(events.filter((event) => event.startsWith("stdout"))).toEqual([]);
  });
});
