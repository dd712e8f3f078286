// `asyncgate task redrive <task>`: hands over again what has failed or was canceled, as a new task that names the old
// one.
import type { JsonObject } from "@bufbuild/protobuf";
import { CreateTaskRequestSchema, TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, UsageError } from "../command.ts";
import { object, text } from "../views.ts";
import { stateOf } from "./end.ts";

/** Of the old task alone: its times are over, its key is taken, and what it waited for or stood under may be gone. */
const ofOneTask: ReadonlySet<string> = new Set([
  "idempotency_key",
  "not_before",
  "start_deadline",
  "deadline",
  "parent_receipts",
  "trace_context",
  "redrive_of",
  "wait",
  "on_parent_end",
]);

export const taskRedrive: Command = {
  usage: "task redrive <task> [--json]",
  about: "hands over a failed or canceled task again, as a new task; prints its id",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the task's id" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, words);
    const [taskId = ""] = positionals;
    const task = object(object(await callMethod(context, TaskService.method.getTask, { task_id: taskId }))["task"]);
    const state = stateOf(task);
    if (state !== "FAILED" && state !== "CANCELED")
      throw new UsageError(`${taskId} is ${state}, and not to be repeated`);
    const created = object(await callMethod(context, TaskService.method.createTask, repeated(task)));
    context.terminal.print(
      values.json ? JSON.stringify(created, undefined, 2) : text(object(created["task"])["task_id"]),
    );
    return 0;
  },
};

/** Called twice, it is one task: the key follows from the old one. */
function repeated(task: JsonObject): JsonObject {
  const same = CreateTaskRequestSchema.fields
    .map(({ name }) => name)
    .filter((name) => !ofOneTask.has(name) && task[name] !== undefined && task[name] !== "")
    .map((name) => [name, task[name] ?? null] as const);
  const redriveOf = text(task["task_id"]);
  return { ...Object.fromEntries(same), redrive_of: redriveOf, idempotency_key: `redrive:${redriveOf}` };
}
