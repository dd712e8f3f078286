// One start of Postgres on a cluster that is made: settings, port, waiting until it answers, and saying why it did
// not. Its log goes to a file in the data directory, never to the server's own output.
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, placeOf } from "./embedded-postgres-cluster.ts";
import { EmbeddedPostgresError, isErrno, useYourOwnAdvice } from "./embedded-postgres-error.ts";
import { inUse } from "./embedded-postgres-lock.ts";
import { type Ended, endGuarded, type Guarded, spawnGuarded } from "./embedded-postgres-process.ts";
import type { Runner } from "./embedded-postgres-programs.ts";

const settings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  // In the data directory, which nobody else may enter.
  unix_socket_directories: ".",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  wal_compression: "on",
  // Fewer, longer checkpoints: a queue rewrites the same pages, and each checkpoint makes their next change costly
  // again.
  max_wal_size: "4GB",
  checkpoint_timeout: "15min",
  max_connections: "100",
  // A queue's dead rows are what slows it down.
  autovacuum_naptime: "10s",
  // A statement whose client is gone stops, so a killed server leaves nothing working (and holding memory) behind it.
  client_connection_check_interval: "1s",
  timezone: "UTC",
  log_timezone: "UTC",
  password_encryption: "scram-sha-256",
  // "log" ranks above "error" here: failed statements go to the client that sent them, never with their data to a
  // file.
  log_min_messages: "log",
};

/** Crash recovery replays at most max_wal_size; a slow disk reads 4 GB in four minutes. */
const readyTimeoutMs = 300_000;
const readyPollMs = 10;
/** A port is free when we look and may be taken when Postgres does; five in a row is no accident. */
const portTriesMax = 5;
/**
 * What is left of a killed Postgres goes within moments: its memory with its last process, its pid when its parent has
 * taken note. The directory is ours by then, so it can be nobody who stays.
 */
const stillDying = /pre-existing shared memory block|lock file "postmaster.pid" already exists/;
const dyingTriesMax = 25;
const dyingRetryMs = 200;
const logTailLinesMax = 15;
const logTailCharactersMax = 4_000;
/** At a start, a longer log is put aside, in place of the one put aside before. */
const logBytesMax = 10 * 1024 * 1024;

export interface Launch {
  readonly programsDir: string;
  readonly runner: Runner | undefined;
  readonly cluster: Cluster;
  readonly dataDir: string;
  readonly logPath: string;
  readonly port: number | undefined;
}

/**
 * Retries only what passes by itself: a port lost to another between looking and binding, the rest of a Postgres that
 * was killed.
 */
export async function launchUntilReady(launch: Launch): Promise<{ guarded: Guarded; port: number }> {
  let portTries = 0;
  let dyingTries = 0;
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
    if (stillDying.test(tail) && ++dyingTries < dyingTriesMax) {
      await delay(dyingRetryMs);
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
    `the embedded Postgres did not start (${how}); mend what the end of its log ${launch.logPath} says, ` +
      `${useYourOwnAdvice}:\n${tail}`,
    end.error === undefined ? {} : { cause: end.error },
  );
}

function spawnPostmaster({ programsDir, runner, cluster, logPath }: Launch, port: number): Guarded {
  const { cwd, argument } = placeOf(cluster.dataPath, runner);
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

/** Reads what pg_ctl reads: the eighth line of postmaster.pid. Answers how the process ended, if it did. */
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

/** A port that was free a moment ago: the one asked for, or one the system chooses. */
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
