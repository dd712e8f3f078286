// A job's workspace: a folder that takes only so much. Where the node may mount, it is a file system of its own in
// memory, and writing more fails; elsewhere its size is looked at, and a job that has more is ended.
import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { SandboxJob } from "./driver.ts";

const execute = promisify(execFile);
const mountTimeoutMs = 10_000;
/** A file takes memory of its own, however empty it is. */
const bytesPerFile = 16_384;
const filesMin = 1_024;
const watchMs = 200;
/** A folder with more files than this is full, whatever their size: looking at them would take too long. */
const filesMax = 100_000;

export type WorkspaceInit = {
  readonly folder: string;
  readonly bytesMax: number;
  readonly uid?: number;
  readonly isMounted: boolean;
};

export async function makeWorkspace({ folder, bytesMax, uid, isMounted }: WorkspaceInit): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (isMounted) await mount(folder, bytesMax);
  if (uid !== undefined) await chown(folder, uid, uid);
}

async function mount(folder: string, bytesMax: number): Promise<void> {
  const inodes = Math.max(filesMin, Math.ceil(bytesMax / bytesPerFile));
  const options = `size=${bytesMax},nr_inodes=${inodes},mode=0700,nosuid,nodev`;
  await execute("mount", ["-t", "tmpfs", "-o", options, "asyncgate", folder], { timeout: mountTimeoutMs });
}

/** Whether file systems can be mounted here: found by mounting one in this folder, which must exist. */
export async function canMount(folder: string): Promise<boolean> {
  const place = join(folder, `mount-probe-${process.pid}`);
  try {
    await mkdir(place);
    await mount(place, 65_536);
    return true;
  } catch {
    return false;
  } finally {
    await removeWorkspace(place);
  }
}

/** Removes it with all that is in it, also what its program has made unreadable. */
export async function removeWorkspace(folder: string): Promise<void> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  // Spaces in paths are written in octal there.
  const isMounted = mounts.includes(` ${folder.replaceAll(" ", "\\040")} `);
  if (isMounted) await execute("umount", ["-l", folder], { timeout: mountTimeoutMs });
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    await unlock(folder);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folders without permissions cannot be emptied, even by their owner. Links are not followed. */
async function unlock(folder: string): Promise<void> {
  await chmod(folder, 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await unlock(join(folder, entry.name));
  }
}

/** Resolves with true when the workspace has more than it may, and with false when the job is over. */
export async function watchRoom({ workspace, limits }: SandboxJob, over: AbortSignal): Promise<boolean> {
  for (;;) {
    if (over.aborted) return false;
    if ((await bytesIn(workspace)) > limits.workspaceBytes) return true;
    await pause(watchMs, undefined, { signal: over }).catch(() => {});
  }
}

/** What the files take on the disk. Files come and go while they are counted. */
async function bytesIn(folder: string): Promise<number> {
  let bytes = 0;
  let files = 0;
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const within = next;
    for (const entry of await readdir(within, { withFileTypes: true }).catch(() => [])) {
      files += 1;
      if (files > filesMax) return Number.POSITIVE_INFINITY;
      const path = join(within, entry.name);
      if (entry.isDirectory()) folders.push(path);
      const found = await lstat(path).catch(() => undefined);
      bytes += (found?.blocks ?? 0) * 512;
    }
  }
  return bytes;
}
