// `asyncgate node demo`: a machine registers as a node, is configured, runs a job whose output is followed live, is
// killed and started again in the middle of it, and is drained. Server, node and job are programs of their own. It
// leaves nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { contentOf } from "../../../clients/typescript/src/content.ts";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import { NodeConfigStatusSchema } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { createDriver, findSurroundings } from "../../node/sandbox/create-driver.ts";
import type { RunningServer } from "../../server/run-server.ts";
import { CallFailed, type Command, type Context } from "../command.ts";
import { programFile } from "../program-file.ts";
import { receiptsOf, receiptTable } from "../receipts/list.ts";
import { withDemoServer } from "./server.ts";

export const nodeDemo: Command = {
  usage: "node demo",
  about: "shows a node that registers, is configured, runs a job, is killed and started again, and is drained",
  takesServerFlags: false,
  run: (context) =>
    // A busy machine takes seconds to start a node again.
    withDemoServer(context, (server, folder) => show(context, server, folder), { "resume-grace-ms": "60000" }),
};

const nodeId = "demo-node";
const script = "for i in 1 2 3 4 5 6 7 8; do echo line $i of 8; sleep 0.5; done; echo the user is $(id -u) >&2";
/** Of the job's output, when the node is killed. */
const killedAt = "line 3";

async function show(context: Context, server: RunningServer, folder: string): Promise<void> {
  const { print, say } = context.terminal;
  const url = `http://${server.address}:${server.port}`;
  const keyOf = (name: string) => server.devKeys.find((key) => key.name === name)?.key ?? "";
  const operator = createClient({ endpoint: url, key: keyOf("operator") });
  const { enrollment, key: psk } = await operator.nodes.enroll({ label: "the demo" });
  const file = await writeConfig(folder, url, psk);
  let node = startNode(context, file);
  try {
    say(`It listens on ${url}. A node is started, as process ${node.pid}.`);
    await untilDispatchable(operator);
    print(`${nodeId} has registered with the pre-shared key ${enrollment.enrollmentId}, and is given work`);
    const version = await configure(operator);
    print(`it has applied configuration ${version}`);
    const { taskId } = await operator.createTask({ type: "node.job", payload: { script } });
    print(`created task ${taskId}: ${script}`);
    let printed = "";
    for await (const { data } of operator.readOutput(taskId, { follow: true })) {
      const text = Buffer.from(data).toString();
      for (const [line] of text.matchAll(/.+/g)) print(`  | ${line}`);
      const isKilled = printed.includes(killedAt);
      printed += text;
      if (isKilled || !printed.includes(killedAt)) continue;
      await end(node, "SIGKILL");
      node = startNode(context, file);
      say(`The node was killed, and is started again, as process ${node.pid}. Its job has gone on.`);
    }
    const task = await operator.awaitTask(taskId);
    print(`result: ${JSON.stringify(contentOf(task.outcome?.result))}`);
    print(`leases: ${task.deliveries}, of which lost: ${task.leaseLosses}`);
    await operator.nodes.drain(nodeId, "the demo is over");
    const { summary } = await operator.nodes.explain(nodeId);
    print(`drained: ${summary}`);
    const asking = { ...context, environment: { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: keyOf("operator") } };
    await printReceipts(asking, operator, taskId);
    await end(node, "SIGTERM");
    print("");
    print(`The node's process has ended with ${node.exitCode}.`);
  } finally {
    operator.close();
    await end(node, "SIGKILL");
  }
}

const configured = { sandbox: { programs: { names: ["/bin/sh"] }, limits: { pids: 64 } } };
/** A busy machine takes seconds to start a node. */
const patienceMs = 60_000;
const lookMs = 100;

/** Until the node has done what it was asked to: it reports that at once. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const startMs = performance.now(); !(await isSo().catch(() => false)); ) {
    if (performance.now() - startMs > patienceMs) throw new CallFailed(`the node has not ${what} within a minute`);
    await setTimeout(lookMs);
  }
}

async function untilDispatchable({ nodes }: Client): Promise<void> {
  await until("registered", async () => (await nodes.get(nodeId)).node.dispatchable);
}

async function configure({ nodes }: Client): Promise<string> {
  const { version } = await nodes.configure(nodeId, configured);
  await until("applied its configuration", async () => (await nodes.get(nodeId)).node.appliedVersion === version);
  return version;
}

/** Those of the job, and those of the configurations: what was issued to the node, and what it has answered. */
async function printReceipts(context: Context, operator: Client, taskId: string): Promise<void> {
  const { print } = context.terminal;
  print("");
  print("Receipts of the job:");
  for (const line of receiptTable(await receiptsOf(context, taskId))) print(`  ${line}`);
  print("");
  print("Receipts of the configurations:");
  for await (const { version, number, acks } of operator.nodes.configs(nodeId)) {
    print(`  ${version}  node.config_issued ${number}`);
    for (const { receiptId, status } of acks) {
      const became = NodeConfigStatusSchema.value[status]?.localName ?? "";
      print(`  ${receiptId}  node.config_acknowledged: ${became}`);
    }
  }
}

async function writeConfig(folder: string, server: string, psk: string): Promise<string> {
  const pskFile = join(folder, "psk");
  await writeFile(pskFile, psk, { mode: 0o600 });
  const driver = await sandboxOf(folder);
  const file = join(folder, "node.yaml");
  const lines = { server, psk_file: pskFile, id: nodeId, spool: join(folder, "spool"), sandbox: { driver } };
  await writeFile(file, JSON.stringify(lines));
  return file;
}

/** The program of the demo is known, so the weaker sandbox does where bubblewrap is not there. */
async function sandboxOf(folder: string): Promise<"bubblewrap" | "process"> {
  const surroundings = await findSurroundings({ scratch: folder, usersFrom: 200_000 });
  for (const choice of [{ name: "bubblewrap", readOnly: [] }, { name: "process" }] as const) {
    if ("capabilities" in (await createDriver(choice, surroundings).probe())) return choice.name;
  }
  throw new CallFailed("no sandbox works on this machine: see asyncgate node probe");
}

function startNode({ environment }: Context, file: string): ChildProcess {
  const PATH = environment["PATH"];
  return spawn(process.execPath, [programFile("../main"), "node", "run", "--config", file], {
    env: { ...(PATH && { PATH }), ASYNCGATE_LOG_LEVEL: "error" },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function end(node: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (node.exitCode !== null || node.signalCode !== null) return;
  const exited = once(node, "exit");
  node.kill(signal);
  await exited;
}
