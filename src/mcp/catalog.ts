// What a bridge has for hosts: tools, resources and prompts. The product's are made of the contract. The bridge serves
// any catalog by the same code, so a check can add entries that the contract has no reason to have.
import type { JsonObject } from "@bufbuild/protobuf";
import {
  type CallToolResult,
  type GetPromptResult,
  type InputRequiredResult,
  type Prompt,
  type ReadResourceResult,
  type Resource,
  ResourceNotFoundError,
  type ResourceTemplateType,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { callTool, type Progress } from "./call-tool.ts";
import { detailOf, inTraceOf, type Line, methodNamed } from "./line.ts";
import { createMcpTasks } from "./mcp-tasks.ts";
import { prompts, promptText } from "./prompts.ts";
import { readContents, resources, resourceTemplates } from "./resources.ts";
import type { JsonSchema, ToolEntry } from "./tool-entry.ts";
import { tools } from "./tools.gen.ts";

export type CatalogTool = Omit<ToolEntry, "service" | "method" | "verbs" | "outputSchema"> & {
  /** If absent, the results have no structured content. */
  readonly outputSchema?: JsonSchema;
  call(given: JsonObject, context: ServerContext): Promise<CallToolResult | InputRequiredResult>;
};

export type Catalog = {
  readonly tools: readonly CatalogTool[];
  readonly resources: readonly Resource[];
  readonly resourceTemplates: readonly ResourceTemplateType[];
  /** Undefined: there is no such resource. */
  readResource(uri: string, signal: AbortSignal): Promise<ReadResourceResult | undefined>;
  readonly prompts: readonly Prompt[];
  /** Undefined: there is no such prompt. */
  getPrompt(
    name: string,
    given: Readonly<Record<string, string>>,
    context: ServerContext,
  ): Promise<GetPromptResult | InputRequiredResult | undefined>;
};

/** The tool whose answer may be an MCP task, where the host knows what that is. */
const taskTool = "create_task";

export function contractCatalog(line: Line): Catalog {
  const mcpTasks = createMcpTasks(line);
  const called = async (tool: ToolEntry, given: JsonObject, context: ServerContext) => {
    if (tool.name === taskTool && mcpTasks.isDeclared(context)) return await mcpTasks.create(given, context);
    const { signal, _meta: meta } = context.mcpReq;
    return await callTool({ line: inTraceOf(line, meta), tool, given, signal, progress: progressOf(context) });
  };
  return {
    tools: tools.map((tool) => ({ ...tool, call: (given, context) => called(tool, given, context) })),
    resources,
    resourceTemplates,
    async readResource(uri, signal) {
      return await orResourceNotFound(uri, readContents(line, uri, signal));
    },
    prompts: [...prompts],
    async getPrompt(name, given) {
      const text = await promptText(line, name, given);
      return text === undefined ? undefined : { messages: [{ role: "user", content: { type: "text", text } }] };
    },
  };
}

/** Hosts know a resource that is not there by the uri in the error. */
async function orResourceNotFound<Answer>(uri: string, reading: Promise<Answer>): Promise<Answer> {
  try {
    return await reading;
  } catch (thrown) {
    const { reason, message = "" } = detailOf(thrown) ?? {};
    if (reason !== ErrorReason.TASK_NOT_FOUND && reason !== ErrorReason.RECEIPT_NOT_FOUND) throw thrown;
    throw new ResourceNotFoundError(uri, message);
  }
}

/** The tools whose calls may wait. */
export const waitingTools: ReadonlySet<string> = new Set(
  tools
    .filter(({ service, method }) => methodNamed(service, method).input.fields.some(({ name }) => name === "wait"))
    .map(({ name }) => name),
);

/** Undefined for a host that does not ask for progress. */
function progressOf({ mcpReq }: ServerContext): Progress | undefined {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  return (progress, total, message) =>
    mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total, message } });
}
