// The server under attack: the program as users start it, in a process of its own whose memory can be looked at, and a
// good client that calls it all the while. Whatever is done to the server, the good client must not notice.
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { expect, onTestFinished } from "vitest";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type AtEnd, makeDataDir, readKey, startDevServer } from "../e2e/dev-server.ts";
import { createTestDatabase, query } from "../helpers/database.ts";

export type HostileServer = {
  readonly url: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly tasker: string;
  readonly worker: string;
  readonly process: ChildProcess;
  /** Has it ended, and how; undefined while it lives. */
  exit(): string | undefined;
  /** Everything it has said on stderr: warnings and errors. */
  said(): string;
  /** Resident memory; 0 where the system does not tell it (only Linux does). */
  residentMib(): number;
  transport(): Transport;
};

export async function startHostileServer(
  flags: readonly string[] = [],
  atEnd: AtEnd = onTestFinished,
): Promise<HostileServer> {
  const databaseUrl = await createTestDatabase("migrated", atEnd);
  const dataDir = await makeDataDir(atEnd);
  const own = ["--database-url", databaseUrl, "--log-level", "warn", "--shutdown-grace-ms", "1000"];
  // Attackers and the good client have one address here.
  if (!flags.includes("--flood-cooldown-ms")) own.push("--flood-cooldown-ms", "0");
  const server = await startDevServer(dataDir, [...own, ...flags], atEnd);
  const { process: child, url, said } = server;
  return {
    ...{ url, databaseUrl, said, process: child },
    port: Number(new URL(url).port),
    tasker: await readKey(dataDir, "tasker"),
    worker: await readKey(dataDir, "worker"),
    exit: () =>
      child.exitCode === null && child.signalCode === null ? undefined : `${child.exitCode ?? child.signalCode}`,
    residentMib() {
      try {
        const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1];
        return Number(kib ?? 0) / 1_024;
      } catch {
        return 0; // It has ended, or this is no Linux.
      }
    },
    transport: () => createGrpcTransport({ baseUrl: url }),
  };
}

/** Connections of the server to Postgres in the midst of something, or that wait for something of this kind. */
export async function busyConnections({ databaseUrl }: HostileServer, waitFor = ""): Promise<number> {
  const rows = await query<{ busy: string }>(
    databaseUrl,
    `select count(*) as busy from pg_stat_activity
      where datname = current_database() and application_name = 'asyncgate' and state <> 'idle'
        and $1 in ('', wait_event_type)`,
    [waitFor],
  );
  return Number(rows[0]?.busy);
}

export type GoodClient = {
  /** How many calls have been answered so far. */
  calls(): number;
  /** Resolves when so many more calls have been answered, or have failed. */
  goOn(calls: number): Promise<void>;
  /** Ends it. Throws when any of its calls failed. */
  stop(): Promise<void>;
};

const triesMax = 5;

/** As the contract advises: what is overloaded or late is said again. */
async function patiently<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const { code } = ConnectError.from(error);
      const isRetryable = code === Code.Unavailable || code === Code.DeadlineExceeded;
      if (!isRetryable || tries === triesMax) throw error;
    }
  }
}

/** Creates a task and reads it, over and over, on a connection of its own. */
export function startGoodClient(server: HostileServer): GoodClient {
  const { url, tasker } = server;
  const sessionManager = new Http2SessionManager(url);
  const tasks = createClient(TaskService, createGrpcTransport({ baseUrl: url, sessionManager }));
  const options = { headers: { authorization: `Bearer ${tasker}` }, timeoutMs: 30_000 };
  const failures: string[] = [];
  const waiting = new Set<() => void>();
  let calls = 0;
  let over = false;
  const running = (async () => {
    while (!over) {
      try {
        const { task } = await patiently(() => tasks.createTask({ type: "good" }, options));
        await patiently(() => tasks.getTask({ taskId: task?.taskId ?? "" }, options));
      } catch (error) {
        if (server.exit() !== undefined) {
          over = true;
          failures.push(`the server has ended with ${server.exit()}:\n${server.said()}`);
        } else failures.push(ConnectError.from(error).message);
      }
      calls += 1;
      for (const look of waiting) look();
    }
    sessionManager.abort();
  })();
  return {
    calls: () => calls,
    goOn(more) {
      const until = calls + more;
      return new Promise((resolve) => {
        const look = () => {
          if (calls < until && !over) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
    async stop() {
      over = true;
      await running;
      expect(failures).toEqual([]);
    },
  };
}

/** Does something nasty while a good client calls, which must not notice; the server must live, and fit in memory. */
export async function underAttack(
  server: HostileServer,
  growthMibMax: number,
  attack: () => Promise<void>,
): Promise<void> {
  const good = startGoodClient(server);
  await good.goOn(5);
  const before = server.residentMib();
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, server.residentMib());
  }, 20);
  try {
    await attack();
    await good.goOn(5);
  } finally {
    clearInterval(looking);
    await good.stop();
  }
  expect(server.said()).not.toMatch(/failed unexpectedly|could not be answered/);
  expect(Math.round(most - before), "growth of resident memory in MiB").toBeLessThan(growthMibMax);
}
