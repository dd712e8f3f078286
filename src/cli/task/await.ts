// `asyncgate task await <task>`: waits until a task has ended, and prints its result.
import { durationGiven, readArguments } from "../arguments.ts";
import type { Command } from "../command.ts";
import { awaitEnd, exitCodeOf, exitStillOpen, printEnd, stateOf } from "./end.ts";

const options = { timeout: { type: "string" }, json: { type: "boolean" } } as const;

export const taskAwait: Command = {
  usage: "task await <task> [--timeout <time>] [--json]",
  about: "waits until a task has ended and prints its result; exit code 3 if it did not succeed, 4 if it is still open",
  takesServerFlags: false,
  async run(context) {
    const words = { least: 1, most: 1, what: "the task's id or name:<name>" };
    const { values, positionals } = readArguments(context.arguments, options, words);
    const [taskId = ""] = positionals;
    const withinMs =
      values.timeout === undefined ? undefined : Number.parseFloat(durationGiven("--timeout", values.timeout)) * 1_000;
    const { task, ended } = await awaitEnd(context, taskId, withinMs);
    if (ended) {
      printEnd(context, task, values.json ?? false);
      return exitCodeOf(task);
    }
    if (values.json) context.terminal.print(JSON.stringify(task, undefined, 2));
    context.terminal.say(`still ${stateOf(task)}: \`asyncgate task explain ${taskId}\` says why`);
    return exitStillOpen;
  },
};
