// `asyncgate task watch <task>`: each change of a task as a line, until it has ended.
import { type DescMessage, type JsonObject, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { TaskService, WatchTaskResponseSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { showJson } from "../../facade/json-fields.ts";
import { readArguments } from "../arguments.ts";
import { CallFailed, type Command, type Context } from "../command.ts";
import { describe, targetOf } from "../streams.ts";
import { items, object, principal, text } from "../views.ts";
import { exitCodeOf, exitStillOpen, stateOf, whyOf } from "./end.ts";

export const taskWatch: Command = {
  usage: "task watch <task> [--json]",
  about: "shows each change of a task as it comes, until it has ended; --json prints one line of JSON for each",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the task's id or name:<name>" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, words);
    const [taskId = ""] = positionals;
    let task: JsonObject = {};
    for await (const change of changesOf(context, taskId)) {
      task = object(change["task"]);
      if (values.json) context.terminal.print(JSON.stringify(change));
      else for (const line of changeLines(change)) context.terminal.print(line);
    }
    return context.terminal.interrupted.aborted ? exitStillOpen : exitCodeOf(task);
  },
};

async function* changesOf(context: Context, taskId: string): AsyncIterable<JsonObject> {
  const { transport, key } = await targetOf(context, TaskService.method.watchTask);
  const { interrupted } = context.terminal;
  const headers = { authorization: `Bearer ${key}` };
  const schema: DescMessage = WatchTaskResponseSchema;
  try {
    const changes = createClient(TaskService, transport).watchTask({ taskId }, { headers, signal: interrupted });
    for await (const change of changes) {
      yield object(showJson(schema, toJson(schema, change, { useProtoFieldName: true })));
    }
  } catch (error) {
    // Ctrl-C ends a watch, and is no failure.
    if (!interrupted.aborted) throw new CallFailed(describe(error), { cause: error });
  }
}

function changeLines(change: JsonObject): string[] {
  const task = object(change["task"]);
  const receipts = items(change["receipts"]).map(object);
  const { percent, message } = object(task["progress"]);
  const progress = [percent === undefined ? "" : `${text(percent)} %`, text(message)].filter((word) => word !== "");
  const now = `${stateOf(task)}${whyOf(task)}${progress.length > 0 ? `  ${progress.join(", ")}` : ""}`;
  if (receipts.length === 0) return [now];
  return receipts.map((receipt, place) => {
    const type = text(receipt["type"]).replace("RECEIPT_TYPE_", "").toLowerCase().replace("_", ".");
    const head = `${text(receipt["create_time"])}  ${type.padEnd(22)} ${principal(receipt["from"])}`;
    return place === receipts.length - 1 ? `${head}  ${now}` : head;
  });
}
