// JSON, YAML and TOML of the pages, read by what reads them in earnest: the contract, the settings of a server, the
// node, the machines. What only other programs read is at least well-formed.
import { type DescMessage, fromJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";
import { parse as parseYaml } from "yaml";
import { AgentResultSchema } from "../../gen/typescript/asyncgate/machine/v1/agent_pb.ts";
import { AgentSchema, HandOffContractSchema } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import { ErrorDetailSchema } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeConfigSchema } from "../../gen/typescript/asyncgate/v1/node_pb.ts";
import { GetTaskResponseSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { checkRules } from "../../src/cli/machine/document.ts";
import { nodeConfigIn } from "../../src/cli/node/config-file.ts";
import { hideJson } from "../../src/facade/json-fields.ts";
import { decode } from "../../src/machines/document/decode.ts";
import { readScript } from "../../src/machines/runner/scripted-agents.ts";
import { loadMachine } from "../../src/machines/validation/load.ts";
import { readNodeSettings } from "../../src/node/program/node-settings.ts";
import { readCertificateRules, readIssuers } from "../../src/server/credential-settings.ts";

export type Document = {
  readonly page: string;
  readonly language: "json" | "yaml" | "toml";
  readonly starts: string;
  /** Throws what is wrong. */
  readonly check: (text: string) => unknown;
};

/** A message of the contract, in JSON as people write it. An unknown field is a fault. */
function messageOf(schema: DescMessage): (text: string) => void {
  return (text) => void fromJson(schema, hideJson(schema, JSON.parse(text) as JsonValue, "values"));
}

/** Of hosts: how they start the bridge or where they find it. */
function checkHost(text: string): void {
  const { mcpServers, servers = mcpServers } = JSON.parse(text) as Record<string, Record<string, JsonObject>>;
  const { url, command, args } = servers?.["asyncgate"] ?? {};
  const isRight = url ? String(url).endsWith("/mcp") : command === "asyncgate" && String(args) === "mcp";
  if (!isRight) throw new Error("the host would neither find the server nor start the bridge");
}

/** The part of TOML that is in use: tables, and keys with texts, lists and numbers. */
function checkToml(text: string): void {
  for (const line of text.split("\n").filter((one) => one !== "" && !/^\[[\w.]+\]$/.test(one))) {
    const [, value] = /^\w+ = (.+)$/.exec(line) ?? [];
    if (value === undefined) throw new Error(`no table and no key: ${line}`);
    JSON.parse(value);
  }
}

async function checkMachine(text: string): Promise<void> {
  const loaded = await loadMachine(text, { checkRules });
  if ("faults" in loaded) throw new Error(JSON.stringify(loaded.faults));
}

function checkNode(text: string): void {
  const read = readNodeSettings(text, { name: "n", spool: "/s" });
  if ("faults" in read) throw new Error(read.faults.join("; "));
}

function checkNodeConfig(text: string): void {
  fromJson(NodeConfigSchema, nodeConfigIn("the page", text));
}

function checkAgents(text: string): void {
  const agents = parseYaml(text) as JsonObject[];
  for (const { roles = [], ...agent } of agents) {
    const named = (roles as string[]).map((role) => `AGENT_ROLE_${role}`);
    fromJson(AgentSchema, hideJson(AgentSchema, { ...agent, roles: named }, "values"));
  }
}

/** As machines read what agents answer. */
function checkAgentResult(text: string): void {
  const decoded = decode(AgentResultSchema, JSON.parse(text) as JsonValue);
  if ("faults" in decoded) throw new Error(JSON.stringify(decoded.faults));
}

function checkContracts(text: string): void {
  for (const contract of parseYaml(text) as JsonObject[]) {
    fromJson(HandOffContractSchema, hideJson(HandOffContractSchema, contract, "values"));
  }
}

const hostPage = { page: "docs/mcp.md", language: "json", check: checkHost } as const;

export const documents: readonly Document[] = [
  { page: "docs/agents.md", language: "yaml", starts: "# agents.yaml", check: checkAgents },
  { page: "docs/agents.md", language: "yaml", starts: "# contracts.yaml", check: checkContracts },
  { page: "docs/machines.md", language: "yaml", starts: "name: writer", check: checkMachine },
  { page: "docs/machines.md", language: "yaml", starts: "# yaml-language-server", check: parseYaml },
  { page: "docs/machines.md", language: "yaml", starts: "tasks:", check: readScript },
  { page: "docs/machines.md", language: "json", starts: '{\n  "output"', check: checkAgentResult },
  { ...hostPage, starts: '{\n  "mcpServers"' },
  { ...hostPage, starts: '{\n  "inputs"' },
  { page: "docs/mcp.md", language: "toml", starts: "[mcp_servers.asyncgate]", check: checkToml },
  { page: "docs/nodes.md", language: "json", starts: '{\n  "status"', check: JSON.parse },
  { page: "docs/nodes.md", language: "yaml", starts: "server:", check: checkNode },
  { page: "docs/nodes.md", language: "yaml", starts: "mode: push", check: checkNode },
  { page: "docs/nodes.md", language: "yaml", starts: "worker_api:", check: checkNodeConfig },
  { page: "docs/nodes.md", language: "yaml", starts: "sandbox: {programs", check: checkNodeConfig },
  {
    page: "docs/rest.md",
    language: "json",
    starts: '{"error"',
    check: (text) => {
      const { error } = JSON.parse(text) as { error: JsonObject };
      messageOf(ErrorDetailSchema)(JSON.stringify(error));
    },
  },
  { page: "docs/security.md", language: "json", starts: '[\n  {\n    "issuer"', check: readIssuers },
  { page: "docs/security.md", language: "json", starts: '[{ "name"', check: readCertificateRules },
  { page: "docs/spend.md", language: "json", starts: '{ "task"', check: messageOf(GetTaskResponseSchema) },
];
