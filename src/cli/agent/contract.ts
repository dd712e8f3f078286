// `asyncgate agent contract put|list|show`: what must go along when work is handed over, from files in YAML or JSON.
import { AgentService } from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, readAll, text } from "../views.ts";
import { valuesIn } from "./file.ts";

const { method } = AgentService;
const options = { json: { type: "boolean", default: false } } as const;
/** More than a command line has room for. */
const wordsMax = 1_000;

type Run = (context: Context, words: readonly string[], isJson: boolean) => Promise<void>;

export const agentContract: Command = {
  usage: "agent contract put <file>… | list | show <name> [--json]",
  about: "keeps the hand-off contracts of files in YAML or JSON, each one or a list; lists them; shows one as JSON",
  takesServerFlags: false,
  async run(context) {
    const given = readArguments(context.arguments, options, { least: 0, most: wordsMax, what: "" });
    const [verb = "", ...words] = given.positionals;
    const run = verbs[verb];
    if (!run) throw new UsageError("what to do? expected put, list or show");
    await run(context, words, given.values.json);
    return 0;
  },
};

const verbs: Readonly<Record<string, Run>> = {
  async put(context, words, isJson) {
    if (words.length === 0) throw new UsageError("the file with the contract is missing");
    for (const path of words) {
      for (const contract of await valuesIn(path, "contracts")) {
        const answer = object(await callMethod(context, method.putHandOffContract, { contract }));
        const { name, version } = object(answer["contract"]);
        const what = answer["changed"] === true ? "kept" : "as it was";
        const line = `${text(name)}: version ${text(version)}, ${what}`;
        context.terminal.print(isJson ? JSON.stringify(answer, undefined, 2) : line);
      }
    }
  },
  async list(context, words, isJson) {
    if (words.length > 0) throw new UsageError("expected no further words");
    const pages = { list: "contracts", tokenIn: "page_token", tokenOut: "next_page_token" };
    const contracts = await readAll(context, method.listHandOffContracts, {}, pages);
    if (isJson) return context.terminal.print(JSON.stringify({ contracts }, undefined, 2));
    if (contracts.length === 0) return context.terminal.print("there are no hand-off contracts yet");
    const rows = contracts.map(({ name, from_role, to_role, required, version }) => {
      const kinds = items(required).map((one) => text(object(one)["kind"]));
      return [text(name), text(from_role), text(to_role), kinds.join(" "), text(version)];
    });
    for (const line of renderTable(["contract", "from", "to", "requires", "version"], rows))
      context.terminal.print(line);
  },
  async show(context, [name, ...rest]) {
    if (!name || rest.length > 0) throw new UsageError("expected the name of one contract");
    const answer = object(await callMethod(context, method.getHandOffContract, { name }));
    context.terminal.print(JSON.stringify(answer["contract"], undefined, 2));
  },
};
