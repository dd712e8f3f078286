// The bridge over stdio, as a host starts it: with both generations of clients, and over a server that is killed.
import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StdioClientTransport as ModernTransport } from "@modelcontextprotocol/client/stdio";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { expect, onTestFinished, test } from "vitest";
import { makeDataDir, readKey, startDevServer, stop } from "../e2e/dev-server.ts";
import { freePort } from "../helpers/free-port.ts";
import { patience } from "../helpers/patience.ts";
import { type Era, eras, textOf } from "./open-mcp.ts";

const timeoutMs = 180_000;

async function connect(era: Era, url: string, key: string, flags: readonly string[] = []) {
  const parameters = {
    command: process.execPath,
    args: ["src/main.ts", "mcp", ...flags],
    env: { PATH: process.env["PATH"] ?? "", ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key },
    stderr: "ignore" as const,
  };
  const client =
    era === "modern"
      ? new ModernClient({ name: "test", version: "1" }, { versionNegotiation: { mode: "auto" } })
      : new LegacyClient({ name: "test", version: "1" });
  await client.connect((era === "modern" ? new ModernTransport(parameters) : new LegacyTransport(parameters)) as never);
  onTestFinished(() => client.close());
  return client as ModernClient;
}

type Owed = { readonly receipt: { readonly task_id: string } };
type Client = Awaited<ReturnType<typeof connect>>;

const call = (client: Client, name: string, given: object) => client.callTool({ name, arguments: given as never });

/** Subscribes as hosts of its era do, and tells which uris have changed. */
async function subscriberOf(era: Era, client: Client, tell: (uri: string) => void) {
  const note = ({ params }: { params: { uri: string } }) => tell(params.uri);
  if (era === "modern") {
    client.setNotificationHandler("notifications/resources/updated", note);
    return (uri: string) => client.listen({ resourceSubscriptions: [uri] });
  }
  const { ResourceUpdatedNotificationSchema } = await import("@modelcontextprotocol/sdk/types.js");
  const legacy = client as unknown as LegacyClient;
  legacy.setNotificationHandler(ResourceUpdatedNotificationSchema, note as never);
  return (uri: string) => legacy.subscribeResource({ uri });
}

/** Again until the server is back. */
async function untilAnswered(ask: () => Promise<unknown>): Promise<string> {
  let text = "";
  await expect
    .poll(async () => {
      text = textOf(await ask());
      return text;
    }, patience)
    .not.toMatch(/^UNAVAILABLE/);
  return text;
}

test(
  "an agent that lost its memory resumes what is open, over a server that was killed in between",
  async () => {
    const dataDir = await makeDataDir();
    const port = await freePort();
    const before = await startDevServer(dataDir, ["--port", String(port)]);
    const [tasker, worker] = [await readKey(dataDir, "tasker"), await readKey(dataDir, "worker")];
    const agent = await connect("legacy", before.url, tasker);
    const workerClient = await connect("legacy", before.url, worker);
    await call(agent, "create_task", {
      type: "report.write",
      payload: { json: { quarter: 3 } },
      idempotency_key: "q3",
    });
    await stop(before.process, "SIGKILL");

    expect(textOf(await call(agent, "list_open_obligations", {}))).toMatch(/^UNAVAILABLE: .*Call again/);
    const after = await startDevServer(dataDir, ["--port", String(port)]);
    expect(after.url).toBe(before.url);
    // An agent who knows nothing finds out what is open; the bridges that were there before work on.
    const fresh = await connect("modern", after.url, tasker);
    const { messages } = await fresh.getPrompt({ name: "resume", arguments: {} });
    const open = await call(fresh, "list_open_obligations", {});
    const [owed] = Reflect.get(Object(open.structuredContent), "open_obligations") as Owed[];
    expect(JSON.stringify(messages)).toContain(owed?.receipt.task_id);
    await untilAnswered(() => call(workerClient, "get_config", {}));
    const leased = await call(workerClient, "lease_next", { wait: "5s" });
    const [one] = Reflect.get(Object(leased.structuredContent), "tasks") as { lease: { token: string } }[];
    await call(workerClient, "complete", { lease_token: one?.lease.token, result: { json: { pages: 12 } } });
    const ended = await call(fresh, "await_task", { task_id: owed?.receipt.task_id });
    expect(JSON.stringify(ended.structuredContent)).toContain('"pages":12');
    expect(textOf(await call(fresh, "list_open_obligations", {}))).toMatch(/^Nothing is open\./);
  },
  timeoutMs,
);

test.each(eras)(
  "%s: over stdio a host is told of what it subscribes to",
  async (era) => {
    const dataDir = await makeDataDir();
    const { url } = await startDevServer(dataDir);
    const client = await connect(era, url, await readKey(dataDir, "tasker"), ["--tool-names", "dotted"]);
    expect((await client.listTools()).tools[0]?.name).toBe("asyncgate.create_task");
    const told: string[] = [];
    const subscribe = await subscriberOf(era, client, (uri) => void told.push(uri));
    await expect(subscribe("asyncgate://tasks/01980000-0000-7000-8000-000000000000")).rejects.toMatchObject({
      code: -32602,
    });
    const uri = "asyncgate://obligations/open";
    await subscribe(uri);
    await call(client, "create_task", { type: "a" });
    await expect.poll(() => told, patience).toEqual([uri]);
  },
  timeoutMs,
);
