// docs/questions.md keeps its word: its program runs as it stands.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { run } from "../../e2e/dev-server.ts";
import { kitTimeoutMs, openKit } from "./kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kit = join(root, "clients/typescript/src/index.ts");

test("the program of the page about questions asks a person and goes on", { timeout: kitTimeoutMs }, async () => {
  const { server, keys } = await openKit();
  const page = await readFile(join(root, "docs/questions.md"), "utf8");
  const block = /<!-- run: approval -->\n\n```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-questions-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "program.ts");
  await writeFile(program, block.replace('"@asyncgate/client"', JSON.stringify(kit)));
  const environment = { ASYNCGATE_URL: server.url, WORKER_KEY: keys.worker, PERSON_KEY: keys.tasker };
  const printed = await run(process.execPath, [program], environment);
  expect(printed).toMatch(/^Deploy 1\.4\? deploy or wait\n1\.4 is deployed: \S+ said so\n$/);
});
