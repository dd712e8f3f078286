// Tools that the scenarios call by name. Each only answers what its scenario asks for; they are listed, found and
// called by the bridge of the product.
import {
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Catalog, CatalogTool } from "../../src/mcp/catalog.ts";
import type { Line } from "../../src/mcp/line.ts";
import { createMcpTasks, tasksExtension } from "../../src/mcp/mcp-tasks.ts";
import { fixtureTool, png, text } from "./fixture.ts";
import { inputTools } from "./fixture-inputs.ts";

type Call = CatalogTool["call"];
type Content = Awaited<ReturnType<Call>> & { content: unknown };

/** An empty sound. */
const wav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

const image = { type: "image" as const, data: png, mimeType: "image/png" };

function embedded(uri: string) {
  return { type: "resource" as const, resource: { uri, mimeType: "text/plain", text: "An embedded resource." } };
}

function answering(...content: Content["content"] & unknown[]): Call {
  return async () => ({ content }) as Content;
}

async function tellProgress({ mcpReq }: ServerContext): Promise<void> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  for (const progress of [0, 50, 100]) {
    await mcpReq.notify({ method: "notifications/progress", params: { progressToken, progress, total: 100 } });
  }
}

/** Keywords that a schema must keep on its way to the host. */
const schema2020 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
} as const;

function missingCapability(requiredCapabilities: ClientCapabilities) {
  return new MissingRequiredClientCapabilityError({ requiredCapabilities });
}

export function fixtureTools(line: Line, { tools }: Catalog): CatalogTool[] {
  const createTask = tools.find(({ name }) => name === "create_task");
  if (createTask === undefined) throw new Error("the contract has no tool create_task");
  /** A tool whose work is a task of ours: what the scenarios say of tasks is tried on the product's own. */
  const handingOver =
    (type: string): Call =>
    (given, context) =>
      createTask.call({ type, queue: "conformance", payload: { json: given }, max_attempts: 1 }, context);
  return [
    fixtureTool("test_simple_text", answering(text("A simple text."))),
    fixtureTool("test_image_content", answering(image)),
    fixtureTool("test_audio_content", answering({ type: "audio", data: wav, mimeType: "audio/wav" })),
    fixtureTool("test_embedded_resource", answering(embedded("test://embedded-resource"))),
    fixtureTool("test_multiple_content_types", answering(text("Several."), image, embedded("test://mixed"))),
    fixtureTool("test_error_handling", async () => ({ content: [text("It failed, as it should.")], isError: true })),
    fixtureTool("test_tool_with_progress", async (_given, context) => {
      await tellProgress(context);
      return { content: [text("done")] };
    }),
    fixtureTool("test_streaming_elicitation", async (_given, context) => {
      await tellProgress(context);
      return { content: [text("done")] };
    }),
    fixtureTool("test_logging_tool", answering(text("Nothing was logged."))),
    { ...fixtureTool("json_schema_2020_12_tool", answering(text("taken"))), inputSchema: schema2020 },
    fixtureTool("test_missing_capability", async () => {
      throw missingCapability({ sampling: {} });
    }),
    fixtureTool("greet", async ({ name }) => ({ content: [text(`Hello, ${name}!`)] }), { name: { type: "string" } }),
    fixtureTool("slow_compute", handingOver("slow_compute"), {
      seconds: { type: "number" },
      label: { type: "string" },
    }),
    fixtureTool("failing_job", async (given, context) => {
      // A tool that can only be called as a task.
      if (!createMcpTasks(line).isDeclared(context)) throw missingCapability({ extensions: { [tasksExtension]: {} } });
      return await handingOver("failing_job")(given, context);
    }),
    fixtureTool("test_custom_header", async ({ region }) => ({ content: [text(`In ${region}.`)] }), {
      region: { type: "string", "x-mcp-header": "Region" },
    }),
    ...inputTools(handingOver("slow_compute")),
  ];
}
