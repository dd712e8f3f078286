// The processes of an embedded Postgres. Each runs in its own session, so that Ctrl-C reaches only the server, and each
// has a guard, so that it ends with the server, however the server ends. A process that is left behind anyway is found
// by its name at the next start.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import type { Runner } from "./embedded-postgres-programs.ts";

/** initdb takes a second, on a slow disk twenty; this only ends a program that hangs. */
const programTimeoutMs = 180_000;
const outputCharactersMax = 4_000;
const pollMs = 20;
/** A fast shutdown writes a checkpoint of up to 4 GB of WAL; an immediate one writes none and needs recovery later. */
const endSteps = [
  { signal: "SIGINT", waitMs: 10_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
] as const;

/** Nothing else of the server's environment: it may hold credentials, and PG… variables would change Postgres. */
function environment(): NodeJS.ProcessEnv {
  return { LC_ALL: "C", PATH: process.env["PATH"] ?? "/usr/bin:/bin" };
}

export type SpawnOptions = {
  readonly cwd: string;
  readonly runner: Runner | undefined;
};

export type Ended = { code: number | null; signal: NodeJS.Signals | null; error?: Error };

export type Guarded = {
  readonly child: ChildProcess;
  /** Resolves when the process has ended or could not be started; never rejects. */
  readonly ended: Promise<Ended>;
};

/**
 * Starts a program that ends with us. Its guard, a shell, waits on a pipe that only we hold open, then interrupts it.
 */
export function spawnGuarded(
  path: string,
  programArguments: readonly string[],
  options: SpawnOptions,
  stdio: ["pipe" | "ignore", "pipe" | number, "pipe" | number],
): Guarded {
  const child = spawn(path, programArguments, {
    ...options.runner,
    cwd: options.cwd,
    env: environment(),
    detached: true,
    stdio,
  });
  const guard = child.pid === undefined ? undefined : spawnGuard(child.pid, options.runner);
  const ended = new Promise<Ended>((resolve) => {
    const settle = (end: Ended): void => {
      // Killed at once, before the pid that it watches can be reused.
      guard?.kill("SIGKILL");
      resolve(end);
    };
    child.once("exit", (code, signal) => settle({ code, signal }));
    child.once("error", (error) => settle({ code: null, signal: null, error }));
  });
  return { child, ended };
}

function spawnGuard(pid: number, runner: Runner | undefined): ChildProcess {
  const guard = spawn(
    "/bin/sh",
    ["-c", 'read -r line; kill -s INT -- "-$1"', "asyncgate-postgres-guard", String(pid)],
    {
      ...runner,
      cwd: "/",
      env: environment(),
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  // Without a guard Postgres outlives a killed server, and the next start ends it, so this start need not fail.
  guard.on("error", () => undefined);
  guard.stdin?.on("error", () => undefined);
  guard.unref();
  if (guard.stdin !== null && "unref" in guard.stdin && typeof guard.stdin.unref === "function") guard.stdin.unref();
  return guard;
}

/** Runs a program to its end. An error contains its output. */
export async function runProgram(
  path: string,
  programArguments: readonly string[],
  options: SpawnOptions & { readonly input?: string },
): Promise<void> {
  const { child, ended } = spawnGuarded(path, programArguments, options, ["pipe", "pipe", "pipe"]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-outputCharactersMax);
    });
  }
  child.stdin?.on("error", () => undefined); // It ended before it read; its exit code is reported.
  child.stdin?.end(options.input ?? "");
  const overdue = setTimeout(() => child.kill("SIGKILL"), programTimeoutMs);
  const closed = new Promise((resolve) => child.once("close", resolve));
  const { code, signal, error } = await ended;
  clearTimeout(overdue);
  if (error === undefined) await closed;
  if (code === 0) return;
  const how = error?.message ?? (signal === null ? `exit code ${code}` : `signal ${signal}`);
  throw new EmbeddedPostgresError("start_failed", `${path} failed (${how}): ${output.trim()}`, { cause: error });
}

/** Ends our own postmaster by ever stronger signals, in bounded time. */
export async function endGuarded({ child, ended }: Guarded): Promise<void> {
  child.ref();
  for (const { signal, waitMs } of endSteps) {
    child.kill(signal);
    const abort = new AbortController();
    const overdue = delay(waitMs, "overdue" as const, { signal: abort.signal }).catch(() => "overdue" as const);
    const outcome = await Promise.race([ended, overdue]);
    abort.abort();
    if (outcome !== "overdue") return;
  }
}

/** Ends the processes that a killed server or postmaster left on this cluster, and returns their number. */
export async function endLeftovers(clusterName: string): Promise<number> {
  const found = await processesOf(clusterName);
  for (const { signal, waitMs } of endSteps) {
    if ((await processesOf(clusterName)).length === 0) return found.length;
    for (const pid of await processesOf(clusterName)) trySignal(pid, signal);
    for (let waitedMs = 0; waitedMs < waitMs; waitedMs += pollMs) {
      if ((await processesOf(clusterName)).length === 0) return found.length;
      await delay(pollMs);
    }
  }
  const left = (await processesOf(clusterName)).join(", ");
  throw new EmbeddedPostgresError(
    "start_failed",
    `processes ${left} of an earlier Postgres on this data directory do not end, not even by SIGKILL ` +
      "(does the disk hang?): end them, then start again",
  );
}

function trySignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Ended already, or another user's and so not ours; the next listing shows it.
  }
}

/**
 * Postgres shows its cluster's name in the postmaster's arguments and in every child's title. A process that has ended
 * but was not reaped has no command line, so it does not count.
 */
async function processesOf(clusterName: string): Promise<number[]> {
  const all = process.platform === "linux" ? await linuxCommandLines() : await psCommandLines();
  const isOurs = (line: string): boolean =>
    line.startsWith(`postgres: ${clusterName}: `) || line.includes(` cluster_name=${clusterName} `);
  return all.filter(({ line }) => isOurs(line)).map(({ pid }) => pid);
}

type CommandLine = { pid: number; line: string };

/** Not ps: small container images lack it. Not /proc/…/cwd: in a container even root may not read another user's. */
async function linuxCommandLines(): Promise<CommandLine[]> {
  const found: CommandLine[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      found.push({ pid, line: (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ") });
    } catch {
      // Ended between the listing and the reading.
    }
  }
  return found;
}

async function psCommandLines(): Promise<CommandLine[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,command="]);
  return stdout.split("\n").map((row) => {
    const [, pid = "", line = ""] = /^\s*(\d+) (.*)$/.exec(row) ?? [];
    return { pid: Number(pid), line: `${line} ` };
  });
}
