// `asyncgate machine put | get | list`: documents that a server keeps, each version for good.
import { parseArgs } from "node:util";
import type { JsonObject } from "@bufbuild/protobuf";
import { MachineService } from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import { machineText } from "../../machines/document/machine-json.ts";
import { readArguments } from "../arguments.ts";
import { callMethod } from "../call.ts";
import { type Command, type Context, UsageError } from "../command.ts";
import { renderTable } from "../table.ts";
import { items, object, principal, text } from "../views.ts";
import { machineIn } from "./document.ts";

const { method } = MachineService;

export const machinePut: Command = {
  usage: "machine put <file> … [--json]",
  about: "keeps machines' documents at the server; a version never changes",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readWords(context.arguments, this.usage);
    if (positionals.length === 0) throw new UsageError(`expected at least one file; usage: ${this.usage}`);
    // All are read and checked before the first is sent.
    const documents = await Promise.all(positionals.map(async (file) => machineText(await machineIn(file))));
    for (const document of documents) {
      const answer = object(await callMethod(context, method.putMachine, { document }));
      const machine = object(answer["machine"]);
      const line = `${referenceOf(machine)} ${text(machine["hash"])}`;
      if (values.json) context.terminal.print(JSON.stringify(answer));
      else context.terminal.print(answer["existed"] === true ? `${line} (kept before)` : line);
    }
    return 0;
  },
};

export const machineGet: Command = {
  usage: "machine get <name>[@<version>]",
  about: "prints the document of a stored machine, as JSON",
  takesServerFlags: false,
  async run(context) {
    const { positionals } = readArguments(
      context.arguments,
      {},
      { least: 1, most: 1, what: "the name of the machine" },
    );
    const answer = object(await callMethod(context, method.getMachine, nameAndVersion(positionals[0] ?? "")));
    context.terminal.print(JSON.stringify(answer["document"], undefined, 2));
    return 0;
  },
};

export const machineList: Command = {
  usage: "machine list [<name>] [--json]",
  about: "shows the stored machines in their latest versions, or all versions of one",
  takesServerFlags: false,
  async run(context) {
    const { values, positionals } = readWords(context.arguments, this.usage);
    const [name = "", ...rest] = positionals;
    if (rest.length > 0) throw new UsageError(`expected one name at most; usage: ${this.usage}`);
    const machines = await readAll(context, name);
    if (values.json) context.terminal.print(JSON.stringify({ machines }, undefined, 2));
    else for (const line of tableOf(machines)) context.terminal.print(line);
    return 0;
  },
};

/** `writer@1.2`; the version may be a hash. */
export function nameAndVersion(word: string): { readonly name: string; readonly version: string } {
  const at = word.indexOf("@");
  return at < 0 ? { name: word, version: "" } : { name: word.slice(0, at), version: word.slice(at + 1) };
}

function referenceOf(machine: JsonObject): string {
  const version = text(machine["version"]);
  return `${text(machine["name"])}${version === "" ? "" : `@${version}`}`;
}

function readWords(args: readonly string[], usage: string) {
  try {
    return parseArgs({ args: [...args], options: { json: { type: "boolean" } }, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}; usage: ${usage}`);
  }
}

async function readAll(context: Context, name: string): Promise<JsonObject[]> {
  const all: JsonObject[] = [];
  for (let page_token = ""; ; ) {
    const answer = object(await callMethod(context, method.listMachines, { name, page_token }));
    all.push(...items(answer["machines"]).map(object));
    page_token = text(answer["next_page_token"]);
    if (page_token === "") return all;
  }
}

function tableOf(machines: readonly JsonObject[]): string[] {
  if (machines.length === 0) return ["there are no machines"];
  const rows = machines.map((machine) => [
    text(machine["name"]),
    text(machine["number"]),
    text(machine["version"]),
    text(machine["create_time"]),
    principal(machine["created_by"]),
    text(machine["hash"]),
  ]);
  return renderTable(["machine", "no", "version", "kept", "by", "hash"], rows);
}
