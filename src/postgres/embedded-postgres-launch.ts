// One start of Postgres on an existing cluster: its settings, its port, the wait until it is ready, and the reason if
// it is not. Its log goes to a file in the data directory, never to the server's own output.
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, locationOf } from "./embedded-postgres-cluster.ts";
import { EmbeddedPostgresError, isErrno, useYourOwnAdvice } from "./embedded-postgres-error.ts";
import { inUse } from "./embedded-postgres-lock.ts";
import { type Ended, endGuarded, type Guarded, spawnGuarded } from "./embedded-postgres-process.ts";
import type { Runner } from "./embedded-postgres-programs.ts";

const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  // In the data directory, which is closed to other users.
  unix_socket_directories: ".",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_compression: "on",
  // Fewer, longer checkpoints: a queue rewrites the same pages, and after each checkpoint their first change is
  // expensive.
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  max_connections: "100",
  // Dead rows slow a queue down.
  autovacuum_naptime: "10s",
  // Stops statements whose client is gone, so that a killed server leaves none that still works and holds memory.
  client_connection_check_interval: "1s",
  timezone: "UTC",
  log_timezone: "UTC",
  password_encryption: "scram-sha-256",
  // Above "error": a failed statement is reported to its client, and never written to a file with its data.
  log_min_messages: "log",
};

/** Crash recovery replays at most max_wal_size; a slow disk reads 4 GB in four minutes. */
const readyTimeoutMs = 300_000;
const readyPollMs = 10;
/** A free port may be taken before Postgres binds it; five times in a row is no accident. */
const portTriesMax = 5;
/**
 * A killed Postgres leaves its shared memory until its last process ends, and its pid until its parent has reaped it.
 * We own the directory, so no other Postgres can be running on it.
 */
const stillEnding = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;
const endingTriesMax = 25;
const endingRetryMs = 200;
const logTailLinesMax = 15;
const logTailCharactersMax = 4_000;
/** At a start, a longer log is renamed, replacing the one that was renamed before. */
const logBytesMax = 10 * 1024 * 1024;

export type Launch = {
  readonly programsDir: string;
  readonly runner: Runner | undefined;
  readonly cluster: Cluster;
  readonly dataDir: string;
  readonly logPath: string;
  readonly port: number | undefined;
};

/** Retries only what passes by itself: a port taken before Postgres bound it, and the rest of a killed Postgres. */
export async function launchUntilReady(launch: Launch): Promise<{ guarded: Guarded; port: number }> {
  let portTries = 0;
  let endingTries = 0;
  for (;;) {
    const port = await freePort(launch.port);
    const logOffsetBytes = statSync(launch.logPath).size;
    const guarded = spawnPostmaster(launch, port);
    const end = await waitUntilReady(guarded, launch.cluster.dataPath).catch(async (error: unknown) => {
      await endGuarded(guarded);
      throw error;
    });
    if (end === undefined) return { guarded, port };
    const tail = logTail(launch.logPath, logOffsetBytes);
    if (/could not bind/.test(tail) && launch.port === undefined && ++portTries < portTriesMax) continue;
    if (stillEnding.test(tail) && ++endingTries < endingTriesMax) {
      await delay(endingRetryMs);
      continue;
    }
    throw startFailure(launch, port, end, tail);
  }
}

function startFailure(launch: Launch, port: number, end: Ended, tail: string): EmbeddedPostgresError {
  if (/could not bind/.test(tail)) return portInUse(port);
  if (/lock file "postmaster.pid" already exists/.test(tail)) {
    const pid = /is another postmaster \(PID (\d+)\)/.exec(tail)?.[1];
    return inUse(launch.dataDir, pid === undefined ? undefined : Number(pid));
  }
  const how = end.error?.message ?? (end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`);
  return new EmbeddedPostgresError(
    "start_failed",
    `the embedded Postgres did not start (${how}); fix the fault at the end of its log ${launch.logPath}, ` +
      `${useYourOwnAdvice}:\n${tail}`,
    end.error === undefined ? {} : { cause: end.error },
  );
}

function spawnPostmaster({ programsDir, runner, cluster, logPath }: Launch, port: number): Guarded {
  const { cwd, argument } = locationOf(cluster.dataPath, runner);
  const all = { ...settings, port: String(port), cluster_name: cluster.name };
  const flags = Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const logFile = openSync(logPath, "a", 0o600);
  try {
    const path = join(programsDir, "bin", "postgres");
    const guarded = spawnGuarded(path, ["-D", argument, ...flags], { cwd, runner }, ["ignore", logFile, logFile]);
    guarded.child.unref(); // A process with nothing else to do may end; the guard then ends Postgres.
    return guarded;
  } finally {
    closeSync(logFile);
  }
}

/** Reads what pg_ctl reads: the eighth line of postmaster.pid. Returns how the process ended, if it ended instead. */
async function waitUntilReady({ child, ended }: Guarded, dataPath: string): Promise<Ended | undefined> {
  let end: Ended | undefined;
  void ended.then((value) => {
    end = value;
  });
  for (const startedAtMs = performance.now(); performance.now() - startedAtMs < readyTimeoutMs; ) {
    await delay(readyPollMs);
    if (end !== undefined) return end;
    const lines = await readLines(join(dataPath, "postmaster.pid"));
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return undefined;
  }
  await endGuarded({ child, ended });
  return { ...(await ended), error: new Error(`not ready after ${readyTimeoutMs} ms`) };
}

async function readLines(path: string): Promise<string[]> {
  try {
    return (await readFile(path, "utf8")).split("\n");
  } catch (error) {
    if (isErrno(error, "ENOENT")) return [];
    throw error;
  }
}

/** A port that is free now: the requested one, or one that the system chooses. */
function freePort(wanted: number | undefined): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      reject(wanted !== undefined && isErrno(error, "EADDRINUSE") ? portInUse(wanted) : error);
    });
    server.listen(wanted ?? 0, "127.0.0.1", () => {
      const address = server.address();
      const port = address !== null && typeof address === "object" ? address.port : 0;
      server.close(() => resolvePort(port));
    });
  });
}

function portInUse(port: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    "port_in_use",
    `port ${port} on 127.0.0.1 is in use by another program: ` +
      "give the embedded Postgres another port, or none for a free one",
  );
}

export function openLogPath(dataDir: string): string {
  const logPath = join(dataDir, "postgres.log");
  closeSync(openSync(logPath, "a", 0o600));
  if (statSync(logPath).size > logBytesMax) {
    renameSync(logPath, `${logPath}.1`);
    closeSync(openSync(logPath, "a", 0o600));
  }
  return logPath;
}

export function logTail(logPath: string, offsetBytes: number): string {
  const text = readFileSync(logPath).subarray(offsetBytes).toString("utf8").trimEnd().slice(-logTailCharactersMax);
  return text.split("\n").slice(-logTailLinesMax).join("\n");
}
