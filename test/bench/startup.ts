/**
 * `make bench-start`: how long commands take from their start to their end, the median of some, beside Node alone. The
 * server is one of its own; `task get` is a whole call to it.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { makeDataDir, readKey, run, startDevServer } from "../e2e/dev-server.ts";

const program = fileURLToPath(new URL("../../bin/asyncgate", import.meta.url));
const runs = 25;
/** The first ones fill the cache of compiled code. */
const warmUps = 3;

const stops: (() => Promise<void>)[] = [];
const atEnd = (stop: () => Promise<void>) => void stops.push(stop);

function measure(name: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const times: number[] = [];
  for (let number = 0; number < warmUps + runs; number += 1) {
    const start = performance.now();
    const { status, stderr } = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: "utf8" });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    if (number >= warmUps) times.push(performance.now() - start);
  }
  const [median = 0] = times.sort((one, other) => one - other).slice(runs >> 1);
  process.stdout.write(`${name.padEnd(24)} ${median.toFixed(0).padStart(4)} ms, fastest ${times[0]?.toFixed(0)} ms\n`);
}

try {
  const dataDir = await makeDataDir(atEnd);
  const { url } = await startDevServer(dataDir, [], atEnd);
  const env = { ASYNCGATE_URL: url, ASYNCGATE_API_KEY: await readKey(dataDir, "tasker") };
  const taskId = (await run(program, ["task", "create", "greet"], env)).trim();
  measure("node alone", process.execPath, ["-e", "0"]);
  measure("asyncgate --version", program, ["--version"]);
  measure("asyncgate help", program, ["help"]);
  measure("asyncgate task get", program, ["task", "get", taskId], env);
  measure("asyncgate obligations", program, ["obligations"], env);
  measure("asyncgate get-task", program, ["get-task", taskId], env);
} finally {
  for (const stop of stops.reverse()) await stop();
}
