// Compares only our own pipelines with those of another commit, in full size and without peers:
// node test/bench/pipelines-against-base.ts <commit> [--rounds 5] [--only pipeline_batched]. Servers and loads of both
// alternate on one Postgres.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkOutBase, headRoot, removeBase } from "./base-worktree.ts";
import { startBenchPostgres } from "./bench-postgres.ts";
import { compare, cpuOf, ratioOf } from "./compare.ts";
import type { Contender, Ours } from "./contenders.ts";
import { createReport, tell } from "./measure.ts";

const work = { by: "stream", streams: 2, credits: 1_000 } as const;
const pipelines = {
  pipeline_batched: { create: { batch: 100, callers: 4 }, work, tasks: 40_000 },
  pipeline_unbatched: { create: { batch: 1, callers: 64 }, work, tasks: 20_000 },
};
const warmUp = { tasks: 10_000, runsMax: 6 };

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" }, only: { type: "string" } },
});

async function main(): Promise<void> {
  const [commit] = positionals;
  if (commit === undefined) throw new Error("name the commit to compare with");
  const base = checkOutBase(commit);
  const postgres = await startBenchPostgres();
  try {
    const report = createReport();
    const bench = { postgres, report, smoke: false, rounds: Number(flags.rounds), tell, settings: () => undefined };
    for (const [name, { tasks, ...how }] of Object.entries(pipelines)) {
      if (flags.only !== undefined && flags.only !== name) continue;
      const contenders = [
        await contenderOf(base, `${name}_base`, how),
        await contenderOf(headRoot, `${name}_head`, how),
      ];
      const turns = await compare(bench, contenders, { tasks, warmUp, rounds: bench.rounds });
      report.ratio(`${name}_of_base`, ratioOf(turns, `${name}_head`, `${name}_base`));
      report.ratio(`${name}_of_base_by_cpu`, ratioOf(turns, `${name}_base`, `${name}_head`, cpuOf));
    }
  } finally {
    await postgres.stop();
    removeBase(base);
  }
}

/** With the server and the load of that checkout. */
async function contenderOf(root: string, name: string, how: Omit<Ours, "name">): Promise<Contender> {
  const module = (await import(join(root, "test/bench/contenders.ts"))) as { ours(init: Ours): Contender };
  return module.ours({ name, ...how });
}

await main();
