// `asyncgate task tree <task-id>`: a task and all below it, as a picture of text.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";

const mostShown = 1_000;

export const taskTree: Command = {
  usage: "task tree <task-id> [--json]",
  about: "shows a task and all below it as a picture",
  takesServerFlags: false,
  async run(context) {
    const one = { least: 1, most: 1, what: "the id of the task" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, one);
    const [taskId = ""] = positionals;
    const answer = await callMethod(context, TaskService.method.getTaskTree, { task_id: taskId, most: mostShown });
    const lines = values.json ? [JSON.stringify(answer, undefined, 2)] : treeLines(answer);
    for (const line of lines) context.terminal.print(line);
    return 0;
  },
};

/** `answer` as GetTaskTree gives it, in JSON. */
export function treeLines(answer: JsonValue): string[] {
  const { nodes, truncated } = answer as JsonObject;
  const all = (nodes ?? []) as JsonObject[];
  const [top] = all;
  if (!top) return [];
  const below = Map.groupBy(all.slice(1), (node) => text(node["parent_task_id"]));
  const lines = [lineOf(top), ...linesBelow(top, below, "")];
  return truncated === true ? [...lines, `… more than ${all.length} tasks`] : lines;
}

function linesBelow(parent: JsonObject, below: ReadonlyMap<string, readonly JsonObject[]>, indent: string): string[] {
  const children = below.get(text(parent["task_id"])) ?? [];
  return children.flatMap((node, place) => {
    const isLast = place === children.length - 1;
    const own = `${indent}${isLast ? "└─ " : "├─ "}${lineOf(node)}`;
    return [own, ...linesBelow(node, below, `${indent}${isLast ? "   " : "│  "}`)];
  });
}

function lineOf(node: JsonObject): string {
  const state = text(node["state"]).replace("TASK_STATE_", "");
  const attempt = Number(node["attempt"] ?? 1);
  const words = [text(node["type"]), state, ...(attempt > 1 ? [`attempt ${attempt}`] : []), text(node["task_id"])];
  return words.join("  ");
}

function text(value: JsonValue | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}
