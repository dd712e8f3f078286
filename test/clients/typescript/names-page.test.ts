// docs/names.md keeps its word: its program runs as it stands, and so do its commands.
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
const page = await readFile(join(root, "docs/names.md"), "utf8");

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, "g"))].map(([, text = ""]) => text);
}

test("the program and the commands of the page about names do what it says", { timeout: kitTimeoutMs }, async () => {
  const { server, keys } = await openKit();
  const environment = { ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.operator };
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-names-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "program.ts");
  await writeFile(program, (blocks("ts")[0] ?? "").replace('"@asyncgate/client"', JSON.stringify(kit)));
  const printed = await run(process.execPath, [program], environment);
  const [runs, results, ...list] = printed.trimEnd().split("\n");
  expect(runs).toBe("it runs already");
  expect(results).toMatch(/^\{ times: 1 \} \{ times: [23] \}$/);
  // The last one was canceled; all before it succeeded.
  expect(list.at(0)).toMatch(/^\{"times":\d+\} 6$/);
  expect(list.slice(1)).toEqual(list.slice(1).map((_, place) => `{"times":${list.length - 1 - place}} 4`));

  const shell = { cwd: root, env: { ...process.env, ...environment, KEY: keys.operator } };
  const commands = blocks("sh").join("").replaceAll("http://127.0.0.1:7171", server.url);
  const { stdout } = await promisify(execFile)("sh", ["-c", commands], shell);
  expect(stdout.match(/reports\/nightly/g)?.length).toBe(3);
});
