#!/usr/bin/env node
// The program: finds the command, gives it its context, and turns its result into an exit code. The only reader of the
// environment, the arguments and the signals.
import { parseArgs } from "node:util";
import { CallFailed, type Command, type Context, serverProcessName, UsageError } from "./cli/command.ts";
import { createLog, gatherLines, type Log, sharedPipeBytesMax } from "./log.ts";
import { EmbeddedPostgresError } from "./postgres/embedded-postgres-error.ts";
import { DatabaseUnusable } from "./server/await-database.ts";
import { type Config, ConfigError, readConfig, renderSettings, settingFlags } from "./server/config.ts";
import { SchemaError } from "./store/migrate.ts";
import { version } from "./version.ts";

const exitFailed = 1;
const exitUsage = 2;
/** As of a program that the signal has ended which a closed pipe sends. */
const exitPipeClosed = 141;

const config: Command = {
  usage: "config",
  about: "prints every setting of the server as a table",
  takesServerFlags: false,
  async run({ terminal }) {
    terminal.print(renderSettings());
    return 0;
  },
};

/**
 * By name; one of two words is a noun with a verb. A command is loaded when it is run, so that a server has none of the
 * others in its memory.
 */
const commands = new Map<string, () => Promise<Command>>([
  ["serve", async () => (await import("./cli/serve.ts")).serve],
  [serverProcessName, async () => (await import("./cli/serve-processes.ts")).serverProcess],
  ["dev", async () => (await import("./cli/serve.ts")).dev],
  ["demo", async () => (await import("./cli/demo.ts")).demo],
  ["demo agents", async () => (await import("./cli/demo-agents.ts")).demoAgents],
  ["admin", async () => (await import("./cli/admin.ts")).admin],
  ["agent register", async () => (await import("./cli/agent.ts")).agentRegister],
  ["agent list", async () => (await import("./cli/agent.ts")).agentList],
  ["agent show", async () => (await import("./cli/agent.ts")).agentShow],
  ["agent tools", async () => (await import("./cli/agent.ts")).agentTools],
  ["agent route", async () => (await import("./cli/agent-work.ts")).agentRoute],
  ["agent delegate", async () => (await import("./cli/agent-work.ts")).agentDelegate],
  ["bench", async () => (await import("./cli/bench/bench.ts")).bench],
  ["ledger-check", async () => (await import("./cli/ledger-check.ts")).ledgerCheck],
  ["machine validate", async () => (await import("./cli/machine-validate.ts")).machineValidate],
  ["machine run", async () => (await import("./cli/machine-run.ts")).machineRun],
  ["machine show", async () => (await import("./cli/machine-show.ts")).machineShow],
  ["machine graph", async () => (await import("./cli/machine-graph.ts")).machineGraph],
  ["machine schema", async () => (await import("./cli/machine-schema.ts")).machineSchema],
  ["machine put", async () => (await import("./cli/machine-stored.ts")).machinePut],
  ["machine get", async () => (await import("./cli/machine-stored.ts")).machineGet],
  ["machine list", async () => (await import("./cli/machine-stored.ts")).machineList],
  ["machine start", async () => (await import("./cli/machine-start.ts")).machineStart],
  ["machine status", async () => (await import("./cli/machine-show.ts")).machineStatus],
  ["machine clone", async () => (await import("./cli/machine-start.ts")).machineClone],
  ["machine retry", async () => (await import("./cli/machine-start.ts")).machineRetry],
  ["machine runner", async () => (await import("./cli/machine-runner.ts")).machineRunner],
  ["mcp", async () => (await import("./cli/mcp.ts")).mcp],
  ["node run", async () => (await import("./cli/node.ts")).nodeRun],
  ["node probe", async () => (await import("./cli/node.ts")).nodeProbe],
  ["node demo", async () => (await import("./cli/node-demo.ts")).nodeDemo],
  ["obligations answer", async () => (await import("./cli/obligations-answer.ts")).obligationsAnswer],
  ["open", async () => (await import("./cli/views.ts")).open],
  ["queue list", async () => (await import("./cli/queue.ts")).queueList],
  ["queue pause", async () => (await import("./cli/queue.ts")).queuePause],
  ["queue resume", async () => (await import("./cli/queue.ts")).queueResume],
  ["schedule create", async () => (await import("./cli/schedule.ts")).scheduleCreate],
  ["schedule get", async () => (await import("./cli/schedule.ts")).scheduleGet],
  ["schedule list", async () => (await import("./cli/schedule.ts")).scheduleList],
  ["schedule update", async () => (await import("./cli/schedule.ts")).scheduleUpdate],
  ["schedule pause", async () => (await import("./cli/schedule.ts")).schedulePause],
  ["schedule resume", async () => (await import("./cli/schedule.ts")).scheduleResume],
  ["schedule delete", async () => (await import("./cli/schedule.ts")).scheduleDelete],
  ["schedule trigger", async () => (await import("./cli/schedule.ts")).scheduleTrigger],
  ["schedule backfill", async () => (await import("./cli/schedule.ts")).scheduleBackfill],
  ["schedule skip", async () => (await import("./cli/schedule.ts")).scheduleSkip],
  ["schedule runs", async () => (await import("./cli/schedule.ts")).scheduleRuns],
  ["schedule preview", async () => (await import("./cli/schedule-preview.ts")).schedulePreview],
  ["scheduler", async () => (await import("./cli/scheduler.ts")).scheduler],
  ["receipts", async () => (await import("./cli/views.ts")).receipts],
  ["task explain", async () => (await import("./cli/task-explain.ts")).taskExplain],
  ["task tree", async () => (await import("./cli/task-tree.ts")).taskTree],
  ["task review", async () => (await import("./cli/task-review.ts")).taskReview],
  ["task logs", async () => (await import("./cli/task-logs.ts")).taskLogs],
  ["config", async () => config],
]);

/** Those that are made of the contract's methods. */
async function callCommands(): Promise<ReadonlyMap<string, Command>> {
  return (await import("./cli/call.ts")).callCommands;
}

type Found = { readonly command: Command; readonly args: readonly string[] };

async function findCommand([name = "help", ...args]: readonly string[]): Promise<Found | undefined> {
  const [verb, ...rest] = args;
  const ofNoun = await commands.get(`${name} ${verb}`)?.();
  if (ofNoun) return { command: ofNoun, args: rest };
  const command = (await commands.get(name)?.()) ?? (await callCommands()).get(name);
  return command && { command, args };
}

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

async function help(): Promise<void> {
  const ours = await Promise.all([...commands.values()].map((load) => load()));
  const listed = [...ours, ...(await callCommands()).values()].filter(({ isInternal }) => !isInternal);
  say(`asyncgate ${version}: durable hand-off for agents and workers\n`);
  say("usage: asyncgate <command> …\n");
  const width = Math.max(...listed.map((command) => command.usage.length));
  for (const command of listed) say(`  ${command.usage.padEnd(width)}  ${command.about}`);
  say("\nRequests and answers are JSON with the field names of the contract. Commands that call a server take its");
  say("address from ASYNCGATE_URL and a key from ASYNCGATE_API_KEY, or both from a `make dev` in this directory.");
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
      prompt: process.stdin.isTTY && process.stderr.isTTY ? prompt : undefined,
      interrupted: interruptions(),
    },
    readConfig: (overrides = {}) =>
      readConfig({ environment: process.env, flags: { ...flags, ...overrides } as never }),
    createLog: (given: Config, fields = {}): Log =>
      createLog({ level: given.logLevel, write: logLines.write, now: () => new Date(), fields }),
  };
}

/** Errors that a person can correct are printed in a line; all others are bugs, and are printed with their stack. */
function isCorrectable(error: unknown): error is Error {
  const kinds = [UsageError, ConfigError, CallFailed, EmbeddedPostgresError, DatabaseUnusable, SchemaError];
  return kinds.some((kind) => error instanceof kind) || (error instanceof TypeError && "code" in error);
}

async function main(): Promise<number> {
  const [name = "help", ...given] = process.argv.slice(2);
  const found = await findCommand([name, ...given]);
  if (!found) {
    await help();
    return name === "help" || name === "--help" ? 0 : exitUsage;
  }
  const { command, args } = found;
  if (args.includes("--help")) {
    say(`asyncgate ${command.usage}: ${command.about}`);
    if (command.takesServerFlags) say("Its flags are the settings that `asyncgate config` prints.");
    return 0;
  }
  try {
    return await command.run(createContext(args, command.takesServerFlags));
  } catch (error) {
    say(
      isCorrectable(error)
        ? `asyncgate: ${error.message}`
        : `asyncgate: ${error instanceof Error ? error.stack : error}`,
    );
    return error instanceof UsageError ? exitUsage : exitFailed;
  }
}

process.exitCode = await main();
