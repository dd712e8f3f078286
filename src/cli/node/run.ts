// `asyncgate node run` and `asyncgate node probe`: a node on this machine, and what its sandbox enforces here.
import { readFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { NodeConfigStatus, NodeConfigStatusSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import type { Log } from "../../log.ts";
import { openSpool, SpoolRefused } from "../../node/jobs/spool.ts";
import type { Outcome } from "../../node/program/node-config.ts";
import { type NodeSettings, readNodeSettings } from "../../node/program/node-settings.ts";
import { type NodeEvent, NodeUnusable, runNode } from "../../node/program/run-node.ts";
import { createDriver, findSurroundings } from "../../node/sandbox/create-driver.ts";
import { version } from "../../version.ts";
import { readArguments } from "../arguments.ts";
import { CallFailed, type Command, type Context, UsageError } from "../command.ts";
import { readDevKeys } from "../dev-files.ts";
import { keyFrom, urlFrom } from "../target.ts";

export const nodeRun: Command = {
  usage: "node run [--config <file>] [--psk-file <file>] [--id <id>]",
  about: "runs jobs of the type node.job in a sandbox of this machine, as a registered node, or with a worker's key",
  details: [
    "--psk-file <file>    registers this machine with the key in it, from `asyncgate node enroll`",
    "--id <id>            as which node; if absent, the machine's name",
  ],
  takesServerFlags: false,
  async run(context) {
    const { environment, terminal, readConfig, createLog } = context;
    const settings = await settingsOf(context);
    const config = readConfig();
    const endpoint = urlFrom(environment) ?? settings.server ?? `http://${config.host}:${config.port}`;
    const { pskFile } = settings;
    const credential = pskFile === undefined ? { key: await keyOf(context, settings) } : { readPsk: pskIn(pskFile) };
    const log = createLog(config, { node: settings.name });
    try {
      await runNode({
        settings,
        endpoint,
        credential,
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

/** Read for each registration: another key may be put in its place. */
function pskIn(file: string): () => Promise<string> {
  return async () => {
    const key = keyFrom({ ASYNCGATE_API_KEY: (await textOf(file)).trim() });
    if (!key) throw new UsageError(`there is no key in ${file}`);
    return key;
  };
}

async function settingsOf({ arguments: args }: Context): Promise<NodeSettings> {
  const options = { config: { type: "string" }, "psk-file": { type: "string" }, id: { type: "string" } } as const;
  const { values } = readArguments(args, options, { least: 0, most: 0, what: "" });
  const file = values.config;
  const text = file === undefined ? "" : await textOf(file);
  const spool = resolve(join(tmpdir(), `asyncgate-node-${process.getuid?.() ?? 0}`));
  const settings = readNodeSettings(text, { name: hostname(), spool });
  if ("faults" in settings) {
    throw new UsageError(`${file} is no configuration of a node:\n${settings.faults.join("\n")}`);
  }
  const nodeId = values.id ?? settings.nodeId;
  const pskFile = values["psk-file"] ?? settings.pskFile;
  return { ...settings, nodeId, pskFile, spool: resolve(settings.spool) };
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
  else if (event.type === "configured") tellOutcome(log, event.outcome);
  else if (event.type === "registered")
    log.info("the node is registered", { key_id: event.keyId, existed: event.existed });
  else if (event.type === "renewed") log.info("the credential is renewed", { key_id: event.keyId });
  else if (event.type === "drained") log.info("an operator drains the node: it takes no jobs");
  else if (event.type === "resumed") log.info("the node takes jobs again");
  else if (event.type === "resuming") log.info("goes on with jobs of an earlier process", { jobs: event.jobs });
  else if (event.type === "clearing") log.warn("ends jobs whose leases are lost", { jobs: event.jobs });
  else if (event.type === "trouble") log.warn(event.message, event.fields);
  else tellWorker(log, event);
}

function tellOutcome(log: Log, { version: config_version, status, error }: Outcome): void {
  if (status === NodeConfigStatus.APPLIED) log.info("a configuration is applied", { config_version });
  else
    log.warn("a configuration does not hold", {
      config_version,
      status: NodeConfigStatusSchema.value[status]?.localName ?? "",
      error,
    });
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
