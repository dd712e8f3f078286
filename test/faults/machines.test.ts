// Machines under faults, in short: runners that die and stall at their effects while every machine of the failure
// matrix is executed. `make test-faults-machines` does it at length, and kills servers, Postgres and agents besides.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../clients/typescript/src/index.ts";
import { startExecution } from "../../src/cli/machine/execution.ts";
import { hasEnded } from "../../src/core/transitions.ts";
import { openKit } from "../clients/typescript/kit.ts";
import { seed, times } from "../helpers/random.ts";
import { inputOf, type MatrixRow, machineOf, rows, signalOf, undisturbed } from "./machine-cases.ts";
import { faultsOfMachine } from "./machine-checks.ts";
import { readMachineHistory } from "./machine-history.ts";
import { readJournal, stepsIn, writePlan } from "./machine-journal.ts";
import { keep } from "./machine-system.ts";
import { collect, sleep } from "./scenario.ts";
import { hourMs, wrongClock } from "./schedule-system.ts";

const here = fileURLToPath(new URL("./", import.meta.url));
const runsOfEach = times(2);
/** Of the effects, about so many. Each death is a program that has to be started again. */
const struck = times(10);
const stallMs = 2_000;
const lookEveryMs = 200;
/** For machines that are slow and busy: undisturbed, it is seconds. */
const endMs = 600_000;

type Opened = Awaited<ReturnType<typeof openKit>>;

function program(options: readonly string[], name: string, ...args: string[]) {
  const one = keep(() =>
    spawn(process.execPath, [...options, `${here}${name}`, ...args], { stdio: ["ignore", "ignore", "inherit"] }),
  );
  onTestFinished(() => one.stop());
  return one;
}

async function startPrograms({ server, keys }: Opened) {
  const folder = await mkdtemp(join(tmpdir(), "asyncgate-machines-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  writePlan(folder, { part: 0, deeds: [], seed, atEach: "" });
  const calls = join(folder, "calls");
  await mkdir(calls);
  program([], "machine-worker.ts", server.url, keys.worker, calls, "typescript,python");
  // Their clocks are an hour off, one in each direction: a runner goes by the times of its leases.
  const runners = [hourMs, -hourMs].map((byMs) =>
    program(wrongClock(byMs), "machine-runner.ts", server.url, keys.executor, folder, String(stallMs)),
  );
  return { folder, deaths: () => runners.reduce((sum, runner) => sum + runner.ends(), 0) };
}

test(
  "runners that die or stall at their effects change nothing of what machines come to",
  async () => {
    const kit = await openKit({ flags: ["--lease-ttl-min-ms", "500", "--sweep-interval-ms", "100"] });
    const client = createClient({ endpoint: kit.server.url, key: kit.keys.operator });
    onTestFinished(() => client.close());
    const { folder, deaths } = await startPrograms(kit);
    const documents = new Map(rows.map((row) => [row.document, row]));
    const runs = await Promise.all(
      [...documents.values()].flatMap((row: MatrixRow, place) =>
        Array.from({ length: row.isLoop ? 1 : runsOfEach }, async (_unused, run) => {
          const id = `${seed}/${place}/${run}`;
          const machine = await machineOf(row);
          return { row, id, machine, expected: undisturbed(machine, row, id) };
        }),
      ),
    );
    const effects = runs.reduce((sum, { expected }) => sum + expected.effects, 0);
    const deeds = ["death before", "death behind", "stall before", "stall behind"] as const;
    writePlan(folder, { part: struck / effects, deeds, seed, atEach: "" });
    const started = await Promise.all(
      runs.map(async (run) => ({ ...run, taskId: await startExecution(client, run.machine, inputOf(run.id)) })),
    );
    for (const { row, id } of started) {
      const { channel, payload } = signalOf(id);
      if (row.hasSignal) await client.sendSignal(channel, { payload });
    }
    let lossesMost = 0;
    let twice = 0;
    for (const { row, taskId, expected } of started) {
      while (!hasEnded((await client.awaitTask(taskId)).state));
      while ((await collect(client.listTasks({ root: taskId }))).some(({ state }) => !hasEnded(state))) {
        await sleep(lookEveryMs);
      }
      const task = await client.getTask(taskId);
      const lines = stepsIn(readJournal(folder)).filter((line) => line.taskId === taskId);
      const faults = faultsOfMachine(await readMachineHistory(client, task, expected, lines));
      expect(faults, row.name).toEqual([]);
      lossesMost = Math.max(lossesMost, task.leaseLosses);
      twice += lines.length - new Set(lines.map(({ step }) => step)).size;
    }
    const hit = stepsIn(readJournal(folder)).filter(({ deed }) => deed !== undefined).length;
    console.log(
      `machines: ${started.length} executions, ${hit} effects struck, ${deaths()} runners ended, ` +
        `${twice} steps made twice, at most ${lossesMost} leases lost`,
    );
    expect(hit).toBeGreaterThan(0);
  },
  endMs,
);
