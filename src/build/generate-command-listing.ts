// Makes `src/cli/listing.gen.json`: name, usage and help of every command, read from the commands. So `asyncgate help`,
// `--help` and completion load none of them.
//
// `node src/build/generate-command-listing.ts` writes, `--check` only compares and fails when the file is stale.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { callCommands } from "../cli/call-commands.ts";
import type { Command } from "../cli/command.ts";
import { commands } from "../cli/commands.ts";
import type { Listing } from "../cli/listing.ts";

const target = fileURLToPath(new URL("../cli/listing.gen.json", import.meta.url));

function entryOf(name: string, { usage, about, details = [], takesServerFlags, isInternal }: Command) {
  return { name, usage, about, details, takesServerFlags, isInternal: isInternal === true };
}

export async function commandListing(): Promise<Listing> {
  const own = await Promise.all([...commands].map(async ([name, load]) => entryOf(name, await load())));
  const calls = (await callCommands()).map(({ name, command, service }) => ({ ...entryOf(name, command), service }));
  return { commands: own, calls };
}

async function main(check: boolean): Promise<void> {
  const made = `${JSON.stringify(await commandListing(), undefined, 2)}\n`;
  if (!check) await writeFile(target, made);
  else if ((await readFile(target, "utf8").catch(() => "")) !== made) {
    process.stderr.write("generate-command-listing: commands have changed; run make generate\n");
    process.exitCode = 1;
  }
}

if (import.meta.main) await main(process.argv.includes("--check"));
