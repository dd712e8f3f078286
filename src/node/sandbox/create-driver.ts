// From a node's choice of a sandbox to the driver.
import { bubblewrapDriver } from "./bubblewrap-driver.ts";
import { type ContainerOptions, containerDriver } from "./container-driver.ts";
import type { SandboxDriver } from "./driver.ts";
import { findLimiter } from "./find-limiter.ts";
import { rlimits } from "./limiter.ts";
import { processDriver } from "./process-driver.ts";
import { canMount } from "./workspace.ts";
import type { Surroundings } from "./wrapping.ts";

export type DriverChoice =
  | { readonly name: "process" }
  | { readonly name: "bubblewrap"; readonly readOnly: readonly string[] }
  | ({ readonly name: "container" } & ContainerOptions);

export function createDriver(choice: DriverChoice, surroundings: Surroundings): SandboxDriver {
  if (choice.name === "process") return processDriver(surroundings);
  if (choice.name === "bubblewrap") return bubblewrapDriver(surroundings, choice);
  return containerDriver(surroundings, choice);
}

export type SurroundingsInit = {
  readonly scratch: string;
  readonly usersFrom: number;
  /** Bounds of single processes only, whatever else the machine has. */
  readonly withoutLimiter?: boolean;
  /** Whether workspaces are mounted. If absent, it is tried. */
  readonly mountsWorkspaces?: boolean;
};

/** `scratch` must exist. */
export async function findSurroundings(init: SurroundingsInit): Promise<Surroundings> {
  const { scratch, usersFrom, withoutLimiter = false } = init;
  const isRoot = process.getuid?.() === 0;
  const mountsWorkspaces = init.mountsWorkspaces ?? (isRoot && (await canMount(scratch)));
  return {
    isRoot,
    limiter: withoutLimiter ? rlimits : await findLimiter(isRoot),
    mountsWorkspaces,
    scratch,
    usersFrom,
  };
}
