// Runs a command in the test's own process, and returns its output and its messages.
import type { Command } from "../../src/cli/command.ts";
import { createLog } from "../../src/log.ts";
import { readConfig } from "../../src/server/config.ts";

export type Ran = { readonly code: number; readonly printed: string; readonly said: string };

export async function runCommand(
  command: Command,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  /** What a person types, line by line. If absent, none sits there. */
  typed?: readonly string[],
  interrupted: AbortSignal = new AbortController().signal,
): Promise<Ran> {
  const lines = [...(typed ?? [])];
  const printed: string[] = [];
  const said: string[] = [];
  const code = await command.run({
    arguments: args,
    environment,
    terminal: {
      print: (line) => void printed.push(line),
      write: async (bytes) => void printed.push(Buffer.from(bytes).toString("latin1")),
      say: (line) => void said.push(line),
      prompt: typed && (async () => lines.shift() ?? ""),
      interrupted,
    },
    readConfig: (overrides = {}) => readConfig({ environment, flags: overrides }),
    createLog: () => createLog({ level: "error", write: (line) => void said.push(line), now: () => new Date(0) }),
  });
  return { code, printed: printed.join("\n"), said: said.join("\n") };
}
