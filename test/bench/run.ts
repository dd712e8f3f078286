// The benchmark: every row, with its peers beside it, on one embedded Postgres with durable settings. Ratios and
// figures go to stdout, progress to stderr, and all results with the facts of the machine into test/bench/results/.
// `--only a,b` runs the rows that print a or b, `--rounds 1` sets the number of rounds, `--smoke` runs small sizes,
// `--list` lists the rows. Results of another machine than the kept ones' are only printed; `--replace` keeps them
// instead.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type BenchPostgres, startBenchPostgres } from "./bench-postgres.ts";
import { createReport, machineFacts, tell } from "./measure.ts";
import { type Keeping, openResults, type RowResults } from "./results.ts";
import type { Row } from "./row.ts";
import { allRows } from "./rows.ts";

const resultsFile = fileURLToPath(new URL("./results/bench.json", import.meta.url));

const { values: flags } = parseArgs({
  options: {
    only: { type: "string" },
    smoke: { type: "boolean", default: false },
    list: { type: "boolean" },
    rounds: { type: "string" },
    replace: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  if (flags.list) return list();
  const wanted = rowsNamed(flags.only?.split(",").filter((name) => name !== "") ?? []);
  const postgres = await startBenchPostgres();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void postgres.stop().finally(() => process.exit(1)));
  }
  const rows: RowResults[] = [];
  try {
    const { warning, keep } = await keepingOf(postgres);
    if (warning) tell(warning);
    if (flags.smoke) tell("smoke: small sizes that only show that everything runs; the figures mean nothing");
    for (const row of wanted) {
      rows.push(await runRow(postgres, row));
      // After each row, so that an interrupted run loses nothing.
      await keep(rows);
    }
    if (warning) tell(warning);
  } finally {
    await postgres.stop();
  }
  tell("done");
}

/** Results of short runs are not kept. */
async function keepingOf(postgres: BenchPostgres): Promise<Keeping> {
  if (flags.smoke || flags.rounds !== undefined) return { keep: async () => {} };
  return await openResults(resultsFile, machineFacts(postgres.version), flags.replace);
}

function list(): void {
  for (const { prints } of allRows) {
    for (const [name, what] of Object.entries(prints)) process.stdout.write(`${name}: ${what}\n`);
  }
}

function rowsNamed(names: readonly string[]): readonly Row[] {
  const unknown = names.filter((name) => !allRows.some(({ prints }) => Object.hasOwn(prints, name)));
  if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(", ")}; --list prints all rows`);
  if (names.length === 0) return allRows;
  return allRows.filter(({ prints }) => names.some((name) => Object.hasOwn(prints, name)));
}

async function runRow(postgres: BenchPostgres, row: Row): Promise<RowResults> {
  const settings: Record<string, unknown> = {};
  const report = createReport();
  tell(Object.keys(row.prints).join(", "));
  await row.run({
    postgres,
    report,
    tell,
    smoke: flags.smoke,
    rounds: flags.rounds === undefined ? undefined : Number(flags.rounds),
    settings: (name, of) => {
      settings[name] = of;
    },
  });
  const time = new Date().toISOString();
  return { prints: row.prints, time, settings, results: report.results };
}

await main();
