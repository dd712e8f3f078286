// docs/agents.md keeps its word: its file is registered, its commands do what they say, and its program runs as it
// stands.
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
const page = await readFile(join(root, "docs/agents.md"), "utf8");

function block(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(page)?.[1] ?? "";
}

test("the file, the commands and the program of the page about agents do what it says", {
  timeout: kitTimeoutMs,
}, async () => {
  const { server, keys } = await openKit({});
  const environment = { ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.operator };
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-agents-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "agents.yaml"), block("yaml"));
  const commands = block("sh").replaceAll(/^asyncgate /gm, `${join(root, "bin/asyncgate")} `);
  const env = { ...process.env, ...environment };
  const { stdout, stderr } = await promisify(execFile)("sh", ["-ec", commands], { cwd: folder, env });
  expect(stderr).toBe("");
  for (const line of [
    "painter: version 1, ACTIVE, registered",
    'The text has "drawing", a keyword of painter. No other agent matches.',
    'Asked for "printing", which belongs to printer. It is left to it: painter leaves it to printer. ' +
      "No other agent matches.",
  ]) {
    expect(stdout.split("\n")).toContain(line);
  }

  const program = join(folder, "program.ts");
  await writeFile(program, block("ts").replace('"@asyncgate/client"', JSON.stringify(kit)));
  const printed = await run(process.execPath, [program], environment);
  expect(printed).toContain('painter: The text has "drawing", a keyword of painter.');
  expect(printed).toContain("{ picture: 'fox.png' }");
});
