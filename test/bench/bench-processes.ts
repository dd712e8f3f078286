// The processes of the benchmark: the server as users start it, and helpers that take orders over IPC.
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, rmSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Program } from "../conformance-clients/languages.ts";
import { freePort } from "../helpers/free-port.ts";

export type Keys = { readonly tasker: string; readonly worker: string; readonly operator: string };
export type Server = {
  readonly url: string;
  readonly keys: Keys;
  readonly pid: number;
  stop(): Promise<void>;
};

const program = fileURLToPath(new URL("../../bin/asyncgate", import.meta.url));

/** As quiet as the peers, which log no line per job either. */
const serverFlags = ["--port", "0", "--log-level", "warn"];

export async function startServer(databaseUrl: string, flags: readonly string[] = []): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), "asyncgate-bench-server-"));
  const args = ["dev", "--database-url", databaseUrl, "--data-dir", dataDir, ...serverFlags, ...flags];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  // Runs however this process ends.
  const cleanUp = () => {
    child.kill("SIGKILL");
    rmSync(dataDir, { recursive: true, force: true });
  };
  process.once("exit", cleanUp);
  const url = await listening(child);
  child.stderr?.pipe(createWriteStream(join(dataDir, "server.log")));
  const keys = JSON.parse(await readFile(join(dataDir, "dev-keys.json"), "utf8")) as { name: string; key: string }[];
  const keyOf = (name: string) => keys.find((one) => one.name === name)?.key ?? "";
  return {
    url,
    keys: { tasker: keyOf("tasker"), worker: keyOf("worker"), operator: keyOf("operator") },
    pid: child.pid ?? 0,
    async stop() {
      await end(child, "SIGTERM");
      process.off("exit", cleanUp);
      cleanUp();
    },
  };
}

/** `serve` with so many processes, on a database on which `dev` has made the keys. */
export async function startProcesses(databaseUrl: string, processes: number): Promise<Server> {
  const dev = await startServer(databaseUrl);
  await dev.stop();
  const port = String(await freePort());
  const args = ["serve", "--processes", String(processes), "--database-url", databaseUrl, "--log-level", "warn"];
  const child = spawn(program, [...args, "--port", port], { stdio: ["ignore", "ignore", "inherit"] });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await wait(readyPollMs);
  }
  return {
    url,
    keys: dev.keys,
    pid: child.pid ?? 0,
    async stop() {
      await end(child, "SIGTERM");
      process.off("exit", kill);
    },
  };
}

const readyPollMs = 50;

/** All processes are, or none. */
function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`, { headers: { connection: "close" } }).then(
    ({ ok }) => ok,
    () => false, // it does not listen yet
  );
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr?.setEncoding("utf8").on("data", function hear(text: string) {
      said += text;
      const url = /AsyncGate listens on (http:\S+)/.exec(said)?.[1];
      if (url) {
        child.stderr?.off("data", hear);
        resolve(url);
      }
    });
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${said}`)));
  });
}

/** Orders by name, each with its argument and its answer. */
export type Orders = Readonly<Record<string, (given: never) => Promise<unknown>>>;

export type Helper<Known extends Orders> = {
  readonly pid: number;
  ask<Name extends keyof Known & string>(
    name: Name,
    given: Parameters<Known[Name]>[0],
  ): Promise<Awaited<ReturnType<Known[Name]>>>;
  stop(): Promise<void>;
};

type Order = { readonly id: number; readonly name: string; readonly given: unknown };
type Done = { readonly id: number; readonly answer?: unknown; readonly failure?: string };

/** Starts a file of this folder that calls `takeOrders`. */
export function startHelper<Known extends Orders>(file: string): Helper<Known> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const { ask, take } = ordersFor<Known>(child, file, (order) => void child.send(order));
  child.on("message", (done: Done) => take(done));
  return { pid: child.pid ?? 0, ask, stop: () => end(child, "SIGKILL") };
}

/** Starts a program that takes an order from each line of its input, and answers each with a line. */
export function startProgram<Known extends Orders>(path: string): Helper<Known> {
  const child = spawn(path, { stdio: ["pipe", "pipe", "inherit"] });
  const { ask, take } = ordersFor<Known>(child, path, (order) => void child.stdin.write(`${JSON.stringify(order)}\n`));
  createInterface({ input: child.stdout }).on("line", (line) => take(JSON.parse(line) as Done));
  return { pid: child.pid ?? 0, ask, stop: () => end(child, "SIGKILL") };
}

export type Kit = {
  readonly pid: number;
  command(name: string, given: object): Promise<void>;
  stop(): Promise<void>;
};

/** Starts the driver of a kit. It says nothing of single tasks, which would cost more than the kit does. */
export function startKit({ command, args, env, cwd }: Program): Kit {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env, ASYNCGATE_DRIVER_QUIET: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const kill = () => void child.kill("SIGKILL");
  process.once("exit", kill);
  const answers = createInterface({ input: child.stdout });
  return {
    pid: child.pid ?? 0,
    async command(name, given) {
      const answered = once(answers, "line");
      child.stdin.write(`${JSON.stringify({ id: 1, command: name, ...given })}\n`);
      const [line] = (await answered) as [string];
      const { error } = JSON.parse(line) as { readonly error?: unknown };
      if (error !== undefined) throw new Error(`${command} refused "${name}": ${JSON.stringify(error)}`);
    },
    async stop() {
      process.off("exit", kill);
      await end(child, "SIGKILL");
    },
  };
}

function ordersFor<Known extends Orders>(child: ChildProcess, file: string, send: (order: Order) => void) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let last = 0;
  child.once("exit", (code) => {
    for (const order of waiting.values()) order.reject(new Error(`${file} ended with ${code}`));
  });
  const ask: Helper<Known>["ask"] = (name, given) => {
    const order = Promise.withResolvers<unknown>();
    last += 1;
    waiting.set(last, order);
    send({ id: last, name, given });
    return order.promise as Promise<never>;
  };
  const take = ({ id, answer, failure }: Done) => {
    const order = waiting.get(id);
    waiting.delete(id);
    if (failure === undefined) order?.resolve(answer);
    else order?.reject(new Error(`${file}: ${failure}`));
  };
  return { ask, take };
}

/** In a helper: serves orders until it is killed or its parent disconnects. */
export function takeOrders(orders: Orders): void {
  process.on("message", async ({ id, name, given }: Order) => {
    const done: Done = await Promise.resolve(orders[name]?.(given as never)).then(
      (answer) => ({ id, answer }),
      (error: unknown) => ({ id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
    process.send?.(done);
  });
  process.once("disconnect", () => process.exit());
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill(signal);
  await exited;
}
