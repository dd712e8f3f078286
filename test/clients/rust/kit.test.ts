// The Rust kit: its own tests, most against a real server, and its README with the crates as they are packed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { run, stop } from "../../e2e/dev-server.ts";
import { openTls } from "../kit-tls.ts";
import { openKit } from "../typescript/kit.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const kitFolder = `${root}clients/rust`;
const missing = missingRust();
/** The first run on a machine downloads and compiles gRPC. */
const timeout = 900_000;

/** Why the tests of the kit cannot run here; undefined if they can. CI has Rust. */
function missingRust(): string | undefined {
  if (process.env["CI"] === "true") return undefined;
  try {
    execFileSync("cargo", ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "cargo is missing";
  }
}

/** A block of the README, by the name in the comment before it. */
async function program(name: string): Promise<string> {
  const readme = await readFile(join(kitFolder, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`rust\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no program "${name}"`);
  return block;
}

function cargo(cwd: string, env: Readonly<Record<string, string>>, ...args: readonly string[]): void {
  execFileSync("cargo", args, { cwd, env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "inherit"] });
}

/**
 * An empty project with the README's programs, which uses the crates as they are published: packed and unpacked. They
 * are on no registry yet, so the stubs are taken from their folder, too. Returns where the programs are.
 */
async function buildPrograms(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-crates-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const packages = ["--package", "asyncgate-proto", "--package", "asyncgate"];
  const packed = join(folder, "packed");
  cargo(
    root,
    {},
    "package",
    "--quiet",
    "--locked",
    "--no-verify",
    "--allow-dirty",
    ...packages,
    "--target-dir",
    packed,
  );
  for (const crate of globSync(join(packed, "package/*.crate"))) execFileSync("tar", ["-xzf", crate, "-C", folder]);
  const dependencies = readFileSync(join(kitFolder, "README.md"), "utf8").match(/```toml\n([\s\S]*?)```/)?.[1];
  mkdirSync(join(folder, "src/bin"), { recursive: true });
  for (const name of ["worker", "tasker"]) writeFileSync(join(folder, `src/bin/${name}.rs`), await program(name));
  const { version } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string };
  const manifest = [
    '[package]\nname = "programs"\nversion = "0.0.0"\nedition = "2024"\n',
    dependencies?.replace('{ path = "…/clients/rust" }', `"${version}"`),
    `[patch.crates-io]\nasyncgate = { path = "asyncgate-${version}" }`,
    `asyncgate-proto = { path = "asyncgate-proto-${version}" }\n`,
    "[workspace]\n",
  ];
  writeFileSync(join(folder, "Cargo.toml"), manifest.join("\n"));
  // The versions and the settings with which the dependencies are compiled already.
  cpSync(`${root}Cargo.lock`, join(folder, "Cargo.lock"));
  const target = `${root}.tools/cargo`;
  cargo(folder, { CARGO_TARGET_DIR: target, CARGO_PROFILE_DEV_DEBUG: "line-tables-only" }, "build", "--quiet");
  return join(target, "debug");
}

test("the programs are as short as the README claims", async () => {
  const lines = async (name: string) => (await program(name)).trimEnd().split("\n").length;
  expect(await lines("worker")).toBeLessThanOrEqual(30);
  expect(await lines("tasker")).toBeLessThanOrEqual(10);
});

describe.skipIf(missing)(`the Rust kit${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  test("its own tests pass", async () => {
    const tls = await openTls();
    // Leases that are lost while a test waits for it, and offers that return soon.
    const flags = ["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100", "--offer-accept-ms", "2000"];
    const { server, keys } = await openKit({ flags });
    const tests = spawn("cargo", ["test", "--quiet", "--locked", "--package", "asyncgate", "--features", "otel"], {
      cwd: root,
      env: {
        ...process.env,
        KIT_URL: server.url,
        KIT_TASKER_KEY: keys.tasker,
        KIT_WORKER_KEY: keys.worker,
        KIT_OPERATOR_KEY: keys.operator,
        ...tls,
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
    const passed = [...printed.matchAll(/(\d+) passed; 0 failed; 0 ignored/g)].map(([, count]) => Number(count));
    expect(passed.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(50);
  });

  test("the crates are used by an empty project, and the README's programs run with them, word for word", async () => {
    const [programs, { server, keys, client }] = await Promise.all([buildPrograms(), openKit()]);
    const environment = (key: string) => ({ ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: key });
    const worker = spawn(join(programs, "worker"), [], {
      env: { ...process.env, ...environment(keys.worker) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onTestFinished(() => stop(worker, "SIGKILL"));
    expect(await run(join(programs, "tasker"), [], environment(keys.tasker))).toBe('{"greeting":"Hello, Ada!"}\n');
    const missed = await client.createTask({ type: "count", payload: "/there/is/nothing" });
    expect((await client.awaitTask(missed.taskId)).outcome?.error?.type).toBe("NonRetryable");
    await stop(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
  });

  test("the examples run; the model call is handed over, asks, and ends when it is canceled", async () => {
    cargo(root, {}, "build", "--quiet", "--locked", "--package", "asyncgate", "--examples");
    const examples = `${root}.tools/cargo/debug/examples`;
    const { server, keys, client } = await openKit();
    const environment = (key: string) => ({ ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: key });
    const printed = await run(`${examples}/model_call`, [], environment(keys.operator));
    expect(printed).toMatch(/^stopped after \d+ words: drain\nasked: May this be published\?\n/);
    expect(printed).toMatch(
      /wrote 200 words, published: true\nstreamed \d+ words\nstopped after \d+ words: canceled\n/,
    );
    expect(printed).toMatch(/the second task is TASK_STATE_CANCELED\n$/);
    const worker = spawn(`${examples}/worker`, [], {
      env: { ...process.env, ...environment(keys.worker) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onTestFinished(() => stop(worker, "SIGKILL"));
    expect(await run(`${examples}/tasker`, [], environment(keys.tasker))).toBe('{"greeting":"Hello, Ada!"}\n');
    const primes = await client.createTask({ type: "primes", payload: 10_000 });
    expect(await client.result(primes.taskId)).toBe(1229);
    await stop(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
  });
});
