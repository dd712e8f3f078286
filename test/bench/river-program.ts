// River's part of the benchmark is a program in Go, which is built when it is needed and left out where Go is missing.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Bench } from "./row.ts";

const installTools = fileURLToPath(new URL("../../.ci/install-tools", import.meta.url));
const program = fileURLToPath(new URL("../../.tools/river/bench-river", import.meta.url));

export type RiverOrders = {
  /** Also makes River's tables. */
  connectToAdd(given: { databaseUrl: string; pool: number }): Promise<void>;
  add(given: { tasks: number; batch: number; callers: number; text: string }): Promise<void>;
  run(given: {
    databaseUrl: string;
    pool: number;
    maxWorkers: number;
    fetchCooldownMs: number;
    fetchPollIntervalMs: number;
  }): Promise<void>;
  startCounting(given: undefined): Promise<void>;
  untilHandled(given: { tasks: number }): Promise<void>;
  stop(given: undefined): Promise<void>;
};

/** The path of the program; undefined, and told, where it cannot be built. Smoke runs are too short to build it. */
export function riverProgram(bench: Bench): string | undefined {
  if (bench.smoke && !existsSync(program)) {
    bench.tell("  River is left out of this smoke run: .ci/install-tools river builds it");
    return undefined;
  }
  if (spawnSync("go", ["version"]).status !== 0) {
    bench.tell("  River is left out: there is no Go on this machine");
    return undefined;
  }
  const built = spawnSync(installTools, ["river"], { encoding: "utf8" });
  if (built.status === 0) return program;
  bench.tell(`  River is left out, because it cannot be built: ${built.stderr}`);
  return undefined;
}
