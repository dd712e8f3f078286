// `asyncgate dispatcher`: gives jobs to nodes at their own addresses. Any number may run.
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { createClient } from "../../clients/typescript/src/create-client.ts";
import type { Log } from "../log.ts";
import type { Reach } from "../node/dispatcher/node-api.ts";
import { type DispatcherEvent, runDispatcher } from "../node/dispatcher/run-dispatcher.ts";
import { checkedAddress, pinnedLookup, type ReachOptions } from "../server/checked-address.ts";
import { version } from "../version.ts";
import { readArguments } from "./arguments.ts";
import { type Command, UsageError } from "./command.ts";
import { serverFor } from "./target.ts";

const lingerSeconds = { least: 1, most: 600, usual: 60 };

export const dispatcher: Command = {
  usage: "dispatcher [--linger <seconds>] [--ca-file <file>]",
  about: "gives jobs to nodes in the mode push, at their addresses, with a key of the role dispatcher",
  details: [
    "--linger <seconds>   how long a job goes on alone, until another dispatcher takes it over: 60",
    "--ca-file <file>     authorities to trust for certificates of nodes, PEM",
    "It gives jobs to hosts of ASYNCGATE_NODE_PUSH_HOSTS only, at private addresses if",
    "ASYNCGATE_NODE_PUSH_PRIVATE allows them.",
  ],
  takesServerFlags: false,
  async run(context) {
    const { terminal, readConfig, createLog } = context;
    const options = { linger: { type: "string" }, "ca-file": { type: "string" } } as const;
    const { values } = readArguments(context.arguments, options, { least: 0, most: 0, what: "" });
    const lingerMs = lingerOf(values.linger) * 1_000;
    const caFile = values["ca-file"];
    const ca = caFile === undefined ? undefined : await textOf(caFile);
    const config = readConfig();
    // In development, an operator may do what a dispatcher does.
    const { url: endpoint, key } = await serverFor(context, "operator");
    const log = createLog(config, {});
    const reach = reachBy({ hosts: config.nodePushHosts, allowPrivate: config.nodePushPrivate });
    const client = createClient({ endpoint, key });
    log.info("gives jobs to nodes", { endpoint, hosts: config.nodePushHosts });
    try {
      const common = { client, endpoint, key, reach, lingerMs, instance: `${hostname()}:${process.pid}`, version };
      const onEvent = (event: DispatcherEvent) => tell(log, event);
      await runDispatcher({ ...common, ...(ca !== undefined && { ca }), onEvent }, terminal.interrupted);
      return 0;
    } finally {
      client.close();
    }
  },
};

function lingerOf(text: string | undefined): number {
  const { least, most, usual } = lingerSeconds;
  const seconds = text === undefined ? usual : Number(text);
  if (Number.isInteger(seconds) && seconds >= least && seconds <= most) return seconds;
  throw new UsageError(`--linger must be a whole number of seconds from ${least} to ${most}`);
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

function reachBy(options: ReachOptions): Reach {
  return async (url) => {
    const found = await checkedAddress(url, options);
    if ("problem" in found) throw new Error(`${url.host} ${found.problem}`);
    return pinnedLookup(found.address);
  };
}

function tell(log: Log, event: DispatcherEvent): void {
  if (event.type === "serving") log.info("gives jobs to a node", { node_id: event.nodeId });
  else if (event.type === "left") log.info("gives no more jobs to a node", { node_id: event.nodeId, why: event.why });
  else if (event.type === "trouble") log.warn(event.message, event.fields);
  else tellWorker(log, event);
}

function tellWorker(log: Log, { nodeId: node_id, event }: DispatcherEvent & { readonly type: "worker" }): void {
  if (event.type === "disconnected") log.warn("no jobs can be taken", { node_id, error: event.error.message });
  if (!("task" in event)) return;
  const { taskId: task_id } = event.task;
  if (event.type === "taken") log.info("a job is given", { node_id, task_id });
  if (event.type === "settled") log.info("a job is settled", { node_id, task_id, as: event.ending });
  if (event.type === "lost") log.warn("a lease is lost", { node_id, task_id });
  if (event.type === "thrown") log.warn("a job is not done", { node_id, task_id, error: String(event.error) });
}
