// A server that lets jobs be given to nodes of this machine, nodes in the mode push, and dispatchers: each a program of
// its own.
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, onTestFinished } from "vitest";
import { type Client, createClient } from "../../../clients/typescript/src/index.ts";
import { type Kit, kitTimeoutMs, openKit } from "../../clients/typescript/kit.ts";
import { stop } from "../../e2e/dev-server.ts";
import { freePort } from "../../helpers/free-port.ts";
import { makeNodeFolder, startNode } from "../program/start-node.ts";

export type PushKit = {
  readonly kit: Kit;
  readonly operator: Client;
  /** An address that the server lets a node have. */
  port(): number;
};

/** One server for all tests of a describe. */
export function sharePushKit(portsMax: number): () => PushKit {
  let shared: PushKit | undefined;
  beforeAll(async () => {
    const ends: (() => Promise<void>)[] = [];
    const atEnd = (end: () => Promise<void>) => void ends.push(end);
    const folder = await mkdtemp(join(tmpdir(), "asyncgate-push-"));
    atEnd(() => rm(folder, { recursive: true, force: true }));
    const ports: number[] = [];
    for (let count = 0; count < portsMax; count += 1) ports.push(await freePort());
    const keys = await writeSealingKeys(join(folder, "sealing-keys"));
    const hosts = ports.map((port) => `127.0.0.1:${port}`).join(",");
    // Short, so that the tasks of a dispatcher that was killed are soon another's.
    const flags = ["--sealing-keys-file", keys, "--node-push-hosts", hosts, "--resume-grace-ms", "1000"];
    const kit = await openKit({ flags, atEnd });
    const operator = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
    atEnd(async () => operator.close());
    const free = [...ports];
    shared = { kit, operator, port: () => free.pop() ?? 0 };
    return async () => {
      for (const end of ends.reverse()) await end();
    };
  }, kitTimeoutMs);
  return () => {
    if (!shared) throw new Error("the server is not there yet");
    return shared;
  };
}

export async function writeSealingKeys(file: string): Promise<string> {
  await writeFile(file, `# of a test\none ${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  return file;
}

/** Registered under its name, with a queue of that name; where it is called is configured. */
export async function startPushNode({ kit, operator, port: nextPort }: PushKit, name: string) {
  const place = await makeNodeFolder();
  const port = nextPort();
  const targetUrl = `http://127.0.0.1:${port}`;
  const { key } = await operator.nodes.enroll({ label: name });
  const init = { server: kit.server.url, key, isPsk: true, name };
  const config = `mode: push\nqueues: [${name}]\nsandbox: {driver: process}`;
  const start = () => startNode(place, { ...init, config, listen: `127.0.0.1:${port}` });
  return { place, node: await start(), again: start, targetUrl };
}

export type TestDispatcher = { readonly process: ChildProcess; readonly said: () => string };

export function startDispatcher(server: string, key: string, ports: string): TestDispatcher {
  const child = spawn(process.execPath, ["src/main.ts", "dispatcher", "--linger", "300"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: {
      PATH: process.env["PATH"],
      ASYNCGATE_URL: server,
      ASYNCGATE_API_KEY: key,
      ASYNCGATE_NODE_PUSH_HOSTS: ports,
      ASYNCGATE_NODE_PUSH_PRIVATE: "true",
    },
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  onTestFinished(() => stop(child, "SIGKILL"));
  return { process: child, said: () => said };
}
