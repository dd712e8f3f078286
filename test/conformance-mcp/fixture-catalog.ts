// The catalog that the scenarios want: the contract's, as users have it, and the fixtures beside it.
import { inputRequired, type Prompt, type ReadResourceResult, type ServerContext } from "@modelcontextprotocol/server";
import { type Catalog, contractCatalog } from "../../src/mcp/catalog.ts";
import type { Line } from "../../src/mcp/line.ts";
import { png, text } from "./fixture.ts";
import { answerTo, asking } from "./fixture-inputs.ts";
import { fixtureTools } from "./fixture-tools.ts";

const resources = ["static-text", "static-binary", "watched-resource"].map((name) => ({
  uri: `test://${name}`,
  name,
  mimeType: name === "static-binary" ? "image/png" : "text/plain",
}));

const template = /^test:\/\/template\/([^/]+)\/data$/;
const resourceTemplates = [
  { uriTemplate: "test://template/{id}/data", name: "template", mimeType: "application/json" },
];

function fixtureResource(uri: string): ReadResourceResult | undefined {
  const [, id] = template.exec(uri) ?? [];
  if (id !== undefined) {
    return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify({ id, templateTest: true }) }] };
  }
  const resource = resources.find((one) => one.uri === uri);
  if (resource === undefined) return undefined;
  const { mimeType } = resource;
  return { contents: [mimeType === "image/png" ? { uri, mimeType, blob: png } : { uri, mimeType, text: "Text." }] };
}

function prompt(name: string, ...needed: readonly string[]): Prompt {
  const description = `A fixture of the conformance check: ${name}.`;
  return { name, description, arguments: needed.map((one) => ({ name: one, description: one, required: true })) };
}

const prompts = [
  prompt("test_simple_prompt"),
  prompt("test_prompt_with_arguments", "arg1", "arg2"),
  prompt("test_prompt_with_embedded_resource", "resourceUri"),
  prompt("test_prompt_with_image"),
  prompt("test_input_required_result_prompt"),
];

function fixturePrompt(name: string, given: Readonly<Record<string, string>>, context: ServerContext) {
  const saying = (...contents: readonly object[]) => ({
    messages: contents.map((content) => ({ role: "user" as const, content: content as ReturnType<typeof text> })),
  });
  const uri = given["resourceUri"] ?? "";
  switch (name) {
    case "test_simple_prompt":
      return saying(text("A simple prompt."));
    case "test_prompt_with_arguments":
      return saying(text(`arg1='${given["arg1"]}', arg2='${given["arg2"]}'`));
    case "test_prompt_with_embedded_resource":
      return saying(
        { type: "resource", resource: { uri, mimeType: "text/plain", text: "Embedded." } },
        text("Use it."),
      );
    case "test_prompt_with_image":
      return saying({ type: "image", data: png, mimeType: "image/png" }, text("Look at it."));
    case "test_input_required_result_prompt": {
      const answer = answerTo(context, "user_context", "context");
      if (answer !== undefined) return saying(text(`The context is ${String(answer)}.`));
      return inputRequired({ inputRequests: { user_context: asking("Which context?", "context") } });
    }
    default:
      return undefined;
  }
}

export function fixtureCatalog(line: Line): Catalog {
  const contract = contractCatalog(line);
  return {
    tools: [...contract.tools, ...fixtureTools(line, contract)],
    resources: [...contract.resources, ...resources],
    resourceTemplates: [...contract.resourceTemplates, ...resourceTemplates],
    readResource: async (uri, signal) => fixtureResource(uri) ?? (await contract.readResource(uri, signal)),
    prompts: [...contract.prompts, ...prompts],
    getPrompt: async (name, given, context) =>
      fixturePrompt(name, given, context) ?? (await contract.getPrompt(name, given, context)),
  };
}
