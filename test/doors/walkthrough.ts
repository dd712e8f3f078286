// Makes docs/walkthrough.md: an agent hands over work over MCP, goes away, and comes back without memory, while a
// worker works over REST and the server is killed in between. Ids are numbered, so the same run gives the same page.
//
// `node test/doors/walkthrough.ts` writes, `--check` only compares and fails when the page is stale.
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { JsonObject } from "@bufbuild/protobuf";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { type AtEnd, makeDataDir, readKey, startDevServer, stop } from "../e2e/dev-server.ts";

const page = new URL("../../docs/walkthrough.md", import.meta.url);
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

type Session = { call(tool: string, given: JsonObject): Promise<JsonObject>; prompt(name: string): Promise<void> };

function createPage() {
  const lines: string[] = [];
  const ids = new Map<string, string>();
  const plain = (text: string) =>
    text.replaceAll(uuid, (id) => {
      if (!ids.has(id)) ids.set(id, `id-${ids.size + 1}`);
      return ids.get(id) ?? id;
    });
  return {
    say: (text: string) => void lines.push(text, ""),
    show: (language: string, text: string) => void lines.push(`\`\`\`${language}`, plain(text), "```", ""),
    text: () => `${lines.join("\n").trimEnd()}\n`,
  };
}

type Page = ReturnType<typeof createPage>;

async function openSession(
  url: string,
  key: string,
  { show }: Page,
  atEnd: AtEnd,
): Promise<Session & { end(): Promise<void> }> {
  const client = new Client({ name: "walkthrough", version: "1" });
  const env = { PATH: process.env["PATH"] ?? "", ASYNCGATE_URL: url, ASYNCGATE_API_KEY: key };
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: ["src/main.ts", "mcp"],
      env,
      stderr: "ignore",
    }) as never,
  );
  atEnd(() => client.close());
  return {
    async call(name, given) {
      const result = await client.callTool({ name, arguments: given });
      const [said = ""] = String(Reflect.get(Object((result.content as object[])[0]), "text")).split("\n");
      show("", `${name} ${JSON.stringify(given)}\n→ ${said}`);
      return (result.structuredContent ?? {}) as JsonObject;
    },
    async prompt(name) {
      const { messages } = await client.getPrompt({ name });
      const text = String(Reflect.get(Object(messages[0]?.content), "text"));
      show("", `prompt ${name}\n→ ${text.split("\n").slice(0, 3).join("\n  ")}\n  …`);
    },
    end: () => client.close(),
  };
}

async function walk(atEnd: AtEnd): Promise<string> {
  const out = createPage();
  const dataDir = await makeDataDir(atEnd);
  const flags = ["--port", String(await freePort())];
  const server = await startDevServer(dataDir, flags, atEnd);
  const [tasker, worker] = [await readKey(dataDir, "tasker"), await readKey(dataDir, "worker")];
  out.say("# An agent goes away and comes back");
  out.say("Made by `make walkthrough`, from real calls over MCP and REST; ids are numbered.");
  out.say("## Monday: the agent hands over work");
  const monday = await openSession(server.url, tasker, out, atEnd);
  await monday.call("list_open_obligations", {});
  const handedOver = { type: "report.write", payload: { json: { quarter: 3 } }, idempotency_key: "report-q3" };
  const created = await monday.call("create_task", handedOver);
  const taskId = String(Reflect.get(Object(created["task"]), "task_id"));
  await monday.call("create_task", { type: "report.translate", queue: "translators", idempotency_key: "report-q3-fr" });
  out.say("Its session ends here, and its memory with it. It need not keep any id. The server is killed, too:");
  await monday.end();
  await stop(server.process, "SIGKILL");
  out.show("sh", "kill -9 <server>; asyncgate dev");
  const again = await startDevServer(dataDir, flags, atEnd);
  out.say("## A worker does it, by REST");
  const rest = async (path: string, body: JsonObject) => {
    const headers = { authorization: `Bearer ${worker}`, "content-type": "application/json" };
    const response = await fetch(`${again.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    return (await response.json()) as JsonObject;
  };
  const claimed = await rest("/v1/leases:claim", { accept_types: ["report.write"], wait: "10s" });
  const [leased] = claimed["tasks"] as { task: { task_id: string; payload: object }; lease: { token: string } }[];
  const got = { task_id: leased?.task.task_id, payload: leased?.task.payload };
  out.show("", `POST /v1/leases:claim {"accept_types":["report.write"],"wait":"10s"}\n→ ${JSON.stringify(got)}`);
  const result = { artifacts: [{ kind: "file", uri: "file:///reports/q3.pdf" }], result: { json: { pages: 12 } } };
  const done = await rest(`/v1/tasks/${taskId}:complete`, { lease_token: leased?.lease.token ?? "", ...result });
  const said = { discharged: done["discharged"] ?? null, receipt_id: done["receipt_id"] ?? null };
  const told = JSON.stringify({ lease_token: "…", ...result });
  out.show("", `POST /v1/tasks/${taskId}:complete ${told}\n→ ${JSON.stringify(said)}`);
  out.say("## Tuesday: the agent comes back");
  out.say(
    "It knows nothing of Monday. The prompt `resume` says what is open, and the tasks say what became of the rest.",
  );
  const tuesday = await openSession(again.url, tasker, out, atEnd);
  await tuesday.prompt("resume");
  const open = await tuesday.call("list_open_obligations", {});
  const [owed] = open["open_obligations"] as { receipt: { receipt_id: string; task_id: string } }[];
  await tuesday.call("explain_obligation", { receipt_id: owed?.receipt.receipt_id ?? "" });
  await tuesday.call("list_tasks", { states: ["SUCCEEDED"], page_size: 5 });
  await tuesday.call("get_task", { task_id: taskId });
  out.say("Handing the same work over again by its key finds what was done, and does nothing twice:");
  await tuesday.call("create_task", handedOver);
  out.say("The translation is no longer wanted; canceling it discharges what was still owed:");
  await tuesday.call("cancel_task", { task_id: owed?.receipt.task_id ?? "", reason: "the report stays in English" });
  await tuesday.call("list_open_obligations", {});
  return out.text();
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

const stops: (() => Promise<void>)[] = [];
try {
  const made = await walk((stopIt) => void stops.push(stopIt));
  if (!process.argv.includes("--check")) await writeFile(page, made);
  else if ((await readFile(page, "utf8").catch(() => "")) !== made) {
    process.stderr.write("walkthrough: docs/walkthrough.md is not what happens; run make walkthrough\n");
    process.exitCode = 1;
  }
} finally {
  for (const stopIt of stops.reverse()) await stopIt();
}
