// The owner of a data directory. Ownership is a lock of the kernel on an open file, taken through SQLite, which is the
// only portable file lock in Node. It is exclusive at once, and released when the process ends, however it ends, so
// there are no stale locks. The owner's pid is in a file beside it, only for error messages.
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import { EmbeddedPostgresError, isErrno } from "./embedded-postgres-error.ts";

/** The owner writes its pid right after it took the lock; another start at the same time waits this long to read it. */
const ownerPidWaitMs = 1_000;
const ownerPidPollMs = 20;
/** SQLITE_BUSY; the higher bits of a result code only say more about why. */
const sqliteBusyCode = 5;
const sqlitePrimaryCodeMask = 0xff;

export type Ownership = {
  release(): void;
};

export async function takeOwnership(dataDir: string): Promise<Ownership> {
  const ownerPath = join(dataDir, "postgres.owner.json");
  const database = tryLock(join(dataDir, "postgres.lock"));
  if (database === undefined) {
    throw inUse(dataDir, await readOwnerPid(ownerPath));
  }
  try {
    const unfinishedPath = `${ownerPath}.new`;
    writeFileSync(unfinishedPath, `${JSON.stringify({ pid: process.pid })}\n`);
    renameSync(unfinishedPath, ownerPath);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release: () => {
      if (!database.isOpen) return;
      rmSync(ownerPath, { force: true });
      database.close();
    },
  };
}

export function inUse(dataDir: string, ownerPid: number | undefined): EmbeddedPostgresError {
  const owner = ownerPid === undefined ? "another process" : `process ${ownerPid}`;
  return new EmbeddedPostgresError(
    "data_dir_in_use",
    `the data directory ${dataDir} is in use by ${owner}: stop it, or start with another data directory`,
    ownerPid === undefined ? {} : { ownerPid },
  );
}

/** BEGIN IMMEDIATE takes the write lock without writing; closing the database or ending the process releases it. */
function tryLock(path: string): DatabaseSync | undefined {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    // No journal file: one that a killed process left would have to be rolled back, and of two processes that do that
    // at once both can be refused.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE");
    return database;
  } catch (error) {
    database.close();
    if (isSqliteBusy(error)) return undefined;
    throw error;
  }
}

function isSqliteBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return false;
  return (error.errcode & sqlitePrimaryCodeMask) === sqliteBusyCode;
}

async function readOwnerPid(path: string): Promise<number | undefined> {
  for (let waitedMs = 0; waitedMs < ownerPidWaitMs; waitedMs += ownerPidPollMs) {
    const pid = readPid(path);
    if (pid !== undefined && isAlive(pid)) return pid;
    await delay(ownerPidPollMs);
  }
  return undefined;
}

function readPid(path: string): number | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof parsed !== "object" || parsed === null || !("pid" in parsed)) return undefined;
    return typeof parsed.pid === "number" ? parsed.pid : undefined;
  } catch (error) {
    if (isErrno(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isErrno(error, "EPERM");
  }
}
