// Runs a command in the test's own process, and returns its output and its messages.
import { readFile } from "node:fs/promises";
import type { Command, Context } from "../../src/cli/command.ts";
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
  /** Each line of data as it comes. */
  onPrinted: (line: string) => void = () => {},
): Promise<Ran> {
  const lines = [...(typed ?? [])];
  const printed: string[] = [];
  const said: string[] = [];
  const code = await command.run({
    ...contextOf(environment),
    arguments: args,
    terminal: {
      print(line) {
        printed.push(line);
        onPrinted(line);
      },
      write: async (bytes) => void printed.push(Buffer.from(bytes).toString("latin1")),
      say: (line) => void said.push(line),
      sayBytes: (bytes) => void said.push(Buffer.from(bytes).toString("utf8")),
      readInput: async () => lines.join("\n"),
      readFile: (path) => readFile(path, "utf8"),
      style: (_color, text) => text,
      prompt: typed && (async () => lines.shift() ?? ""),
      interrupted,
    },
    createLog: () => createLog({ level: "error", write: (line) => void said.push(line), now: () => new Date(0) }),
  });
  return { code, printed: printed.join("\n"), said: said.join("\n") };
}

/** With a terminal that takes and says nothing. */
export function contextOf(environment: Readonly<Record<string, string>>): Context {
  return {
    arguments: [],
    environment,
    terminal: {
      print() {},
      write: async () => {},
      say() {},
      sayBytes() {},
      readInput: async () => "",
      readFile: (path) => readFile(path, "utf8"),
      style: (_color, text) => text,
      interrupted: new AbortController().signal,
    },
    readConfig: (overrides = {}) => readConfig({ environment, flags: overrides }),
    createLog: () => createLog({ level: "error", write() {}, now: () => new Date(0) }),
  };
}
