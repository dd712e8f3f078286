// What a command is, and the context that it gets. stdout is for data, stderr for messages.

import type { Log, LogFields } from "../log.ts";
import type { Config } from "../server/config.ts";

export type Terminal = {
  /** One line of data, to stdout. */
  readonly print: (line: string) => void;
  /** Bytes of data, to stdout. Resolves when more may be written. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** One message, to stderr. */
  readonly say: (line: string) => void;
  /** Asks for one line. Undefined unless a person sits before it. */
  readonly prompt?: ((question: string) => Promise<string>) | undefined;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly interrupted: AbortSignal;
};

export type Context = {
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly arguments: readonly string[];
  readonly readConfig: (overrides?: Readonly<Record<string, string>>) => Config;
  /** `fields` are in every line. */
  readonly createLog: (config: Config, fields?: LogFields) => Log;
};

export type Command = {
  /** As in `get-task <task-id>`. */
  readonly usage: string;
  readonly about: string;
  /** Whether the server's `--flags` are read before it runs; otherwise all arguments belong to the command. */
  readonly takesServerFlags: boolean;
  /** Started by another command, and not listed. */
  readonly isInternal?: true;
  /** The exit code. */
  readonly run: (context: Context) => Promise<number>;
};

/** The command of the processes that `serve` starts. It has this name in a list of processes. */
export const serverProcessName = "server-process";

/** A mistake in the command line, printed without a stack. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** A refused or failed call, printed without a stack. */
export class CallFailed extends Error {
  override name = "CallFailed";
}
