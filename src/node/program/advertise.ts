// What a node tells of itself, for tasks to require, and what it is configured to enforce and cannot. Pure functions.
import type { Policy } from "../jobs/policy.ts";
import type { Capabilities } from "../sandbox/driver.ts";
import type { NodeSettings } from "./node-settings.ts";

/** Capabilities of a worker: a job that needs one says so in its task's requirements. */
export function advertised({ capabilities, policy }: NodeSettings, has: Capabilities): string[] {
  const bounds = Object.keys(has.limits).map((name) => `node.limit.${name}`);
  return [
    ...capabilities,
    `node.sandbox.${has.driver}`,
    ...(has.filesystem ? ["node.filesystem"] : []),
    ...(policy.network === "HOST" && has.networks.includes("HOST") ? ["node.network.HOST"] : []),
    ...(has.images ? (policy.images ?? []).map((image) => `node.image.${image}`) : []),
    ...bounds,
  ];
}

/** Bounds that the configuration sets and nothing on the machine enforces. */
export function unenforced({ limits }: Policy, has: Capabilities): string[] {
  const missing: string[] = [];
  if (limits.memoryBytes !== undefined && !has.limits.memory) missing.push("nothing here bounds the memory of a job");
  if (limits.cpus !== undefined && !has.limits.cpus) missing.push("nothing here bounds the cpus of a job");
  if (!has.limits.pids) missing.push("nothing here bounds the processes of a job");
  return missing;
}
