// `asyncgate node config put|list`: what nodes are configured to.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { readArguments, textGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, readAll, text } from "../views.ts";
import { nodeConfigIn } from "./config-file.ts";

const { method } = NodeService;
const pages = { list: "configs", tokenIn: "page_token", tokenOut: "next_page_token" };
const options = { json: { type: "boolean", default: false } } as const;

export const nodeConfig: Command = {
  usage: "node config put <id> <file> | node config list <id> [--json]",
  about: "issues the configuration of a file to a node, or shows what was issued to one and what it has answered",
  details: [
    "The file is YAML or JSON with `sandbox` and `inference`, as in docs/nodes.md; - reads it from stdin.",
    "A configuration can only be stricter than the node's own file.",
  ],
  takesServerFlags: false,
  async run(context) {
    const [verb, ...rest] = context.arguments;
    if (verb === "put") return await put(context, rest);
    if (verb === "list") return await list(context, rest);
    throw new UsageError("expected node config put <id> <file>, or node config list <id>");
  },
};

async function put(context: Context, args: readonly string[]): Promise<number> {
  const words = { least: 2, most: 2, what: "the id of the node, or the file" };
  const { values, positionals } = readArguments(args, options, words);
  const [node_id = "", path = ""] = positionals;
  const config = nodeConfigIn(path, await textGiven(context, path === "-" ? path : `@${path}`));
  const answer = object(await callMethod(context, method.updateNodeConfig, { node_id, config }));
  if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
  else context.terminal.print(`issued to ${node_id}: version ${text(object(answer["config"])["version"])}`);
  return 0;
}

async function list(context: Context, args: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(args, options, { least: 1, most: 1, what: "the id of the node" });
  const configs = await readAll(context, method.listNodeConfigs, { node_id: positionals[0] ?? "" }, pages);
  if (values.json) context.terminal.print(JSON.stringify({ configs }, undefined, 2));
  else for (const line of configTable(configs)) context.terminal.print(line);
  return 0;
}

function configTable(configs: readonly JsonObject[]): string[] {
  const rows = configs.map((config) => [
    text(config["number"]),
    text(config["version"]),
    text(config["create_time"]),
    principal(config["issued_by"]),
    items(config["acks"]).map(answerOf).join(", then ") || "not answered yet",
  ]);
  return renderTable(["number", "version", "issued", "by", "what became of it"], rows);
}

function answerOf(value: JsonValue): string {
  const { status, error } = object(value);
  const became = text(status).replace("NODE_CONFIG_STATUS_", "");
  return text(error) === "" ? became : `${became}: ${text(error)}`;
}
