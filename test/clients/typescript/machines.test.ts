// The kit's machines, and the commands about them, against a server that executes machines itself: also one that is
// killed meanwhile.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, onTestFinished, test } from "vitest";
import { AsyncGateError, createClient, ErrorReason } from "../../../clients/typescript/src/index.ts";
import { makeDataDir, readKey, startDevServer } from "../../e2e/dev-server.ts";
import { createTestDatabase } from "../../helpers/database.ts";
import { all, kitTimeoutMs, shareKit, startWorker } from "./kit.ts";

const kit = shareKit({ flags: ["--machines", "on"] });
const document = (name: string, type: string) => `
name: ${name}
agents: {one: ${type}}
states:
  work: {type: initial, agent: one, input: {word: "{{ input.word }}"}, transitions: done}
  done: {type: final, output: {said: "{{ output }}"}}
`;

test("every verb of the kit does what it says", { timeout: kitTimeoutMs }, async () => {
  const { client, startWorker: work } = kit();
  const { machines } = client;
  let isBroken = true;
  work({
    handlers: {
      "kit.one": ({ input }: { readonly input: JsonObject }) =>
        isBroken ? { error: { code: "AUTH", message: "no" } } : { output: input["word"] },
    } as never,
  });
  const text = document("kit", "kit.one");
  expect((await machines.validate(text)).valid).toBe(true);
  const put = await machines.put(text);
  expect([put.existed, put.machine?.number]).toEqual([false, 1]);
  expect((await machines.get("kit")).document).toMatchObject({ name: "kit" });
  expect((await all(machines.list())).map(({ name }) => name)).toContain("kit");
  expect(await all(machines.list("kit"))).toHaveLength(1);
  const started = await machines.start({ name: "kit" }, { input: { word: "hi" }, budget: { amounts: { usd: "1" } } });
  await expect(client.result(started.taskId)).rejects.toThrow(/AUTH/);
  expect((await machines.execution(started.taskId))?.error).toMatchObject({ type: "AUTH" });
  isBroken = false;
  const again = await machines.retry(started.taskId, { name: "kit/again" });
  expect(await client.result(again.taskId)).toEqual({ said: "hi" });
  const clone = await machines.clone(started.taskId);
  expect(await client.result(clone.taskId)).toEqual({ said: "hi" });
  const error = await machines.start({ name: "none" }).catch((thrown: unknown) => thrown);
  expect(error instanceof AsyncGateError && error.reason).toBe(ErrorReason.MACHINE_NOT_FOUND);
});

async function command(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const child = spawn(process.execPath, ["src/main.ts", "machine", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const text = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (part: string) => {
      text[name] += part;
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, ...text };
}

describe("asyncgate machine", { timeout: kitTimeoutMs }, () => {
  test("puts, lists, starts, shows, clones and retries, with data on stdout", async () => {
    const { server, keys, startWorker: work } = kit();
    const run = (...args: readonly string[]) =>
      command({ ASYNCGATE_URL: server.url, ASYNCGATE_API_KEY: keys.tasker }, ...args);
    const folder = await mkdtemp(join(tmpdir(), "asyncgate-machines-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, "cli.yaml");
    await writeFile(file, document("cli", "cli.one"));
    expect(await run("put", file)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^cli sha256:\w{64}\n$/) });
    expect((await run("put", file)).stdout).toContain("(kept before)");
    expect((await run("list")).stdout).toMatch(/^cli +1 /m);
    expect(JSON.parse((await run("get", "cli")).stdout)).toMatchObject({ name: "cli" });
    const { stdout } = await run("start", "cli", "--input", '{"word": "hi"}', "--name", "cli/one");
    const taskId = stdout.trim();
    const show = run("show", taskId);
    const another = (await run("start", file, "--input", '{"word": "ho"}', "--budget", '{"usd": "1"}')).stdout.trim();
    const clone = (await run("clone", another)).stdout.trim();
    work({
      handlers: { "cli.one": ({ input }: { readonly input: JsonObject }) => ({ output: input["word"] }) } as never,
    });
    const shown = await show;
    expect(shown.stderr).toBe("");
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`cli ${taskId}: SUCCEEDED, in done`);
    expect(shown.stdout).toContain('output   {"said":"hi"}');
    await expect.poll(async () => (await run("status", clone)).stdout, { timeout: 30_000 }).toContain('{"said":"ho"}');
    expect(JSON.parse((await run("status", taskId, "--json")).stdout)).toMatchObject({ machine: "cli", state: "done" });
    expect(await run("retry", taskId)).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("succeeded"),
    });
    expect(await run("start", "none")).toMatchObject({ code: 1, stderr: expect.stringContaining("MACHINE_NOT_FOUND") });
    expect((await run("start", "a", "b")).code).toBe(2);
  });

  test("schema prints the schema alone", async () => {
    const { code, stdout, stderr } = await command({}, "schema");
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ title: "A machine", $defs: { State: {} } });
  });
});

test("an execution goes on when its server was killed and another one starts", { timeout: kitTimeoutMs }, async () => {
  const dataDir = await makeDataDir();
  const flags = ["--database-url", await createTestDatabase()];
  const first = await startDevServer(dataDir, flags);
  const client = createClient({ endpoint: first.url, key: await readKey(dataDir, "tasker") });
  const { taskId } = await client.machines.start({ document: document("killed", "k.one") }, { input: { word: "hi" } });
  await expect.poll(async () => (await client.machines.execution(taskId))?.tasks.length, { timeout: 20_000 }).toBe(1);
  client.close();
  first.process.kill("SIGKILL");
  await once(first.process, "exit");
  const second = await startDevServer(dataDir, flags);
  startWorker({
    endpoint: second.url,
    key: await readKey(dataDir, "worker"),
    drainOn: [],
    handlers: { "k.one": ({ input }: { readonly input: JsonObject }) => ({ output: input["word"] }) } as never,
  });
  const later = createClient({ endpoint: second.url, key: await readKey(dataDir, "tasker") });
  onTestFinished(() => later.close());
  expect(await later.result(taskId)).toEqual({ said: "hi" });
  expect((await later.machines.execution(taskId))?.tasks).toHaveLength(1);
});
