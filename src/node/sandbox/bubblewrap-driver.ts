// Jobs in bubblewrap: they see the system's folders, to read, and their workspace, and nothing else of this machine.
import { execFile } from "node:child_process";
import { lstat, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import type { SandboxDriver, SandboxJob } from "./driver.ts";
import { announce, runWrapped, systemPath } from "./run-wrapped.ts";
import { asOwnUser, bounded, limitsOf, probeOf, reasonOf, type Surroundings, tryJob } from "./wrapping.ts";

const execute = promisify(execFile);

/** Where programs find their workspace. */
export const sandboxWorkspace = "/workspace";

/** Links into /usr on most systems, folders on others. */
const systemFolders = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"];
/** What programs need of /etc to start, to know the local time, and to trust certificates. */
const systemFiles = [
  ...["/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d"],
  ...["/etc/localtime", "/etc/ssl", "/etc/ca-certificates", "/etc/pki"],
];
const networkFiles = ["/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/services"];
/** For /tmp and /dev/shm, which are in memory. */
const scratchBytesMax = 67_108_864;

export type BubblewrapOptions = {
  /** Further folders of this machine that jobs may read. */
  readonly readOnly: readonly string[];
};

export function bubblewrapDriver(surroundings: Surroundings, { readOnly }: BubblewrapOptions): SandboxDriver {
  const { limiter, mountsWorkspaces, isRoot } = surroundings;
  const run: SandboxDriver["run"] = async (job, options) => {
    const system = await systemArguments();
    const group = await limiter.open(job.id, job.limits);
    try {
      const argv = group.wrap(asOwnUser(job.uid, ["bwrap", ...argumentsOf(job, [...system, ...bound(readOnly)])]));
      return await runWrapped({ argv, job, group, watchesRoom: !mountsWorkspaces }, options);
    } finally {
      await group.close();
    }
  };
  return {
    name: "bubblewrap",
    run,
    sweep: (id) => limiter.sweep(id),
    async probe() {
      try {
        const { stdout } = await execute("bwrap", ["--version"], { env: { PATH: systemPath } });
        const capabilities = {
          driver: "bubblewrap",
          version: stdout.trim(),
          filesystem: true,
          ownUser: isRoot,
          networks: ["NONE", "HOST"] as const,
          images: false,
          limits: limitsOf(surroundings),
          workspace: mountsWorkspaces ? ("tmpfs" as const) : ("watched" as const),
        };
        return probeOf(capabilities, await tryJob(surroundings, run));
      } catch (error) {
        return reasonOf(error);
      }
    },
  };
}

function bound(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => ["--ro-bind", folder, folder]);
}

async function systemArguments(): Promise<string[]> {
  const folders = await Promise.all(
    systemFolders.map(async (folder) => {
      const found = await lstat(folder).catch(() => undefined);
      if (!found) return [];
      return found.isSymbolicLink() ? ["--symlink", await readlink(folder), folder] : ["--ro-bind", folder, folder];
    }),
  );
  return ["--ro-bind", "/usr", "/usr", ...folders.flat(), ...tried(systemFiles)];
}

function tried(files: readonly string[]): string[] {
  return files.flatMap((file) => ["--ro-bind-try", file, file]);
}

function argumentsOf(job: SandboxJob, system: readonly string[]): readonly string[] {
  const { command, env, workspace, network, limits } = job;
  const scratch = ["--size", String(Math.min(limits.workspaceBytes, scratchBytesMax)), "--tmpfs"];
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...(network === "NONE" ? ["--unshare-net"] : tried(networkFiles)),
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "sandbox"],
    ...system,
    ...["--proc", "/proc", "--dev", "/dev", ...scratch, "/dev/shm", ...scratch, "/tmp"],
    ...["--bind", workspace, sandboxWorkspace, "--chdir", sandboxWorkspace],
    // Both are in memory, and without a bound of their own.
    ...["--remount-ro", "/dev", "--remount-ro", "/"],
    "--clearenv",
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--", ...bounded(limits, [...announce, ...command])],
  ];
}
