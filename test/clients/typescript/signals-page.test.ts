// docs/signals.md keeps its word: its program runs as it stands, and so do its commands.
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
const page = await readFile(join(root, "docs/signals.md"), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
}

test("the program and the commands of the page about signals do what it says", { timeout: kitTimeoutMs }, async () => {
  const { server, keys } = await openKit({ flags: ["--sweep-interval-ms", "100"] });
  const environment = { ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.operator };
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-signals-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "program.ts");
  await writeFile(program, block("ts").replace('"@asyncgate/client"', JSON.stringify(kit)));
  const printed = await run(process.execPath, [program], environment);
  expect(printed).toMatch(/^Bees is published, as \S+ says: go ahead\n$/);

  const commands = await promisify(execFile)("sh", ["-c", block("sh")], {
    cwd: root,
    env: { ...process.env, ...environment },
  });
  // It was kept, the task took it, and so nothing waits on the channel any more.
  expect(commands.stdout).toContain("keep_until");
  expect(commands.stdout).toContain("QUEUED");
  expect(commands.stderr).toBe("");
});
