// Nodes as operations find them: by id for operators, and by the principal of the credential for nodes themselves.
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { nodeInactive } from "../../core/node-refusals.ts";
import { nodeIdOf } from "../../core/nodes.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { lockNode, readNode } from "../../store/node.sql.gen.ts";
import type { Executor } from "../../store/statement.ts";
import type { Caller } from "../caller.ts";
import type { NodeRow } from "../views/assemble-node.ts";

export async function findNode(tx: Executor, tenantId: string, nodeId: string): Promise<NodeRow> {
  const row = await readNode(tx, { tenantId, nodeId });
  if (!row) throw new Refused(notFound("node", nodeId));
  return row;
}

export async function lockNodeNamed(tx: Executor, tenantId: string, nodeId: string): Promise<NodeRow> {
  const row = await lockNode(tx, { tenantId, nodeId });
  if (!row) throw new Refused(notFound("node", nodeId));
  return row;
}

/** A node never says which one it is: its credential does. */
export function ownNodeId({ principal, principalText }: Caller): string {
  const nodeId = nodeIdOf(principalText);
  if (nodeId === undefined) throw new Refused(notFound("node", principal.id));
  return nodeId;
}

/** Its credentials have ended, but servers may take some seconds to know. */
export function refuseInactive({ nodeId, state }: NodeRow): void {
  if (state === NodeState.INACTIVE) throw new Refused(nodeInactive(nodeId));
}

export async function lockOwnNode(tx: Executor, caller: Caller): Promise<NodeRow> {
  const row = await lockNodeNamed(tx, caller.tenantId, ownNodeId(caller));
  refuseInactive(row);
  return row;
}
