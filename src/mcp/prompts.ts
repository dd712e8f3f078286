// Prompts: how an agent without memory finds out what it owes, and how it hands over what it cannot finish.
import type { JsonObject } from "@bufbuild/protobuf";
import type { Line } from "./line.ts";
import { openObligationsUri, readResource } from "./resources.ts";

type PromptArgument = { readonly name: string; readonly description: string; readonly required: boolean };

export const prompts: readonly {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: PromptArgument[];
}[] = [
  {
    name: "resume",
    title: "Resume open work",
    description: "What is open for you, and what to do first. Use it at the start of a session.",
    arguments: [],
  },
  {
    name: "hand_over",
    title: "Hand over work",
    description: "How to hand over work so that it outlives this session and can be found again.",
    arguments: [
      { name: "goal", description: "What is to be achieved, in a sentence.", required: true },
      { name: "queue", description: "The queue to hand it to. If empty, the default one.", required: false },
    ],
  },
];

const resumeSteps = [
  "These obligations are open for you in AsyncGate. They come from earlier sessions: trust them, not your memory.",
  "Work through them from the oldest:",
  "1. If the task has ended, read its outcome with get_task, use it, and acknowledge its result with ack_receipt.",
  "2. If it waits or runs, nothing needs to be done: wait with await_task, at most 50 s a call.",
  "3. If it succeeded but is still open, its result cannot be found: look for it, then append_receipt with its place.",
  "4. If you do not know why one is open, explain_obligation says so.",
  "5. If it is no longer wanted, cancel_task.",
];

const handOverSteps = (goal: string, queue: string) => [
  `Hand over this work with create_task: ${goal}`,
  `- type: a short name that workers know, such as report.write. ${queue ? `queue: ${queue}.` : ""}`.trim(),
  "- payload.json: everything a worker needs that has not read this conversation.",
  "- idempotency_key: a name that you would choose again, so that handing the same work over twice makes one task.",
  "- deadline, if it is worthless after some time.",
  "Then tell the user the task_id. You need not wait: in a later session, list_open_obligations finds the task.",
];

/** Undefined: there is no such prompt. */
export async function promptText(
  line: Line,
  name: string,
  given: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  if (name === "hand_over") return handOverSteps(given["goal"] ?? "", given["queue"] ?? "").join("\n");
  if (name !== "resume") return undefined;
  const answer = (await readResource(line, openObligationsUri)) as JsonObject;
  const open = answer["open_obligations"];
  if (!Array.isArray(open) || open.length === 0) return "Nothing is open for you in AsyncGate. You may start afresh.";
  const more = answer["cursor"] ? ["There are more; list_open_obligations has pages."] : [];
  return [...resumeSteps, "", JSON.stringify(open), ...more].join("\n");
}
