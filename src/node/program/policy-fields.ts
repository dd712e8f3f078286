// A policy as it is written, in a node's own file and in what its operators send it.
import { type Policy, policyDefault } from "../jobs/policy.ts";
import type { Network } from "../sandbox/driver.ts";
import { type Fields, namesOf, numberOf, objectOf, type Say } from "./fields.ts";

export const policyFields = ["programs", "images", "network", "limits", "timeouts"] as const;

const limitFields = ["memory_bytes", "cpus", "pids", "open_files", "workspace_bytes", "output_bytes"];
const timeoutFields = ["default_seconds", "max_seconds"];
const tebibyte = 1_099_511_627_776;
const countMax = 1_000_000;

/** Bounds nothing: what is not written in a policy that is sent leaves the node's own as it is. */
export const policyOpen: Policy = {
  network: "HOST",
  limits: { pids: countMax, openFiles: countMax, workspaceBytes: tebibyte, outputBytes: tebibyte },
  timeoutDefaultMs: policyDefault.timeoutMaxMs,
  timeoutMaxMs: policyDefault.timeoutMaxMs,
};

/** `path` is what the fields stand below, with a point; `usual` is what holds where nothing is written. */
export function policyOf(fields: Fields, path: string, usual: Policy, say: Say): Policy {
  const limits = objectOf(fields["limits"] ?? {}, `${path}limits.`, limitFields, say);
  const timeouts = objectOf(fields["timeouts"] ?? {}, `${path}timeouts.`, timeoutFields, say);
  const limit = (name: string, bounds: readonly [number, number], isWhole = true) =>
    numberOf(limits[name], `${path}limits.${name}`, bounds, say, isWhole);
  const memoryBytes = limit("memory_bytes", [1_048_576, tebibyte]);
  const cpus = limit("cpus", [0.01, 1_024], false);
  const programs = namesOf(fields["programs"], `${path}programs`, say);
  const images = namesOf(fields["images"], `${path}images`, say);
  const msOf = (name: string) => {
    // No configuration allows more than three hours.
    const most = policyDefault.timeoutMaxMs / 1_000;
    const seconds = numberOf(timeouts[name], `${path}timeouts.${name}`, [1, most], say);
    return seconds === undefined ? undefined : seconds * 1_000;
  };
  const timeoutMaxMs = msOf("max_seconds") ?? usual.timeoutMaxMs;
  return {
    ...(programs && { programs }),
    ...(images && { images }),
    network: networkOf(fields["network"], `${path}network`, usual.network, say),
    limits: {
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(cpus !== undefined && { cpus }),
      pids: limit("pids", [1, countMax]) ?? usual.limits.pids,
      openFiles: limit("open_files", [16, countMax]) ?? usual.limits.openFiles,
      workspaceBytes: limit("workspace_bytes", [65_536, tebibyte]) ?? usual.limits.workspaceBytes,
      outputBytes: limit("output_bytes", [0, tebibyte]) ?? usual.limits.outputBytes,
    },
    timeoutDefaultMs: Math.min(msOf("default_seconds") ?? usual.timeoutDefaultMs, timeoutMaxMs),
    timeoutMaxMs,
  };
}

function networkOf(value: unknown, field: string, usual: Network, say: Say): Network {
  if (value === undefined) return usual;
  if (value !== "NONE" && value !== "HOST") say(field, "must be NONE or HOST");
  return value === "HOST" ? "HOST" : "NONE";
}
