// `asyncgate task get <task>`: a task as lines for people.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";
import { items, object, principal, text } from "../views.ts";
import { stateOf, whyOf } from "./end.ts";

export const taskGet: Command = {
  usage: "task get <task> [--json]",
  about: "shows a task: its state, who holds it, its payload, its result or its last error",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the task's id or name:<name>" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, words);
    const [taskId = ""] = positionals;
    const task = object(object(await callMethod(context, TaskService.method.getTask, { task_id: taskId }))["task"]);
    if (values.json) context.terminal.print(JSON.stringify(task, undefined, 2));
    else for (const line of taskLines(task)) context.terminal.print(line);
    return 0;
  },
};

function taskLines(task: JsonObject): string[] {
  const facts = factsOf(task).filter(([, value]) => value !== "");
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

function factsOf(task: JsonObject): (readonly [string, string])[] {
  const outcome = object(task["outcome"]);
  const holder = object(task["holder"]);
  const artifacts = items(outcome["artifacts"]).map((one) => text(object(one)["locator"]));
  return [
    ["task", text(task["task_id"])],
    ["name", text(task["name"])],
    ["type", text(task["type"])],
    ["queue", text(task["queue"])],
    ["state", `${stateOf(task)}${whyOf(task)}`],
    ["attempt", `${text(task["attempt"])} of ${text(task["max_attempts"])}`],
    ["holder", holder["worker"] === undefined ? "" : principal(object(holder["worker"])["principal"])],
    ["progress", progressOf(task["progress"])],
    ["created", `${text(task["create_time"])} by ${principal(task["created_by"])}`],
    ["owed by", principal(task["obligated"])],
    ["starts from", text(task["eligible_time"])],
    ["started", text(task["start_time"])],
    ["ended", text(task["end_time"])],
    ["deadline", text(task["deadline"])],
    ["under", text(task["parent_task_id"])],
    ["labels", wordsOf(object(task["labels"]))],
    ["payload", contentOf(task["payload"])],
    ["checkpoint", contentOf(task["checkpoint"])],
    ["result", contentOf(outcome["result"])],
    ["artifacts", artifacts.join(" ")],
  ];
}

function progressOf(value: JsonValue | undefined): string {
  const { percent, message } = object(value);
  return [percent === undefined ? "" : `${text(percent)} %`, text(message)].filter((word) => word !== "").join(", ");
}

function wordsOf(map: JsonObject): string {
  return Object.entries(map)
    .map(([name, value]) => `${name}=${text(value)}`)
    .join(" ");
}

/** More is in `--json`. */
const shownMax = 2_000;

function contentOf(value: JsonValue | undefined): string {
  const { json, bytes, uri, media_type: type } = object(value);
  const whole = json !== undefined ? JSON.stringify(json) : uri !== undefined ? text(uri) : bytesWords(bytes, type);
  return whole.length <= shownMax ? whole : `${whole.slice(0, shownMax)} … (${whole.length} characters)`;
}

function bytesWords(bytes: JsonValue | undefined, type: JsonValue | undefined): string {
  return bytes === undefined ? "" : `${text(type)}, ${Buffer.from(text(bytes), "base64").length} bytes`;
}
