// ListAgentSessions: the live sessions of agents, in the order in which they were opened.
import type { AgentSession } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { AgentSessionSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  type ListAgentSessionsRequest,
  ListAgentSessionsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { formatPageToken, pageQuestion, parsePageToken, uuidLeast, uuidShape } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import {
  listAgentSessions as listAgentSessionRows,
  listSessionNamed,
  listSessionsOfAgent,
} from "../../store/agent_session.sql.gen.ts";
import { type ReadTransaction, read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { sessionOf } from "./agent-session-rows.ts";

/** As the contract says. */
const pageSizeDefault = 50;
const countedMax = 1_000;
const listTimeoutMs = 2_000;

export type AgentSessionPage = { readonly sessions: AgentSession[]; readonly nextPageToken: string };

export async function listAgentSessions(
  engine: Engine,
  { tenantId }: Caller,
  request: ListAgentSessionsRequest,
): Promise<AgentSessionPage> {
  const question = pageQuestion(ListAgentSessionsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", uuidShape));
  const most = request.pageSize || pageSizeDefault;
  const rows = await read(engine.database, { statementTimeoutMs: listTimeoutMs }, (tx) =>
    rowsOf(tx, tenantId, request, position ?? uuidLeast, most + 1),
  );
  const listed = rows.slice(0, most).map((row) => sessionOf(row, row.leases));
  const sessions = takeFitting(AgentSessionSchema, listed, engine.pageBytesMax);
  const last = sessions.at(-1);
  const nextPageToken = last && rows.length > sessions.length ? formatPageToken(question, last.agentSessionId) : "";
  return { sessions, nextPageToken };
}

async function rowsOf(
  tx: ReadTransaction,
  tenantId: string,
  { agentId, name }: ListAgentSessionsRequest,
  afterSessionId: string,
  most: number,
) {
  const page = { tenantId, afterSessionId, most, countedMax, now: await tx.now };
  if (name === "") {
    return agentId === "" ? await listAgentSessionRows(tx, page) : await listSessionsOfAgent(tx, { ...page, agentId });
  }
  const named =
    afterSessionId === uuidLeast ? await listSessionNamed(tx, { tenantId, name, countedMax, now: page.now }) : [];
  return named.filter((row) => agentId === "" || row.agentId === agentId);
}
