// `asyncgate agent register|list|show|tools`: the registry of agents from the command line. Agents are written in
// files, as YAML or JSON, with short names: `status: ACTIVE`, `roles: [VERIFIER]`, `principal: worker:painter`.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, principalIn, text } from "../views.ts";
import { valuesIn } from "./file.ts";

const { method } = AgentService;

export const agentRegister: Command = {
  usage: "agent register <file>… [--json]",
  about: "registers the agents of files in YAML or JSON, or changes them; each file has one agent or a list",
  takesServerFlags: false,
  async run(context) {
    const { words, isJson } = argumentsOf(context);
    if (words.length === 0) throw new UsageError("the file with the agent is missing");
    for (const path of words) {
      for (const value of await valuesIn(path, "agents")) {
        const agent = withLongNames(value);
        const answer = object(await callMethod(context, method.registerAgent, { agent }));
        if (isJson) context.terminal.print(JSON.stringify(answer, undefined, 2));
        else context.terminal.print(registeredLine(answer));
      }
    }
    return 0;
  },
};

export const agentList: Command = {
  usage: "agent list [--status <status>]… [--json]",
  about: "shows the agents as a table: domain, roles, capabilities, write scopes, status, version",
  takesServerFlags: false,
  async run(context) {
    const { words, isJson, statuses } = argumentsOf(context);
    if (words.length > 0) throw new UsageError("expected no words: --status names a status");
    const asked = { statuses: statuses.map((one) => `AGENT_STATUS_${one.toUpperCase()}`) };
    const agents = await readAll(context, "listAgents", asked, "agents");
    if (isJson) context.terminal.print(JSON.stringify({ agents }, undefined, 2));
    else for (const line of agentTable(agents)) context.terminal.print(line);
    return 0;
  },
};

export const agentShow: Command = {
  usage: "agent show <id> [<version>]",
  about: "shows an agent as JSON, or a former version of it",
  takesServerFlags: false,
  async run(context) {
    const [agent_id, version = "0", ...rest] = argumentsOf(context).words;
    if (!agent_id || rest.length > 0) throw new UsageError("expected the id of an agent, and perhaps a version");
    const answer = object(await callMethod(context, method.getAgent, { agent_id, version }));
    context.terminal.print(JSON.stringify(answer["agent"], undefined, 2));
    return 0;
  },
};

export const agentTools: Command = {
  usage: "agent tools [<id>] [--json]",
  about: "shows what can be delegated to an agent, or to all, as a table",
  takesServerFlags: false,
  async run(context) {
    const { words, isJson } = argumentsOf(context);
    const [agent_id = "", ...rest] = words;
    if (rest.length > 0) throw new UsageError("expected the id of one agent");
    const tools = await readAll(context, "listAgentTools", { agent_id }, "tools");
    if (isJson) context.terminal.print(JSON.stringify({ tools }, undefined, 2));
    else for (const line of toolTable(tools)) context.terminal.print(line);
    return 0;
  },
};

function argumentsOf({ arguments: given }: Context) {
  const options = { json: { type: "boolean", default: false }, status: { type: "string", multiple: true } } as const;
  const { values, positionals } = parseArgs({ args: [...given], options, allowPositionals: true });
  return { words: positionals, isJson: values.json, statuses: values.status ?? [] };
}

async function readAll(
  context: Context,
  name: "listAgents" | "listAgentTools",
  request: JsonObject,
  list: string,
): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let page_token = ""; ; ) {
    const answer = object(await callMethod(context, method[name], { ...request, page_token }));
    all.push(...items(answer[list]).map(object));
    page_token = text(answer["next_page_token"]);
    if (page_token === "") return all;
  }
}

/** As the contract writes enums; and a principal by its text. */
function withLongNames(value: JsonValue): JsonValue {
  const agent = object(value);
  const { status, roles, principal: by } = agent;
  return {
    ...agent,
    ...(status !== undefined && { status: longName("AGENT_STATUS_", status) }),
    ...(Array.isArray(roles) && { roles: roles.map((role) => longName("AGENT_ROLE_", role)) }),
    ...(typeof by === "string" && { principal: principalIn(by) }),
  };
}

function longName(prefix: string, value: JsonValue): JsonValue {
  if (typeof value !== "string") return value;
  const upper = value.toUpperCase();
  return upper.startsWith(prefix) ? upper : `${prefix}${upper}`;
}

function registeredLine({ agent, changed }: JsonObject): string {
  const { agent_id, version, status } = object(agent);
  const what = changed === true ? "registered" : "as it was";
  return `${text(agent_id)}: version ${text(version)}, ${shortStatus(status)}, ${what}`;
}

function shortStatus(status: JsonValue | undefined): string {
  return text(status).replace("AGENT_STATUS_", "");
}

function agentTable(agents: readonly JsonObject[]): string[] {
  if (agents.length === 0) return ["there are no agents yet"];
  const rows = agents.map((agent) => [
    text(agent["agent_id"]),
    text(agent["domain"]),
    items(agent["roles"])
      .map((role) => text(role).replace("AGENT_ROLE_", "").toLowerCase())
      .join(" "),
    items(agent["capabilities"]).map(text).join(" "),
    items(agent["write_scopes"]).map(text).join(" "),
    agent["principal"] ? principal(agent["principal"]) : "",
    shortStatus(agent["status"]),
    text(agent["version"]),
  ]);
  return renderTable(["agent", "domain", "roles", "capabilities", "writes", "principal", "status", "version"], rows);
}

function toolTable(tools: readonly JsonObject[]): string[] {
  if (tools.length === 0) return ["there are no tools"];
  const rows = tools.map((offered) => {
    const { name, task_type, title, description } = object(offered["tool"]);
    const about = text(title) || (text(description).split("\n")[0] ?? "");
    return [text(offered["agent_id"]), text(name), text(task_type), about];
  });
  return renderTable(["agent", "tool", "task type", "about"], rows);
}
