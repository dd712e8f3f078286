// ListNodeConfigs: what was issued to a node, newest first, with what it has answered.
import type { NodeConfigVersion } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { NodeConfigVersionSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  type ListNodeConfigsRequest,
  ListNodeConfigsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { formatPageToken, integerShape, pageQuestion, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listNodeConfigAcks, listNodeConfigs as listRows } from "../../store/node_config.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { findNode } from "../node-configs/node-rows.ts";
import { takeFitting } from "../views/answer-size.ts";
import { assembleConfig } from "../views/assemble-node.ts";

/** As the contract says. */
const pageDefault = 20;
const acksShown = 20;

export type ConfigPage = { readonly configs: NodeConfigVersion[]; readonly nextPageToken: string };

export async function listNodeConfigs(
  engine: Engine,
  { tenantId }: Caller,
  request: ListNodeConfigsRequest,
): Promise<ConfigPage> {
  const { nodeId } = request;
  const question = pageQuestion(ListNodeConfigsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", integerShape));
  const most = request.pageSize || pageDefault;
  const beforeNumber = position === undefined ? Number.MAX_SAFE_INTEGER : Number(position);
  const { rows, acks } = await read(engine.database, {}, async (tx) => {
    await findNode(tx, tenantId, nodeId);
    const found = await listRows(tx, { tenantId, nodeId, beforeNumber, most: most + 1 });
    const numbers = found.map(({ number }) => number);
    return { rows: found, acks: await listNodeConfigAcks(tx, { tenantId, nodeId, numbers, most: acksShown }) };
  });
  const page = rows.slice(0, most).map((row) => assembleConfig(nodeId, row, acks));
  const configs = takeFitting(NodeConfigVersionSchema, page, engine.pageBytesMax);
  const last = configs.at(-1);
  const nextPageToken = last && rows.length > configs.length ? formatPageToken(question, String(last.number)) : "";
  return { configs, nextPageToken };
}
