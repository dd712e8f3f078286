// `asyncgate task review <task-id>`: what was reported of a task, and what its verifiers say.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command } from "../command.ts";

export const taskReview: Command = {
  usage: "task review <task-id> [--json]",
  about: "shows the last report on a task and the verdicts on it",
  takesServerFlags: false,
  async run(context) {
    const one = { least: 1, most: 1, what: "the id of the task" };
    const { values, positionals } = readArguments(context.arguments, { json: { type: "boolean" } }, one);
    const { task } = (await callMethod(context, TaskService.method.getTask, {
      task_id: positionals[0] ?? "",
    })) as JsonObject;
    const { review } = task as JsonObject;
    const lines = values.json ? [JSON.stringify(review ?? {}, undefined, 2)] : reviewLines(task as JsonObject);
    for (const line of lines) context.terminal.print(line);
    return 0;
  },
};

/** `task` as GetTask gives it, in JSON. */
export function reviewLines(task: JsonObject): string[] {
  const { review, verification } = task;
  const head = `${text(task["type"])}  ${text(task["state"]).replace("TASK_STATE_", "")}  ${text(task["task_id"])}`;
  if (!verification) return [head, "Its work is not verified."];
  const { report, verdicts = [] } = (review ?? {}) as { report?: JsonObject; verdicts?: JsonObject[] };
  if (!report) return [head, "Nothing was reported yet."];
  const { verifiers = 1, accept_at: acceptAt = 1 } = verification as JsonObject;
  const accepted = verdicts.filter(({ verdict }) => decisionOf(verdict) === "ACCEPT").length;
  return [
    head,
    `reported by ${principal(report["executor"])} at ${text(report["time"])}, attempt ${text(report["attempt"])}`,
    `${accepted} of ${text(acceptAt)} acceptances, ${verdicts.length} of ${text(verifiers)} verdicts`,
    ...verdicts.flatMap(verdictLines),
  ];
}

function verdictLines({ verifier, verdict, time }: JsonObject): string[] {
  const { findings = [], confidence } = (verdict ?? {}) as { findings?: string[]; confidence?: number };
  const who = verifier ? `by ${principal(verifier)}` : "as its task ended without one";
  const sure = confidence === undefined ? "" : `, confidence ${confidence}`;
  return [`${decisionOf(verdict)}  ${who} at ${text(time)}${sure}`, ...findings.map((finding) => `  - ${finding}`)];
}

function decisionOf(verdict: JsonValue | undefined): string {
  return text((verdict as JsonObject | undefined)?.["decision"]).replace("VERDICT_DECISION_", "");
}

function principal(value: JsonValue | undefined): string {
  const { kind, id } = (value ?? {}) as JsonObject;
  return `${text(kind).replace("PRINCIPAL_KIND_", "").toLowerCase()}:${text(id)}`;
}

function text(value: JsonValue | undefined): string {
  return value === undefined || value === null ? "" : String(value);
}
