// From what an operator configures to what jobs may do: the contract's configuration as a policy, written for people,
// and with its hash. Pure functions.
import { createHash } from "node:crypto";
import type { JsonObject } from "@bufbuild/protobuf";
import { msOf } from "../../../clients/typescript/src/durations.ts";
import {
  type NodeConfig,
  type NodeInference,
  NodeNetwork,
  type NodeSandboxConfig,
  type NodeWorkerApi,
} from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { type Policy, stricter } from "../jobs/policy.ts";
import { policyOpen } from "./policy-fields.ts";

/** What holds on a node. */
export type Effective = {
  readonly policy: Policy;
  readonly inference: NodeInference | undefined;
  /** Where a dispatcher gives it jobs, and the bearer for that. */
  readonly workerApi: NodeWorkerApi | undefined;
};

/** The stricter of the node's own file and of what was configured, in each field. */
export function effectiveOf(own: Policy, { sandbox, inference, workerApi }: NodeConfig): Effective {
  return { policy: sandbox ? stricter(own, policyIn(sandbox)) : own, inference, workerApi };
}

/** What it does not say is left open. */
function policyIn({ programs, images, network, limits, timeoutDefault, timeoutMax }: NodeSandboxConfig): Policy {
  const { memoryBytes, cpus, pids, openFiles, workspaceBytes, outputBytes } = limits ?? {};
  const timeoutMaxMs = timeoutMax ? msOf(timeoutMax) : policyOpen.timeoutMaxMs;
  return {
    ...(programs && { programs: programs.names }),
    ...(images && { images: images.names }),
    network: network === NodeNetwork.NONE ? "NONE" : "HOST",
    limits: {
      ...(memoryBytes !== undefined && { memoryBytes: Number(memoryBytes) }),
      ...(cpus !== undefined && { cpus }),
      pids: pids ?? policyOpen.limits.pids,
      openFiles: openFiles ?? policyOpen.limits.openFiles,
      workspaceBytes: Number(workspaceBytes ?? policyOpen.limits.workspaceBytes),
      outputBytes: Number(outputBytes ?? policyOpen.limits.outputBytes),
    },
    timeoutDefaultMs: Math.min(timeoutDefault ? msOf(timeoutDefault) : policyOpen.timeoutDefaultMs, timeoutMaxMs),
    timeoutMaxMs,
  };
}

/** In the words of a node's file. */
export function written({ programs, images, network, limits, timeoutDefaultMs, timeoutMaxMs }: Policy): JsonObject {
  const { memoryBytes, cpus, pids, openFiles, workspaceBytes, outputBytes } = limits;
  return {
    ...(programs && { programs: [...programs] }),
    ...(images && { images: [...images] }),
    network,
    limits: {
      ...(memoryBytes !== undefined && { memory_bytes: memoryBytes }),
      ...(cpus !== undefined && { cpus }),
      pids,
      open_files: openFiles,
      workspace_bytes: workspaceBytes,
      output_bytes: outputBytes,
    },
    timeouts: { default_seconds: timeoutDefaultMs / 1_000, max_seconds: timeoutMaxMs / 1_000 },
  };
}

export function hashOf({ policy, inference }: Effective): string {
  const { required = false, probeUrl = "" } = inference ?? {};
  const text = JSON.stringify([written(policy), required, probeUrl]);
  return createHash("sha256").update(text).digest("hex");
}
