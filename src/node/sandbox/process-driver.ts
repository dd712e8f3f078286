// Jobs as plain processes of this machine: they see its whole file system, with the rights of a user of their own where
// the node is root. Namespaces of the kernel take their network away and end all that they have started.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { SandboxDriver, SandboxJob } from "./driver.ts";
import { announce, runWrapped, systemPath } from "./run-wrapped.ts";
import { asOwnUser, bounded, limitsOf, probeOf, reasonOf, type Surroundings, tryJob } from "./wrapping.ts";

const execute = promisify(execFile);

/**
 * The first process of the namespace: with its end, when the program ends, the kernel ends all others. What it would
 * say about signals is not the program's output.
 */
const init: readonly string[] = ["/bin/sh", "-c", '"$@" & exec 2> /dev/null; wait $!', "sh"];

export function processDriver(surroundings: Surroundings): SandboxDriver {
  const { limiter, isRoot, mountsWorkspaces } = surroundings;
  const run: SandboxDriver["run"] = async (job, options) => {
    const group = await limiter.open(job.id, job.limits);
    try {
      const argv = group.wrap(commandOf(job, isRoot));
      return await runWrapped({ argv, job, group, watchesRoom: !mountsWorkspaces }, options);
    } finally {
      await group.close();
    }
  };
  return {
    name: "process",
    run,
    sweep: (id) => limiter.sweep(id),
    async probe() {
      try {
        const { stdout } = await execute("unshare", ["--version"], { env: { PATH: systemPath } });
        const capabilities = {
          driver: "process",
          version: stdout.trim(),
          filesystem: false,
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

function commandOf({ command, env, workspace, network, limits, uid }: SandboxJob, isRoot: boolean): readonly string[] {
  const namespaces = [
    ...(isRoot ? [] : ["--user", "--map-current-user"]),
    ...["--pid", "--ipc", "--fork", "--kill-child"],
    ...(network === "NONE" ? ["--net"] : []),
  ];
  // The environment of the job comes last: what is run before it, partly as root, must not be led by it.
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const program = [...init, "env", "-i", "-C", workspace, ...variables, ...announce, ...command];
  return [
    ...["setpriv", "--pdeathsig=KILL", "--", "unshare", ...namespaces, "--"],
    ...asOwnUser(uid, bounded(limits, program)),
  ];
}
