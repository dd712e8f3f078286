// Runs contenders alternately: the machine is shared and noisy, and what disturbs a round disturbs all contenders of
// it. Each turn uses a fresh database and fresh processes, warmed up until their pace stands still.
import { analyze } from "./bench-postgres.ts";
import type { Contender, Opened } from "./contenders.ts";
import { cpuSecondsOfTree } from "./cpu-time.ts";
import type { Bench } from "./row.ts";
import { type WarmUpSize, warmUp, warmUpText } from "./warm-up.ts";

/** One contender's turn. */
export type Turn = {
  readonly perSecond: number;
  readonly parts: Readonly<Record<string, number>>;
  /** Processor time per task of each process and of Postgres, in microseconds. */
  readonly cpuUs: Readonly<Record<string, number>>;
  /** How many tasks ran before the clock started. */
  readonly warmUpTasks: number;
};

export type Size = { readonly tasks: number; readonly warmUp: WarmUpSize; readonly rounds: number };

const microsecondsPerSecond = 1e6;

/** The turns of each contender by its name, in the order of the rounds. */
export async function compare(
  bench: Bench,
  contenders: readonly Contender[],
  size: Size,
): Promise<ReadonlyMap<string, readonly Turn[]>> {
  const turns = new Map<string, Turn[]>(contenders.map(({ name }) => [name, []]));
  const rounds = bench.rounds ?? size.rounds;
  for (let round = 1; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const turn = await takeTurn(bench, contender, size);
      turns.get(contender.name)?.push(turn);
      bench.tell(`  ${contender.name}, round ${round} of ${rounds}: ${Math.round(turn.perSecond)} tasks/s`);
    }
  }
  for (const contender of contenders) report(bench, contender, turns.get(contender.name) ?? []);
  return turns;
}

/** The contender that is warmed up, by its name in what is told. */
export type Warming = { readonly name: string; readonly databaseUrl: string; readonly opened: Opened };

/**
 * Runs until the pace stands still, and returns how many tasks that took. Tables are analyzed before each run as before
 * the measurement: without statistics, our pipeline stands still at two thirds of its pace.
 */
export async function warmUpOpened(bench: Bench, { name, databaseUrl, opened }: Warming, size: WarmUpSize) {
  const warm = await warmUp(size, async (tasks) => {
    await opened.prepare?.(tasks);
    await analyze(databaseUrl);
    return tasks / (await opened.run(tasks)).seconds;
  });
  bench.tell(`  ${name} ${warmUpText(size, warm)}`);
  return size.tasks * warm.paces.length;
}

async function takeTurn(bench: Bench, contender: Contender, { tasks, warmUp }: Size): Promise<Turn> {
  const databaseUrl = await bench.postgres.freshDatabase();
  const opened = await contender.open(bench.postgres, databaseUrl);
  try {
    const warmUpTasks = await warmUpOpened(bench, { name: contender.name, databaseUrl, opened }, warmUp);
    await opened.prepare?.(tasks);
    await analyze(databaseUrl);
    const spent = () => ({
      postgres: bench.postgres.cpuSeconds(),
      ...Object.fromEntries(Object.entries(opened.pids).map(([name, pid]) => [name, cpuSecondsOfTree(pid)])),
    });
    const before: Record<string, number> = spent();
    const { seconds, parts = {} } = await opened.run(tasks);
    const cpuUs = Object.entries(spent()).map(([name, after]) => [
      name,
      ((after - (before[name] ?? 0)) / tasks) * microsecondsPerSecond,
    ]);
    return {
      perSecond: tasks / seconds,
      parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, tasks / part])),
      cpuUs: Object.fromEntries(cpuUs),
      warmUpTasks,
    };
  } finally {
    await opened.close();
    await bench.postgres.dropDatabase(databaseUrl);
  }
}

function report(bench: Bench, { name, settings }: Contender, turns: readonly Turn[]): void {
  bench.settings(name, { ...settings, warm_up_tasks: turns.map(({ warmUpTasks }) => warmUpTasks) });
  bench.report.figure(`${name}_per_second`, median(turns.map((turn) => turn.perSecond)), "tasks/s");
  const [first] = turns;
  for (const part of Object.keys(first?.parts ?? {})) {
    const values = turns.map((turn) => turn.parts[part] ?? 0);
    bench.report.figure(`${name}_${part}_per_second`, median(values), "tasks/s");
  }
  for (const process of Object.keys(first?.cpuUs ?? {})) {
    const values = turns.map((turn) => turn.cpuUs[process] ?? 0);
    bench.report.figure(`${name}_cpu_${process}`, median(values), "us/task");
  }
  bench.report.figure(`${name}_cpu`, median(turns.map(cpuOf)), "us/task");
}

/** The sum over all processes. On a shared machine it is steadier than the duration of a turn. */
export function cpuOf({ cpuUs }: Turn): number {
  return Object.values(cpuUs).reduce((sum, one) => sum + one, 0);
}

/** The median of the ratios within each round, whose turns ran directly after each other. */
export function ratioOf(
  turns: ReadonlyMap<string, readonly Turn[]>,
  one: string,
  other: string,
  of = (turn: Turn) => turn.perSecond,
): number {
  const others = turns.get(other) ?? [];
  const ratios = (turns.get(one) ?? []).map((turn, round) => {
    const beside = others[round];
    return beside ? of(turn) / of(beside) : Number.NaN;
  });
  return median(ratios);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
