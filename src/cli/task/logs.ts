// `asyncgate task logs`: what a task prints, as bytes to stdout; with -f until the task has ended. What is missing, and
// where another lease begins, is told on stderr.
import { parseArgs } from "node:util";
import { create, toJson } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import {
  type OutputPart,
  OutputPartSchema,
  OutputService,
  ReadOutputRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/output_service_pb.ts";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { describe, targetOf } from "../streams.ts";

const options = {
  follow: { type: "boolean", short: "f" },
  stream: { type: "string" },
  fence: { type: "string" },
  "last-bytes": { type: "string" },
  json: { type: "boolean" },
} as const;

export const taskLogs: Command = {
  usage: "task logs [-f] [--stream <name>] [--fence <n>] [--last-bytes <n>] [--json] <task-id>",
  about: "prints what a task has printed; -f follows it until it has ended",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readArguments(context.arguments);
    const [taskId, ...rest] = positionals;
    if (!taskId || rest.length > 0) throw new UsageError("expected the id of one task");
    const request = create(ReadOutputRequestSchema, {
      taskId,
      stream: values.stream ?? "",
      fence: whole(values.fence ?? "0", "--fence"),
      follow: values.follow ?? false,
    });
    const lastBytes = values["last-bytes"];
    if (lastBytes !== undefined) request.begin = { case: "lastBytes", value: whole(lastBytes, "--last-bytes") };
    let before: OutputPart | undefined;
    for await (const part of partsOf(context, request)) {
      await printPart(context, part, before, values.json ?? false);
      before = part;
    }
    return 0;
  },
};

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function whole(text: string, flag: string): bigint {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${flag} takes a whole number`);
  return BigInt(text);
}

async function* partsOf(context: Context, request: ReturnType<typeof create<typeof ReadOutputRequestSchema>>) {
  const { transport, key } = await targetOf(context, OutputService.method.readOutput);
  const client = createClient(OutputService, transport);
  const { interrupted } = context.terminal;
  const headers = { authorization: `Bearer ${key}` };
  try {
    for await (const { part } of client.readOutput(request, { headers, signal: interrupted })) if (part) yield part;
  } catch (error) {
    // Ctrl-C ends a follower, and is no failure.
    if (!interrupted.aborted) throw new CallFailed(describe(error), { cause: error });
  }
}

async function printPart({ terminal }: Context, part: OutputPart, before: OutputPart | undefined, asJson: boolean) {
  if (asJson) {
    const json = toJson(OutputPartSchema, part, { useProtoFieldName: true, alwaysEmitImplicit: true });
    return terminal.print(JSON.stringify(json));
  }
  if (before !== undefined && before.fence > 0n && before.fence !== part.fence) {
    terminal.say(`-- the output of fence ${part.fence} begins here --`);
  }
  if (part.data.length > 0) await terminal.write(part.data);
  const { hole } = part;
  if (hole) terminal.say(`-- the bytes from ${hole.from} to ${hole.to} were dropped: the output was too long --`);
}
