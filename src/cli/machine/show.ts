// `asyncgate machine status`: how far an execution is. `asyncgate machine show`: the same, and then its states as they
// come, until it has ended.
import type { JsonObject } from "@bufbuild/protobuf";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { renderTable } from "../table.ts";
import { serverFor } from "../target.ts";
import { items, object, text } from "../views.ts";
import { follow } from "./execution.ts";

export const machineStatus: Command = {
  usage: "machine status <task-id> [--json]",
  about: "shows how far the execution of a machine is, what it waits for, and what it has cost",
  takesServerFlags: false,
  async run(context) {
    const { taskId, isJson } = readTask(context);
    tell(context, await readExecution(context, taskId), isJson);
    return 0;
  },
};

export const machineShow: Command = {
  usage: "machine show <task-id> [--json]",
  about: "shows an execution while it goes on: its states as they come, and what it comes to",
  takesServerFlags: false,
  async run(context) {
    const { taskId, isJson } = readTask(context);
    const { terminal } = context;
    const first = await readExecution(context, taskId);
    tell(context, first, isJson);
    if (text(first["end_time"]) !== "") return 0;
    // The bearer of a name may change: the one that was shown is followed.
    const shown = text(first["task_id"]);
    const seen = Number(first["step"] ?? 0);
    const client = createClient(await targetFor(context));
    try {
      await follow(client, shown, {
        signal: terminal.interrupted,
        onState(step, state) {
          if (step > seen) terminal.print(isJson ? JSON.stringify({ step, state }) : stateLine(step, state));
        },
      });
    } catch (error) {
      // Ctrl-C ends the view, and is no failure.
      if (!terminal.interrupted.aborted) throw error;
      return 0;
    } finally {
      client.close();
    }
    tell(context, await readExecution(context, shown), isJson);
    return 0;
  },
};

function readTask(context: Context) {
  const one = { least: 1, most: 1, what: "the id of the task" };
  const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, one);
  return { taskId: positionals[0] ?? "", isJson: values.json ?? false };
}

async function readExecution(context: Context, task_id: string): Promise<JsonObject> {
  return object(object(await callMethod(context, MachineService.method.getExecution, { task_id }))["execution"]);
}

async function targetFor(context: Context) {
  const { url, key } = await serverFor(context, "tasker");
  return { endpoint: url, key };
}

function tell({ terminal }: Context, execution: JsonObject, isJson: boolean): void {
  if (isJson) terminal.print(JSON.stringify(execution));
  else for (const line of linesOf(execution)) terminal.print(line);
}

function stateLine(step: number, state: string): string {
  return `${String(step).padStart(4)}  ${state}`;
}

function stateOf(task: JsonObject, field: string): string {
  return text(task[field]).replace("TASK_STATE_", "");
}

function linesOf(execution: JsonObject): string[] {
  const of = (field: string) => text(execution[field]);
  const { output, context: kept } = execution;
  const version = of("version") === "" ? "" : `@${of("version")}`;
  const where = of("state") === "" ? "in no state yet" : `in ${of("state")}`;
  const spent = object(object(execution["spent"])["amounts"]);
  const error = object(execution["error"]);
  return [
    `${of("machine")}${version} ${of("task_id")}: ${stateOf(execution, "task_state")}, ${where}`,
    `  steps    ${of("step") || "0"}: ${trailOf(execution)}`,
    `  cost     ${of("cost") || "0"}, ${of("tokens") || "0"} tokens${amountsText(spent)}`,
    ...(kept === undefined ? [] : [`  context  ${JSON.stringify(kept)}`]),
    ...waitLines(execution),
    ...(output === undefined ? [] : [`  output   ${JSON.stringify(output)}`]),
    ...(text(error["type"]) === "" ? [] : [`  error    ${text(error["type"])}: ${text(error["message"])}`]),
    ...taskTable(execution),
  ];
}

function trailOf(execution: JsonObject): string {
  const states = items(execution["trail"]).map((entered) => text(object(entered)["state"]));
  const isCut = Number(execution["step"] ?? 0) > states.length;
  return `${isCut ? "… " : ""}${states.join(" → ")}`;
}

function amountsText(amounts: JsonObject): string {
  const entries = Object.entries(amounts).map(([unit, amount]) => `${text(amount)} ${unit}`);
  return entries.length === 0 ? "" : `; reported as spent: ${entries.join(", ")}`;
}

function waitLines(execution: JsonObject): string[] {
  return items(execution["waits"])
    .map(object)
    .map((wait) => `  waits    ${text(wait["sentence"])}`);
}

function taskTable(execution: JsonObject): string[] {
  const tasks = items(execution["tasks"]).map(object);
  if (tasks.length === 0) return [];
  const rows = tasks.map((task) => [
    text(task["task_id"]),
    text(task["of_state"]),
    text(task["type"]),
    stateOf(task, "state"),
  ]);
  const more = execution["more_tasks"] === true ? ["… and older ones: asyncgate task tree shows them"] : [];
  return ["", ...renderTable(["task", "of state", "type", "is"], rows), ...more];
}
