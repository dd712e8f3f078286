// What jobs may do on a node: a policy, the stricter of two, and what becomes of a job under one. Pure functions.
import type { Capabilities, Limits, Network } from "../sandbox/driver.ts";
import { missingFor } from "../sandbox/missing.ts";
import type { JobSpec } from "./job-spec.ts";

export type Policy = {
  /** Programs that jobs may be: the first word of their command. Absent: any. */
  readonly programs?: readonly string[];
  readonly images?: readonly string[];
  /** The most that a job may have. */
  readonly network: Network;
  /** The most that a job may use, and what it may use if it says nothing. */
  readonly limits: Limits & { readonly outputBytes: number };
  readonly timeoutDefaultMs: number;
  readonly timeoutMaxMs: number;
};

const hourMs = 3_600_000;
const mebibyte = 1_048_576;

/** Where a node's configuration says nothing. */
export const policyDefault: Policy = {
  network: "NONE",
  limits: { pids: 256, openFiles: 1_024, workspaceBytes: 256 * mebibyte, outputBytes: 16 * mebibyte },
  timeoutDefaultMs: hourMs,
  timeoutMaxMs: 3 * hourMs,
};

/** What both allow. */
export function stricter(one: Policy, other: Policy): Policy {
  const programs = both(one.programs, other.programs);
  const images = both(one.images, other.images);
  const memoryBytes = least(one.limits.memoryBytes, other.limits.memoryBytes);
  const cpus = least(one.limits.cpus, other.limits.cpus);
  const timeoutMaxMs = Math.min(one.timeoutMaxMs, other.timeoutMaxMs);
  return {
    ...(programs && { programs }),
    ...(images && { images }),
    network: one.network === "HOST" ? other.network : "NONE",
    limits: {
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(cpus !== undefined && { cpus }),
      pids: Math.min(one.limits.pids, other.limits.pids),
      openFiles: Math.min(one.limits.openFiles, other.limits.openFiles),
      workspaceBytes: Math.min(one.limits.workspaceBytes, other.limits.workspaceBytes),
      outputBytes: Math.min(one.limits.outputBytes, other.limits.outputBytes),
    },
    timeoutDefaultMs: Math.min(one.timeoutDefaultMs, other.timeoutDefaultMs, timeoutMaxMs),
    timeoutMaxMs,
  };
}

function both(one: readonly string[] | undefined, other: readonly string[] | undefined): readonly string[] | undefined {
  return one && other ? one.filter((name) => other.includes(name)) : (one ?? other);
}

function least(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

export type JobPlan = {
  readonly limits: Limits;
  readonly outputBytes: number;
  readonly timeoutMs: number;
};

/** The bounds of a job, each the least that anything says; or why it is not run. */
export function planJob(spec: JobSpec, policy: Policy, has: Capabilities): JobPlan | { readonly refused: string[] } {
  const { limits } = policy;
  const memoryBytes = least(spec.memoryBytes, limits.memoryBytes);
  const cpus = least(spec.cpus, limits.cpus);
  const bounds: Limits = {
    ...(memoryBytes !== undefined && { memoryBytes }),
    ...(cpus !== undefined && { cpus }),
    pids: Math.min(spec.pids ?? limits.pids, limits.pids),
    openFiles: limits.openFiles,
    workspaceBytes: Math.min(spec.workspaceBytes ?? limits.workspaceBytes, limits.workspaceBytes),
  };
  const { network, image } = spec;
  const refused = [
    ...forbidden(spec, policy),
    ...missingFor({ limits: bounds, network, ...(image !== undefined && { image }) }, has),
  ];
  if (refused.length > 0) return { refused };
  return {
    limits: bounds,
    outputBytes: Math.min(spec.outputBytes ?? limits.outputBytes, limits.outputBytes),
    timeoutMs: Math.min(spec.timeoutMs ?? policy.timeoutDefaultMs, policy.timeoutMaxMs),
  };
}

function forbidden({ command, image, network }: JobSpec, { programs, images, network: most }: Policy): string[] {
  const [program = ""] = command;
  const found: string[] = [];
  if (programs && !programs.includes(program)) found.push(`this node runs no ${program}: ${listed(programs)}`);
  if (image !== undefined && images && !images.includes(image)) {
    found.push(`this node runs no image ${image}: ${listed(images)}`);
  }
  if (network === "HOST" && most === "NONE") found.push("this node gives jobs no network");
  return found;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "it runs none" : `it runs ${names.join(", ")}`;
}
