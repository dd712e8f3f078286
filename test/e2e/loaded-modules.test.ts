// What a server has in its memory. Seen in the program itself, because the test runner loads modules in its own way.
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test, vi } from "vitest";
import { createTestDatabase } from "../helpers/database.ts";
import { type DevServer, makeDataDir, startDevServer } from "./dev-server.ts";

const hooks = fileURLToPath(new URL("./print-loaded.ts", import.meta.url));

/** Of the commands, only what a server runs by. */
const cliOfServer = ["src/cli/command.ts", "src/cli/serve-processes.ts", "src/cli/serve.ts"];

async function loadedIn({ process, said }: DevServer): Promise<string[]> {
  const before = said().length;
  const line = () => /^loaded: (.*)\n/m.exec(said().slice(before))?.[1];
  process.kill("SIGUSR2");
  await expect.poll(line).toBeDefined();
  return JSON.parse(line() ?? "") as string[];
}

test("a server has no other command in its memory", async () => {
  vi.stubEnv("NODE_OPTIONS", `--import=${hooks}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const server = await startDevServer(await makeDataDir(), ["--database-url", await createTestDatabase()]);
  const atStart = await loadedIn(server);
  expect(atStart).toEqual(expect.arrayContaining(["src/cli/serve.ts", "src/rpc/server.ts", "pg"]));
  expect(atStart.filter((name) => name.startsWith("src/cli/")).sort()).toEqual(cliOfServer);
});
