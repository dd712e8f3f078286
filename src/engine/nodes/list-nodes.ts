// ListNodes: by id, in pages.
import { type Node, NodeSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { type ListNodesRequest, ListNodesRequestSchema } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listNodes as listRows } from "../../store/node.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleNode } from "../views/assemble-node.ts";

export type NodePage = { readonly nodes: Node[]; readonly nextPageToken: string };

const nodeIdShape = /^[a-z0-9][a-z0-9-]{0,62}$/;

export async function listNodes(engine: Engine, { tenantId }: Caller, request: ListNodesRequest): Promise<NodePage> {
  const question = pageQuestion(ListNodesRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position = "" } = orThrow(parsePageToken(question, request.pageToken, "page_token", nodeIdShape));
  const most = request.pageSize || pageSizeDefault;
  const { rows, now } = await read(engine.database, {}, async (tx) => {
    const found = await listRows(tx, { tenantId, afterNodeId: position, most: most + 1 });
    return { rows: found, now: await tx.now };
  });
  // A page ends behind the last node that was looked at. Which of them are LOST is known only here.
  const looked = takeFitting(
    NodeSchema,
    rows.slice(0, most).map((row) => assembleNode(row, now)),
    engine.pageBytesMax,
  );
  const nodes = looked.filter(({ state }) => request.states.length === 0 || request.states.includes(state));
  const last = looked.at(-1);
  const nextPageToken = last && rows.length > looked.length ? formatPageToken(question, last.nodeId) : "";
  return { nodes, nextPageToken };
}
