// `asyncgate task list`: tasks as a table, the newest first.
import type { JsonObject } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { pairsGiven, readArguments, wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, text } from "../views.ts";
import { stateOf, whyOf } from "./end.ts";

const options = {
  state: { type: "string", multiple: true },
  type: { type: "string" },
  queue: { type: "string" },
  label: { type: "string", multiple: true },
  parent: { type: "string" },
  limit: { type: "string", default: "50" },
  json: { type: "boolean" },
} as const;

export const taskList: Command = {
  usage:
    "task list [--state <state,…>] [--type <type>] [--queue <name>] [--label <name>=<value>] [--limit <n>] [--json]",
  about: "lists tasks as a table, the newest first",
  takesServerFlags: false,
  async run(context) {
    const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
    const limit = wholeGiven("--limit", values.limit);
    if (limit < 1) throw new UsageError("--limit must be at least 1");
    const filter: JsonObject = {
      states: (values.state ?? []).flatMap((one) => one.split(",")).map(stateNamed),
      ...(values.type !== undefined && { type: values.type }),
      ...(values.queue !== undefined && { queue: values.queue }),
      ...(values.label && { labels: pairsGiven("--label", values.label) }),
      ...(values.parent !== undefined && { parent: values.parent }),
    };
    const tasks: JsonObject[] = [];
    let token = "";
    do {
      const page_size = Math.min(200, limit - tasks.length);
      const request = { ...filter, page_size, page_token: token };
      const page = object(await callMethod(context, TaskService.method.listTasks, request));
      tasks.push(...items(page["tasks"]).map(object));
      token = text(page["next_page_token"]);
    } while (token !== "" && tasks.length < limit);
    const { terminal } = context;
    if (values.json) terminal.print(JSON.stringify({ tasks }, undefined, 2));
    else for (const line of taskTable(tasks)) terminal.print(line);
    if (token !== "") terminal.say(`there are more than ${limit}; --limit shows more`);
    return 0;
  },
};

/** `queued` for TASK_STATE_QUEUED. An unknown one is refused by its field. */
function stateNamed(given: string): string {
  const name = given.trim().toUpperCase().replaceAll("-", "_");
  return name.startsWith("TASK_STATE_") ? name : `TASK_STATE_${name}`;
}

/** Errors are one line in a table; `task get` shows them whole. */
const whyMax = 60;

function taskTable(tasks: readonly JsonObject[]): string[] {
  if (tasks.length === 0) return ["there are no such tasks"];
  const rows = tasks.map((task) => [
    text(task["task_id"]),
    text(task["type"]),
    text(task["queue"]),
    stateOf(task),
    text(task["attempt"]),
    text(task["create_time"]),
    whyOf(task).replace(/^: /, "").replaceAll(/\s+/g, " ").slice(0, whyMax),
  ]);
  return renderTable(["task", "type", "queue", "state", "attempt", "created", "why"], rows);
}
