// `asyncgate node run` and `asyncgate node probe`: a node on this machine, and what its sandbox enforces here.
import { readFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Log } from "../log.ts";
import { openSpool, SpoolRefused } from "../node/jobs/spool.ts";
import { type NodeSettings, readNodeSettings } from "../node/program/node-settings.ts";
import { type NodeEvent, NodeUnusable, runNode } from "../node/program/run-node.ts";
import { createDriver, findSurroundings } from "../node/sandbox/create-driver.ts";
import { version } from "../version.ts";
import { CallFailed, type Command, type Context, UsageError } from "./command.ts";
import { readDevKeys } from "./dev-files.ts";
import { keyFrom, urlFrom } from "./target.ts";

export const nodeRun: Command = {
  usage: "node run [--config <file>]",
  about: "runs jobs of the type node.job in a sandbox of this machine, with a key of the role worker",
  takesServerFlags: false,
  async run(context) {
    const { environment, terminal, readConfig, createLog } = context;
    const settings = await settingsOf(context);
    const config = readConfig();
    const endpoint = urlFrom(environment) ?? settings.server ?? `http://${config.host}:${config.port}`;
    const key = await keyOf(context, settings);
    const log = createLog(config, { node: settings.name });
    try {
      await runNode({
        settings,
        endpoint,
        key,
        instance: `${hostname()}:${process.pid}`,
        version,
        drain: terminal.interrupted,
        onEvent: (event) => tell(log, event),
      });
      return 0;
    } catch (error) {
      const isOurs = error instanceof NodeUnusable || error instanceof SpoolRefused;
      if (isOurs) throw new CallFailed(error.message, { cause: error });
      if (error instanceof Error && error.name === "AsyncGateError")
        throw new CallFailed(error.message, { cause: error });
      throw error;
    }
  },
};

export const nodeProbe: Command = {
  usage: "node probe [--config <file>]",
  about: "prints what the sandbox of a node enforces on this machine, or why it does not work",
  takesServerFlags: false,
  async run(context) {
    const settings = await settingsOf(context);
    const spool = await openSpool(settings.spool);
    try {
      const init = { scratch: spool.scratch, usersFrom: settings.usersFrom };
      const driver = createDriver(settings.driver, await findSurroundings(init));
      const probe = await driver.probe();
      context.terminal.print(JSON.stringify(probe, undefined, 2));
      return "unavailable" in probe ? 1 : 0;
    } finally {
      spool.release();
    }
  },
};

async function settingsOf({ arguments: args }: Context): Promise<NodeSettings> {
  let file: string | undefined;
  try {
    file = parseArgs({ args: [...args], options: { config: { type: "string" } }, strict: true }).values.config;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const text = file === undefined ? "" : await textOf(file);
  const spool = resolve(join(tmpdir(), `asyncgate-node-${process.getuid?.() ?? 0}`));
  const settings = readNodeSettings(text, { name: hostname(), spool });
  if ("faults" in settings) {
    throw new UsageError(`${file} is no configuration of a node:\n${settings.faults.join("\n")}`);
  }
  return { ...settings, spool: resolve(settings.spool) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

async function keyOf({ environment, readConfig }: Context, { keyFile }: NodeSettings): Promise<string> {
  const given = keyFrom(environment);
  if (given) return given;
  if (keyFile !== undefined) {
    const key = keyFrom({ ASYNCGATE_API_KEY: (await textOf(keyFile)).trim() });
    if (key) return key;
    throw new UsageError(`there is no key in ${keyFile}`);
  }
  const devKeys = await readDevKeys(readConfig().dataDir);
  const key = devKeys.find(({ name }) => name === "worker")?.key;
  if (!key) throw new UsageError("there is no key: set ASYNCGATE_API_KEY, or key_file, to one with the role worker");
  return key;
}

function tell(log: Log, event: NodeEvent): void {
  if (event.type === "sandbox") log.info("the sandbox works", { ...event.capabilities });
  else if (event.type === "listening") log.info("the node answers", { url: event.url });
  else if (event.type === "ready") log.info("the node is ready");
  else if (event.type === "not_ready") log.warn("the node is not ready", { reasons: event.reasons });
  else if (event.type === "configured") log.info("a configuration is applied", { config_version: event.version });
  else if (event.type === "resuming") log.info("goes on with jobs of an earlier process", { jobs: event.jobs });
  else if (event.type === "clearing") log.warn("ends jobs whose leases are lost", { jobs: event.jobs });
  else if (event.type === "trouble") log.warn(event.message, event.fields);
  else tellWorker(log, event);
}

function tellWorker(log: Log, { event }: NodeEvent & { readonly type: "worker" }): void {
  if (event.type === "connected") log.info("jobs are taken", { endpoint: event.endpoint, resumed: event.resumed });
  if (event.type === "disconnected") log.warn("no jobs can be taken", { error: event.error.message });
  if (event.type === "taken") log.info("a job begins", { task_id: event.task.taskId });
  if (event.type === "settled") log.info("a job is settled", { task_id: event.task.taskId, as: event.ending });
  if (event.type === "lost") log.warn("a lease is lost", { task_id: event.task.taskId });
  if (event.type === "thrown")
    log.warn("a job is not done", { task_id: event.task.taskId, error: String(event.error) });
}
