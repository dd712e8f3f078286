// `asyncgate machine start | clone | retry`: executions that go on at a server when the command has ended. stdout has
// the id of the task alone.
import { parseArgs } from "node:util";
import type { DescMethod, JsonObject } from "@bufbuild/protobuf";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { machineText } from "../../machines/document/machine-json.ts";
import { parseJson } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { object, text } from "../views.ts";
import { machineIn } from "./document.ts";
import { nameAndVersion } from "./stored.ts";

const { method } = MachineService;

const options = {
  input: { type: "string" },
  name: { type: "string" },
  budget: { type: "string" },
  json: { type: "boolean" },
} as const;

type Flags = { readonly input?: string; readonly name?: string; readonly budget?: string; readonly json?: boolean };

export const machineStart: Command = {
  usage: "machine start <name>[@<version>] | <file> [--input <json>] [--name <name>] [--budget <json>] [--json]",
  about: "starts a stored machine or a document at the server, and prints the id of its task",
  takesServerFlags: false,
  async run(context) {
    const { flags, word } = readArguments(context.arguments, ["input", "name", "budget", "json"], this.usage);
    const request = { ...(await sourceOf(word)), ...(flags.input !== undefined && { input: parseJson(flags.input) }) };
    return await start(context, method.startMachine, request, flags);
  },
};

export const machineClone: Command = {
  usage: "machine clone <task-id> [--name <name>] [--budget <json>] [--json]",
  about: "starts a further execution from where another one is",
  takesServerFlags: false,
  async run(context) {
    const { flags, word } = readArguments(context.arguments, ["name", "budget", "json"], this.usage);
    return await start(context, method.cloneExecution, { task_id: word }, flags);
  },
};

export const machineRetry: Command = {
  usage: "machine retry <task-id> [--name <name>] [--budget <json>] [--json]",
  about: "tries an execution again from the state in which it has failed or was canceled",
  takesServerFlags: false,
  async run(context) {
    const { flags, word } = readArguments(context.arguments, ["name", "budget", "json"], this.usage);
    return await start(context, method.retryExecution, { task_id: word }, flags);
  },
};

async function start(context: Context, asks: DescMethod, request: JsonObject, flags: Flags): Promise<number> {
  const { name = "", budget, json } = flags;
  const amounts = budget === undefined ? undefined : parseJson(budget);
  const given = { execution_name: name, ...(amounts !== undefined && { budget: { amounts } }) };
  const answer = object(await callMethod(context, asks, { ...request, ...given }));
  const state = text(answer["state"]);
  if (state !== "") context.terminal.say(`goes on in ${state}`);
  context.terminal.print(json ? JSON.stringify(answer) : text(answer["task_id"]));
  return 0;
}

/** A name has no slash, and no ending of a file. */
const fileShape = /[/\\]|\.(ya?ml|json)$/i;

async function sourceOf(word: string): Promise<JsonObject> {
  if (fileShape.test(word)) return { document: machineText(await machineIn(word)) };
  return { ...nameAndVersion(word) };
}

function readArguments(args: readonly string[], known: readonly (keyof typeof options)[], usage: string) {
  const own = Object.fromEntries(known.map((name) => [name, options[name]]));
  try {
    const read = parseArgs({ args: [...args], options: own, allowPositionals: true });
    const [word, ...rest] = read.positionals;
    if (!word || rest.length > 0) throw new Error("expected one word");
    return { flags: read.values as Flags, word };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; usage: ${usage}`);
  }
}
