// GetNodeRollout, ListNodeRollouts and ListNodeRolloutNodes: how far roll-outs are, and where each of their nodes is.
import {
  type ListNodeRolloutNodesRequest,
  ListNodeRolloutNodesRequestSchema,
  type ListNodeRolloutsRequest,
  ListNodeRolloutsRequestSchema,
  type NodeRollout,
  type NodeRolloutNode,
  NodeRolloutNodeSchema,
  NodeRolloutNodeStatus,
  NodeRolloutSchema,
} from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import {
  formatPageToken,
  integerShape,
  pageQuestion,
  pageSizeDefault,
  parsePageToken,
  uuidGreatest,
  uuidShape,
} from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import {
  listLiveNodeRollouts,
  listNodeRolloutNodesIn,
  listNodeRolloutNodes as listNodes,
  listNodeRollouts as listRows,
} from "../../store/node_rollout.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleRollout, assembleRolloutNode, planOf } from "../views/assemble-node-rollout.ts";
import { canaryCountOf, findRollout } from "./rollout-rows.ts";

type Named = { readonly rolloutId: string };

export async function getNodeRollout(engine: Engine, { tenantId }: Caller, { rolloutId }: Named): Promise<NodeRollout> {
  return assembleRollout(await read(engine.database, {}, (tx) => findRollout(tx, tenantId, rolloutId)));
}

export type RolloutPage = { readonly rollouts: NodeRollout[]; readonly nextPageToken: string };

export async function listNodeRollouts(
  engine: Engine,
  { tenantId }: Caller,
  request: ListNodeRolloutsRequest,
): Promise<RolloutPage> {
  const question = pageQuestion(ListNodeRolloutsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const list = request.live ? listLiveNodeRollouts : listRows;
  const rows = await read(engine.database, {}, (tx) =>
    list(tx, { tenantId, beforeRolloutId: position ?? uuidGreatest, most: most + 1 }),
  );
  const page = rows.slice(0, most).map(assembleRollout);
  const rollouts = takeFitting(NodeRolloutSchema, page, engine.pageBytesMax);
  const last = rollouts.at(-1);
  const nextPageToken = last && rows.length > rollouts.length ? formatPageToken(question, last.rolloutId) : "";
  return { rollouts, nextPageToken };
}

export type RolloutNodePage = { readonly nodes: NodeRolloutNode[]; readonly nextPageToken: string };

export async function listNodeRolloutNodes(
  engine: Engine,
  { tenantId }: Caller,
  request: ListNodeRolloutNodesRequest,
): Promise<RolloutNodePage> {
  const { rolloutId, status } = request;
  const question = pageQuestion(ListNodeRolloutNodesRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position = "0" } = orThrow(parsePageToken(question, request.pageToken, "page_token", integerShape));
  const most = request.pageSize || pageSizeDefault;
  const { rollout, rows } = await read(engine.database, {}, async (tx) => {
    const rollout = await findRollout(tx, tenantId, rolloutId);
    const bounds = { tenantId, rolloutId, afterPlace: Number(position), most: most + 1 };
    const isAll = status === NodeRolloutNodeStatus.UNSPECIFIED;
    return {
      rollout,
      rows: isAll ? await listNodes(tx, bounds) : await listNodeRolloutNodesIn(tx, { ...bounds, status }),
    };
  });
  const canaryCount = canaryCountOf(planOf(rollout));
  const page = rows.slice(0, most).map((row) => assembleRolloutNode(row, canaryCount));
  const nodes = takeFitting(NodeRolloutNodeSchema, page, engine.pageBytesMax);
  const last = nodes.at(-1);
  const nextPageToken = last && rows.length > nodes.length ? formatPageToken(question, String(last.place)) : "";
  return { nodes, nextPageToken };
}
