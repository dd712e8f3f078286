// `asyncgate node rollout start|list|get|pause|resume|rollback|cancel`: one configuration for many nodes, a few first.
import type { JsonObject } from "@bufbuild/protobuf";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { durationGiven, readArguments, textGiven, wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { object, principal, readAll, text } from "../views.ts";
import { nodeConfigIn } from "./config-file.ts";

const { method } = NodeService;
const rolloutPages = { list: "rollouts", tokenIn: "page_token", tokenOut: "next_page_token" };
const nodePages = { list: "nodes", tokenIn: "page_token", tokenOut: "next_page_token" };
const oneRollout = { least: 1, most: 1, what: "the id of the roll-out" };
const none = { least: 0, most: 0, what: "" };

const changes = {
  pause: method.pauseNodeRollout,
  resume: method.resumeNodeRollout,
  rollback: method.rollBackNodeRollout,
  cancel: method.cancelNodeRollout,
} as const;

export const nodeRollout: Command = {
  usage:
    "node rollout start <file> [<flags>] [<node>]… | node rollout list [--live] [--json] | " +
    "node rollout get <id> [--json] | node rollout pause|resume|rollback|cancel <id> [--reason <text>] [--json]",
  about: "issues the configuration of a file to many nodes, a few first; shows roll-outs, and changes them",
  details: [
    "The nodes are those that are named, in that order, or:",
    "--all               all nodes in service",
    "--prefix <text>     those whose ids begin so",
    "--canaries <number> how many get it before all others; 1 if absent",
    "--batch <number>    how many may owe an answer at once; 10 if absent",
    "--failures <number> how many may fail, besides canaries; 0 if absent",
    "--roll-back         rolls it back when too many fail; if absent, pauses it",
    "--timeout <time>    how long a node may take to answer, as in 90s; 5m if absent",
    "--reason <text>     why",
    "resume has --skip-failed: nodes that have failed are passed by, and are not issued it again.",
  ],
  takesServerFlags: false,
  async run(context) {
    const [verb = "", ...rest] = context.arguments;
    if (verb === "start") return await start(context, rest);
    if (verb === "list") return await list(context, rest);
    if (verb === "get") return await get(context, rest);
    if (Object.hasOwn(changes, verb)) return await change(context, verb as keyof typeof changes, rest);
    throw new UsageError("expected node rollout start, list, get, pause, resume, rollback or cancel");
  },
};

async function start(context: Context, args: readonly string[]): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    "roll-back": { type: "boolean", default: false },
    prefix: { type: "string" },
    canaries: { type: "string" },
    batch: { type: "string" },
    failures: { type: "string" },
    timeout: { type: "string" },
    reason: { type: "string", default: "" },
  } as const;
  const words = { least: 1, most: 1_001, what: "the file of the configuration" };
  const { values, positionals } = readArguments(args, options, words);
  const [path = "", ...node_ids] = positionals;
  const { canaries, batch, failures, timeout } = values;
  const plan: JsonObject = {
    ...(canaries !== undefined && { canary_count: wholeGiven("--canaries", canaries) }),
    ...(batch !== undefined && { batch_size: wholeGiven("--batch", batch) }),
    ...(failures !== undefined && { failures_max: wholeGiven("--failures", failures) }),
    ...(timeout !== undefined && { answer_timeout: durationGiven("--timeout", timeout) }),
    ...(values["roll-back"] && { on_failure: "NODE_ROLLOUT_FAILURE_ACTION_ROLL_BACK" }),
  };
  const nodes: JsonObject = {
    ...(node_ids.length > 0 && { node_ids }),
    ...(values.prefix !== undefined && { node_id_prefix: values.prefix }),
    ...(values.all && { all: true }),
  };
  const config = nodeConfigIn(path, await textGiven(context, path === "-" ? path : `@${path}`));
  const answer = object(
    await callMethod(context, method.startNodeRollout, { nodes, config, plan, reason: values.reason }),
  );
  show(context, answer, values.json);
  return 0;
}

async function list(context: Context, args: readonly string[]): Promise<number> {
  const options = { json: { type: "boolean", default: false }, live: { type: "boolean", default: false } } as const;
  const { values } = readArguments(args, options, none);
  const rollouts = await readAll(context, method.listNodeRollouts, { live: values.live }, rolloutPages);
  if (values.json) context.terminal.print(JSON.stringify({ rollouts }, undefined, 2));
  else for (const line of rolloutTable(rollouts)) context.terminal.print(line);
  return 0;
}

async function get(context: Context, args: readonly string[]): Promise<number> {
  const options = { json: { type: "boolean", default: false } } as const;
  const { values, positionals } = readArguments(args, options, oneRollout);
  const request = { rollout_id: positionals[0] ?? "" };
  const answer = object(await callMethod(context, method.getNodeRollout, request));
  const nodes = await readAll(context, method.listNodeRolloutNodes, request, nodePages);
  const { print } = context.terminal;
  if (values.json) {
    print(JSON.stringify({ ...answer, nodes }, undefined, 2));
    return 0;
  }
  show(context, answer, false);
  print("");
  for (const line of nodeTable(nodes)) print(line);
  return 0;
}

async function change(context: Context, verb: keyof typeof changes, args: readonly string[]): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    reason: { type: "string", default: "" },
    "skip-failed": { type: "boolean", default: false },
  } as const;
  const { values, positionals } = readArguments(args, options, oneRollout);
  const skips = values["skip-failed"];
  if (skips && verb !== "resume") throw new UsageError("--skip-failed belongs to node rollout resume");
  const request = {
    rollout_id: positionals[0] ?? "",
    reason: values.reason,
    ...(skips && { skip_failed: true }),
  };
  show(context, object(await callMethod(context, changes[verb], request)), values.json);
  return 0;
}

function show(context: Context, answer: JsonObject, asJson: boolean): void {
  const { print } = context.terminal;
  if (asJson) {
    print(JSON.stringify(answer, undefined, 2));
    return;
  }
  const rollout = object(answer["rollout"]);
  const reason = text(rollout["state_reason"]);
  print(`${text(rollout["rollout_id"])} is ${stateOf(rollout)}${reason === "" ? "" : `: ${reason}`}`);
  print(`${text(rollout["nodes"])} nodes: ${progressOf(rollout)}`);
}

function stateOf({ state }: JsonObject): string {
  return text(state).replace("NODE_ROLLOUT_STATE_", "");
}

/** `3 applied, 1 failed`, without what there is none of. */
function progressOf({ progress }: JsonObject): string {
  const counts = Object.entries(object(progress)).filter(([, count]) => Number(count) > 0);
  return counts.map(([status, count]) => `${text(count)} ${status.replaceAll("_", " ")}`).join(", ");
}

function rolloutTable(rollouts: readonly JsonObject[]): string[] {
  if (rollouts.length === 0) return ["there are no roll-outs: `asyncgate node rollout start` begins one"];
  const rows = rollouts.map((rollout) => [
    text(rollout["rollout_id"]),
    stateOf(rollout),
    text(rollout["nodes"]),
    progressOf(rollout),
    text(rollout["create_time"]),
    principal(rollout["created_by"]),
    text(rollout["state_reason"]),
  ]);
  return renderTable(["roll-out", "state", "nodes", "progress", "started", "by", "why"], rows);
}

function nodeTable(nodes: readonly JsonObject[]): string[] {
  const rows = nodes.map((node) => [
    text(node["node_id"]) + (node["canary"] === true ? " (canary)" : ""),
    text(node["status"]).replace("NODE_ROLLOUT_NODE_STATUS_", ""),
    text(node["status_time"]),
    text(node["version"]) || "none",
    text(node["error"]),
  ]);
  return renderTable(["node", "status", "since", "version", "what went wrong"], rows);
}
