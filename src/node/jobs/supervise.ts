// The supervisor of one job, in a process of its own that outlives its node: runs the job in its sandbox, keeps what it
// prints and how it ended in the spool, and ends it when the node says so or is gone for too long.
import { chmod, chown, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createDriver, type DriverChoice, findSurroundings } from "../sandbox/create-driver.ts";
import type { SandboxJob, Stop, StreamName } from "../sandbox/driver.ts";
import { makeWorkspace } from "../sandbox/workspace.ts";
import { lastAliveMs, machineMs } from "./alive.ts";
import { type Capture, createCapture } from "./capture.ts";
import { createJson, type Ended, type JobPlace, ownMark, readJson, writeJson } from "./place.ts";

export type SuperviseRequest = {
  readonly job: SandboxJob;
  readonly driver: DriverChoice;
  readonly usersFrom: number;
  readonly isMounted: boolean;
  readonly withoutLimiter: boolean;
  readonly outputBytes: number;
  readonly files: readonly { readonly path: string; readonly base64: string; readonly isExecutable: boolean }[];
  /** Of the spool. */
  readonly spool: string;
  readonly scratch: string;
  /** How long the job goes on without its node. */
  readonly orphanMs: number;
};

const lookMs = 500;

export async function supervise(place: JobPlace, now: () => Date): Promise<void> {
  const request = await readJson<SuperviseRequest>(place.request);
  if (!request) throw new Error(`there is no job in ${place.folder}`);
  // A node that was killed while it started one starts another, and only the first does anything.
  if (!(await createJson(place.supervisor, ownMark()))) return;
  const over = new AbortController();
  const ended = await run(request, place, now, over.signal).catch((error: unknown): Ended => {
    return { failed: error instanceof Error ? error.message : String(error) };
  });
  over.abort();
  await writeJson(place.ended, ended);
}

async function run(request: SuperviseRequest, place: JobPlace, now: () => Date, over: AbortSignal): Promise<Ended> {
  const { job, driver: choice, scratch, usersFrom, withoutLimiter, outputBytes, isMounted } = request;
  const { uid, limits, workspace } = job;
  await makeWorkspace({
    folder: workspace,
    bytesMax: limits.workspaceBytes,
    isMounted,
    ...(uid !== undefined && { uid }),
  });
  await writeFiles(request);
  const surroundings = await findSurroundings({ scratch, usersFrom, withoutLimiter, mountsWorkspaces: isMounted });
  const driver = createDriver(choice, surroundings);
  const captures: Record<StreamName, Capture> = {
    stdout: createCapture(place.stdout, outputBytes),
    stderr: createCapture(place.stderr, outputBytes),
  };
  let started = now();
  const { cause, exitCode } = await driver.run(job, {
    onStart() {
      started = now();
    },
    onChunk: (stream, chunk) => captures[stream].write(chunk),
    stopped: stopOf(request, place, over),
  });
  const ended = now();
  return {
    end: {
      cause,
      exitCode,
      started: started.toISOString(),
      ended: ended.toISOString(),
      printed: { stdout: captures.stdout.close(), stderr: captures.stderr.close() },
    },
  };
}

/** Nothing of the job has run yet: no link leads out of the workspace. */
async function writeFiles({ job, files }: SuperviseRequest): Promise<void> {
  for (const { path, base64, isExecutable } of files) {
    const file = join(job.workspace, path);
    const folders = path.split("/").slice(0, -1);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, Buffer.from(base64, "base64"), { flag: "wx" });
    await chmod(file, isExecutable ? 0o755 : 0o644);
    if (job.uid === undefined) continue;
    await chown(file, job.uid, job.uid);
    for (const [index] of folders.entries()) {
      await chown(join(job.workspace, ...folders.slice(0, index + 1)), job.uid, job.uid);
    }
  }
}

/** Resolves when the node wants the job to end, or has been gone for too long. */
async function stopOf({ spool, orphanMs }: SuperviseRequest, { stop }: JobPlace, over: AbortSignal): Promise<Stop> {
  let wake = () => {};
  // The node signals that there is something to read.
  process.on("SIGTERM", () => wake());
  while (!over.aborted) {
    const wanted = await readJson<Stop>(stop);
    if (wanted) return wanted;
    const lastMs = await lastAliveMs(spool);
    if (lastMs !== undefined && machineMs() - lastMs > orphanMs) return { graceMs: 0 };
    const look = new AbortController();
    wake = () => look.abort();
    await pause(lookMs, undefined, { signal: AbortSignal.any([look.signal, over]) }).catch(() => {});
  }
  return await new Promise(() => {});
}
