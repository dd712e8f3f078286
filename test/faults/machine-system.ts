// The system under faults with all that machines need: two servers, three runners, and agents in two languages, each a
// process that comes back by itself when it was killed. The clocks of two runners are an hour off, one in each
// direction: a runner goes by the times of its leases, so it must make no difference.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cutConnections, hourMs, wrongClock } from "./schedule-system.ts";
import { type Beside, end, type System } from "./system.ts";

export type MachineVictim =
  | "server"
  | "second server"
  | "postgres"
  | "connections"
  | "typescript agents"
  | "python agents";

const root = fileURLToPath(new URL("../../", import.meta.url));
const python = `${root}.tools/python-kit/bin/python`;
/** Longer than a lease and the time that an expired one may wait. */
const stallMs = 5_000;

export type MachineSystem = {
  kill(victim: MachineVictim): Promise<void>;
  /** How many runners have ended. */
  readonly deaths: () => number;
  stop(): Promise<void>;
};

/** `folder` is shared by all processes. */
export async function startMachines(system: System, second: Beside, folder: string): Promise<MachineSystem> {
  execFileSync(".ci/install-tools", ["python-kit"], { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const calls = join(folder, "calls");
  await mkdir(calls, { recursive: true });
  const key = await system.keyOf("worker");
  const urls = [system.url, second.url];
  const node = (program: string, ...args: string[]) => spawnQuietly(process.execPath, [`${here}${program}`, ...args]);
  const kept = {
    "typescript agents": keep(() => node("machine-worker.ts", urls.join(","), key, calls)),
    "python agents": keep(() => startPython(urls.toReversed().join(","), key, calls)),
  };
  const executor = await system.keyOf("executor");
  const places = [
    { url: system.url, byMs: 0 },
    { url: second.url, byMs: hourMs },
    { url: system.url, byMs: -hourMs },
  ];
  const runners = places.map(({ url, byMs }) =>
    keep(() =>
      spawnQuietly(process.execPath, [...wrongClock(byMs), runnerProgram, url, executor, folder, String(stallMs)]),
    ),
  );
  return {
    async kill(victim) {
      if (victim === "second server") return await second.kill();
      if (victim === "connections") return await cutConnections(system.databaseUrl);
      if (victim === "server" || victim === "postgres") return await system.kill(victim);
      await kept[victim].kill();
    },
    deaths: () => runners.reduce((sum, runner) => sum + runner.ends(), 0),
    async stop() {
      await Promise.all([...runners, ...Object.values(kept)].map((one) => one.stop()));
    },
  };
}

const here = fileURLToPath(new URL("./", import.meta.url));
const runnerProgram = `${here}machine-runner.ts`;

function startPython(urls: string, key: string, calls: string): ChildProcess {
  return spawnQuietly(python, [`${here}machine_agents.py`, urls, key, calls], {
    PYTHONPATH: `${root}clients/python/src`,
    PYTHONDONTWRITEBYTECODE: "1",
  });
}

/** Programs of Node are started again and again: with their code compiled, a start takes half as long. */
function spawnQuietly(program: string, args: readonly string[], environment = {}): ChildProcess {
  const env = { NODE_COMPILE_CACHE: `${root}.tools/compile-cache`, ...process.env, ...environment };
  return spawn(program, args, { stdio: ["ignore", "ignore", "inherit"], env });
}

type Kept = { kill(): Promise<void>; ends(): number; stop(): Promise<void> };

/** A process that is started again whenever it ends. */
export function keep(start: () => ChildProcess): Kept {
  let current = start();
  let isOver = false;
  let ends = 0;
  const running = (async () => {
    while (!isOver) {
      if (current.exitCode === null && current.signalCode === null) await once(current, "exit");
      if (isOver) return;
      ends += 1;
      current = start();
    }
  })();
  return {
    kill: () => end(current, "SIGKILL"),
    ends: () => ends,
    async stop() {
      isOver = true;
      // One that is stalled takes no other signal.
      await end(current, "SIGKILL");
      await running;
    },
  };
}
