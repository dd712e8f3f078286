// The README keeps its word: its programs run as they stand, and the package that is published holds what it needs.
import { execFileSync, spawn } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { run, stop } from "../../e2e/dev-server.ts";
import { all, kitTimeoutMs, openKit } from "./kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kitFolder = join(root, "clients/typescript");
const nodeModules = join(root, "node_modules");

/** Programs that are on pages of the docs. */
const pageOf: Readonly<Record<string, string>> = {
  chain: join(root, "docs/children.md"),
  reviewer: join(root, "docs/verification.md"),
};

/** A block of the README or of a page, by the name in the comment before it. */
async function program(name: string): Promise<string> {
  const readme = await readFile(pageOf[name] ?? join(kitFolder, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`ts\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no program "${name}"`);
  return block;
}

/** A folder in which the package is installed from what `npm pack` puts into it. */
async function installPackage(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-kit-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const built = join(folder, "build");
  execFileSync(join(nodeModules, ".bin/tsc"), ["--project", kitFolder, "--outDir", join(built, "dist")]);
  for (const file of ["package.json", "README.md"]) {
    await writeFile(join(built, file), await readFile(join(kitFolder, file)));
  }
  const [{ filename = "" } = {}] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: built,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  ) as { filename: string }[];
  const installed = join(folder, "node_modules/@asyncgate/client");
  await mkdir(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(folder, filename), "--strip-components", "1", "-C", installed]);
  for (const name of ["@bufbuild", "@connectrpc", "@types", "undici-types"]) {
    await symlink(join(nodeModules, name), join(folder, "node_modules", name));
  }
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  return folder;
}

test("the programs are as short as the README claims", async () => {
  const lines = async (name: string) => (await program(name)).trimEnd().split("\n").length;
  expect(await lines("agent")).toBeLessThanOrEqual(45);
  expect(await lines("worker")).toBeLessThanOrEqual(30);
  expect(await lines("tasker")).toBeLessThanOrEqual(10);
});

test("the packed package is installed, its types hold, and the programs of the README run with it, word for word", {
  timeout: kitTimeoutMs,
}, async () => {
  const [folder, kit] = await Promise.all([installPackage(), openKit()]);
  const pages = ["worker", "tasker", "agent", "chain", "reviewer"];
  for (const name of pages) await writeFile(join(folder, `${name}.ts`), await program(name));
  await copyFile(join(kitFolder, "examples/model-call.ts"), join(folder, "model-call.ts"));
  const names = [...pages, "model-call"];
  // The types of @connectrpc/connect want those of the web.
  const strict = ["--strict", "--module", "nodenext", "--target", "es2024", "--lib", "es2024,dom", "--types", "node"];
  const flags = [...strict, "--exactOptionalPropertyTypes", "--noEmit"];
  execFileSync(join(nodeModules, ".bin/tsc"), [...flags, ...names.map((name) => `${name}.ts`)], {
    cwd: folder,
    stdio: "inherit",
  });

  const environment = (key: string) => ({ ASYNCGATE_URL: kit.server.url, ASYNCGATE_API_KEY: key });
  const start = (name: string, key: string) => {
    const started = spawn(process.execPath, [join(folder, `${name}.ts`)], {
      env: { ...process.env, ...environment(key) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onTestFinished(() => stop(started, "SIGKILL"));
    return started;
  };
  const worker = start("worker", kit.keys.worker);
  const printed = await run(process.execPath, [join(folder, "tasker.ts")], environment(kit.keys.tasker));
  expect(printed).toBe("{ greeting: 'Hello, Ada!' }\n");
  await stop(worker, "SIGTERM");
  expect(worker.exitCode).toBe(0);

  const agent = start("agent", kit.keys.operator);
  const [searched, late, reminded] = await kit.client.createTasks([
    { type: "research", payload: { topic: "bees", within: "1h" } },
    { type: "research", payload: { topic: "ants", within: "1s" } },
    { type: "remind", payload: { text: "water the plants", wait: "1s" } },
  ]);
  const resultOf = (created: typeof late) => kit.client.result(created && "taskId" in created ? created.taskId : "");
  expect(await resultOf(late)).not.toHaveProperty("papers");
  expect(await resultOf(reminded)).toBe("water the plants");
  // The agent has no handler for papers, so they are missing until now.
  kit.startWorker({ handlers: { "search.papers": ({ topic }: { topic: string }) => `papers about ${topic}` } });
  expect(await resultOf(searched)).toEqual({ news: "news about bees", papers: "papers about bees" });
  await stop(agent, "SIGTERM");
  expect(agent.exitCode).toBe(0);

  const chain = start("chain", kit.keys.operator);
  const book = await kit.client.createTask({ type: "book.write", payload: { chapters: ["Once", "Then"] } });
  expect(await kit.client.result(book.taskId)).toEqual({ written: 2 });
  const [print] = await all(kit.client.listTasks({ type: "book.print" }));
  expect(await kit.client.result(print?.taskId ?? "")).toBeNull();
  await stop(chain, "SIGTERM");
  expect(chain.exitCode).toBe(0);

  const reviewing = { ...environment(kit.keys.operator), ASYNCGATE_REVIEWER_KEY: kit.keys.worker };
  const reviewed = await run(process.execPath, [join(folder, "reviewer.ts")], reviewing);
  expect(reviewed).toBe("{ total: 42, because: 'The lines add up to 42.' }\n");

  const written = await run(process.execPath, [join(folder, "model-call.ts")], environment(kit.keys.operator));
  const lines = ["stopped after \\d+ words: drain", "resumed after \\d+ words", "Publish this text\\?"];
  const ends = ["published: true; streamed 100 of 100 words", "stopped after \\d+ words: canceled"];
  expect(written).toMatch(new RegExp(`^${[...lines, ...ends, "the second task is canceled"].join("\n")}\n$`));
});
