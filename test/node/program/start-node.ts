// A node as users start it: a process of its own, with a configuration and a spool of the test.
import { type ChildProcess, spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { clearScratch } from "../../../src/node/jobs/spool.ts";
import { bubblewrapDriver } from "../../../src/node/sandbox/bubblewrap-driver.ts";
import { findSurroundings } from "../../../src/node/sandbox/create-driver.ts";
import { findLimiter } from "../../../src/node/sandbox/find-limiter.ts";
import { signalProcess } from "../../../src/node/sandbox/process-tree.ts";
import { removeWorkspace } from "../../../src/node/sandbox/workspace.ts";
import { stop } from "../../e2e/dev-server.ts";

export type NodeFolder = {
  readonly folder: string;
  readonly spool: string;
  /** Folders of jobs that the spool has. */
  jobs(): Promise<string[]>;
  /** The processes of the supervisors that run. */
  supervisors(): Promise<number[]>;
};

export type TestNode = {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** Of /healthz and /readyz. */
  readonly url: () => string | undefined;
  readonly exited: Promise<number | null>;
};

/** Beneath /tmp: workspaces may be mounted there, and other users pass through. */
export async function makeNodeFolder(): Promise<NodeFolder> {
  const folder = await mkdtemp("/tmp/asyncgate-node-");
  await chmod(folder, 0o711);
  const spool = join(folder, "spool");
  const jobs = async () => await readdir(join(spool, "jobs")).catch(() => []);
  const supervisors = async () => {
    const marks = (await jobs()).map(async (job) => {
      const text = await readFile(join(spool, "jobs", job, "supervisor.json"), "utf8").catch(() => undefined);
      return text === undefined ? [] : [(JSON.parse(text) as { pid: number }).pid];
    });
    return (await Promise.all(marks)).flat();
  };
  onTestFinished(async () => {
    for (const pid of await supervisors()) signalProcess(pid, "SIGKILL");
    const limiter = await findLimiter(process.getuid?.() === 0);
    for (const job of await jobs()) {
      await limiter.sweep(job);
      await removeWorkspace(join(spool, "jobs", job, "workspace"));
    }
    await clearScratch(join(spool, "scratch")).catch(() => {});
    await rm(folder, { recursive: true, force: true });
  });
  return { folder, spool, jobs, supervisors };
}

export type NodeInit = {
  readonly server: string;
  readonly key: string;
  /** Whether the key is a pre-shared one, with which the node registers under its name. */
  readonly isPsk?: boolean;
  /** Lines of YAML, beside those that the test needs. Without a `sandbox` it is the one that works here. */
  readonly config?: string;
  readonly name?: string;
  /** If absent, on any port. */
  readonly listen?: string;
};

export async function startNode(place: NodeFolder, init: NodeInit) {
  const { server, key, isPsk = false, config, name = "node-1", listen = "127.0.0.1:0" } = init;
  const file = join(place.folder, "node.yaml");
  const keyFile = join(place.folder, "key");
  await writeFile(keyFile, `${key}\n`, { mode: 0o600 });
  const lines = [
    `server: ${server}`,
    `${isPsk ? "psk_file" : "key_file"}: ${keyFile}`,
    `name: ${name}`,
    `id: ${name}`,
    `spool: ${place.spool}`,
    `listen: ${listen}`,
    ...(config?.includes("sandbox:") ? [] : [`sandbox: {driver: ${await sandboxHere()}}`]),
    config ?? "",
  ];
  await writeFile(file, lines.join("\n"));
  const child = spawn(process.execPath, ["src/main.ts", "node", "run", "--config", file], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"], SECRET_OF_THE_NODE: "not for jobs" },
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  onTestFinished(() => stop(child, "SIGKILL"));
  const node: TestNode = {
    process: child,
    said: () => said,
    url: () => /"url":"(http:[^"]+)"/.exec(said)?.[1],
    exited: new Promise((resolve) => child.once("exit", resolve)),
  };
  return node;
}

let found: Promise<"bubblewrap" | "process"> | undefined;

/** The one that hides most, of those that work here. */
export function sandboxHere(): Promise<"bubblewrap" | "process"> {
  found ??= find();
  return found;
}

async function find(): Promise<"bubblewrap" | "process"> {
  const scratch = await mkdtemp("/tmp/asyncgate-probe-");
  try {
    await chmod(scratch, 0o711);
    const surroundings = await findSurroundings({ scratch, usersFrom: 230_000 });
    const probe = await bubblewrapDriver(surroundings, { readOnly: [] }).probe();
    if ("capabilities" in probe) return "bubblewrap";
    process.stderr.write(`nodes are tested with the process sandbox: ${probe.unavailable}\n`);
    return "process";
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
