// What a command is, and the context that it gets. stdout is for data, stderr for messages.

import type { Log, LogFields } from "../log.ts";
import type { Config } from "../server/config.ts";

export type Color = "green" | "yellow" | "red" | "gray";

export type Terminal = {
  /** One line of data, to stdout. */
  readonly print: (line: string) => void;
  /** Bytes of data, to stdout. Resolves when more may be written. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** One message, to stderr. */
  readonly say: (line: string) => void;
  /** What another program says, to stderr, as it is. */
  readonly sayBytes: (bytes: Uint8Array) => void;
  /** All of stdin, as text. */
  readonly readInput: () => Promise<string>;
  readonly readFile: (path: string) => Promise<string>;
  /** Colors a word of the data, if a person looks at it. */
  readonly style: (color: Color, text: string) => string;
  /** Empties the screen. Undefined unless stdout is one. */
  readonly clear?: (() => void) | undefined;
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
  /** What `--help` says further: its flags, a line each. */
  readonly details?: readonly string[];
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
