// `asyncgate task cancel <task> …`
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationGiven, readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";
import { object } from "../views.ts";
import { stateOf } from "./end.ts";

const options = { reason: { type: "string" }, grace: { type: "string" }, json: { type: "boolean" } } as const;

export const taskCancel: Command = {
  usage: "task cancel <task> … [--reason <text>] [--grace <time>] [--json]",
  about: "cancels tasks; a worker that holds one has the grace period to stop",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: Number.POSITIVE_INFINITY, what: "the task's id or name:<name>" };
    const { values, positionals } = readArguments(context.arguments, options, words);
    for (const taskId of positionals) {
      const answer = object(
        await callMethod(context, TaskService.method.cancelTask, {
          task_id: taskId,
          ...(values.reason !== undefined && { reason: values.reason }),
          ...(values.grace !== undefined && { grace_period: durationGiven("--grace", values.grace) }),
        }),
      );
      const task = object(answer["task"]);
      const isAsked = task["cancel_requested"] === true && stateOf(task) !== "CANCELED";
      if (values.json) context.terminal.print(JSON.stringify(answer, undefined, 2));
      else context.terminal.print(`${taskId}  ${isAsked ? "its worker is told to stop" : stateOf(task)}`);
    }
    return 0;
  },
};
