// Waiting for the end of a task, and what a command prints and answers then.
import type { JsonObject } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { callMethod } from "../call.ts";
import type { Context } from "../command.ts";
import { object, text } from "../views.ts";

/** The task has ended, but without success. */
export const exitNotSucceeded = 3;
/** The task had not ended when the time was over. */
export const exitStillOpen = 4;

/** Longer waits are several calls, so that a server may stop in between. */
const waitSeconds = 30;

export type Awaited = { readonly task: JsonObject; readonly ended: boolean };

/** `withinMs` undefined waits as long as it takes. */
export async function awaitEnd(
  context: Context,
  taskId: string,
  withinMs = Number.POSITIVE_INFINITY,
): Promise<Awaited> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const leftSeconds = Math.max(0, (untilMs - performance.now()) / 1_000);
    const wait = `${Math.min(waitSeconds, leftSeconds).toFixed(3)}s`;
    const answer = object(await callMethod(context, TaskService.method.awaitTask, { task_id: taskId, wait }));
    const ended = answer["ended"] === true;
    if (ended || leftSeconds <= waitSeconds) return { task: object(answer["task"]), ended };
  }
}

/** The result alone, as JSON or as text, so that it can be piped; why there is none, on stderr. */
export function printEnd({ terminal }: Context, task: JsonObject, isJson: boolean): void {
  if (isJson) {
    terminal.print(JSON.stringify(task, undefined, 2));
    return;
  }
  const outcome = object(task["outcome"]);
  const result = object(outcome["result"]);
  if (result["json"] !== undefined) terminal.print(JSON.stringify(result["json"], undefined, 2));
  else if (result["bytes"] !== undefined) terminal.print(text(result["bytes"]));
  else if (result["uri"] !== undefined) terminal.print(text(result["uri"]));
  if (exitCodeOf(task) !== 0) terminal.say(`${stateOf(task)}${whyOf(task)}`);
}

export function exitCodeOf(task: JsonObject): number {
  return stateOf(task) === "SUCCEEDED" ? 0 : exitNotSucceeded;
}

export function stateOf(task: JsonObject): string {
  return text(task["state"]).replace("TASK_STATE_", "");
}

/** The last error, or why it was canceled. */
export function whyOf(task: JsonObject): string {
  const error = object(object(task["outcome"])["error"]);
  const words = [text(error["type"]), text(error["message"])].filter((word) => word !== "").join(": ");
  const why = words || text(task["cancel_reason"]);
  return why === "" ? "" : `: ${why}`;
}
