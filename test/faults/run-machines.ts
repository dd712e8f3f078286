// The failure matrix of machines: executions in the hundreds, while runners die and stall at their effects, and
// servers, Postgres, connections and agents are killed, at moments drawn from a seed. Each execution must come to what
// it comes to undisturbed, with the same calls. Three runners, two servers, agents in two languages.
// node test/faults/run-machines.ts [--runs 100] [--seed 1] [--only "rate limits under retry"]…
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createClient } from "../../clients/typescript/src/index.ts";
import { startExecution } from "../../src/cli/machine/execution.ts";
import { renderTable } from "../../src/cli/table.ts";
import { hasEnded } from "../../src/core/transitions.ts";
import { createRandom } from "../helpers/draws.ts";
import { awaitAll, each } from "./await-all.ts";
import { inputOf, type MatrixRow, machineOf, rows, signalOf, undisturbed } from "./machine-cases.ts";
import { faultsOfMachine, type MachineFault } from "./machine-checks.ts";
import { type MachineHistory, readMachineHistory } from "./machine-history.ts";
import { type Line, type Refusal, readJournal, stepsIn, writePlan } from "./machine-journal.ts";
import { startMachines } from "./machine-system.ts";
import { calls, collect, healMs, sleep } from "./scenario.ts";
import { startSystem } from "./system.ts";

const { values } = parseArgs({
  options: { runs: { type: "string" }, seed: { type: "string" }, only: { type: "string", multiple: true } },
});
const runsCount = Number(values.runs ?? 100);
const seed = Number(values.seed ?? 1);
const chosen = rows.filter(({ name }) => values.only === undefined || values.only.includes(name));

/** Executions that run at the same time. Each is a run. */
const atOnce = 50;
const killsARound = 3;
/** Most of a round's executions are under way for so long. */
const roundMs = 6_000;
const lookEveryMs = 200;
/** For all executions of a round, on a machine that is busy besides. */
const patienceMs = 900_000;

type Tally = {
  runs: number;
  calls: number;
  /** What happened to runners at their effects. */
  deeds: number;
  kills: number;
  /** The kinds of steps that were made, and those at which something happened. */
  readonly places: Set<string>;
  readonly struck: Set<string>;
  /** Steps that were made again, and calls of runners that no longer held the execution. */
  twice: number;
  refused: number;
  lossesMost: number;
  faults: number;
};

const random = createRandom(seed);
const folder = await mkdtemp(join(tmpdir(), "asyncgate-machines-"));
writePlan(folder, { part: 0, deeds: [], seed, atEach: "" });
// Short leases, as executions lose one with each runner. The runner of the servers is another principal, and those of a
// tenant must be one.
const system = await startSystem(["--lease-ttl-min-ms", "500", "--sweep-interval-ms", "250", "--machines", "off"]);
const machines = await startMachines(system, await system.startBeside(), folder);
const client = createClient({ endpoint: system.url, key: await system.keyOf("operator"), timeoutMs: healMs });
const tallies = new Map<string, Tally>();
let exitCode = 1;
try {
  for (const row of chosen) {
    for (let done = 0; done < runsCount; done += atOnce) await round(row, done, Math.min(atOnce, runsCount - done));
  }
  exitCode = await conclude();
} finally {
  client.close();
  await machines.stop();
  await system.stop();
  await rm(folder, { recursive: true, force: true });
}
process.exit(exitCode);

async function round(row: MatrixRow, first: number, many: number): Promise<void> {
  const startMs = performance.now();
  const linesBefore = readJournal(folder).length;
  const machine = await machineOf(row);
  const ids = Array.from({ length: many }, (_unused, place) => `${seed}/${rows.indexOf(row)}/${first + place}`);
  const expected = ids.map((id) => undisturbed(machine, row, id));
  const effects = expected.reduce((sum, one) => sum + one.effects, 0);
  const part = row.deedsARound / Math.max(1, effects);
  writePlan(folder, { part, deeds: row.deeds, seed, atEach: row.isAtEach ? `${row.name}, ${first}` : "" });
  const taskIds = await each(ids, (id) => startExecution(client, machine, inputOf(id)));
  const signals = row.hasSignal ? each(ids.map(signalOf), send) : undefined;
  signals?.catch(() => undefined);
  const kills = await disturb(row);
  await signals;
  const ended = await awaitAll(client, taskIds, patienceMs);
  writePlan(folder, { part: 0, deeds: [], seed, atEach: "" });
  await each(taskIds, untilAllBelowEnded);
  const journal = readJournal(folder);
  const lines = Map.groupBy(stepsIn(journal), ({ taskId }) => taskId);
  const faults = await each(ended, async (task) => {
    const of = expected[taskIds.indexOf(task.taskId)];
    if (!of) throw new Error(`${task.taskId} is none of them`);
    const history = await readMachineHistory(client, task, of, lines.get(task.taskId) ?? []);
    const found = faultsOfMachine(history);
    count(row, history, found.length);
    return found;
  });
  tallyOf(row).kills += kills;
  countLines(row, journal.slice(linesBefore));
  const took = `${((performance.now() - startMs) / 1_000).toFixed(1)} s`;
  say(`${row.name}, runs ${first + 1} to ${first + many} of ${runsCount}, ${took}`, faults.flat());
}

async function send({ channel, payload }: ReturnType<typeof signalOf>): Promise<void> {
  await client.sendSignal(channel, { payload });
}

/** Kills the row's victims at drawn moments, one after the other. */
async function disturb({ victims }: MatrixRow): Promise<number> {
  if (victims.length === 0) return 0;
  const startMs = performance.now();
  const moments = Array.from({ length: killsARound }, () => random() * roundMs).toSorted((a, b) => a - b);
  for (const [at, moment] of moments.entries()) {
    await sleep(Math.max(0, startMs + moment - performance.now()));
    await machines.kill(victims[at % victims.length] ?? "server");
  }
  return moments.length;
}

/** What was launched goes on after the execution, and what it no longer needs is canceled in batches. */
async function untilAllBelowEnded(taskId: string): Promise<void> {
  for (let left = patienceMs / lookEveryMs; left > 0; left -= 1) {
    const below = await collect(client.listTasks({ root: taskId }, calls));
    if (below.every(({ state }) => hasEnded(state))) return;
    await sleep(lookEveryMs);
  }
}

function tallyOf({ name }: MatrixRow): Tally {
  const fresh = { runs: 0, calls: 0, deeds: 0, kills: 0, twice: 0, refused: 0, lossesMost: 0, faults: 0 };
  const tally = tallies.get(name) ?? { ...fresh, places: new Set(), struck: new Set() };
  tallies.set(name, tally);
  return tally;
}

function count(row: MatrixRow, { execution, below }: MachineHistory, faults: number): void {
  const tally = tallyOf(row);
  tally.runs += 1;
  tally.calls += below.length;
  tally.lossesMost = Math.max(tally.lossesMost, execution.task.leaseLosses);
  tally.faults += faults;
}

function countLines(row: MatrixRow, journal: readonly (Line | Refusal)[]): void {
  const tally = tallyOf(row);
  const lines = stepsIn(journal);
  tally.refused += journal.length - lines.length;
  const struck = lines.filter(({ deed }) => deed !== undefined);
  tally.deeds += struck.length;
  tally.twice += lines.length - new Set(lines.map(({ taskId, step }) => `${taskId} ${step}`)).size;
  for (const { place } of lines) tally.places.add(place);
  for (const { place } of struck) tally.struck.add(place);
}

function say(text: string, faults: readonly MachineFault[]): void {
  process.stderr.write(`${text}: ${faults.length} faults\n`);
  for (const fault of faults.slice(0, 10)) process.stderr.write(`  ${fault.check}: ${fault.text.slice(0, 1_000)}\n`);
}

async function conclude(): Promise<number> {
  const lines = [...tallies].map(([name, { places, struck, ...tally }]) => {
    const { runs, calls: made, deeds, kills, twice, refused, lossesMost, faults } = tally;
    const at = `${struck.size} of ${places.size}`;
    return [name, ...[runs, made, deeds].map(String), at, ...[kills, twice, refused, lossesMost, faults].map(String)];
  });
  const heads = [
    "what went on",
    "runs",
    "calls",
    "runners struck",
    "at kinds of step",
    "other kills",
    "steps made twice",
    "late calls refused",
    "most leases lost",
    "faults",
  ];
  for (const line of renderTable(heads, lines)) process.stdout.write(`${line}\n`);
  process.stdout.write(`runners that have ended: ${machines.deaths()}\n`);
  const { text, isWhole } = await system.checkLedger();
  process.stdout.write(`ledger-check: ${text}\n`);
  const all = [...tallies.values()];
  const faults = all.reduce((sum, tally) => sum + tally.faults, 0);
  const runs = all.reduce((sum, tally) => sum + tally.runs, 0);
  process.stdout.write(`${runs} runs, seed ${seed}: ${faults} faults\n`);
  return isWhole && faults === 0 ? 0 : 1;
}
