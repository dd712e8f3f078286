// `asyncgate node enroll`: the pre-shared keys with which machines register as nodes.
import type { JsonObject } from "@bufbuild/protobuf";
import { NodeService } from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { durationGiven, readArguments, textGiven, wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { renderTable } from "../table.ts";
import { object, readAll, text } from "../views.ts";
import { nodeConfigIn } from "./config-file.ts";

const { method } = NodeService;
const pages = { list: "enrollments", tokenIn: "page_token", tokenOut: "next_page_token" };

export const nodeEnroll: Command = {
  usage: "node enroll [<flags>] | node enroll list [--json] | node enroll revoke <id> [--reason <text>] [--json]",
  about: "makes a key with which machines register as nodes, and prints it; or shows the keys, or revokes one",
  details: [
    "--label <text>      what it is for",
    "--prefix <text>     how the ids of its nodes begin",
    "--nodes <number>    how many nodes it may register; 1 if absent",
    "--may-replace       it may register a node again whose credential is in use",
    "--ttl <time>        how long it lasts, as in 7d; 1d if absent",
    "--config <file>     the configuration that each node gets first",
    "--json              prints the whole answer",
  ],
  takesServerFlags: false,
  async run(context) {
    const [verb, ...rest] = context.arguments;
    if (verb === "list") return await list(context, rest);
    if (verb === "revoke") return await revoke(context, rest);
    return await enroll(context);
  },
};

async function enroll(context: Context): Promise<number> {
  const options = {
    json: { type: "boolean", default: false },
    "may-replace": { type: "boolean", default: false },
    label: { type: "string", default: "" },
    prefix: { type: "string", default: "" },
    nodes: { type: "string", default: "1" },
    ttl: { type: "string", default: "1d" },
    config: { type: "string" },
  } as const;
  const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
  const path = values.config;
  const file = path === undefined ? undefined : nodeConfigIn(path, await textGiven(context, `@${path}`));
  const request: JsonObject = {
    label: values.label,
    node_id_prefix: values.prefix,
    nodes_max: wholeGiven("--nodes", values.nodes),
    may_replace: values["may-replace"],
    ttl: durationGiven("--ttl", values.ttl),
    ...(file && { config: file }),
  };
  const answer = object(await callMethod(context, method.createNodeEnrollment, request));
  const { enrollment_id, expire_time } = object(answer["enrollment"]);
  const { print, say } = context.terminal;
  if (values.json) print(JSON.stringify(answer, undefined, 2));
  else print(text(answer["key"]));
  say(`The key ${text(enrollment_id)} is shown once, and ends ${text(expire_time)}. A machine with it in a file:`);
  say("asyncgate node run --psk-file <file>");
  return 0;
}

async function list(context: Context, args: readonly string[]): Promise<number> {
  const options = { json: { type: "boolean", default: false } } as const;
  const { values } = readArguments(args, options, { least: 0, most: 0, what: "" });
  const enrollments = await readAll(context, method.listNodeEnrollments, {}, pages);
  if (values.json) context.terminal.print(JSON.stringify({ enrollments }, undefined, 2));
  else for (const line of table(enrollments)) context.terminal.print(line);
  return 0;
}

async function revoke(context: Context, args: readonly string[]): Promise<number> {
  const options = { json: { type: "boolean", default: false }, reason: { type: "string", default: "" } } as const;
  const { values, positionals } = readArguments(args, options, { least: 1, most: 1, what: "the id of the key" });
  const request = { enrollment_id: positionals[0] ?? "", reason: values.reason };
  const answer = object(await callMethod(context, method.revokeNodeEnrollment, request));
  if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
  else context.terminal.print(`${request.enrollment_id} registers no more nodes`);
  return 0;
}

function table(enrollments: readonly JsonObject[]): string[] {
  if (enrollments.length === 0) return ["there are no keys"];
  const rows = enrollments.map((one) => [
    text(one["enrollment_id"]),
    text(one["label"]),
    text(one["node_id_prefix"]),
    `${text(one["nodes"]) || "0"} of ${text(one["nodes_max"])}`,
    text(one["revoke_time"]) === "" ? `until ${text(one["expire_time"])}` : `revoked ${text(one["revoke_time"])}`,
  ]);
  return renderTable(["key", "label", "prefix", "nodes", "lasts"], rows);
}
