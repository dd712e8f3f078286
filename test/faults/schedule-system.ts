// Schedulers beside the system under faults: processes with a key of their own, whose clocks are an hour off, one in
// each direction. A scheduler goes by the times that the server reports, so it must make no difference.
import { type ChildProcess, spawn } from "node:child_process";
import { connect, end, type System } from "./system.ts";

export type ScheduleVictim = "server" | "postgres" | "connections" | "fast scheduler" | "slow scheduler";
export const scheduleVictims: readonly ScheduleVictim[] = [
  "server",
  "postgres",
  "connections",
  "fast scheduler",
  "slow scheduler",
];

export const hourMs = 3_600_000;

export async function startSchedulers(system: System) {
  const key = await system.keyOf("operator");
  const start = (byMs: number) => startScheduler(system.url, key, byMs);
  let fast = start(hourMs);
  let slow = start(-hourMs);
  return {
    async kill(victim: ScheduleVictim): Promise<void> {
      if (victim === "server" || victim === "postgres") return await system.kill(victim);
      if (victim === "connections") return await cutConnections(system.databaseUrl);
      if (victim === "fast scheduler") {
        await end(fast, "SIGKILL");
        fast = start(hourMs);
      } else {
        await end(slow, "SIGKILL");
        slow = start(-hourMs);
      }
    },
    async stop(): Promise<void> {
      await Promise.all([fast, slow].map((child) => end(child, "SIGTERM")));
    },
  };
}

/** Arguments of Node for a program whose `Date` is wrong from its first line on. */
export function wrongClock(byMs: number): string[] {
  const shift = `const D = Date; globalThis.Date = class extends D {
    constructor(...given) { given.length === 0 ? super(D.now() + ${byMs}) : super(...given); }
    static now() { return D.now() + ${byMs}; }
  };`;
  return ["--import", `data:text/javascript,${encodeURIComponent(shift)}`];
}

function startScheduler(url: string, key: string, byMs: number): ChildProcess {
  const env = { ...process.env, ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  return spawn(process.execPath, [...wrongClock(byMs), "src/main.ts", "scheduler"], { env, stdio: "ignore" });
}

/** All of the server's connections at once, whatever they do. */
export async function cutConnections(databaseUrl: string): Promise<void> {
  const client = await connect(databaseUrl);
  await client
    .query(
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    .catch(() => undefined);
  await client.end().catch(() => undefined);
}
