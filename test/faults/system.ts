// The system under faults: a Postgres and a server as users run them, which can be killed and come back at the same
// address, with all data. A client and a worker of the kit talk to it all the while and know nothing of the kills.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../../src/postgres/embedded-postgres.ts";
import { freePort } from "../helpers/free-port.ts";

export type Victim = "server" | "postgres";
export const victims: readonly Victim[] = ["server", "postgres"];

export type System = {
  readonly url: string;
  keyOf(name: string): Promise<string>;
  readonly databaseUrl: string;
  /** Ends the process as by `kill -9`; it is back when the promise resolves. */
  kill(victim: Victim): Promise<void>;
  /** Starts another server on the same database. It ends with the system. */
  startBeside(): Promise<Beside>;
  /** What `asyncgate ledger-check` prints. */
  checkLedger(): Promise<{ text: string; isWhole: boolean }>;
  stop(): Promise<void>;
};

/** A second server. */
export type Beside = {
  readonly url: string;
  /** Ends the process as by `kill -9`; it is back when the promise resolves. */
  kill(): Promise<void>;
};

/** Short, so that what was held by something killed comes back soon. */
const leaseFlags = ["--lease-ttl-default-ms", "5000", "--resume-grace-ms", "3000"];

/** `more` are further settings of the servers. */
export async function startSystem(more: readonly string[] = []): Promise<System> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-faults-"));
  const postgres = await startEmbeddedPostgres({ dataDir: join(dataDir, "postgres"), log: () => undefined });
  const flags = ["--database-url", postgres.databaseUrl];
  const settings = [...flags, ...leaseFlags, ...more];
  const ends: (() => Promise<void>)[] = [];
  const startOne = async (): Promise<Beside> => {
    const port = await freePort();
    const start = () =>
      startServer(["dev", "--data-dir", join(dataDir, "server"), "--port", String(port), ...settings]);
    let server = await start();
    ends.push(() => end(server, "SIGTERM"));
    return {
      url: `http://127.0.0.1:${port}`,
      async kill() {
        await end(server, "SIGKILL");
        server = await start();
      },
    };
  };
  const first = await startOne();
  return {
    url: first.url,
    startBeside: startOne,
    databaseUrl: postgres.databaseUrl,
    async keyOf(name) {
      const keys = JSON.parse(await readFile(join(dataDir, "server", "dev-keys.json"), "utf8"));
      return (keys as { name: string; key: string }[]).find((one) => one.name === name)?.key ?? "";
    },
    async kill(victim) {
      if (victim === "postgres") return await killBackend(postgres.databaseUrl);
      await first.kill();
    },
    checkLedger: () => runLedgerCheck(flags),
    async stop() {
      await Promise.all(ends.map((stop) => stop()));
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function startServer(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["src/main.ts", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-10_000);
      if (said.includes("AsyncGate listens on")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  return child;
}

export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

/**
 * Kills one of the server's connections in the middle of what it does. Postgres then ends all others, forgets what was
 * in memory, and recovers from its log, as after a crash of the machine's.
 */
async function killBackend(databaseUrl: string): Promise<void> {
  const client = await connect(databaseUrl);
  try {
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()
        order by state = 'active' desc, state_change desc nulls last limit 1`,
    );
    const [busiest] = rows;
    if (busiest) process.kill(busiest.pid, "SIGKILL");
  } catch (error) {
    // Postgres was just about to end all connections, because of an earlier kill.
    if (!isConnectionLost(error)) throw error;
    await killBackend(databaseUrl);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isConnectionLost(error: unknown): boolean {
  const code = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return code === "ECONNRESET" || code === "ESRCH" || code === "57P02" || code === undefined;
}

/** Waits while Postgres recovers from an earlier kill. */
export async function connect(databaseUrl: string): Promise<pg.Client> {
  for (let triesLeft = 100; ; triesLeft -= 1) {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (triesLeft === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function runLedgerCheck(flags: readonly string[]): Promise<{ text: string; isWhole: boolean }> {
  const child = spawn(process.execPath, ["src/main.ts", "ledger-check", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { text: text.trimEnd(), isWhole: code === 0 };
}
