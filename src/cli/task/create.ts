// `asyncgate task create`: hands over a task. Its id goes to stdout, so that a script can keep it.
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationGiven, pairsGiven, parseJson, readArguments, textGiven, wholeGiven } from "../arguments.ts";
import { callMethod } from "../call.ts";
import type { Command, Context } from "../command.ts";
import { object, text } from "../views.ts";
import { awaitEnd, exitCodeOf, printEnd } from "./end.ts";

const options = {
  queue: { type: "string" },
  name: { type: "string" },
  priority: { type: "string" },
  delay: { type: "string" },
  deadline: { type: "string" },
  "max-attempts": { type: "string" },
  "attempt-timeout": { type: "string" },
  capability: { type: "string", multiple: true },
  label: { type: "string", multiple: true },
  after: { type: "string", multiple: true },
  under: { type: "string" },
  "idempotency-key": { type: "string" },
  wait: { type: "boolean", short: "w" },
  json: { type: "boolean" },
} as const;

export const taskCreate: Command = {
  usage: "task create <type> [<payload as JSON> | @<file> | -] [--queue <name>] [--wait] [--json] …",
  about: "hands over a task and prints its id; --wait waits for its result",
  details: [
    "--queue <name>            the queue it waits in; `default` if absent",
    "--name <name>             a name, borne by one live task at a time",
    "--priority <0-9>          higher is leased first",
    "--delay <time>            not before that long: 90s, 10m, 1.5h, 7d",
    "--deadline <time>         it fails if it has not ended that long from now",
    "--max-attempts <n>        how often it may be tried",
    "--attempt-timeout <time>  how long one attempt may take",
    "--capability <name>       only workers that offer it get the task; may be repeated",
    "--label <name>=<value>    may be repeated",
    "--after <task>            waits until that task has succeeded; may be repeated",
    "--under <task>            as a child of that task",
    "--idempotency-key <key>   a second call with the same key answers with the same task",
    "-w, --wait                waits until it has ended and prints its result",
  ],
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readArguments(context.arguments, options, { least: 1, most: 2, what: "the type" });
    const [type = "", payload] = positionals;
    const request = requestOf(type, values, payload === undefined ? undefined : await textGiven(context, payload));
    const created = object(await callMethod(context, TaskService.method.createTask, request));
    const task = object(created["task"]);
    if (created["existed"] === true) context.terminal.say("the task existed already");
    if (values.wait) return await waitFor(context, text(task["task_id"]), values.json ?? false);
    context.terminal.print(values.json ? JSON.stringify(created, undefined, 2) : text(task["task_id"]));
    return 0;
  },
};

type Values = ReturnType<typeof readArguments<typeof options>>["values"];

function requestOf(type: string, values: Values, payload: string | undefined): JsonObject {
  const { queue, name, priority, delay, deadline, under, capability, label, after } = values;
  const groups = after?.map((task_id): JsonValue => ({ any_of: [{ task: { task_id } }] }));
  return {
    type,
    ...(payload !== undefined && { payload: { json: parseJson(payload) } }),
    ...(queue !== undefined && { queue }),
    ...(name !== undefined && { name }),
    ...(priority !== undefined && { priority: wholeGiven("--priority", priority) }),
    ...(delay !== undefined && { delay: durationGiven("--delay", delay) }),
    ...(deadline !== undefined && { deadline: timeAfter(durationGiven("--deadline", deadline)) }),
    ...(values["max-attempts"] !== undefined && {
      max_attempts: wholeGiven("--max-attempts", values["max-attempts"]),
    }),
    ...(values["attempt-timeout"] !== undefined && {
      attempt_timeout: durationGiven("--attempt-timeout", values["attempt-timeout"]),
    }),
    ...(capability && { requirements: { capabilities: capability } }),
    ...(label && { labels: pairsGiven("--label", label) }),
    ...(groups && { wait: { all_of: groups } }),
    ...(under !== undefined && { under }),
    ...(values["idempotency-key"] !== undefined && { idempotency_key: values["idempotency-key"] }),
  };
}

function timeAfter(duration: string): string {
  return new Date(Date.now() + Number.parseFloat(duration) * 1_000).toISOString();
}

async function waitFor(context: Context, taskId: string, isJson: boolean): Promise<number> {
  context.terminal.say(`created ${taskId}; waiting for its end`);
  const { task } = await awaitEnd(context, taskId);
  printEnd(context, task, isJson);
  return exitCodeOf(task);
}
