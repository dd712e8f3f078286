// `asyncgate node demo`: a node runs a job whose output is followed live, is killed and started again in the middle of
// it, and is drained. Server, node and job are programs of their own. It leaves nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentOf } from "../../clients/typescript/src/content.ts";
import { createClient } from "../../clients/typescript/src/create-client.ts";
import { createDriver, findSurroundings } from "../node/sandbox/create-driver.ts";
import { type RunningServer, runServer } from "../server/run-server.ts";
import { CallFailed, type Command, type Context } from "./command.ts";
import { programFile } from "./program-file.ts";
import { receiptsOf, receiptTable } from "./receipts/list.ts";

export const nodeDemo: Command = {
  usage: "node demo",
  about: "shows a job on a node that is killed and started again in the middle of it",
  takesServerFlags: false,
  async run(context) {
    const folder = await mkdtemp(join(tmpdir(), "asyncgate-demo-"));
    try {
      // Jobs run as other users, who pass through.
      await chmod(folder, 0o711);
      const dataDir = join(folder, "data");
      const quiet = { "data-dir": dataDir, port: "0", "log-level": "error", "database-url": "" };
      // A busy machine takes seconds to start a node again.
      const config = context.readConfig({ ...quiet, "resume-grace-ms": "60000" });
      const log = context.createLog(config);
      context.terminal.say("Starting a server on an embedded Postgres …");
      const onFatal = () => process.exit(1);
      const server = await runServer({ config, log, environment: "demo", makeDevTenant: true, onFatal });
      try {
        await show(context, server, folder);
        return 0;
      } finally {
        await server.stop();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

const script = "for i in 1 2 3 4 5 6 7 8; do echo line $i of 8; sleep 0.5; done; echo the user is $(id -u) >&2";
/** Of the job's output, when the node is killed. */
const killedAt = "line 3";

async function show(context: Context, server: RunningServer, folder: string): Promise<void> {
  const { print, say } = context.terminal;
  const url = `http://${server.address}:${server.port}`;
  const keyOf = (name: string) => server.devKeys.find((key) => key.name === name)?.key ?? "";
  const file = await writeConfig(folder, url, keyOf("worker"));
  const client = createClient({ endpoint: url, key: keyOf("tasker") });
  let node = startNode(context, file);
  try {
    say(`It listens on ${url}. A node is started, as process ${node.pid}.`);
    const { taskId } = await client.createTask({ type: "node.job", payload: { script } });
    print(`created task ${taskId}: ${script}`);
    let printed = "";
    for await (const { data } of client.readOutput(taskId, { follow: true })) {
      const text = Buffer.from(data).toString();
      for (const [line] of text.matchAll(/.+/g)) print(`  | ${line}`);
      const isKilled = printed.includes(killedAt);
      printed += text;
      if (isKilled || !printed.includes(killedAt)) continue;
      await end(node, "SIGKILL");
      node = startNode(context, file);
      say(`The node was killed, and is started again, as process ${node.pid}. Its job has gone on.`);
    }
    const task = await client.awaitTask(taskId);
    print(`result: ${JSON.stringify(contentOf(task.outcome?.result))}`);
    print(`leases: ${task.deliveries}, of which lost: ${task.leaseLosses}`);
    print("");
    print("Receipts of the task:");
    const tasker = { ...context, environment: { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: keyOf("tasker") } };
    for (const line of receiptTable(await receiptsOf(tasker, taskId))) print(`  ${line}`);
    print("");
    await end(node, "SIGTERM");
    print(`The node was drained, and ended with ${node.exitCode}.`);
  } finally {
    client.close();
    await end(node, "SIGKILL");
  }
}

async function writeConfig(folder: string, server: string, key: string): Promise<string> {
  const keyFile = join(folder, "key");
  await writeFile(keyFile, key, { mode: 0o600 });
  const driver = await sandboxOf(folder);
  const file = join(folder, "node.yaml");
  const lines = { server, key_file: keyFile, name: "demo-node", spool: join(folder, "spool"), sandbox: { driver } };
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
