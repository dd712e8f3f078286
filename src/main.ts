#!/usr/bin/env node
// The program: finds the command, gives it its context, and turns its result into an exit code. The only reader of the
// environment, the arguments and the signals.
import { readFile } from "node:fs/promises";
import { parseArgs, styleText } from "node:util";
import { CallFailed, type Context, serverProcessName, UsageError } from "./cli/command.ts";
import { findCommand } from "./cli/commands.ts";
import { createLog, gatherLines, type Log, sharedPipeBytesMax } from "./log.ts";
import { type Config, ConfigError, readConfig, settingFlags } from "./server/config.ts";
import { version } from "./version.ts";

const exitFailed = 1;
const exitUsage = 2;
/** As of a program that the signal has ended which a closed pipe sends. */
const exitPipeClosed = 141;

const logLines = gatherLines(
  (text) => process.stderr.write(text),
  process.argv[2] === serverProcessName ? sharedPipeBytesMax : undefined,
);
process.on("exit", logLines.flush);
// `asyncgate … | head`: the reader has enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitPipeClosed);
});

function say(line: string): void {
  logLines.flush();
  process.stderr.write(`${line}\n`);
}

function write(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (process.stdout.write(bytes)) resolve();
    else process.stdout.once("drain", resolve);
  });
}

/** stdout stays for data. An end of the input is an empty line. */
async function prompt(question: string): Promise<string> {
  logLines.flush();
  const { createInterface } = await import("node:readline/promises");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
    return await Promise.race([lines.question(question), ended]);
  } finally {
    lines.close();
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function interruptions(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // The second signal ends the process at once.
      if (controller.signal.aborted) process.exit(exitFailed);
      controller.abort();
    });
  }
  return controller.signal;
}

function createContext(args: readonly string[], takesServerFlags: boolean): Context {
  const options = Object.fromEntries(settingFlags().map(({ name, type }) => [name, { type }]));
  const flags = takesServerFlags ? parseArgs({ args: [...args], options, strict: true }).values : {};
  return {
    arguments: args,
    environment: process.env,
    terminal: {
      print: (line) => process.stdout.write(`${line}\n`),
      write,
      say,
      sayBytes: (bytes) => void process.stderr.write(bytes),
      readInput,
      readFile: (path) => readFile(path, "utf8"),
      style: (color, text) => styleText(color, text, { stream: process.stdout }),
      clear: process.stdout.isTTY ? () => void process.stdout.write("\u001b[2J\u001b[H") : undefined,
      prompt: process.stdin.isTTY && process.stderr.isTTY ? prompt : undefined,
      interrupted: interruptions(),
    },
    readConfig: (overrides = {}) =>
      readConfig({ environment: process.env, flags: { ...flags, ...overrides } as never }),
    createLog: (given: Config, fields = {}): Log =>
      createLog({ level: given.logLevel, write: logLines.write, now: () => new Date(), fields }),
  };
}

/**
 * Errors that a person can correct are printed in a line; all others are bugs, and are printed with their stack. They
 * are known by their names: their classes are in modules that would slow down commands which never throw them.
 */
const correctable: ReadonlySet<string> = new Set([
  UsageError.name,
  ConfigError.name,
  CallFailed.name,
  "EmbeddedPostgresError",
  "DatabaseUnusable",
  "SchemaError",
]);

function isCorrectable(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  return correctable.has(error.name) || (error instanceof TypeError && "code" in error);
}

/** A flag that is not known or lacks its value is one, also where a command reads its flags by itself. */
function isUsage(error: unknown): boolean {
  const code: unknown = Reflect.get(Object(error), "code");
  return error instanceof UsageError || (typeof code === "string" && code.startsWith("ERR_PARSE_ARGS_"));
}

async function main(): Promise<number> {
  const given = process.argv.slice(2);
  const [name = "help", ...words] = given;
  if (name === "--version" || name === "-V" || name === "version") return show([version]);
  if (name === "completion") return await completion(words);
  if (name === "help" || name === "--help" || name === "-h") return await help(words);
  if (isHelp(given)) return await help(given.filter((word) => !word.startsWith("-")));
  const found = await findCommand(given);
  if (!found) return await unknown(given);
  const { command, args } = found;
  try {
    return await command.run(createContext(args, command.takesServerFlags));
  } catch (error) {
    say(
      isCorrectable(error)
        ? `asyncgate: ${error.message}`
        : `asyncgate: ${error instanceof Error ? error.stack : error}`,
    );
    return isUsage(error) ? exitUsage : exitFailed;
  }
}

/** What is behind `--` belongs to another program. */
function isHelp(args: readonly string[]): boolean {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  return own.includes("--help") || own.includes("-h");
}

function show(lines: readonly string[]): number {
  for (const line of lines) process.stdout.write(`${line}\n`);
  return 0;
}

/** Of all commands, of one, of those of a noun. */
async function help(words: readonly string[]): Promise<number> {
  const { commandLines, helpLines, nounLines } = await import("./cli/help.ts");
  const lines = words.length === 0 ? helpLines(version) : (commandLines(words) ?? nounLines(words[0] ?? ""));
  return lines ? show(lines) : await unknown(words);
}

async function unknown(words: readonly string[]): Promise<number> {
  const { unknownLines } = await import("./cli/help.ts");
  for (const line of unknownLines(words)) say(line);
  return exitUsage;
}

async function completion([shell]: readonly string[]): Promise<number> {
  const { completionScript, shells } = await import("./cli/help.ts");
  const known = shells.find((one) => one === shell);
  if (known) return show([completionScript(known)]);
  say(`asyncgate completion takes ${shells.join(", ")}`);
  return exitUsage;
}

process.exitCode = await main();
