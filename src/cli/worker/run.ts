// `asyncgate worker run --type greet -- ./greet.sh`: a worker that runs a program for each task, so that a script in
// any language is a worker.
import type { JsonValue } from "@bufbuild/protobuf";
import { AsyncGateError } from "../../../clients/typescript/src/errors.ts";
import type { Job } from "../../../clients/typescript/src/job.ts";
import { createWorker } from "../../../clients/typescript/src/worker.ts";
import type { WorkerEvent } from "../../../clients/typescript/src/worker-events.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { version } from "../../version.ts";
import { durationGiven, readArguments, wholeGiven } from "../arguments.ts";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { otherKeyAdvice, serverFor } from "../target.ts";
import { CannotStart, type Program, type ResultForm, runProgram } from "./program.ts";

const options = {
  type: { type: "string", multiple: true },
  queue: { type: "string", multiple: true },
  capability: { type: "string", multiple: true },
  "agent-session": { type: "string", default: "" },
  slots: { type: "string", default: "1" },
  result: { type: "string", default: "auto" },
  "kill-after": { type: "string", default: "10s" },
  drain: { type: "string", default: "30s" },
  quiet: { type: "boolean" },
} as const;

const forms: readonly ResultForm[] = ["auto", "json", "text", "bytes"];

export const workerRun: Command = {
  usage: "worker run --type <type> [--queue <name>] [--slots <n>] … -- <command> …",
  about: "runs a program for each task: payload on stdin, result from stdout, progress from lines on descriptor 3",
  details: [
    "--type <type>         the tasks it takes; may be repeated",
    "--queue <name>        where it takes them from; `default` if absent; may be repeated",
    "--capability <name>   what it offers; may be repeated",
    "--agent-session <id>  the session of an agent that it works in, from `agent session open`",
    "--slots <n>           how many programs at once; 1 if absent",
    "--result <form>       auto (JSON, or else text as a JSON string), json, text, bytes",
    "--kill-after <time>   from SIGTERM to SIGKILL, when a task is canceled or lost; 10s if absent",
    "--drain <time>        how long programs may go on after Ctrl-C; 30s if absent",
    "--quiet               does not repeat what programs print on stderr",
    "",
    "A program gets ASYNCGATE_TASK_ID, ASYNCGATE_TASK_TYPE, ASYNCGATE_ATTEMPT, and ASYNCGATE_CHECKPOINT",
    'if there is one, and may report `{"percent": 40, "message": "…", "checkpoint": …}` on descriptor 3.',
    "Exit code 65 fails the task for good, 75 gives it back for 10 s without counting, any other but 0",
    "fails the attempt, with the end of its stderr as the message.",
  ],
  takesServerFlags: false,
  async run(context) {
    const { flags, program } = readGiven(context);
    const { url, key } = await serverFor(context, "worker");
    const { terminal } = context;
    let broken: Error | undefined;
    const handler = async (input: JsonValue | Uint8Array | undefined, job: Job) => {
      try {
        return await runProgram(program, input, job);
      } catch (error) {
        if (!(error instanceof CannotStart)) throw error;
        broken ??= error;
        void worker.stop({ withinMs: 0 });
        return job.release({ reason: error.message });
      }
    };
    const worker = createWorker({
      endpoint: url,
      key,
      handlers: Object.fromEntries(flags.types.map((type) => [type, handler as never])),
      slots: flags.slots,
      queues: flags.queues,
      capabilities: flags.capabilities,
      agentSession: flags.agentSession,
      name: program.command,
      version,
      thread: false,
      drainOn: [],
      onEvent: (event) => tell(context, event),
    });
    terminal.interrupted.addEventListener("abort", () => void worker.stop({ withinMs: flags.drainMs }).catch(() => {}));
    await worker.run().catch(async (error: Error) => {
      const isDenied = error instanceof AsyncGateError && error.reason === ErrorReason.PERMISSION_DENIED;
      const advice = isDenied ? await otherKeyAdvice(context, "worker") : "";
      throw new CallFailed(error.message + advice, { cause: error });
    });
    if (broken) throw new CallFailed(broken.message);
    return 0;
  },
};

function readGiven({ arguments: given, environment, terminal }: Context) {
  const cut = given.indexOf("--");
  const [command, ...args] = cut < 0 ? [] : given.slice(cut + 1);
  const { values } = readArguments(cut < 0 ? given : given.slice(0, cut), options, {
    least: 0,
    most: 0,
    what: "",
  });
  if (!command) throw new UsageError("what to run is missing: put it after `--`");
  const types = (values.type ?? []).flatMap((one) => one.split(","));
  if (types.length === 0) throw new UsageError("--type is missing");
  const slots = wholeGiven("--slots", values.slots);
  if (slots < 1) throw new UsageError("--slots must be at least 1");
  const result = forms.find((form) => form === values.result);
  if (!result) throw new UsageError(`--result takes ${forms.join(", ")}`);
  const program: Program = {
    command,
    args,
    environment,
    result,
    killAfterMs: Number.parseFloat(durationGiven("--kill-after", values["kill-after"])) * 1_000,
    onStderr: (chunk) => {
      if (!values.quiet) terminal.sayBytes(chunk);
    },
  };
  const drainMs = Number.parseFloat(durationGiven("--drain", values.drain)) * 1_000;
  const [queues, capabilities] = [values.queue ?? [], values.capability ?? []];
  const agentSession = values["agent-session"];
  return { flags: { types, slots, queues, capabilities, agentSession, drainMs }, program };
}

/** What happens, in a line each, on stderr. */
function tell({ terminal }: Context, event: WorkerEvent): void {
  const line = lineOf(event);
  if (line !== undefined) terminal.say("task" in event ? `${event.task.type} ${event.task.taskId}: ${line}` : line);
}

function lineOf(event: WorkerEvent): string | undefined {
  switch (event.type) {
    case "connected":
      return `connected to ${event.endpoint}; waiting for tasks`;
    case "disconnected":
      return `${event.error.message}; trying again in ${Math.round(event.retryInMs)} ms`;
    case "taken":
      return `taken, attempt ${event.task.attempt}`;
    case "settled":
      return event.ending;
    case "thrown":
      return event.error instanceof Error ? `${event.error.name}: ${event.error.message}` : String(event.error);
    case "stopping":
      return `told to stop: ${event.cause.why.replaceAll("_", " ")}`;
    case "refused":
    case "output_refused":
      return event.error.message;
    case "lost":
      return "its lease is lost; another worker may have it";
    case "draining":
      return "taking no more tasks; waiting for what runs";
    default:
      return undefined;
  }
}
