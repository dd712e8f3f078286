// Limiters bound what a whole job uses, beside the sandbox that it runs in. Which there are depends on the machine.
import type { Limits } from "./driver.ts";

export type BoundName = "memory" | "cpus" | "pids";

export type Limiter = {
  readonly name: "cgroup_v2" | "cgroup_v1" | "systemd" | "rlimits";
  readonly bounds: readonly BoundName[];
  /** A group for one job. Throws if the machine refuses it: then the job does not run. */
  open(id: string, limits: Limits): Promise<LimitGroup>;
  /** Ends what an earlier process has left in the group of this id, and removes it. */
  sweep(id: string): Promise<void>;
};

export type LimitGroup = {
  /** The command, in a form that joins the group before anything else happens. */
  wrap(command: readonly string[]): readonly string[];
  /** Ends all that is in the group, whatever sessions it has opened. */
  kill(): Promise<void>;
  /** Whether the kernel has ended a process because of the memory bound. */
  isOutOfMemory(): Promise<boolean>;
  /** Removes the group, which is empty. */
  close(): Promise<void>;
};

/** The limiter that a machine always has: bounds of single processes, which the sandbox sets itself. */
export const rlimits: Limiter = {
  name: "rlimits",
  bounds: [],
  async open() {
    return {
      wrap: (command) => command,
      async kill() {},
      async isOutOfMemory() {
        return false;
      },
      async close() {},
    };
  },
  async sweep() {},
};
