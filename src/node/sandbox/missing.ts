// What a job needs and a sandbox does not enforce: a pure function, asked before anything is started.
import type { Capabilities, SandboxJob } from "./driver.ts";

export type Needs = Pick<SandboxJob, "limits" | "network" | "image">;

/** In sentences for people; none if the job may run. */
export function missingFor({ limits, network, image }: Needs, has: Capabilities): string[] {
  const { driver } = has;
  const missing: string[] = [];
  if (!has.networks.includes(network)) {
    missing.push(
      network === "NONE"
        ? `the ${driver} sandbox cannot deny the network here`
        : `the ${driver} sandbox has no network for jobs here`,
    );
  }
  if (image !== undefined && !has.images) missing.push(`the ${driver} sandbox has no images: leave image out`);
  if (image === undefined && has.images) missing.push(`the ${driver} sandbox runs images only: name one`);
  for (const [name, wanted] of [
    ["memory", limits.memoryBytes],
    ["cpus", limits.cpus],
    ["pids", limits.pids],
  ] as const) {
    if (wanted !== undefined && has.limits[name] === undefined) {
      missing.push(`nothing on this machine bounds the ${name} of a job in the ${driver} sandbox`);
    }
  }
  return missing;
}
