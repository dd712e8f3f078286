// What a job costs on a node: node test/bench/node-jobs.ts [jobs]
// Prints how long one job takes from its creation to its result, how many a node does in a second, what of that is the
// sandbox, and the memory of a supervisor. It starts a server and a node of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "../../clients/typescript/src/index.ts";
import { createDriver, type DriverChoice, findSurroundings } from "../../src/node/sandbox/create-driver.ts";

const count = Number(process.argv[2] ?? 40);
const slots = 4;
const folder = await mkdtemp(join(tmpdir(), "asyncgate-bench-node-"));
await chmod(folder, 0o711);

function start(args: readonly string[], environment: Record<string, string>, pattern: RegExp) {
  const child = spawn(process.execPath, ["src/main.ts", ...args], {
    env: { PATH: process.env["PATH"], TMPDIR: tmpdir(), ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  const found = new Promise<string>((resolve, reject) => {
    child.stderr.on("data", (text: Buffer) => {
      said += text.toString();
      const match = pattern.exec(said);
      if (match) resolve(match[1] ?? "");
    });
    child.once("exit", (code) => reject(new Error(`it ended with ${code}:\n${said}`)));
  });
  return { child, found };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}

const show = (what: string, value: string) => process.stdout.write(`${what.padEnd(44)} ${value}\n`);

const server = start(["dev", "--data-dir", join(folder, "data"), "--port", "0"], {}, /AsyncGate listens on (http:\S+)/);
try {
  const url = await server.found;
  const keys = JSON.parse(await readFile(join(folder, "data", "dev-keys.json"), "utf8")) as {
    readonly name: string;
    readonly key: string;
  }[];
  const keyOf = (name: string) => keys.find((key) => key.name === name)?.key ?? "";
  const scratch = join(folder, "spool");
  const config = join(folder, "node.yaml");
  await writeFile(config, JSON.stringify({ server: url, spool: scratch, slots }));
  const node = start(
    ["node", "run", "--config", config],
    { ASYNCGATE_API_KEY: keyOf("worker") },
    /(the node is ready)/,
  );
  const client = createClient({ endpoint: url, key: keyOf("tasker") });
  try {
    await node.found;
    const run = async (script: string) => {
      const { taskId } = await client.createTask({ type: "node.job", payload: { script } });
      await client.result(taskId);
    };
    await run("true");
    const times: number[] = [];
    for (let job = 0; job < count / 4; job += 1) {
      const fromMs = performance.now();
      await run("true");
      times.push(performance.now() - fromMs);
    }
    show("a job, from its creation to its result, p50", `${Math.round(median(times))} ms`);
    const fromMs = performance.now();
    await Promise.all(Array.from({ length: count }, () => run("true")));
    show(`jobs, ${slots} at once`, `${((count * 1_000) / (performance.now() - fromMs)).toFixed(1)} a second`);
    const sleeping = run("sleep 2");
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const [job = ""] = await readdir(join(scratch, "jobs"));
    const { pid } = JSON.parse(await readFile(join(scratch, "jobs", job, "supervisor.json"), "utf8")) as {
      pid: number;
    };
    const resident = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1];
    show("memory of a supervisor", `${Math.round(Number(resident) / 1_024)} MiB`);
    await sleeping;
  } finally {
    client.close();
    node.child.kill("SIGTERM");
    await once(node.child, "exit");
  }
  for (const choice of [{ name: "bubblewrap", readOnly: [] }, { name: "process" }] satisfies DriverChoice[]) {
    const driver = createDriver(choice, await findSurroundings({ scratch: folder, usersFrom: 200_000 }));
    const times: number[] = [];
    for (let probes = 0; probes < 20; probes += 1) {
      const fromMs = performance.now();
      if ("unavailable" in (await driver.probe())) break;
      times.push(performance.now() - fromMs);
    }
    show(
      `a sandbox of ${choice.name}, tried, p50`,
      times.length === 0 ? "not here" : `${Math.round(median(times))} ms`,
    );
  }
} finally {
  server.child.kill("SIGTERM");
  if (server.child.exitCode === null) await once(server.child, "exit");
  await rm(folder, { recursive: true, force: true });
}
