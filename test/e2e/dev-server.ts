// A real server for end-to-end tests: the program as users start it, in a process and a data directory of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export type DevServer = {
  readonly url: string;
  readonly address: string;
  readonly process: ChildProcess;
  /** Its output on stderr so far. */
  readonly said: () => string;
};

/** Registers what stops a started thing, at the end of the test or of the tests that share it. */
export type AtEnd = (stop: () => Promise<void>) => void;

export async function makeDataDir(atEnd: AtEnd = onTestFinished): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-e2e-"));
  atEnd(() => rm(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** `flags` are further settings: with `--database-url` it starts much faster, on an existing database. */
export async function startDevServer(
  dataDir: string,
  flags: readonly string[] = [],
  atEnd: AtEnd = onTestFinished,
): Promise<DevServer> {
  const child = spawn(process.execPath, ["src/main.ts", "dev", "--data-dir", dataDir, "--port", "0", ...flags], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  atEnd(() => stop(child, "SIGTERM"));
  let said = "";
  const listening = new Promise<string>((resolve, reject) => {
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const url = /AsyncGate listens on (http:\S+)/.exec(said)?.[1];
      if (url) resolve(url);
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
  const url = await listening;
  return { url, address: url.replace("http://", ""), process: child, said: () => said };
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}

export async function readKey(dataDir: string, name: string): Promise<string> {
  const keys = JSON.parse(await readFile(join(dataDir, "dev-keys.json"), "utf8")) as { name: string; key: string }[];
  return keys.find((key) => key.name === name)?.key ?? "";
}

/** Runs a program to its end and returns its stdout. Throws with its stderr when it fails. */
export async function run(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<string> {
  const child = spawn(program, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}:\n${said}`);
  return printed;
}
