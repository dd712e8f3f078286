// Kills servers, schedulers and Postgres, and cuts connections, at moments drawn from a seed, while schedules fire, and
// checks of each schedule that every due run was fired once or skipped and counted. Three schedulers run: the server's
// own, and two processes whose clocks are an hour off. node test/faults/run-schedules.ts [--runs 500] [--seed 1]
import { parseArgs } from "node:util";
import {
  type Client,
  createClient,
  createWorker,
  NonRetryable,
  type Overlap,
} from "../../clients/typescript/src/index.ts";
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { renderTable } from "../../src/cli/table.ts";
import { definitionOf, progressOf } from "../../src/scheduler/rules/stored.ts";
import { createRandom } from "../helpers/draws.ts";
import { healMs, sleep } from "./scenario.ts";
import { faultsOfSchedule, type ScheduleFault } from "./schedule-checks.ts";
import { scheduleVictims, startSchedulers } from "./schedule-system.ts";
import { startSystem } from "./system.ts";

const { values } = parseArgs({ options: { runs: { type: "string" }, seed: { type: "string" } } });
const runsCount = Number(values.runs ?? 500);
const seed = Number(values.seed ?? 1);

/** Schedules that fire at the same time. Each is a run, with parameters of its own. */
const atOnce = 50;
const roundMs = 18_000;
const healingMs = 10_000;
const killsARound = 4;
const workMsMax = 2_500;
const failPart = 0.1;
const overlaps: readonly Overlap[] = ["skip", "buffer-one", "buffer-all", "allow-all"];
const misfires = ["skip", "catch-up-one", "catch-up-all"] as const;

const random = createRandom(seed);
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;

type Run = { readonly id: string; readonly overlap: Overlap; triggers: number; skips: number };
type Tally = { runs: number; fired: number; skipped: number; missed: number; faults: number };

const system = await startSystem();
const schedulers = await startSchedulers(system);
const client = createClient({ endpoint: system.url, key: await system.keyOf("operator"), timeoutMs: healMs });
const tallies = new Map<string, Tally>();
const kills = new Map<string, number>();
let exitCode = 1;
try {
  for (let done = 0; done < runsCount; done += atOnce) {
    await round(done, Math.min(atOnce, runsCount - done));
  }
  exitCode = await conclude();
} finally {
  await schedulers.stop();
  client.close();
  await system.stop();
}
process.exit(exitCode);

async function round(first: number, count: number): Promise<void> {
  const types = Array.from({ length: count }, (_unused, place) => `faults-${seed}-${first + place}`);
  const worker = createWorker({
    endpoint: system.url,
    key: await system.keyOf("worker"),
    slots: 500,
    drainOn: [],
    handlers: Object.fromEntries(types.map((type) => [type, work])),
  });
  worker.run().catch((error: unknown) => process.stderr.write(`faults: the worker gave up: ${error}\n`));
  const runs = await Promise.all(types.map(begin));
  const moments = Array.from({ length: killsARound }, () => random() * roundMs).toSorted((a, b) => a - b);
  const startMs = performance.now();
  const asking = ask(runs, startMs);
  for (const moment of moments) {
    await sleep(Math.max(0, startMs + moment - performance.now()));
    const victim = pick(scheduleVictims);
    kills.set(victim, (kills.get(victim) ?? 0) + 1);
    await schedulers.kill(victim);
  }
  await sleep(Math.max(0, startMs + roundMs - performance.now()));
  await asking;
  await sleep(healingMs);
  const faults = (await Promise.all(runs.map(judge))).flat();
  process.stderr.write(`runs ${first + 1} to ${first + count} of ${runsCount}: ${faults.length} faults\n`);
  for (const { check, text } of faults.slice(0, 20)) process.stderr.write(`  ${check}: ${text}\n`);
  await worker.stop({ withinMs: 5_000 }).catch(() => undefined);
}

async function work(): Promise<null> {
  await sleep(Math.random() * workMsMax);
  if (Math.random() < failPart) throw new NonRetryable("as drawn");
  return null;
}

async function begin(type: string): Promise<Run> {
  const overlap = pick(overlaps);
  const everyMs = (1 + Math.floor(random() * 4)) * 1_000;
  const policies = { keepLastRuns: 100 };
  await client.schedules.create(type, { every: everyMs, task: { type }, overlap, misfire: pick(misfires), policies });
  return { id: type, overlap, triggers: 0, skips: 0 };
}

/** Calls that people make meanwhile. The kit repeats each under its request id until it is answered. */
async function ask(runs: readonly Run[], startMs: number): Promise<void> {
  while (performance.now() - startMs < roundMs * 0.8) {
    const run = pick(runs);
    if (run.overlap === "allow-all") {
      await client.schedules.trigger(run.id);
      run.triggers += 1;
    } else if (run.skips === 0 && performance.now() - startMs < roundMs / 2) {
      await client.schedules.skipNext(run.id);
      run.skips += 1;
    }
    await sleep(200);
  }
}

async function judge(run: Run): Promise<ScheduleFault[]> {
  for (let left = 20; (await client.schedules.pause(run.id)).pending && left > 0; left -= 1) await sleep(500);
  const schedule = await client.schedules.get(run.id);
  if (!schedule) throw new Error(`${run.id} is gone`);
  const tasks = await all(client, { type: run.id });
  const generations = (await all(client, { name: `schedule/${run.id}` })).reverse();
  // A call that waited for a scheduler until now has named a run that is still to come.
  const live = await client.getTask(schedule.taskId);
  const definition = definitionOf(live);
  const toCome = definition ? progressOf(live, definition).skipRuns.length : 0;
  const skips = run.skips - toCome;
  const faults = faultsOfSchedule({ schedule, tasks, generations, triggers: run.triggers, skips });
  await client.schedules.delete(run.id);
  const tally = tallies.get(run.overlap) ?? { runs: 0, fired: 0, skipped: 0, missed: 0, faults: 0 };
  const { skippedOverlap = 0n, skippedByCall = 0n, missed = 0n } = schedule.counts ?? {};
  tally.runs += 1;
  tally.fired += tasks.length;
  tally.skipped += Number(skippedOverlap + skippedByCall);
  tally.missed += Number(missed);
  tally.faults += faults.length;
  tallies.set(run.overlap, tally);
  return faults;
}

async function all(from: Client, filter: Parameters<Client["listTasks"]>[0]): Promise<Task[]> {
  const tasks: Task[] = [];
  for await (const task of from.listTasks(filter)) tasks.push(task);
  return tasks;
}

async function conclude(): Promise<number> {
  const rows = [...tallies].map(([name, { runs, fired, skipped, missed, faults }]) => [
    name,
    ...[runs, fired, skipped, missed, faults].map(String),
  ]);
  for (const line of renderTable(["overlap", "runs", "fired", "skipped", "missed", "faults"], rows)) {
    process.stdout.write(`${line}\n`);
  }
  const killed = [...kills].map(([victim, count]) => `${victim} ${count}`).join(", ");
  process.stdout.write(`killed: ${killed}\n`);
  const { text, isWhole } = await system.checkLedger();
  process.stdout.write(`ledger-check: ${text}\n`);
  const faults = [...tallies.values()].reduce((sum, tally) => sum + tally.faults, 0);
  process.stdout.write(`${runsCount} runs, seed ${seed}: ${faults} faults\n`);
  return isWhole && faults === 0 ? 0 : 1;
}
