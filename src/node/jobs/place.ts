// A job's place in the spool, and its files: all that a supervisor knows of the spool. It loads nothing of the
// contract, because it is in memory as long as its job runs.
import { link, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, startTicksOf } from "../sandbox/process-tree.ts";
import type { JobEnd } from "./job-result.ts";

export type JobPlace = {
  readonly leaseId: string;
  readonly folder: string;
  readonly workspace: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly request: string;
  readonly supervisor: string;
  readonly ended: string;
  readonly stop: string;
  readonly leased: string;
  /** In place of `leased`, for a job that a dispatcher has given. */
  readonly pushed: string;
};

/** A process as it was seen: its number may be another's by now. */
export type ProcessMark = { readonly pid: number; readonly startTicks: string };

/** How a job ended, or that its sandbox could not be set up or broke. */
export type Ended = { readonly end: JobEnd } | { readonly failed: string };

const privateFile = 0o600;

export function ownMark(): ProcessMark {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? "" };
}

export function isAlive(mark: ProcessMark | undefined): mark is ProcessMark {
  return mark !== undefined && isRunning(mark.pid, mark.startTicks);
}

export function placeIn(jobs: string, leaseId: string): JobPlace {
  const folder = join(jobs, leaseId);
  return {
    leaseId,
    folder,
    workspace: join(folder, "workspace"),
    stdout: join(folder, "stdout"),
    stderr: join(folder, "stderr"),
    request: join(folder, "request.json"),
    supervisor: join(folder, "supervisor.json"),
    ended: join(folder, "ended.json"),
    stop: join(folder, "stop.json"),
    leased: join(folder, "leased.bin"),
    pushed: join(folder, "pushed.json"),
  };
}

/** Undefined if it is not there. */
export async function readJson<Value>(file: string): Promise<Value | undefined> {
  const bytes = await readBytes(file);
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as Value);
}

/** Undefined if it is not there. */
export async function readBytes(file: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

export async function writeJson(file: string, value: unknown): Promise<void> {
  await writeWhole(file, Buffer.from(JSON.stringify(value)));
}

/** Returns false if the file is there already: of two processes that write it, one does. */
export async function createJson(file: string, value: unknown): Promise<boolean> {
  const own = `${file}.${process.pid}`;
  await writeJson(own, value);
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

/** Whole or not at all, also if the machine stops meanwhile. */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, "w", privateFile);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
