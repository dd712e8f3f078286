// A machine in one process: a server with an embedded Postgres, a runner, and the agents. It is what a deployment is,
// on one machine: nothing in the runner knows the difference.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Client } from "../../../clients/typescript/src/client.ts";
import { createClient } from "../../../clients/typescript/src/create-client.ts";
import { createWorker } from "../../../clients/typescript/src/worker.ts";
import { readScript, type Script, ScriptError, scriptedHandlers } from "../../machines/runner/scripted-agents.ts";
import { startRunner } from "../../machines/runner/start-runner.ts";
import { type RunningServer, runServer } from "../../server/run-server.ts";
import { version } from "../../version.ts";
import { type Context, UsageError } from "../command.ts";
import { checkRules } from "./document.ts";

export type Agents = {
  readonly handlers: Readonly<Record<string, never>>;
  readonly script: Pick<Script, "signals" | "answers">;
};

/** A script with its `delay_ms` is no load: all agents of a machine may work at once. */
const agentSlots = 64;

/** From a script in YAML or JSON. */
export async function readAgents(path: string): Promise<Agents> {
  try {
    const script = readScript(await readFile(path, "utf8"));
    return { handlers: scriptedHandlers(script) as unknown as Agents["handlers"], script };
  } catch (error) {
    if (error instanceof ScriptError || (error instanceof Error && "code" in error)) {
      throw new UsageError(`${path}: ${error.message}`);
    }
    throw error;
  }
}

export type Local = { readonly client: Client; readonly url: string; readonly keyOf: (name: string) => string };

/** Runs `use` beside a server that is gone with its data afterwards. */
export async function withLocalServer<Result>(
  context: Context,
  use: (local: Local) => Promise<Result>,
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-machine-"));
  try {
    // Its own runner begins at once; the server's would look for executions every second.
    const own = { "data-dir": dataDir, port: "0", "log-level": "error", "database-url": "", machines: "off" };
    const config = context.readConfig(own);
    const log = context.createLog(config);
    const options = { config, log, environment: "machine", makeDevTenant: true, onFatal: () => process.exit(1) };
    const server = await runServer(options);
    try {
      return await besideServer(server, use);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function besideServer<Result>(server: RunningServer, use: (local: Local) => Promise<Result>): Promise<Result> {
  const url = `http://${server.address}:${server.port}`;
  const keyOf = (name: string) => server.devKeys.find((key) => key.name === name)?.key ?? "";
  const runner = startRunner({ endpoint: url, key: keyOf("executor"), checkRules, version });
  const client = createClient({ endpoint: url, key: keyOf("tasker") });
  try {
    return await use({ client, url, keyOf });
  } finally {
    client.close();
    await runner.stop();
  }
}

/** Runs `use` beside a worker with these agents. */
export async function withAgents<Result>(local: Local, agents: Agents, use: () => Promise<Result>): Promise<Result> {
  if (Object.keys(agents.handlers).length === 0) return await use();
  const worker = createWorker({
    endpoint: local.url,
    key: local.keyOf("worker"),
    handlers: agents.handlers,
    slots: agentSlots,
    name: "agents",
    thread: false,
    drainOn: [],
    // What an agent fails with is in the execution that asked it.
    onEvent: () => {},
  });
  worker.run().catch(() => {});
  try {
    return await use();
  } finally {
    await worker.stop({ withinMs: 0 }).catch(() => {});
  }
}
