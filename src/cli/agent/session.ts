// `asyncgate agent session open|keep|close|list`: sessions of agents from the command line. A script that opens one
// keeps it by calling `keep` now and then, or lets `worker run --agent-session` do so.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { durationGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, readAll, text } from "../views.ts";

const { method } = AgentService;

const open = "open <agent> --name <name> [--role <role>] [--write <resource>]… [--read <resource>]…";
const usage = `agent session ${open} [--binds <task>] [--ttl <time>] | keep <id> | close <id> | list [<agent>]`;

export const agentSession: Command = {
  usage: `${usage} [--json]`,
  about: "opens a session of an agent and prints its id, keeps it for its TTL, closes it, or shows which live",
  details: [
    "--name      its name: at most one live session has it; with list, only that one",
    "--role      orchestrator, executor or verifier; needed if the agent has several",
    "--write     a resource that the session holds to write: repo:shop/api",
    "--read      a resource that it holds to read",
    "--binds     a task by id, or name:<name>: the session is leased only tasks of its tree",
    "--ttl       how long it lasts without a heartbeat: 60s",
    "--reason    with close: why, for the receipts of its leases",
  ],
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = argumentsOf(context);
    const [verb = "", ...words] = positionals;
    const run = verbs[verb];
    if (!run) throw new UsageError("what to do? expected open, keep, close or list");
    await run(context, words, values);
    return 0;
  },
};

type Run = (context: Context, words: readonly string[], values: Values) => Promise<void>;
type Values = ReturnType<typeof argumentsOf>["values"];

const verbs: Readonly<Record<string, Run>> = {
  async open(context, [agent_id, ...rest], { name, role, write, read, binds = "", ttl, json }) {
    if (!agent_id || rest.length > 0) throw new UsageError("expected the id of one agent");
    if (!name) throw new UsageError("the session needs a name: --name nightly");
    const request: JsonObject = {
      agent_id,
      name,
      scopes: [...scopesOf(write, "WRITE"), ...scopesOf(read, "READ")],
      binds,
      ...(role !== undefined && { role: `AGENT_ROLE_${role.toUpperCase()}` }),
      ...(ttl !== undefined && { ttl: durationGiven("--ttl", ttl) }),
    };
    const answer = object(await callMethod(context, method.openAgentSession, request));
    show(context, json, answer, text(object(answer["session"])["agent_session_id"]));
  },
  async keep(context, words, { json }) {
    const request = { agent_session_id: onlyId(words) };
    const answer = object(await callMethod(context, method.keepAgentSession, request));
    show(context, json, answer, `until ${text(answer["expire_time"])}, leases: ${text(answer["leases"] ?? 0)}`);
  },
  async close(context, words, { reason = "", json }) {
    const request = { agent_session_id: onlyId(words), reason };
    const answer = object(await callMethod(context, method.closeAgentSession, request));
    show(context, json, answer, `closed, leases released: ${text(answer["leases_released"] ?? 0)}`);
  },
  async list(context, [agent_id = "", ...rest], { name = "", json }) {
    if (rest.length > 0) throw new UsageError("expected the id of one agent");
    const pages = { list: "sessions", tokenIn: "page_token", tokenOut: "next_page_token" };
    const sessions = await readAll(context, method.listAgentSessions, { agent_id, name }, pages);
    show(context, json, { sessions }, ...sessionTable(sessions));
  },
};

function show({ terminal }: Context, json: boolean, answer: JsonObject, ...lines: readonly string[]): void {
  if (json) terminal.print(JSON.stringify(answer, undefined, 2));
  else for (const line of lines) terminal.print(line);
}

const options = {
  name: { type: "string" },
  role: { type: "string" },
  write: { type: "string", multiple: true },
  read: { type: "string", multiple: true },
  binds: { type: "string" },
  ttl: { type: "string" },
  reason: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

function argumentsOf({ arguments: given }: Context) {
  return parseArgs({ args: [...given], options, allowPositionals: true });
}

function onlyId([id, ...rest]: readonly string[]): string {
  if (!id || rest.length > 0) throw new UsageError("expected the id of one session");
  return id;
}

function scopesOf(resources: readonly string[] = [], mode: string): JsonObject[] {
  return resources.map((resource) => ({ resource, mode: `SCOPE_MODE_${mode}` }));
}

function sessionTable(sessions: readonly JsonObject[]): string[] {
  if (sessions.length === 0) return ["there are no sessions of agents"];
  const rows = sessions.map((session) => [
    text(session["agent_session_id"]),
    text(session["name"]),
    text(session["agent_id"]),
    text(session["role"]).replace("AGENT_ROLE_", "").toLowerCase(),
    principal(session["holder"]),
    items(session["scopes"]).map(scopeText).join(" "),
    text(session["leases"] ?? 0),
    text(session["expire_time"]),
  ]);
  return renderTable(["session", "name", "agent", "role", "holder", "scopes", "leases", "until"], rows);
}

function scopeText(scope: JsonValue): string {
  const { resource, mode } = object(scope);
  return `${text(resource)}${mode === "SCOPE_MODE_READ" ? " (read)" : ""}`;
}
