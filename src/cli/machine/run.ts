// `asyncgate machine run`: executes a machine to its end. States are told on stderr as they come; stdout has the
// output. Without a server in the environment it is one process with a server of its own, which leaves nothing behind.
import { parseArgs } from "node:util";
import type { JsonValue } from "@bufbuild/protobuf";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import type { Machine } from "../../../gen/typescript/asyncgate/machine/v1/machine_pb.ts";
import { parseJson } from "../arguments.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { keyFrom, urlFrom } from "../target.ts";
import { machineIn } from "./document.ts";
import { type Finished, follow, playScript, startExecution } from "./execution.ts";
import { type Agents, type Local, readAgents, withAgents, withLocalServer } from "./local.ts";

const options = {
  input: { type: "string" },
  agents: { type: "string" },
  json: { type: "boolean" },
} as const;

const usage = "machine run <file> [--input <json>] [--agents <script>] [--json]";

export const machineRun: Command = {
  usage,
  about: "executes a machine, and prints what it comes to",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readArguments(context.arguments);
    const [file, ...rest] = positionals;
    if (!file || rest.length > 0) throw new UsageError(`expected one file; usage: ${usage}`);
    const machine = await machineIn(file);
    const input = parseJson(values.input ?? "{}");
    const agents = values.agents === undefined ? undefined : await readAgents(values.agents);
    const url = urlFrom(context.environment);
    if (url !== undefined) {
      if (agents) throw new UsageError("--agents is for a run without a server; at a server, workers are the agents");
      return await runAt(url, context, machine, input, values.json ?? false);
    }
    return await withLocalServer(context, async (local) => {
      const given = agents ?? { handlers: {}, script: { signals: [], answers: [] } };
      if (!agents) tellWhere(context, local);
      return await withAgents(local, given, async () =>
        report(
          context,
          await execute(local.client, context, machine, { input, script: given.script }),
          values.json ?? false,
        ),
      );
    });
  },
};

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; usage: ${usage}`);
  }
}

/** Workers of any language can be its agents. */
function tellWhere({ terminal }: Context, { url, keyOf }: Local): void {
  terminal.say(`The agents are workers at ${url} with the key ${keyOf("worker")}.`);
}

async function runAt(url: string, context: Context, machine: Machine, input: JsonValue, isJson: boolean) {
  const key = keyFrom(context.environment);
  if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY");
  const client = createClient({ endpoint: url, key });
  try {
    const script = { signals: [], answers: [] };
    return report(context, await execute(client, context, machine, { input, script }), isJson);
  } finally {
    client.close();
  }
}

type Given = { readonly input: JsonValue; readonly script: Agents["script"] };

export async function execute(client: Client, { terminal }: Context, machine: Machine, { input, script }: Given) {
  const taskId = await startExecution(client, machine, input);
  terminal.say(`${machine.name}: task ${taskId}`);
  const over = new AbortController();
  const play = playScript(client, script, taskId, over.signal);
  // A failure of the script ends the run, as nothing would come any more.
  const failed = play.then(() => new Promise<never>(() => {}));
  try {
    const onState = (step: number, state: string) => terminal.say(`${String(step).padStart(4)}  ${state}`);
    return await Promise.race([follow(client, taskId, { signal: terminal.interrupted, onState }), failed]);
  } finally {
    over.abort();
    await play.catch(() => {});
  }
}

function report({ terminal }: Context, finished: Finished, isJson: boolean): number {
  const { output, error, state } = finished;
  if (isJson) terminal.print(JSON.stringify(finished));
  else if (state === "SUCCEEDED") terminal.print(JSON.stringify(output, undefined, 2));
  if (error && !isJson) terminal.say(`asyncgate: ${error.type}: ${error.message}`);
  return state === "SUCCEEDED" ? 0 : 1;
}
