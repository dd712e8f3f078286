// The Python kit: its own tests against a real server, and its README with the wheel that is published.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { run, stop } from "../../e2e/dev-server.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { type Kit, openKit } from "../typescript/kit.ts";
import { installTools, kitFolder, missingPython, python } from "./tools.ts";

const missing = missingPython();
/** The first run on a machine downloads the tools. */
const timeout = 600_000;

/** A block of the README, by the name in the comment before it. */
async function program(name: string): Promise<string> {
  const readme = await readFile(join(kitFolder, "README.md"), "utf8");
  const block = new RegExp(`<!-- run: ${name} -->\n\n\`\`\`python\n([\\s\\S]*?)\`\`\``).exec(readme)?.[1];
  if (block === undefined) throw new Error(`the README has no program "${name}"`);
  return block;
}

/** An empty project in which the wheel is installed. Its dependencies are those of the tools. */
async function installWheel(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-wheel-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const runPython = (...args: string[]) =>
    execFileSync(python, args, { cwd: kitFolder, stdio: ["ignore", "ignore", "inherit"] });
  runPython("-m", "hatchling", "build", "--target", "wheel", "--directory", folder);
  const [wheel = ""] = globSync(join(folder, "*.whl"));
  const site = join(folder, "site");
  const flags = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-index", "--target", site];
  runPython("-m", "pip", "install", ...flags, wheel);
  return folder;
}

/** A server with a certificate, which knows clients by theirs; and the files of both, for the kit's tests. */
async function startTls(startAnother: Kit["startAnother"]): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-tls-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const authority = makeAuthority("operator");
  const served = makeCertificate(authority, { subject: "server", names: ["DNS:gate.example.org", "IP:127.0.0.1"] });
  const name = "URI:spiffe://example.org/worker/wanda";
  const client = makeCertificate(authority, { subject: "wanda", names: [name] });
  const files = {
    "ca.pem": authority.certificate,
    "stranger.pem": makeAuthority("operator").certificate,
    "server.pem": served.certificate,
    "server.key": served.key,
    "client.pem": client.certificate,
    "client.key": client.key,
    "rules.json": JSON.stringify([{ name, tenant: "dev", principal: "worker:wanda", roles: ["operator"] }]),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text);
  const { url } = await startAnother([
    ...["--tls-cert-file", join(folder, "server.pem"), "--tls-key-file", join(folder, "server.key")],
    ...["--tls-client-ca-file", join(folder, "ca.pem"), "--client-certificates", join(folder, "rules.json")],
  ]);
  return { KIT_TLS_URL: url.replace("http:", "https:"), KIT_TLS_FOLDER: folder };
}

test("the programs are as short as the README claims", async () => {
  const lines = async (name: string) => (await program(name)).trimEnd().split("\n").length;
  expect(await lines("worker")).toBeLessThanOrEqual(30);
  expect(await lines("tasker")).toBeLessThanOrEqual(10);
});

describe.skipIf(missing)(`the Python kit${missing ? ` (skipped: ${missing})` : ""}`, { timeout }, () => {
  beforeAll(installTools, timeout);

  test("its own tests pass", async () => {
    // Leases that are lost while a test waits for it, and offers that return soon.
    const flags = ["--lease-ttl-min-ms", "1000", "--sweep-interval-ms", "100", "--offer-accept-ms", "2000"];
    const { server, keys, startAnother } = await openKit({ flags });
    const tls = await startTls(startAnother);
    const tests = spawn(python, ["-m", "pytest", "-q", "-n", "4", "-p", "no:cacheprovider"], {
      cwd: kitFolder,
      env: {
        ...process.env,
        PYTHONDONTWRITEBYTECODE: "1",
        KIT_URL: server.url,
        KIT_TASKER_KEY: keys.tasker,
        KIT_WORKER_KEY: keys.worker,
        KIT_OPERATOR_KEY: keys.operator,
        ...tls,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => stop(tests, "SIGTERM"));
    let printed = "";
    tests.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    const [code] = (await once(tests, "close")) as [number | null];
    expect(code, printed).toBe(0);
    expect(printed).toMatch(/\d+ passed/);
    expect(printed).not.toContain("skipped");
  });

  test("the wheel is installed in an empty project, and the README's programs run with it, word for word", async () => {
    const [folder, kit] = await Promise.all([installWheel(), openKit()]);
    for (const name of ["worker", "tasker"]) await writeFile(join(folder, `${name}.py`), await program(name));
    const environment = (key: string) => ({
      ASYNCGATE_URL: kit.server.url,
      ASYNCGATE_API_KEY: key,
      PYTHONPATH: join(folder, "site"),
      PYTHONDONTWRITEBYTECODE: "1",
    });
    // The types come with the wheel, whose stubs import packages that have none.
    const strict = ["--strict", "--ignore-missing-imports", "--no-incremental", "worker.py", "tasker.py"];
    execFileSync(python, ["-m", "mypy", ...strict], {
      cwd: folder,
      env: { ...process.env, MYPYPATH: join(folder, "site") },
      stdio: ["ignore", "ignore", "inherit"],
    });
    const worker = spawn(python, [join(folder, "worker.py")], {
      env: { ...process.env, ...environment(kit.keys.worker) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    onTestFinished(() => stop(worker, "SIGKILL"));
    expect(await run(python, [join(folder, "tasker.py")], environment(kit.keys.tasker))).toBe(
      "{'greeting': 'Hello, Ada!'}\n",
    );
    const missed = await kit.client.createTask({ type: "fetch", payload: { url: `${kit.server.url}/nothing` } });
    expect((await kit.client.awaitTask(missed.taskId)).outcome?.error?.type).toBe("NonRetryable");
    await stop(worker, "SIGTERM");
    expect(worker.exitCode).toBe(0);
  });

  test("the example of a long model call streams, is handed over, asks, and ends when it is canceled", async () => {
    const { server, keys } = await openKit();
    const printed = await run(python, [join(kitFolder, "examples/model_call.py")], {
      ASYNCGATE_URL: server.url,
      ASYNCGATE_API_KEY: keys.operator,
      PYTHONPATH: join(kitFolder, "src"),
      PYTHONDONTWRITEBYTECODE: "1",
    });
    expect(printed).toMatch(/^stopped after (\d+) words: drain\nresumed after \1 words\n/);
    expect(printed).toContain("\nPublish this text? publish or discard\n");
    expect(printed).toContain("\npublished: True; streamed 200 of 200 words\n");
    expect(printed).toMatch(/canceled: the user has left\nthe second task is TASK_STATE_CANCELED\n$/);
  });
});
