// ListAgents and ListAgentTools: by id, in pages.
import {
  type Agent,
  AgentSchema,
  AgentStatus,
  AgentStatusSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  type ListAgentsRequest,
  ListAgentsRequestSchema,
  type ListAgentToolsRequest,
  ListAgentToolsRequestSchema,
  type OfferedTool,
  OfferedToolSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { capabilityOf } from "../../core/agent-capability.ts";
import { formatPageToken, pageQuestion, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listAgents as listAgentRows, readAgent } from "../../store/agent.sql.gen.ts";
import { read } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { takeFitting } from "../views/answer-size.ts";
import { agentIdShape, agentOf, findAgent } from "./agent-rows.ts";

/** As the contract says. */
const agentsDefault = 20;
const toolsDefault = 50;
/** Agents whose tools are looked at for one page: each has up to 64 KiB. */
const agentsOfPage = 20;
/** An agent and its last tool that was listed, as a token holds them; without a tool, all were. */
const toolShape = /^[a-z0-9][a-z0-9-]{0,62}:([a-z][a-z0-9_]{0,62})?$/;

const anyStatus = AgentStatusSchema.values.map(({ number }) => number).filter((number) => number !== 0);

export type AgentPage = { readonly agents: Agent[]; readonly nextPageToken: string };

export async function listAgents(engine: Engine, { tenantId }: Caller, request: ListAgentsRequest): Promise<AgentPage> {
  const question = pageQuestion(ListAgentsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position = "" } = orThrow(parsePageToken(question, request.pageToken, "page_token", agentIdShape));
  const most = request.pageSize || agentsDefault;
  const statuses = request.statuses.length > 0 ? request.statuses : anyStatus;
  const rows = await read(engine.database, {}, (tx) =>
    listAgentRows(tx, { tenantId, afterAgentId: position, statuses, most: most + 1 }),
  );
  const listed = rows.slice(0, most).map((row) => withoutSchemas(agentOf(row)));
  const agents = takeFitting(AgentSchema, listed, engine.pageBytesMax);
  const last = agents.at(-1);
  const nextPageToken = last && rows.length > agents.length ? formatPageToken(question, last.agentId) : "";
  return { agents, nextPageToken };
}

function withoutSchemas(agent: Agent): Agent {
  return { ...agent, tools: agent.tools.map((tool) => ({ ...tool, inputSchema: "" })) };
}

export type ToolPage = { readonly tools: OfferedTool[]; readonly nextPageToken: string };

export async function listAgentTools(
  engine: Engine,
  { tenantId }: Caller,
  request: ListAgentToolsRequest,
): Promise<ToolPage> {
  const question = pageQuestion(ListAgentToolsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const { position } = orThrow(parsePageToken(question, request.pageToken, "page_token", toolShape));
  const [atAgent = "", atTool = ""] = position?.split(":") ?? [];
  const agents = await read(engine.database, {}, async (tx) => {
    if (request.agentId !== "") return [await findAgent(tx, tenantId, request.agentId)];
    const [begun, next] = await Promise.all([
      atTool === "" ? undefined : readAgent(tx, { tenantId, agentId: atAgent }),
      listAgentRows(tx, { tenantId, afterAgentId: atAgent, statuses: [AgentStatus.ACTIVE], most: agentsOfPage + 1 }),
    ]);
    return [...(begun ? [begun] : []), ...next].map(agentOf).filter(({ status }) => status === AgentStatus.ACTIVE);
  });
  const looked = agents.slice(0, agentsOfPage);
  const offered = looked.flatMap((agent) => offeredBy(agent, agent.agentId === atAgent ? atTool : ""));
  const asked = offered.slice(0, request.pageSize || toolsDefault);
  const tools = takeFitting(OfferedToolSchema, asked, engine.pageBytesMax);
  return { tools, nextPageToken: nextPage(question, { agents, looked, offered, tools }) };
}

type Looked = {
  readonly agents: readonly Agent[];
  readonly looked: readonly Agent[];
  readonly offered: readonly OfferedTool[];
  readonly tools: readonly OfferedTool[];
};

/** Behind the last tool of the page, or behind the last agent if the page has all its tools. */
function nextPage(question: Uint8Array, { agents, looked, offered, tools }: Looked): string {
  const last = tools.at(-1);
  if (last && offered.length > tools.length) return formatPageToken(question, `${last.agentId}:${last.tool?.name}`);
  return agents.length > looked.length ? formatPageToken(question, `${looked.at(-1)?.agentId}:`) : "";
}

/** The tools of an agent: those behind one, if it still has that, or all. */
function offeredBy({ agentId, tools }: Agent, after: string): OfferedTool[] {
  const start = tools.findIndex(({ name }) => name === after) + 1;
  return tools.slice(start).map((tool) => ({
    $typeName: "asyncgate.v1.OfferedTool",
    agentId,
    tool,
    capability: capabilityOf(agentId),
  }));
}
