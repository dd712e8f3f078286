// The refusals that nodes and their operators meet.
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type NodeRolloutState, NodeRolloutStateSchema } from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
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

type RolloutRef = { readonly rolloutId: string; readonly state: number };

function stateName(state: number): string {
  return NodeRolloutStateSchema.value[state as NodeRolloutState]?.localName ?? String(state);
}

/** As the facts of the refusal say. */
export const rolloutNodesNamed = 10;

export function nodeInRollout({ rolloutId, state }: RolloutRef, nodeIds: readonly string[]): Refusal {
  const message = `The roll-out ${rolloutId} has the node ${nodeIds[0]}, and is not over.`;
  const value = { rolloutId, state: state as NodeRolloutState, nodeIds: [...nodeIds] };
  return makeRefusal({ reason: ErrorReason.NODE_IN_ROLLOUT, message, facts: { case: "nodeRollout", value } });
}

export function nodeRolloutState({ rolloutId, state }: RolloutRef): Refusal {
  const message = `The roll-out ${rolloutId} is ${stateName(state)}.`;
  const value = { rolloutId, state: state as NodeRolloutState, nodeIds: [] };
  return makeRefusal({ reason: ErrorReason.NODE_ROLLOUT_STATE, message, facts: { case: "nodeRollout", value } });
}
