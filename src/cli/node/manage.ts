// `asyncgate node list|get|explain|drain|resume|deactivate`: the nodes of a tenant, for their operators.
import type { JsonObject } from "@bufbuild/protobuf";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, readAll, text } from "../views.ts";

const { method } = NodeService;
const pages = { list: "nodes", tokenIn: "page_token", tokenOut: "next_page_token" };
const oneNode = { least: 1, most: 1, what: "the id of the node" };

export const nodeList: Command = {
  usage: "node list [--state <state>]… [--json]",
  about: "shows the nodes as a table: state, whether they are given work, jobs, configuration, last report",
  takesServerFlags: false,
  async run(context) {
    const options = {
      json: { type: "boolean", default: false },
      state: { type: "string", multiple: true, default: [] as string[] },
    } as const;
    const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
    const states = values.state.map((one) => `NODE_STATE_${one.toUpperCase()}`);
    const nodes = await readAll(context, method.listNodes, { states }, pages);
    if (values.json) context.terminal.print(JSON.stringify({ nodes }, undefined, 2));
    else for (const line of nodeTable(nodes)) context.terminal.print(line);
    return 0;
  },
};

export const nodeGet: Command = {
  usage: "node get <id>",
  about: "shows a node with its last report, as JSON",
  takesServerFlags: false,
  async run(context) {
    const [node_id = ""] = readArguments(context.arguments, {}, oneNode).positionals;
    const answer = await callMethod(context, method.getNode, { node_id });
    context.terminal.print(JSON.stringify(answer, undefined, 2));
    return 0;
  },
};

export const nodeExplain: Command = {
  usage: "node explain <id> [--json]",
  about: "says what keeps a node from being given work; the exit code is 1 if anything does",
  takesServerFlags: false,
  async run(context) {
    const options = { json: { type: "boolean", default: false } } as const;
    const { values, positionals } = readArguments(context.arguments, options, oneNode);
    const answer = object(await callMethod(context, method.explainNode, { node_id: positionals[0] ?? "" }));
    const obstacles = items(answer["obstacles"]).map(object);
    if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else for (const line of explanation(answer, obstacles)) context.terminal.print(line);
    return obstacles.length === 0 ? 0 : 1;
  },
};

function explanation(answer: JsonObject, obstacles: readonly JsonObject[]): string[] {
  if (obstacles.length === 0) return [text(answer["summary"])];
  const kindOf = (obstacle: JsonObject) => text(obstacle["kind"]).replace("NODE_OBSTACLE_KIND_", "");
  return renderTable(
    ["in the way", "what it is"],
    obstacles.map((obstacle) => [kindOf(obstacle), text(obstacle["message"])]),
  );
}

export const nodeDrain = changing("drain", "drains a node: it ends the jobs that it has, and takes no more");
export const nodeResume = changing("resume", "lets a node take jobs again, or register again");
export const nodeDeactivate = changing("deactivate", "takes a node out of service: its credentials end");

function changing(verb: "drain" | "resume" | "deactivate", about: string): Command {
  return {
    usage: `node ${verb} <id> [--reason <text>] [--json]`,
    about,
    takesServerFlags: false,
    run: (context) => change(context, verb),
  };
}

async function change(context: Context, verb: "drain" | "resume" | "deactivate"): Promise<number> {
  const options = { json: { type: "boolean", default: false }, reason: { type: "string", default: "" } } as const;
  const { values, positionals } = readArguments(context.arguments, options, oneNode);
  const request = { node_id: positionals[0] ?? "", reason: values.reason };
  const answer = object(await callMethod(context, method[`${verb}Node`], request));
  const node = object(answer["node"]);
  if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
  else context.terminal.print(`${text(node["node_id"])} is ${stateOf(node)}`);
  return 0;
}

function stateOf(node: JsonObject): string {
  return text(node["state"]).replace("NODE_STATE_", "");
}

function nodeTable(nodes: readonly JsonObject[]): string[] {
  if (nodes.length === 0) return ["there are no nodes yet: `asyncgate node enroll` makes a key to register one with"];
  const rows = nodes.map((node) => {
    const applied = text(node["applied_version"]);
    const config = applied === text(node["config_version"]) ? "applied" : applied === "" ? "none applied" : "older";
    return [
      text(node["node_id"]),
      stateOf(node),
      node["dispatchable"] === true ? "yes" : "no",
      text(node["jobs"]) || "0",
      config,
      text(node["report_time"]) || "never",
      items(node["reasons"]).map(text).join("; "),
    ];
  });
  return renderTable(["node", "state", "given work", "jobs", "configuration", "last report", "not ready"], rows);
}
