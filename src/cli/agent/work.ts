// `asyncgate agent route|delegate`: which agent a task belongs to, and giving work to one.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { parseJson } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { items, object, text } from "../views.ts";

const { method } = AgentService;
const by = "<text> | --domain <domain> | --capability <name> | --type <task type>";

export const agentRoute: Command = {
  usage: `agent route ${by} [--json]`,
  about: "says which agent a task belongs to, and why",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = argumentsOf(context);
    const query = queryOf(values, positionals);
    if (!query) throw new UsageError(`by what? give ${by}`);
    const answer = object(await callMethod(context, method.routeTask, { query }));
    if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else for (const line of routeLines(answer)) context.terminal.print(line);
    return answer["status"] === "ROUTE_STATUS_MATCHED" ? 0 : 1;
  },
};

export const agentDelegate: Command = {
  usage: "agent delegate <id> [--tool <name>] [--input <json>] [--key <key>] [--json]",
  about: "creates the task that a tool of an agent stands for; without an id, --text, --domain, --capability or --type",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = argumentsOf(context);
    const [agent_id, ...rest] = positionals;
    const route = queryOf(values, values.text === undefined ? [] : [values.text]);
    if (rest.length > 0 || (agent_id === undefined) === (route === undefined)) {
      throw new UsageError("expected the id of one agent, or else one of --text, --domain, --capability and --type");
    }
    const { tool = "", key: idempotency_key = "" } = values;
    const input: JsonValue = values.input === undefined ? {} : parseJson(values.input);
    const to: JsonObject = agent_id === undefined ? { route: route ?? {} } : { agent_id };
    const answer = object(await callMethod(context, method.delegateToAgent, { ...to, tool, input, idempotency_key }));
    if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else context.terminal.print(text(object(answer["task"])["task_id"]));
    return 0;
  },
};

const options = {
  text: { type: "string" },
  domain: { type: "string" },
  capability: { type: "string" },
  type: { type: "string" },
  tool: { type: "string" },
  input: { type: "string" },
  key: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

function argumentsOf({ arguments: given }: Context) {
  return parseArgs({ args: [...given], options, allowPositionals: true });
}

type Values = ReturnType<typeof argumentsOf>["values"];

/** Undefined where nothing says by what. */
function queryOf({ domain, capability, type }: Values, words: readonly string[]): JsonObject | undefined {
  const queries: JsonObject[] = [
    ...(words.length > 0 ? [{ text: words.join(" ") }] : []),
    ...(domain === undefined ? [] : [{ domain }]),
    ...(capability === undefined ? [] : [{ capability }]),
    ...(type === undefined ? [] : [{ task_type: type }]),
  ];
  if (queries.length > 1) throw new UsageError(`give one of ${by}`);
  return queries[0];
}

function routeLines({ agent, why, alternatives }: JsonObject): string[] {
  const found = text(object(agent)["agent_id"]);
  const others = items(alternatives).map((one) => {
    const { agent_id, match_type, matched_value } = object(one);
    const match = text(match_type).replace("ROUTE_MATCH_", "").toLowerCase().replace("_", " ");
    return `also ${text(agent_id)}: ${match} ${text(matched_value)}`;
  });
  return [...(found === "" ? [] : [found]), text(why), ...others];
}
