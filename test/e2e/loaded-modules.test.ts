// What a server has in its memory, before a host has asked for MCP and afterwards. Seen in the program itself, because
// the test runner loads modules in its own way.
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { type DevServer, makeDataDir, readKey, startDevServer } from "./dev-server.ts";

const hooks = fileURLToPath(new URL("./print-loaded.ts", import.meta.url));

/** Of the commands, only what a server runs by. */
const cliOfServer = ["command", "commands", "dev-files", "serve-processes", "serve"].map(
  (name) => `src/cli/${name}.ts`,
);

async function loadedIn({ process, said }: DevServer): Promise<string[]> {
  const before = said().length;
  const line = () => /^loaded: (.*)\n/m.exec(said().slice(before))?.[1];
  process.kill("SIGUSR2");
  await expect.poll(line).toBeDefined();
  return JSON.parse(line() ?? "") as string[];
}

async function listTools(url: string, key: string, id: number) {
  const headers = {
    ...{ authorization: `Bearer ${key}`, connection: "close" },
    ...{ "content-type": "application/json", accept: "application/json, text/event-stream" },
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id, method: "tools/list" });
  const answer = await fetch(`${url}/mcp`, { method: "POST", headers, body });
  return { status: answer.status, text: await answer.text() };
}

function isOfBridge(name: string): boolean {
  return name.startsWith("src/mcp/") || name === "zod" || name.startsWith("@modelcontextprotocol/");
}

test("the bridge is loaded by the first requests for it, which are answered, and no other command is", async () => {
  vi.stubEnv("NODE_OPTIONS", `--import=${hooks}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const dataDir = await makeDataDir();
  const server = await startDevServer(dataDir, ["--database-url", await createTestDatabase()]);
  const atStart = await loadedIn(server);
  expect(atStart).toEqual(expect.arrayContaining(["src/cli/serve.ts", "src/rpc/server.ts", "pg"]));
  expect(atStart.filter(isOfBridge)).toEqual([]);
  expect(atStart.filter((name) => name.startsWith("src/cli/")).sort()).toEqual(cliOfServer);

  const key = await readKey(dataDir, "tasker");
  const answers = await Promise.all([1, 2, 3].map((id) => listTools(server.url, key, id)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  for (const { text } of answers) expect(text).toContain(`"name":"create_task"`);
  const loaded = await loadedIn(server);
  expect(loaded.filter(isOfBridge)).toEqual(
    expect.arrayContaining(["src/mcp/http.ts", "@modelcontextprotocol/server"]),
  );
});
