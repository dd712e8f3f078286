// The bridge: an MCP server for one caller, made of the contract. The same factory serves both protocol eras, over
// stdio and over HTTP. It holds nothing between requests, so any replica answers.
import type { JsonObject } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { McpServer, type Server, type ServerContext } from "@modelcontextprotocol/server";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { version } from "../version.ts";
import { callTool, type Progress } from "./call-tool.ts";
import { type Line, methodNamed } from "./line.ts";
import { createMcpTasks, tasksExtension } from "./mcp-tasks.ts";
import { prompts, promptText } from "./prompts.ts";
import { invalidParams, orProtocolError } from "./protocol-errors.ts";
import { readResource, resourceContents, resources, resourceTemplates } from "./resources.ts";
import { SubscriptionRefused, type Subscriptions } from "./subscriptions.ts";
import type { ToolEntry } from "./tool-entry.ts";
import { tools as allTools } from "./tools.gen.ts";

export type ToolNames = "plain" | "dotted";

export type BridgeOptions = {
  readonly line: Line;
  readonly tools: readonly ToolEntry[];
  readonly toolNames: ToolNames;
  readonly era: "legacy" | "modern";
  /** Whether a client of the older era may subscribe: stateless HTTP has no connection to notify. */
  readonly canSubscribe: boolean;
  /** What a client of the older era subscribes to. For the newer one, the entry that serves it keeps them. */
  readonly subscriptions?: Subscriptions;
};

const instructions =
  "AsyncGate keeps track of work that was handed over, across sessions. " +
  "Begin with list_open_obligations or the prompt resume. " +
  "Hand over work with create_task and an idempotency_key; find it again by its task_id. " +
  "No call takes longer than 50 s: when await_task says that a task has not ended, call it again.";

const dottedPrefix = "asyncgate.";

export function createBridge(options: BridgeOptions): McpServer {
  const { line, tools, era } = options;
  const mcp = new McpServer(
    { name: "asyncgate", title: "AsyncGate", version },
    {
      instructions,
      capabilities: {
        tools: { listChanged: false },
        resources: { listChanged: false, subscribe: options.canSubscribe },
        prompts: { listChanged: false },
        ...(era === "modern" && { extensions: { [tasksExtension]: {} } }),
      },
    },
  );
  const { server } = mcp;
  const byName = new Map(
    tools.flatMap((tool) => [
      [tool.name, tool],
      [`${dottedPrefix}${tool.name}`, tool],
    ]),
  );
  const mcpTasks = createMcpTasks(line);

  server.setRequestHandler("tools/list", async () => {
    const scopes = await scopesOf(line);
    return { tools: tools.filter(({ scope }) => scopes.has(scope)).map((tool) => listed(tool, options.toolNames)) };
  });
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const tool = byName.get(params.name);
    if (tool === undefined) throw invalidParams(`There is no tool ${JSON.stringify(params.name)}.`);
    const given = (params.arguments ?? {}) as JsonObject;
    if (tool.name === taskTool && mcpTasks.isDeclared(context)) return await mcpTasks.create(given, context);
    const { signal } = context.mcpReq;
    return await callTool({ line, tool, given, signal, progress: progressOf(context) });
  });
  server.setRequestHandler("resources/list", () => ({ resources }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }, context) => {
    const json = await orProtocolError(readResource(line, uri, context.mcpReq.signal));
    if (json === undefined) throw invalidParams(`There is no resource ${JSON.stringify(uri)}.`);
    return resourceContents(uri, json);
  });
  server.setRequestHandler("prompts/list", () => ({ prompts: [...prompts] }));
  server.setRequestHandler("prompts/get", async ({ params }) => {
    const missing = prompts
      .find(({ name }) => name === params.name)
      ?.arguments.filter(({ name, required }) => required && !params.arguments?.[name]);
    if (missing !== undefined && missing.length > 0) throw invalidParams(`${missing[0]?.name} is required.`);
    const text = await orProtocolError(promptText(line, params.name, params.arguments ?? {}));
    if (text === undefined) throw invalidParams(`There is no prompt ${JSON.stringify(params.name)}.`);
    return { messages: [{ role: "user" as const, content: { type: "text" as const, text } }] };
  });
  const { subscriptions } = options;
  if (era === "legacy" && subscriptions) serveSubscribe(server, subscriptions);
  if (era === "modern") mcpTasks.register(server);
  return mcp;
}

function serveSubscribe(server: Server, subscriptions: Subscriptions): void {
  server.setRequestHandler("resources/subscribe", ({ params: { uri } }) => {
    try {
      subscriptions.add(uri);
    } catch (thrown) {
      throw thrown instanceof SubscriptionRefused ? invalidParams(thrown.message) : thrown;
    }
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
}

/** The tools whose calls may wait. */
export const waitingTools: ReadonlySet<string> = new Set(
  allTools
    .filter(({ service, method }) => methodNamed(service, method).input.fields.some(({ name }) => name === "wait"))
    .map(({ name }) => name),
);

/** The tool whose answer may be an MCP task, where the host knows what that is. */
const taskTool = "create_task";

function listed(tool: ToolEntry, names: ToolNames) {
  const { title, description, readOnly, idempotent, destructive, inputSchema, outputSchema } = tool;
  return {
    name: names === "dotted" ? `${dottedPrefix}${tool.name}` : tool.name,
    title,
    description,
    inputSchema,
    outputSchema,
    annotations: {
      title,
      readOnlyHint: readOnly,
      idempotentHint: idempotent,
      destructiveHint: destructive,
      openWorldHint: false,
    },
  };
}

async function scopesOf({ transport, headers }: Line): Promise<ReadonlySet<string>> {
  const { scopes } = await orProtocolError(createClient(SystemService, transport).getServerInfo({}, { headers }));
  return new Set(scopes);
}

/** Undefined for a host that does not ask for progress. */
function progressOf({ mcpReq }: ServerContext): Progress | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress, total, message) =>
    mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total, message } });
}
