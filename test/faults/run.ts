// Kills the server or Postgres, at moments drawn from a seed, while tasks wait, ask, branch, share, signal and are
// canceled, and checks that after healing nothing is blocked that should run, nothing ran twice, and the receipts are
// whole: node test/faults/run.ts [--runs 100] [--seed 1] [--only chain]…
import { parseArgs } from "node:util";
import { createClient, createWorker, type Worker } from "../../clients/typescript/src/index.ts";
import { renderTable } from "../../src/cli/table.ts";
import { createRandom } from "../helpers/draws.ts";
import { type Fault, faultsOf } from "./checks.ts";
import { createWitness, readHistory } from "./history.ts";
import { type Handlers, healMs, type Party, type Scenario, sleep } from "./scenario.ts";
import { handlersOf, scenarios } from "./scenarios.ts";
import { type System, startSystem, type Victim, victims } from "./system.ts";

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string" }, only: { type: "string", multiple: true } },
});
const runsCount = Number(values.runs ?? 100);
const seed = Number(values.seed ?? 1);
const chosen = scenarios.filter(({ name }) => values.only === undefined || values.only.includes(name));
const slots = 50;

type Tally = { runs: number; kills: number; tasks: number; faults: number; slowestMs: number };

const random = createRandom(seed);
const witness = createWitness();
const system = await startSystem();
const clients = await Promise.all(["operator", "tasker"].map(openClient));
const [operator, answerer] = clients as [Party["operator"], Party["answerer"]];
const party: Party = { operator, answerer };
const handlers = handlersOf(witness);
const workers = [await startWorker("operator", handlers.operator), await startWorker("worker", handlers.second)];
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
  await Promise.all(workers.map((worker) => worker.stop({ withinMs: 5_000 }).catch(() => undefined)));
  for (const client of clients) client.close();
  await system.stop();
}
process.exit(exitCode);

function pick<Item>(items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to choose from");
  return item;
}

async function openClient(key: string) {
  return createClient({ endpoint: system.url, key: await system.keyOf(key), timeoutMs: healMs });
}

async function startWorker(key: string, handlers: Handlers): Promise<Worker> {
  const started = createWorker({
    endpoint: system.url,
    key: await system.keyOf(key),
    slots,
    handlers,
    drainOn: [],
    onEvent(event) {
      if (event.type === "settled" && event.ending === "completed") witness.completed(event.task.taskId);
      // A handler that throws because its lease is lost says so by its signal; others are faults, and on record.
      if (event.type === "thrown") process.stderr.write(`  ${event.task.type} ${event.task.taskId}: ${event.error}\n`);
    },
  });
  started.run().catch((error: unknown) => process.stderr.write(`faults: the worker gave up: ${error}\n`));
  return started;
}

/** How long each scenario lasts undisturbed: the kills fall into that time. Also then, all must hold. */
async function measureLengths(): Promise<Map<string, number>> {
  const lengths = new Map<string, number>();
  for (const scenario of chosen) {
    const startMs = performance.now();
    const outcome = await scenario.start(party, `seed ${seed}/undisturbed/${scenario.name}`);
    const history = await readHistory(operator, outcome, witness);
    const lengthMs = performance.now() - startMs;
    lengths.set(scenario.name, lengthMs);
    const faults = faultsOf(history);
    count(`${scenario.name}, undisturbed`, 0, history.tasks.length, faults.length, lengthMs);
    say(`undisturbed: ${scenario.name}, ${(lengthMs / 1_000).toFixed(1)} s`, faults);
  }
  return lengths;
}

async function runOnce(run: number, scenario: Scenario, victim: Victim, kills: readonly number[]): Promise<void> {
  const startMs = performance.now();
  const started = scenario.start(party, `seed ${seed}/run ${run}`);
  started.catch(() => undefined);
  for (const killMs of kills.toSorted((a, b) => a - b)) {
    await sleep(Math.max(0, startMs + killMs - performance.now()));
    await system.kill(victim);
  }
  const killedMs = performance.now();
  const history = await readHistory(operator, await started, witness);
  const healedMs = performance.now() - killedMs;
  const faults = faultsOf(history);
  count(`${scenario.name}, ${victim} killed`, kills.length, history.tasks.length, faults.length, healedMs);
  const moments = kills.map((ms) => `${Math.round(ms)} ms`).join(" and ");
  const said = `run ${run} of ${runsCount}: ${scenario.name}, ${victim} killed after ${moments}`;
  say(`${said}, whole again after ${(healedMs / 1_000).toFixed(1)} s`, faults);
}

function say(text: string, faults: readonly Fault[]): void {
  process.stderr.write(`${text}: ${faults.length} faults\n`);
  for (const fault of faults.slice(0, 10)) process.stderr.write(`  ${fault.check}: ${fault.text}\n`);
}

function count(name: string, kills: number, tasks: number, faults: number, lengthMs: number): void {
  const tally = tallies.get(name) ?? { runs: 0, kills: 0, tasks: 0, faults: 0, slowestMs: 0 };
  tally.runs += 1;
  tally.kills += kills;
  tally.tasks += tasks;
  tally.faults += faults;
  tally.slowestMs = Math.max(tally.slowestMs, lengthMs);
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
