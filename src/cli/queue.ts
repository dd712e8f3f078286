// `asyncgate queue list|pause|resume`: the queues of a tenant as a table, and holding one back.
import { parseArgs } from "node:util";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { QueueService } from "../../gen/typescript/asyncgate/v1/queue_service_pb.ts";
import { callMethod } from "./call.ts";
import { type Command, type Context, UsageError } from "./command.ts";
import { renderTable } from "./table.ts";
import { items, object, principal, text } from "./views.ts";

export const queueList: Command = {
  usage: "queue list [<queue>] [--json]",
  about: "shows queues as a table: what waits, how old the oldest is, what is held, what is paused",
  takesServerFlags: false,
  async run(context) {
    const { name, isJson } = argumentsOf(context);
    const queues = await readQueues(context, name);
    if (isJson) context.terminal.print(JSON.stringify({ queues }, undefined, 2));
    else for (const line of queueTable(queues)) context.terminal.print(line);
    return 0;
  },
};

export const queuePause: Command = {
  usage: "queue pause <queue> [--reason <text>] [--json]",
  about: "pauses a queue: from then on, no task of it is leased",
  takesServerFlags: false,
  async run(context) {
    const { name, reason, isJson } = argumentsOf(context);
    if (name === "") throw new UsageError("the name of the queue is missing");
    const answer = object(await callMethod(context, QueueService.method.pauseQueue, { queue: name, reason }));
    const { pause_time: since, by, reason: why } = object(answer["pause"]);
    const because = text(why) === "" ? "" : `: ${text(why)}`;
    if (isJson) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else context.terminal.print(`${name} is paused since ${text(since)} by ${principal(by)}${because}`);
    return 0;
  },
};

export const queueResume: Command = {
  usage: "queue resume <queue> [--reason <text>] [--json]",
  about: "resumes a queue: its tasks are leased again",
  takesServerFlags: false,
  async run(context) {
    const { name, reason, isJson } = argumentsOf(context);
    if (name === "") throw new UsageError("the name of the queue is missing");
    const answer = object(await callMethod(context, QueueService.method.resumeQueue, { queue: name, reason }));
    const since = text(object(answer["ended"])["pause_time"]);
    if (isJson) context.terminal.print(JSON.stringify(answer, undefined, 2));
    else context.terminal.print(since === "" ? `${name} was not paused` : `${name} is resumed; paused since ${since}`);
    return 0;
  },
};

function argumentsOf({ arguments: given }: Context) {
  const options = { json: { type: "boolean", default: false }, reason: { type: "string", default: "" } } as const;
  const { values, positionals } = parseArgs({ args: [...given], options, allowPositionals: true });
  const [name = "", ...rest] = positionals;
  if (rest.length > 0) throw new UsageError(`expected one queue, and got ${positionals.length}`);
  return { name, reason: values.reason, isJson: values.json };
}

export async function readQueues(context: Context, queue: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let token = ""; ; ) {
    const request = { queue, page_token: token };
    const answer = object(await callMethod(context, QueueService.method.listQueues, request));
    all.push(...items(answer["queues"]).map(object));
    token = text(answer["next_page_token"]);
    if (token === "") return all;
  }
}

/** Where counting ends, as the contract says: the number means that many, or more. */
const countedMax = 10_000;

function queueTable(queues: readonly JsonObject[]): string[] {
  if (queues.length === 0) return ["there are no queues yet"];
  const count = (value: JsonValue | undefined) => {
    const number = Number(value ?? 0);
    return number >= countedMax ? `${number}+` : String(number);
  };
  const rows = queues.map((queue) => [
    text(queue["queue"]),
    count(queue["waiting"]),
    text(queue["oldest_age"]) || "–",
    count(queue["delayed"]),
    count(queue["blocked"]),
    text(queue["held"] ?? 0),
    `${text(queue["added_per_minute"] ?? 0)} / ${text(queue["ended_per_minute"] ?? 0)}`,
    pauseOf(object(queue["pause"])),
  ]);
  return renderTable(["queue", "waiting", "oldest", "delayed", "blocked", "held", "in / out a minute", "paused"], rows);
}

function pauseOf({ pause_time: since, by, reason }: JsonObject): string {
  if (since === undefined) return "";
  const why = text(reason) === "" ? "" : `: ${text(reason)}`;
  return `since ${text(since)} by ${principal(by)}${why}`;
}
