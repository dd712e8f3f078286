// The bridge: an MCP server for one caller, over a catalog. The same factory serves both protocol eras, over stdio and
// over HTTP. It holds nothing between requests, so any replica answers.
import type { JsonObject } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { McpServer, ResourceNotFoundError, type Server } from "@modelcontextprotocol/server";
import { SystemService } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { version } from "../version.ts";
import type { Catalog, CatalogTool } from "./catalog.ts";
import type { Line } from "./line.ts";
import { createMcpTasks, tasksExtension } from "./mcp-tasks.ts";
import { invalidParams, orProtocolError } from "./protocol-errors.ts";
import type { Subscriptions } from "./subscriptions.ts";

export type ToolNames = "plain" | "dotted";

export type BridgeOptions = {
  readonly line: Line;
  readonly catalog: Catalog;
  readonly toolNames: ToolNames;
  readonly era: "legacy" | "modern";
  /** Whether a client of the older era may subscribe: stateless HTTP has no connection to notify. */
  readonly canSubscribe: boolean;
  /** What a client of the older era subscribes to. For the newer one, the entry that serves it keeps them. */
  readonly subscriptions?: Subscriptions;
  /** Tools that come and go, beside those of the catalog. */
  readonly moreTools?: () => Promise<readonly CatalogTool[]>;
};

const instructions =
  "AsyncGate keeps track of work that was handed over, across sessions. " +
  "Begin with list_open_obligations or the prompt resume. " +
  "Hand over work with create_task and an idempotency_key; find it again by its task_id. " +
  "No call takes longer than 50 s: when await_task says that a task has not ended, call it again.";

const dottedPrefix = "asyncgate.";

export function createBridge(options: BridgeOptions): McpServer {
  const { line, catalog, era } = options;
  const { tools, resources, resourceTemplates, prompts } = catalog;
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

  const { moreTools = async () => [] } = options;
  server.setRequestHandler("tools/list", async () => {
    const [scopes, more] = await Promise.all([scopesOf(line), moreTools()]);
    const open = [...tools, ...more].filter(
      ({ scope, narrowerScope }) => scopes.has(scope) || scopes.has(narrowerScope),
    );
    return { tools: open.map((tool) => listed(tool, options.toolNames)) };
  });
  server.setRequestHandler("tools/call", async ({ params }, context) => {
    const isNamed = ({ name }: CatalogTool) => name === params.name || `${dottedPrefix}${name}` === params.name;
    const tool = byName.get(params.name) ?? (await moreTools()).find(isNamed);
    if (tool === undefined) throw invalidParams(`There is no tool ${JSON.stringify(params.name)}.`);
    return await tool.call((params.arguments ?? {}) as JsonObject, context);
  });
  server.setRequestHandler("resources/list", () => ({ resources: [...resources] }));
  server.setRequestHandler("resources/templates/list", () => ({ resourceTemplates: [...resourceTemplates] }));
  server.setRequestHandler("resources/read", async ({ params: { uri } }, context) => {
    const result = await orProtocolError(catalog.readResource(uri, context.mcpReq.signal));
    if (result === undefined) throw new ResourceNotFoundError(uri, `There is no resource ${JSON.stringify(uri)}.`);
    return result;
  });
  server.setRequestHandler("prompts/list", () => ({ prompts: [...prompts] }));
  server.setRequestHandler("prompts/get", async ({ params }, context) => {
    const missing = prompts
      .find(({ name }) => name === params.name)
      ?.arguments?.filter(({ name, required }) => required && !params.arguments?.[name]);
    if (missing !== undefined && missing.length > 0) throw invalidParams(`${missing[0]?.name} is required.`);
    const result = await orProtocolError(catalog.getPrompt(params.name, params.arguments ?? {}, context));
    if (result === undefined) throw invalidParams(`There is no prompt ${JSON.stringify(params.name)}.`);
    return result;
  });
  const { subscriptions } = options;
  if (era === "legacy" && subscriptions) serveSubscribe(server, subscriptions);
  if (era === "modern") createMcpTasks(line).register(server);
  return mcp;
}

function serveSubscribe(server: Server, subscriptions: Subscriptions): void {
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }) => {
    await subscriptions.add(uri);
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
}

function listed(tool: CatalogTool, names: ToolNames) {
  const { title, description, readOnly, idempotent, destructive, inputSchema, outputSchema } = tool;
  return {
    name: names === "dotted" ? `${dottedPrefix}${tool.name}` : tool.name,
    title,
    description,
    inputSchema,
    ...(outputSchema && { outputSchema }),
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
