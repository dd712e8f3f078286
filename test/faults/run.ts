// Kills the server or Postgres, at moments drawn from a seed, while tasks wait, suspend, go on and are canceled, and
// checks that after healing nothing is blocked that should run, nothing ran twice, and the receipts are whole:
// node test/faults/run.ts [--runs 100] [--seed 1] [--only chain]
import { parseArgs } from "node:util";
import { createClient, createWorker, type Worker } from "../../clients/typescript/src/index.ts";
import { renderTable } from "../../src/cli/table.ts";
import { createRandom } from "../helpers/draws.ts";
import { handlers, type Scenario, scenarios } from "./scenarios.ts";
import { type System, startSystem, type Victim, victims } from "./system.ts";
import { awaitAll, judge } from "./verdict.ts";

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string" }, only: { type: "string" } },
});
const runsCount = Number(values.runs ?? 100);
const seed = Number(values.seed ?? 1);
const chosen = scenarios.filter(({ name }) => values.only === undefined || name === values.only);
const healMs = 120_000;
const slots = 50;

type Tally = { runs: number; kills: number; tasks: number; faults: number; slowestMs: number };

const random = createRandom(seed);
const system = await startSystem();
const key = await system.keyOf("operator");
const client = createClient({ endpoint: system.url, key, timeoutMs: healMs });
const endings = new Map<string, number>();
const worker = startWorker();
const tallies = new Map<string, Tally>();
let exitCode = 1;
try {
  const lengths = await measureLengths();
  for (let run = 1; run <= runsCount; run += 1) {
    const scenario = pick(chosen);
    const victim = pick(victims);
    const kills = Array.from({ length: random() < 0.3 ? 2 : 1 }, () => random() * (lengths.get(scenario.name) ?? 0));
    await runOnce(run, scenario, victim, kills);
  }
  exitCode = await conclude(system);
} finally {
  await worker.stop({ withinMs: 5_000 }).catch(() => undefined);
  client.close();
  await system.stop();
}
process.exit(exitCode);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

function startWorker(): Worker {
  const started = createWorker({
    endpoint: system.url,
    key,
    slots,
    handlers,
    drainOn: [],
    onEvent(event) {
      if (event.type !== "settled" || event.ending !== "completed") return;
      endings.set(event.task.taskId, (endings.get(event.task.taskId) ?? 0) + 1);
    },
  });
  started.run().catch((error: unknown) => process.stderr.write(`faults: the worker gave up: ${error}\n`));
  return started;
}

/** How long each scenario lasts undisturbed: the kills fall into that time. */
async function measureLengths(): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (const scenario of chosen) {
    const startMs = performance.now();
    const expected = await scenario.start(client, `seed ${seed}/undisturbed/${scenario.name}`);
    await awaitAll(client, expected, healMs);
    lengths.set(scenario.name, performance.now() - startMs);
  }
  return lengths;
}

async function runOnce(run: number, scenario: Scenario, victim: Victim, kills: readonly number[]): Promise<void> {
  const name = `seed ${seed}/run ${run}`;
  const startMs = performance.now();
  const started = scenario.start(client, name);
  started.catch(() => undefined);
  for (const killMs of kills.toSorted((a, b) => a - b)) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, startMs + killMs - performance.now())));
    await system.kill(victim);
  }
  const killedMs = performance.now();
  const expected = await started;
  const tasks = await awaitAll(client, expected, healMs);
  const healedMs = performance.now() - killedMs;
  const faults = await judge(client, expected, tasks, (taskId) => endings.get(taskId) ?? 0);
  count(`${scenario.name}, ${victim} killed`, kills.length, expected.size, faults.length, healedMs);
  const moments = kills.map((ms) => `${Math.round(ms)} ms`).join(" and ");
  const said = `run ${run} of ${runsCount}: ${scenario.name}, ${victim} killed after ${moments}`;
  process.stderr.write(`${said}, whole again after ${(healedMs / 1_000).toFixed(1)} s: ${faults.length} faults\n`);
  for (const fault of faults.slice(0, 10)) process.stderr.write(`  ${fault}\n`);
}

function count(name: string, kills: number, tasks: number, faults: number, healedMs: number): void {
  const tally = tallies.get(name) ?? { runs: 0, kills: 0, tasks: 0, faults: 0, slowestMs: 0 };
  tally.runs += 1;
  tally.kills += kills;
  tally.tasks += tasks;
  tally.faults += faults;
  tally.slowestMs = Math.max(tally.slowestMs, healedMs);
  tallies.set(name, tally);
}

async function conclude({ checkLedger }: System): Promise<number> {
  const rows = [...tallies].map(([name, { runs, kills, tasks, faults, slowestMs }]) => [
    name,
    ...[runs, kills, tasks].map(String),
    `${(slowestMs / 1_000).toFixed(1)} s`,
    String(faults),
  ]);
  const heads = ["what went on", "runs", "kills", "tasks", "slowest healing", "faults"];
  for (const line of renderTable(heads, rows)) process.stdout.write(`${line}\n`);
  const { text, isWhole } = await checkLedger();
  process.stdout.write(`ledger-check: ${text}\n`);
  const faults = [...tallies.values()].reduce((sum, tally) => sum + tally.faults, 0);
  process.stdout.write(`${runsCount} runs, seed ${seed}: ${faults} faults\n`);
  return isWhole && faults === 0 ? 0 : 1;
}
