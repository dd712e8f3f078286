// What the drivers have in common that put a command into another one: users, bounds of processes, and a probe that
// runs a real job.
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { release } from "node:os";
import { join } from "node:path";
import type { Limits, Probe, SandboxDriver, SandboxEnd, SandboxJob } from "./driver.ts";
import type { Limiter } from "./limiter.ts";
import { makeWorkspace, removeWorkspace } from "./workspace.ts";

/** What a driver has to know about the node that it works for. */
export type Surroundings = {
  readonly isRoot: boolean;
  readonly limiter: Limiter;
  /** Whether workspaces are file systems of their own. */
  readonly mountsWorkspaces: boolean;
  /** A folder of the node for what it tries. */
  readonly scratch: string;
  /** The user of the first job, where the node is root. */
  readonly usersFrom: number;
};

/** Since then the kernel counts the processes of a user namespace by themselves. */
const countedFrom = [5, 14] as const;
const probeTimeoutMs = 10_000;
const mebibyte = 1_048_576;

/** Bounds that hold for each process and cannot be raised again; that of processes holds for the job's user. */
export function bounded({ pids, openFiles, workspaceBytes }: Limits, command: readonly string[]): readonly string[] {
  const both = (name: string, value: number) => `--${name}=${value}:${value}`;
  return [
    "prlimit",
    both("core", 0),
    both("nproc", pids),
    both("nofile", openFiles),
    both("fsize", workspaceBytes),
    "--",
    ...command,
  ];
}

/** By what the number of processes is bounded. */
export function pidsBound({ isRoot, limiter }: Surroundings): string | undefined {
  if (limiter.bounds.includes("pids")) return limiter.name;
  // Root's jobs have users of their own; those of other users have user namespaces.
  return isRoot || countsPerNamespace(release()) ? "rlimits" : undefined;
}

export function countsPerNamespace(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split(".").map((part) => Number.parseInt(part, 10));
  return major > countedFrom[0] || (major === countedFrom[0] && minor >= countedFrom[1]);
}

export function limitsOf(surroundings: Surroundings) {
  const { limiter } = surroundings;
  const pids = pidsBound(surroundings);
  return {
    ...(limiter.bounds.includes("memory") && { memory: limiter.name }),
    ...(limiter.bounds.includes("cpus") && { cpus: limiter.name }),
    ...(pids !== undefined && { pids }),
  };
}

/** The user of a job, where the node is root and runs none as root. */
export function asOwnUser(uid: number | undefined, command: readonly string[]): readonly string[] {
  // The signal is set again, because the change of the user has cleared it.
  const user = uid === undefined ? [] : [`--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"];
  return ["setpriv", ...user, "--inh-caps=-all", "--no-new-privs", "--pdeathsig=KILL", "--", ...command];
}

export type Trial = { readonly image?: string; readonly limits?: Limits };

/** Runs a job that does nothing, as jobs are run: only this tells whether the machine allows it. */
export async function tryJob(
  { isRoot, scratch, usersFrom, mountsWorkspaces, limiter }: Surroundings,
  run: SandboxDriver["run"],
  { image, limits }: Trial = {},
): Promise<{ readonly end: SandboxEnd; readonly said: string }> {
  await mkdir(scratch, { recursive: true });
  const folder = await mkdtemp(join(scratch, "probe-"));
  const workspace = join(folder, "workspace");
  const has = (bound: "memory" | "cpus") => limiter.bounds.includes(bound);
  const job: SandboxJob = {
    id: `probe-${process.pid}`,
    command: ["/bin/sh", "-c", "echo works > written && cat written"],
    env: { PATH: "/usr/bin:/bin" },
    workspace,
    network: "NONE",
    limits: limits ?? {
      pids: 256,
      openFiles: 64,
      workspaceBytes: mebibyte,
      ...(has("memory") && { memoryBytes: 64 * mebibyte }),
      ...(has("cpus") && { cpus: 1 }),
    },
    timeoutMs: probeTimeoutMs,
    graceMs: 0,
    ...(isRoot && { uid: usersFrom }),
    ...(image !== undefined && { image }),
  };
  let said = "";
  try {
    // Jobs of other users reach their workspaces through it, and cannot list it.
    await chmod(folder, 0o711);
    const uid = job.uid;
    const init = { folder: workspace, bytesMax: job.limits.workspaceBytes, isMounted: mountsWorkspaces };
    await makeWorkspace({ ...init, ...(uid !== undefined && { uid }) });
    const end = await run(job, {
      onStart() {},
      onChunk(_stream, chunk) {
        said += Buffer.from(chunk).toString();
        return true;
      },
      stopped: new Promise(() => {}),
    });
    return { end, said };
  } finally {
    await removeWorkspace(workspace);
    await rm(folder, { recursive: true, force: true });
  }
}

/** What comes of a tried job. */
export function probeOf(
  capabilities: Extract<Probe, { capabilities: unknown }>["capabilities"],
  { end, said }: Awaited<ReturnType<typeof tryJob>>,
): Probe {
  if (end.cause === "EXITED" && end.exitCode === 0 && said === "works\n") return { capabilities };
  return { unavailable: `a job that was tried ended with ${end.exitCode} (${end.cause}): ${said.trim()}` };
}

export function reasonOf(error: unknown): { readonly unavailable: string } {
  return { unavailable: error instanceof Error ? error.message : String(error) };
}
