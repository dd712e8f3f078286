// What a command of ours runs in, for programs beside the command line: no terminal, and nothing of the environment.
import { readFile } from "node:fs/promises";
import type { Context } from "../../src/cli/command.ts";
import { createLog } from "../../src/log.ts";
import { readConfig } from "../../src/server/config.ts";

const endMs = 120_000;

/** `say` gets what a person would read. */
export function contextOf(say: (line: string) => void): Context {
  return {
    arguments: [],
    environment: {},
    terminal: {
      print: () => {},
      write: async () => {},
      say,
      sayBytes: () => {},
      readInput: async () => "",
      readFile: (path) => readFile(path, "utf8"),
      style: (_color, text) => text,
      interrupted: AbortSignal.timeout(endMs),
    },
    readConfig: (overrides = {}) => readConfig({ environment: {}, flags: overrides as never }),
    createLog: (config) =>
      createLog({
        level: config.logLevel,
        write: (line) => process.stderr.write(line),
        now: () => new Date(),
        fields: {},
      }),
  };
}
