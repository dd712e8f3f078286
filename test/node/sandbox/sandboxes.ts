// The sandboxes that this machine can run, as root and as another user, and one way to run a job in each.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DriverChoice } from "../../../src/node/sandbox/create-driver.ts";
import type { Capabilities, SandboxJob } from "../../../src/node/sandbox/driver.ts";
import { imageName, importImage } from "./image.ts";
import type { OneRun, OneRunResult } from "./run-one.ts";

const program = fileURLToPath(new URL("./run-one.ts", import.meta.url));
/** A user that has no files. */
const plainUser = 65_534;
const mebibyte = 1_048_576;

export type Variant = {
  readonly name: string;
  readonly choice: DriverChoice;
  readonly asPlainUser: boolean;
  readonly withoutLimiter: boolean;
  /** What it enforces here. */
  readonly has: Capabilities;
};

type Candidate = Omit<Variant, "has">;

const isRoot = process.getuid?.() === 0;

const choices: readonly DriverChoice[] = [{ name: "process" }, { name: "bubblewrap", readOnly: [] }];

function candidates(): Candidate[] {
  const wrapped = choices.flatMap((choice) => {
    const plain = { choice, asPlainUser: true, withoutLimiter: false, name: `${choice.name} as a plain user` };
    if (!isRoot) return [plain];
    const root = { choice, asPlainUser: false, withoutLimiter: false, name: `${choice.name} as root` };
    return [root, { ...root, withoutLimiter: true, name: `${choice.name} as root, by rlimits alone` }, plain];
  });
  const engines = (["podman", "docker"] as const).map((engine) => ({
    choice: {
      name: "container" as const,
      engine,
      engineArguments: [],
      // As small as a container of a machine with a low bound of its own has to have it.
      runArguments: ["--ulimit", "nproc=4096:4096"],
      probeImage: imageName,
    },
    asPlainUser: false,
    withoutLimiter: false,
    name: engine,
  }));
  return [...wrapped, ...engines];
}

/** Those that work, told by their own probes; what does not is told on stderr, with the reason. */
export async function findVariants(): Promise<Variant[]> {
  const found: Variant[] = [];
  for (const candidate of candidates()) {
    const { choice } = candidate;
    const missing = choice.name === "container" ? await importImage(choice.engine) : undefined;
    if (missing !== undefined) {
      process.stderr.write(`left out: ${candidate.name}: ${missing}\n`);
      continue;
    }
    const { probe } = await inFolder((folder) => runProgram(candidate, folder, {}));
    if (probe && "capabilities" in probe) found.push({ ...candidate, has: probe.capabilities });
    else process.stderr.write(`left out: ${candidate.name}: ${probe?.unavailable ?? "no probe"}\n`);
  }
  return found;
}

export type RunInit = Partial<Omit<SandboxJob, "workspace" | "uid" | "limits" | "command">> &
  Pick<OneRun, "stopAt" | "stopGraceMs" | "withoutWorkspace"> & {
    readonly command: readonly string[];
    readonly limits?: Partial<SandboxJob["limits"]>;
  };

export type Ran = Omit<OneRunResult, "stdout" | "stderr"> & {
  readonly bytes: Uint8Array;
  readonly stdout: string;
  readonly stderr: string;
};

export async function run(variant: Candidate, init: RunInit): Promise<Ran> {
  const { stopAt, stopGraceMs, withoutWorkspace, limits, ...given } = init;
  const job = {
    id: randomUUID(),
    env: { PATH: "/usr/bin:/bin" },
    network: "NONE" as const,
    timeoutMs: 60_000,
    graceMs: 0,
    ...given,
    ...(variant.choice.name === "container" && { image: imageName }),
    limits: { pids: 64, openFiles: 64, workspaceBytes: 8 * mebibyte, ...limits },
  };
  const more = {
    job,
    ...(stopAt !== undefined && { stopAt }),
    ...(stopGraceMs !== undefined && { stopGraceMs }),
    ...(withoutWorkspace !== undefined && { withoutWorkspace }),
  };
  const result = await inFolder((folder) => runProgram(variant, folder, more));
  const bytes = Buffer.from(result.stdout, "base64");
  return { ...result, bytes, stdout: bytes.toString(), stderr: Buffer.from(result.stderr, "base64").toString() };
}

/** Where other users reach it, and on a file system that may be mounted on. */
async function inFolder<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = await mkdtemp("/tmp/asyncgate-sandbox-");
  try {
    await chmod(folder, 0o777);
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runProgram(candidate: Candidate, folder: string, more: Partial<OneRun>): Promise<OneRunResult> {
  const { choice, asPlainUser, withoutLimiter } = candidate;
  const one: OneRun = { choice, folder, withoutLimiter, ...more };
  const node = [process.execPath, program, JSON.stringify(one)];
  const user = [`--reuid=${plainUser}`, `--regid=${plainUser}`, "--clear-groups", "--"];
  const [command = "", ...args] = asPlainUser && isRoot ? ["setpriv", ...user, ...node] : node;
  const child = spawn(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: process.env["PATH"], HOME: folder, TMPDIR: folder, NODE_SECRET: "of the node" },
  });
  let printed = "";
  let said = "";
  child.stdout.on("data", (text: Buffer) => {
    printed += text.toString();
  });
  child.stderr.on("data", (text: Buffer) => {
    said += text.toString();
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`run-one ended with ${code}:\n${said}`);
  return JSON.parse(printed) as OneRunResult;
}

/** Processes of the machine whose command line has this text. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(join("/proc", pid, "cmdline"), "utf8").replaceAll("\0", " ");
      } catch {
        return [];
      }
    })
    .filter((line) => line.includes(text) && !line.includes("run-one.ts"));
}
