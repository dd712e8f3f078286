// The benchmark: every row, its peers beside it, on one embedded Postgres with durable settings. Ratios and figures go
// to stdout, talk to stderr, everything with the facts of the machine into test/bench/results/. `--only a,b` runs the
// rows that print a or b, `--rounds 1` takes as many turns, `--smoke` runs all in small, `--list` says what there is.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startBenchPostgres } from "./bench-postgres.ts";
import { createReport, machineFacts, tell, writeResults } from "./measure.ts";
import type { Bench, Row } from "./row.ts";
import { claims, obligations } from "./rows/flatness.ts";
import { heldSnapshot } from "./rows/held-snapshot.ts";
import { idleCost } from "./rows/idle-cost.ts";
import { keepCost } from "./rows/keep-cost.ts";
import { latency } from "./rows/latency.ts";
import { memory } from "./rows/memory.ts";
import { batched, unbatched } from "./rows/pipelines.ts";
import { steps } from "./rows/steps.ts";

const rows: readonly Row[] = [
  batched,
  unbatched,
  steps,
  latency,
  claims,
  obligations,
  keepCost,
  idleCost,
  memory,
  heldSnapshot,
];
const resultsFile = fileURLToPath(new URL("./results/bench.json", import.meta.url));

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    smoke: { type: "boolean" },
    list: { type: "boolean" },
    rounds: { type: "string" },
  },
});

async function main(): Promise<void> {
  if (flags.list) {
    for (const row of rows) process.stdout.write(`${row.names.join(" ")}: ${row.about}\n`);
    return;
  }
  const only = new Set(flags.only?.split(",").filter((name) => name !== "") ?? []);
  const known = new Set(rows.flatMap(({ names }) => names));
  const unknown = [...only].filter((name) => !known.has(name));
  if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(", ")}; --list tells which there are`);
  const smoke = flags.smoke ?? false;
  const settings: Record<string, unknown> = {};
  const report = createReport();
  const startedMs = performance.now();
  const postgres = await startBenchPostgres();
  try {
    const bench: Bench = {
      ...{ postgres, report, smoke, only, tell, rounds: flags.rounds ? Number(flags.rounds) : undefined },
      settings: (name, of) => {
        settings[name] = of;
      },
    };
    if (smoke) tell("smoke: small sizes, to see that everything runs; these figures mean nothing");
    for (const row of rows) {
      if (only.size > 0 && !row.names.some((name) => only.has(name))) continue;
      tell(`${row.names.join(", ")}: ${row.about}`);
      await row.run(bench);
    }
  } finally {
    await postgres.stop();
  }
  const tookSeconds = Math.round((performance.now() - startedMs) / 1_000);
  tell(`took ${tookSeconds} s`);
  if (smoke || only.size > 0 || flags.rounds) return;
  const facts = { time: new Date().toISOString(), machine: machineFacts(postgres.version), took_seconds: tookSeconds };
  await writeResults(resultsFile, { bench: "speed", ...facts, settings, results: report.results });
}

await main();
