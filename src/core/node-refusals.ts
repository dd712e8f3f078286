// The refusals that nodes and their operators meet.
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { makeRefusal, quote, type Refusal, resourceRefused } from "./refusal.ts";

export function nodeRegistered(nodeId: string): Refusal {
  return resourceRefused(ErrorReason.NODE_REGISTERED, "node", nodeId, `The node ${nodeId} has a credential in use.`);
}

export function nodeInactive(nodeId: string): Refusal {
  return resourceRefused(ErrorReason.NODE_INACTIVE, "node", nodeId, `The node ${nodeId} is out of service.`);
}

/** `known`: the newest first. */
export function noSuchVersion(kind: "report" | "config", version: string, known: readonly string[]): Refusal {
  const message = `The ${kind} version ${quote(version)} is not known: ${known.join(", ") || "there is none"}.`;
  const value = { kind, version, known: [...known] };
  return makeRefusal({ reason: ErrorReason.NO_SUCH_VERSION, message, facts: { case: "version", value } });
}
