// One line for each step of a roll-out, for tests by scenario.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  CancelNodeRolloutRequestSchema,
  ListNodeRolloutNodesRequestSchema,
  ListNodeRolloutsRequestSchema,
  type NodeRollout,
  NodeRolloutFailureAction,
  NodeRolloutNodeStatus,
  NodeRolloutState,
  PauseNodeRolloutRequestSchema,
  ResumeNodeRolloutRequestSchema,
  RollBackNodeRolloutRequestSchema,
  StartNodeRolloutRequestSchema,
} from "../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import type { Caller } from "../../src/engine/caller.ts";
import type { Operations } from "../../src/engine/index.ts";
import { ack, enroll, getConfig, machineOf, nodeAs, registerAs, report } from "./nodes.ts";
import { operating } from "./operate.ts";
import { type Scenario, wordOf } from "./scenario.ts";

type Scene = Pick<Scenario, "operations" | "operator" | "tenant">;
type Operating = { readonly operations: Operations; readonly operator: Caller };
type Init<Schema extends Parameters<typeof create>[0]> = Omit<MessageInitShape<Schema>, "$typeName" | "$unknown">;

export const { PAUSE, ROLL_BACK } = NodeRolloutFailureAction;

/** Nodes `n1` and so on, which report and have applied their first configuration. */
export async function fleet(s: Scene, count: number, prefix = "n"): Promise<void> {
  const { enrollment } = await enroll(s, { nodesMax: count });
  for (let number = 1; number <= count; number += 1) {
    const nodeId = `${prefix}${number}`;
    await registerAs(s, machineOf(s, enrollment.enrollmentId), nodeId);
    await report(s, node(s, nodeId));
    await answer(s, nodeId);
  }
}

export function node(s: Pick<Scene, "tenant">, nodeId: string) {
  return nodeAs(s, nodeId, "");
}

export type StartInit = Init<typeof StartNodeRolloutRequestSchema>;

export function start({ operations, operator }: Operating, init: StartInit = {}): Promise<NodeRollout> {
  const request = create(StartNodeRolloutRequestSchema, { nodes: { all: true }, config: newConfig, ...init });
  return operations.startNodeRollout(operating(operator), request);
}

export const newConfig = { sandbox: { limits: { pids: 77 } } };

type Named = { readonly reason?: string; readonly requestId?: string };

export function pause({ operations, operator }: Operating, rolloutId: string, more: Named = {}) {
  return operations.pauseNodeRollout(
    operating(operator),
    create(PauseNodeRolloutRequestSchema, { rolloutId, ...more }),
  );
}

export function resumeRollout(
  { operations, operator }: Operating,
  rolloutId: string,
  more: Named & { readonly skipFailed?: boolean } = {},
) {
  const request = create(ResumeNodeRolloutRequestSchema, { rolloutId, ...more });
  return operations.resumeNodeRollout(operating(operator), request);
}

export function rollBack({ operations, operator }: Operating, rolloutId: string, more: Named = {}) {
  const request = create(RollBackNodeRolloutRequestSchema, { rolloutId, ...more });
  return operations.rollBackNodeRollout(operating(operator), request);
}

export function cancelRollout({ operations, operator }: Operating, rolloutId: string, more: Named = {}) {
  const request = create(CancelNodeRolloutRequestSchema, { rolloutId, ...more });
  return operations.cancelNodeRollout(operating(operator), request);
}

export function getRollout({ operations, operator }: Operating, rolloutId: string) {
  return operations.getNodeRollout(operator, { rolloutId });
}

export function listRollouts(
  { operations, operator }: Operating,
  init: Init<typeof ListNodeRolloutsRequestSchema> = {},
) {
  return operations.listNodeRollouts(operator, create(ListNodeRolloutsRequestSchema, init));
}

export function nodesOfRollout(
  { operations, operator }: Operating,
  rolloutId: string,
  init: Init<typeof ListNodeRolloutNodesRequestSchema> = {},
) {
  const request = create(ListNodeRolloutNodesRequestSchema, { pageSize: 200, ...init, rolloutId });
  return operations.listNodeRolloutNodes(operator, request);
}

/** `RUNNING: n1 APPLIED, n2 ISSUED`, by place. */
export async function picture(s: Operating, rolloutId: string): Promise<string> {
  const { state } = await getRollout(s, rolloutId);
  const { nodes } = await nodesOfRollout(s, rolloutId);
  const shown = nodes.map(({ nodeId, status }) => `${nodeId} ${wordOf(NodeRolloutNodeStatus, status)}`);
  return `${wordOf(NodeRolloutState, state)}: ${shown.join(", ")}`;
}

/** The node reads what it is configured to, and answers. */
export async function answer(
  s: Pick<Scene, "operations" | "tenant">,
  nodeId: string,
  init: Parameters<typeof ack>[3] = {},
): Promise<{ readonly version: string }> {
  const { config } = await getConfig(s, node(s, nodeId));
  const version = config?.version ?? "";
  await ack(s, node(s, nodeId), version, init);
  return { version };
}
