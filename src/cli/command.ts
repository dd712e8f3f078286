// What every command gets, and the table of them. stdout is data, stderr is talk.

import type { Log } from "../log.ts";
import type { Config } from "../server/config.ts";

export type Terminal = {
  /** One line of data. */
  readonly print: (line: string) => void;
  /** One line of talk. */
  readonly say: (line: string) => void;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly interrupted: AbortSignal;
};

export type Context = {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly arguments: readonly string[];
  readonly readConfig: (overrides?: Readonly<Record<string, string>>) => Config;
  readonly createLog: (config: Config) => Log;
};

export type Command = {
  /** How it is written: `get-task <task-id>`. */
  readonly usage: string;
  readonly about: string;
  /** Whether `--flags` of the server are read before it runs; else all arguments are its own. */
  readonly takesServerFlags: boolean;
  /** The exit code. */
  readonly run: (context: Context) => Promise<number>;
};

/** A mistake of whoever typed the command: told in one line, without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}
