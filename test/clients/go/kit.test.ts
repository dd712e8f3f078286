// The Go kit: its own tests, some against a real server, and its README's programs in a module that uses the kit.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, stop } from "../../e2e/dev-server.ts";
import { openTls } from "../kit-tls.ts";
import { openKit } from "../typescript/kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kitFolder = `${root}clients/go`;
const missing = missingGo();
/** The first run on a machine downloads and builds gRPC, also for the race detector. */
const timeout = 600_000;

/** Why the tests of the kit cannot run here; undefined if they can. CI has Go. */
function missingGo(): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  try {
    execFileSync("go", ["version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "Go is missing";
  }
}

/** A block of the README, by the name in the comment before it. */
async function program(name: string): Promise<string> {
  const readme = await readFile(join(kitFolder, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`go\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no program "${name}"`);
  return block;
}

const go = (cwd: string, ...args: readonly string[]) =>
  execFileSync("go", args, { cwd, stdio: ["ignore", "ignore", "inherit"] });

/** A module of its own, which uses the kit of this checkout, with a program of the README. Returns what is built. */
async function build(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-go-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "main.go"), await program(name));
  go(folder, "mod", "init", "example.org/program");
  const modules = { "clients/go": kitFolder, "gen/go": `${root}gen/go` };
  for (const [path, at] of Object.entries(modules))
    go(folder, "mod", "edit", `-replace=github.com/asyncgate/asyncgate/${path}=${at}`);
  // The versions that the kit is tested with.
  await copyFile(join(kitFolder, "go.sum"), join(folder, "go.sum"));
  go(folder, "mod", "tidy");
  go(folder, "vet", ".");
  go(folder, "build", "-o", "program", ".");
  return join(folder, "program");
}

test("the programs are as short as the README claims", async () => {
  expect((await program("worker")).trimEnd().split("\n").length).toBeLessThanOrEqual(30);
  const [, code = ""] = (await program("tasker")).split("\n)\n\n");
  expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(10);
});

describe.skipIf(missing)(`the Go kit${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  test("its own tests pass", async () => {
    const tls = await openTls();
    // Sessions of agents that end while a test waits for it.
    const { server, keys } = await openKit({ flags: ["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100"] });
    const tests = spawn("go", ["test", "-race", "-count=1", "-v", "./..."], {
      cwd: kitFolder,
      env: {
        ...process.env,
        ...tls,
        KIT_URL: server.url,
        KIT_OPERATOR_KEY: keys.operator,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => stop(tests, "SIGTERM"));
    let printed = "";
    for (const stream of [tests.stdout, tests.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    const [code] = (await once(tests, "close")) as [number | null];
    expect(code, printed).toBe(0);
    expect(printed.match(/^--- PASS/gm)?.length).toBeGreaterThan(20);
    expect(printed).not.toContain("--- SKIP");
  });

  test("the README's programs run in a module of their own, word for word", async () => {
    const [worker, tasker, kit] = await Promise.all([build("worker"), build("tasker"), openKit()]);
    const environment = (key: string) => ({ ASYNCGATE_URL: kit.server.url, ASYNCGATE_API_KEY: key });
    const working = spawn(worker, [], {
      env: { ...process.env, ...environment(kit.keys.worker) },
      stdio: ["ignore", "inherit", "ignore"],
    });
    onTestFinished(() => stop(working, "SIGKILL"));
    expect(await run(tasker, [], environment(kit.keys.tasker))).toBe("Hello, Ada! <nil>\n");
    const nameless = await kit.client.createTask({ type: "greet", payload: {} });
    expect((await kit.client.awaitTask(nameless.taskId)).outcome?.error?.type).toBe("NonRetryable");
    await stop(working, "SIGTERM");
    expect(working.exitCode).toBe(0);
  });

  test("the examples run; the model call is handed over, asks and is canceled", async () => {
    const { server, keys, client } = await openKit();
    const folder = await mkdtemp(join(tmpdir(), "asyncgate-go-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    go(kitFolder, "build", "-o", folder, "./examples/...");
    const environment = (key: string) => ({ ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: key });
    const printed = await run(join(folder, "modelcall"), [], environment(keys.operator));
    expect(printed).toMatch(
      /^stopped after (\d+) words: drain\nasked: May this be published\?\nresumed after \1 words, /,
    );
    expect(printed).toMatch(/and wrote 200\nstreamed \d+ words after that\nstopped after \d+ words: canceled\n/);
    expect(printed).toMatch(/the second task is TASK_STATE_CANCELED\n$/);
    const working = spawn(join(folder, "worker"), [], {
      env: { ...process.env, ...environment(keys.worker) },
      stdio: ["ignore", "inherit", "ignore"],
    });
    onTestFinished(() => stop(working, "SIGKILL"));
    expect(await run(join(folder, "tasker"), [], environment(keys.tasker))).toBe("Hello, Ada!\n");
    const missed = await client.createTask({ type: "fetch", payload: { url: `${server.url}/nothing` } });
    expect((await client.awaitTask(missed.taskId)).outcome?.error?.type).toBe("NonRetryable");
    await stop(working, "SIGTERM");
    expect(working.exitCode).toBe(0);
  });
});
