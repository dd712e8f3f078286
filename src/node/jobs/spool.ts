// The spool: what a node keeps on its disk so that neither its own end nor a crash loses a job. Each job has a folder
// with its lease, what it prints, and its end, until the service has the result. Only one node uses a spool at a time.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmod, lstat, mkdir, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type LeasedTask, LeasedTaskSchema } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { removeWorkspace } from "../sandbox/workspace.ts";
import { type JobPlace, placeIn, readBytes, readJson, writeJson, writeWhole } from "./place.ts";

export type Spool = {
  readonly folder: string;
  /** A folder for what is tried. */
  readonly scratch: string;
  /** Of the job with this lease. */
  place(leaseId: string): JobPlace;
  /** The jobs that an earlier process has left. */
  left(): Promise<LeftJob[]>;
  /** Those of them that a dispatcher has given. */
  leftPushed(): Promise<LeftPushed[]>;
  release(): void;
};

export type LeftJob = { readonly place: JobPlace; readonly leased: LeasedTask };
/** What a dispatcher has given: the node knows of no lease. */
export type Pushed = { readonly taskId: string; readonly attempt: number; readonly lingerMs: number };
export type LeftPushed = { readonly place: JobPlace; readonly pushed: Pushed };

export type SavedSession = {
  readonly token: string;
  readonly graceMs: number;
  /** Clocks that count from the start of the machine mean nothing after another one. */
  readonly bootId: string;
};

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
  await clearScratch(scratch);
  return {
    folder,
    scratch,
    place: (leaseId) => placeIn(jobs, leaseId),
    left: () => leftIn(jobs),
    leftPushed: () => leftPushedIn(jobs),
    release: unlock,
  };
}

/** What an earlier process was trying when it was killed: workspaces may be mounted. */
export async function clearScratch(scratch: string): Promise<void> {
  for (const tried of await readdir(scratch)) {
    await removeWorkspace(join(scratch, tried, "workspace"));
    await rm(join(scratch, tried), { recursive: true, force: true });
  }
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

type Origin = { readonly leased: LeasedTask } | { readonly pushed: Pushed };

/** With its origin first: a folder without one is of a job that was never started. */
export async function makePlace(place: JobPlace, origin: Origin, request: unknown): Promise<void> {
  await mkdir(place.folder);
  await chmod(place.folder, passableFolder);
  if ("leased" in origin) await writeWhole(place.leased, toBinary(LeasedTaskSchema, origin.leased));
  else await writeJson(place.pushed, origin.pushed);
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
    const isBegun = (await readBytes(place.request)) !== undefined;
    // A job without its request was not begun: it is not taken along, and its task returns to the queue.
    if (bytes && isBegun) left.push({ place, leased: fromBinary(LeasedTaskSchema, bytes) });
    else if (!isBegun || !(await readBytes(place.pushed))) await removePlace(place);
  }
  return left;
}

async function leftPushedIn(jobs: string): Promise<LeftPushed[]> {
  const found = (await readdir(jobs)).map(async (id): Promise<LeftPushed[]> => {
    const place = placeIn(jobs, id);
    const pushed = await readJson<Pushed>(place.pushed);
    return pushed && (await readBytes(place.request)) ? [{ place, pushed }] : [];
  });
  return (await Promise.all(found)).flat();
}

export async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
