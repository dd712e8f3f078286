// docs/scopes.md keeps its word: its program runs as it stands, and so do its commands.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../e2e/dev-server.ts";
import { kitTimeoutMs, openKit } from "./kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kit = join(root, "clients/typescript/src/index.ts");
const page = await readFile(join(root, "docs/scopes.md"), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
}

test("the program and the commands of the page about scopes do what it says", { timeout: kitTimeoutMs }, async () => {
  const { server, keys } = await openKit({});
  const environment = { ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.operator };
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-scopes-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "program.ts");
  await writeFile(program, block("ts").replace('"@asyncgate/client"', JSON.stringify(kit)));
  const printed = await run(process.execPath, [program], environment);
  const users = "api/users.ts is edited";
  expect(printed.trimEnd().split("\n")).toEqual([users, users, "README.md is edited", users]);

  const commands = await promisify(execFile)("sh", ["-c", block("sh")], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  expect(commands.stdout).toContain("repo:shop/schema");
  expect(commands.stderr).toBe("");
});
