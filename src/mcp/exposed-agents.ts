// The tools of agents as tools of the bridge, for hosts that are to see one surface: a call delegates to the agent, and
// is answered with the task. They are read when they are listed and when one is called, so that a change of the
// registry shows.
import { create, type JsonObject } from "@bufbuild/protobuf";
import {
  AgentService,
  type DelegateToAgentRequest,
  DelegateToAgentRequestSchema,
  DelegateToAgentResponseSchema,
  ListAgentToolsRequestSchema,
  type ListAgentToolsResponse,
  type OfferedTool,
} from "../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { parseJson } from "../facade/json-fields.ts";
import type { CatalogTool } from "./catalog.ts";
import { callMethod, inTraceOf, type Line } from "./line.ts";
import { orProtocolError } from "./protocol-errors.ts";
import { answerJson, failure, sentenceOf, success, type ToolResult } from "./results.ts";
import type { JsonSchema } from "./tool-entry.ts";

/** Hosts give all tools to the model, which pays for each of them. */
const exposedMax = 100;
const schemaBytesMax = 131_072;
/** What every host takes. */
const nameMax = 64;

const { listAgentTools, delegateToAgent } = AgentService.method;

/** The tools of ACTIVE agents, by agent, as many as a host should see. Tools whose names are too long are left out. */
export async function exposedAgents(line: Line): Promise<CatalogTool[]> {
  const exposed: CatalogTool[] = [];
  let bytes = 0;
  for (let pageToken = ""; ; ) {
    const request = create(ListAgentToolsRequestSchema, { pageSize: exposedMax, pageToken });
    const page = (await orProtocolError(callMethod(line, listAgentTools, request))) as ListAgentToolsResponse;
    for (const offered of page.tools) {
      if (nameOf(offered).length > nameMax) continue;
      bytes += offered.tool?.inputSchema.length ?? 0;
      if (exposed.length === exposedMax || bytes > schemaBytesMax) return exposed;
      exposed.push(catalogTool(line, offered));
    }
    pageToken = page.nextPageToken;
    if (pageToken === "") return exposed;
  }
}

/** No tool of the contract has two underscores in a row. */
function nameOf({ agentId, tool }: OfferedTool): string {
  return `${agentId}__${tool?.name}`;
}

function catalogTool(line: Line, offered: OfferedTool): CatalogTool {
  const { agentId, tool } = offered;
  const { name = "", title = "", description = "", inputSchema = "" } = tool ?? {};
  const schema = objectSchema(inputSchema);
  return {
    name: nameOf(offered),
    title: title || `${agentId}: ${name}`,
    description: `${description}\nCreates a task for the agent ${agentId}; await_task waits for its result.`.trim(),
    readOnly: false,
    idempotent: false,
    destructive: false,
    scope: "tasks:create",
    narrowerScope: "",
    inputSchema: schema ?? wrapped,
    async call(given, { mcpReq }) {
      const input = JSON.stringify(schema ? given : (given["input"] ?? null));
      const request = create(DelegateToAgentRequestSchema, {
        to: { case: "agentId", value: agentId },
        tool: name,
        input,
      });
      return await delegated(inTraceOf(line, mcpReq._meta), request, mcpReq.signal);
    },
  };
}

async function delegated(line: Line, request: DelegateToAgentRequest, signal: AbortSignal): Promise<ToolResult> {
  try {
    const answer = answerJson(DelegateToAgentResponseSchema, await callMethod(line, delegateToAgent, request, signal));
    return success(sentenceOf(answer), answer);
  } catch (thrown) {
    if (signal.aborted) throw thrown; // the host no longer wants an answer
    return failure(thrown);
  }
}

/** Arguments of tools are objects: whatever else an agent takes is wrapped in one. */
const wrapped: JsonSchema = {
  type: "object",
  properties: { input: { description: "The input, as the agent takes it." } },
};

/** The schema of the input, if that is an object. */
function objectSchema(text: string): JsonSchema | undefined {
  if (text === "") return undefined;
  const schema = parseJson(text) as JsonObject;
  return schema["type"] === "object" ? (schema as JsonSchema) : undefined;
}
