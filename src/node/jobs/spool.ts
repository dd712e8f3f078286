// The spool: what a node keeps on its disk so that neither its own end nor a crash loses a job. Each job has a folder
// with its lease, what it prints, and its end, until the service has the result. Only one node uses a spool at a time.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, link, lstat, mkdir, open, readdir, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type LeasedTask, LeasedTaskSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { isRunning, startTicksOf } from "../sandbox/process-tree.ts";
import { removeWorkspace } from "../sandbox/workspace.ts";
import type { JobEnd } from "./job-result.ts";

export type Spool = {
  readonly folder: string;
  /** A folder for what is tried. */
  readonly scratch: string;
  /** Of the job with this lease. */
  place(leaseId: string): JobPlace;
  /** The jobs that an earlier process has left. */
  left(): Promise<LeftJob[]>;
  release(): void;
};

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
};

export type LeftJob = { readonly place: JobPlace; readonly leased: LeasedTask };

/** A process as it was seen: its number may be another's by now. */
export type ProcessMark = { readonly pid: number; readonly startTicks: string };

export type SavedSession = {
  readonly token: string;
  readonly graceMs: number;
  /** Clocks that count from the start of the machine mean nothing after another one. */
  readonly bootId: string;
};

/** How a job ended, or that its sandbox could not be set up or broke. */
export type Ended = { readonly end: JobEnd } | { readonly failed: string };

const privateFile = 0o600;
/** Jobs that run as other users pass through, and can list nothing. */
const passableFolder = 0o711;

/** Another node has it, or other users could change what is in it. */
export class SpoolRefused extends Error {
  override readonly name = "SpoolRefused";
}

/** Throws a SpoolRefused. */
export async function openSpool(folder: string): Promise<Spool> {
  const jobs = join(folder, "jobs");
  const scratch = join(folder, "scratch");
  await mkdir(folder, { recursive: true, mode: passableFolder });
  await checkOwner(folder);
  const unlock = await lock(folder);
  for (const one of [folder, jobs, scratch]) {
    await mkdir(one, { recursive: true });
    await chmod(one, passableFolder);
  }
  return {
    folder,
    scratch,
    place: (leaseId) => placeIn(jobs, leaseId),
    left: () => leftIn(jobs),
    release: unlock,
  };
}

/** What is in it is believed: who writes there could have a job run as root. */
async function checkOwner(folder: string): Promise<void> {
  const own = process.getuid?.();
  const [found, target] = [await lstat(folder), await stat(folder)];
  const othersWrite = 0o022;
  if (found.uid === own && target.uid === own && (target.mode & othersWrite) === 0) return;
  throw new SpoolRefused(`${folder} must belong to the node's user alone, and no other user may write there`);
}

/**
 * An address of this machine without a file, named by the spool: the kernel gives it to one process, and takes it back
 * with the process, however that ends.
 */
async function lock(folder: string): Promise<Spool["release"]> {
  const name = createHash("sha256")
    .update(await realpath(folder))
    .digest("hex")
    .slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  server.listen(`\0asyncgate-spool-${name}`);
  try {
    await once(server, "listening");
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    throw isTaken ? new SpoolRefused(`another node of this machine uses the spool ${folder}`) : error;
  }
  server.unref();
  return () => void server.close();
}

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
  };
}

/** With the lease first: a folder without one is of a job that was never started. */
export async function makePlace(place: JobPlace, leased: LeasedTask, request: unknown): Promise<void> {
  await mkdir(place.folder);
  await chmod(place.folder, passableFolder);
  await writeFile(place.leased, toBinary(LeasedTaskSchema, leased));
  await writeJson(place.request, request);
}

export async function removePlace({ folder, workspace }: JobPlace): Promise<void> {
  await removeWorkspace(workspace);
  await rm(folder, { recursive: true, force: true });
}

async function leftIn(jobs: string): Promise<LeftJob[]> {
  const left: LeftJob[] = [];
  for (const leaseId of await readdir(jobs)) {
    const place = placeIn(jobs, leaseId);
    const bytes = await readBytes(place.leased);
    // A job without its request was not begun: it is not taken along, and its task returns to the queue.
    if (bytes && (await readBytes(place.request))) left.push({ place, leased: fromBinary(LeasedTaskSchema, bytes) });
    else await removePlace(place);
  }
  return left;
}

export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
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
  await writeFile(file, Buffer.from(JSON.stringify(value)));
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
async function writeFile(file: string, bytes: Uint8Array): Promise<void> {
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
