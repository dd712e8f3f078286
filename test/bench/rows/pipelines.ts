// Whole pipelines, from the first call that creates a task to the last that settles one, compared with the peers and
// with the limit of the schema.
import { compare, cpuOf, ratioOf, type Turn } from "../compare.ts";
import {
  type Contender,
  graphile,
  limitGranted,
  limitPages,
  limitRows,
  ours,
  pgBoss,
  type River,
  river,
} from "../contenders.ts";
import { riverProgram } from "../river-program.ts";
import type { Bench, Row } from "../row.ts";

const callers = 64;

export const createBatched = { batch: 100, callers: 4 };
const createUnbatched = { batch: 1, callers };
/** In smoke runs one run of a few tasks; a full warm-up has at least two runs. */
const smokeWarmUp = { tasks: 100, runsMax: 1 };
export const batchedWarmUp = { tasks: 10_000, runsMax: 6 };
const unbatchedWarmUp = { tasks: 5_000, runsMax: 6 };

/** Two workers with credits for twice what one frame may carry. */
const stream = { by: "stream", streams: 2, credits: 1_000 } as const;

export const streamBatched = ours({ name: "stream_batched", create: createBatched, work: stream });
/** The caller asks for ids, the worker for tasks without what their lease says. */
const streamBatchedSlim = ours({
  name: "stream_batched_slim",
  create: { ...createBatched, idsOnly: true },
  work: { ...stream, omitHolder: true },
});
export const streamUnbatched = ours({ name: "stream_unbatched", create: createUnbatched, work: stream });
/** The most usual pattern of a caller: `CreateTask`, then `AwaitTask` until its end. */
const createAndWait = ours({
  name: "create_and_wait",
  create: { ...createUnbatched, awaits: true },
  work: stream,
});
const pullBatched = ours({
  name: "pull_batched",
  create: createBatched,
  work: { by: "pull", batch: 100, workers: 6 },
});
/** The settings of its own published benchmark. */
const graphileBatched = graphile({
  name: "graphile_batched",
  add: { batch: 100, callers: 4, pool: 10 },
  run: { concurrentJobs: 24, pool: 10, localQueueSize: 500 },
});
/**
 * The best setting is open. Tried on a busy machine with 3,000 jobs: of 4, 10 and 24 jobs at once, 4 was fastest
 * and took the least processor time, in one round each; in a second series, on a busier machine, 1 and 2 were faster
 * than 4.
 */
const graphilePlain = graphile({
  name: "graphile_plain",
  add: { batch: 1, callers, pool: 10 },
  run: { concurrentJobs: 4, pool: 10 },
});
/**
 * Open too: of batches of 20 to 1,000 with one to four workers, one worker with batches of 500 took the least processor
 * time. Senders with a pool of 4 were a little cheaper than with 10 (1,917 against 1,973 us a job).
 */
const boss = pgBoss({
  name: "pgboss",
  send: { callers, pool: 10 },
  work: { batchSize: 500, localConcurrency: 1, pool: 10 },
});
/** The settings of its own benchmark, with the pool of the others. */
const riverRun = { maxWorkers: 1_000, pool: 10, fetchCooldownMs: 2, fetchPollIntervalMs: 20 };
const riverBatched = { name: "river_batched", add: { batch: 100, callers: 4, pool: 10 }, run: riverRun };
const riverPlain = { name: "river", add: { batch: 1, callers, pool: 10 }, run: riverRun };

export const batched: Row = {
  prints: {
    pipeline_batched:
      "tasks a second over `Work` streams, created by 100, ÷ graphile-worker adding by 100, running batched",
    pipeline_river_batched: "the same ÷ River inserting by 100",
    of_limit: "the same ÷ the same receipts as rows, written by hand-batched SQL without a server",
    of_limit_pages: "the same ÷ what the server writes, receipts in pages, by hand-batched SQL without a server",
    of_limit_granted: "the same ÷ that with each task leased in the transaction that creates it",
    slim_answers: "tasks a second with ids as answers and offers without their holder ÷ with whole tasks",
  },
  async run(bench) {
    const size = bench.smoke
      ? { tasks: 1_000, warmUp: smokeWarmUp, rounds: 1 }
      : { tasks: 20_000, warmUp: batchedWarmUp, rounds: 5 };
    const beside = bench.smoke ? [] : [pullBatched];
    const rivers = riversOf(bench, riverBatched);
    const contenders = [
      streamBatched,
      streamBatchedSlim,
      graphileBatched,
      ...rivers,
      limitRows,
      limitPages,
      limitGranted,
      ...beside,
    ];
    const turns = await compare(bench, contenders, size);
    reportRatio(bench, turns, "pipeline_batched", streamBatched, graphileBatched);
    reportRatio(bench, turns, "slim_answers", streamBatchedSlim, streamBatched);
    for (const one of rivers) reportRatio(bench, turns, "pipeline_river_batched", streamBatched, one);
    reportRatio(bench, turns, "of_limit", streamBatched, limitRows);
    reportRatio(bench, turns, "of_limit_pages", streamBatched, limitPages);
    reportRatio(bench, turns, "of_limit_granted", streamBatched, limitGranted);
  },
};

export const unbatched: Row = {
  prints: {
    pipeline_unbatched:
      "tasks a second over `Work` streams, created by 64 unary callers, ÷ graphile-worker adding and running alike",
    pipeline_pgboss: "the same ÷ pg-boss sending alike",
    pipeline_river: "the same ÷ River inserting alike",
    create_and_wait:
      "tasks a second of 64 callers that each create a task and await its end ÷ of 64 that only create tasks",
  },
  async run(bench) {
    const size = bench.smoke
      ? { tasks: 300, warmUp: smokeWarmUp, rounds: 1 }
      : { tasks: 10_000, warmUp: unbatchedWarmUp, rounds: 3 };
    const rivers = riversOf(bench, riverPlain);
    const turns = await compare(bench, [streamUnbatched, createAndWait, graphilePlain, boss, ...rivers], size);
    reportRatio(bench, turns, "pipeline_unbatched", streamUnbatched, graphilePlain);
    reportRatio(bench, turns, "pipeline_pgboss", streamUnbatched, boss);
    for (const one of rivers) reportRatio(bench, turns, "pipeline_river", streamUnbatched, one);
    reportRatio(bench, turns, "create_and_wait", createAndWait, streamUnbatched);
  },
};

/** River, or nothing where it cannot be built. */
function riversOf(bench: Bench, settings: River): Contender[] {
  const program = riverProgram(bench);
  return program === undefined ? [] : [river(settings, program)];
}

const ofProcesses = (processes: number) =>
  ours({ name: `processes_${processes}`, create: createUnbatched, work: stream, processes });

export const processes: Row = {
  prints: {
    processes_2:
      "tasks a second, created by 64 unary callers, of a server of two processes ÷ of one process; more than 1 needs " +
      "more than two cores, because Postgres and the load run on the same machine",
  },
  async run(bench) {
    const size = bench.smoke
      ? { tasks: 300, warmUp: smokeWarmUp, rounds: 1 }
      : { tasks: 10_000, warmUp: unbatchedWarmUp, rounds: 3 };
    const [one, two] = [ofProcesses(1), ofProcesses(2)];
    reportRatio(bench, await compare(bench, [one, two], size), "processes_2", two, one);
  },
};

/** The ratio of the rates, and the inverse ratio of the processor time per task. */
export function reportRatio(
  bench: Bench,
  turns: ReadonlyMap<string, readonly Turn[]>,
  name: string,
  one: Contender,
  other: Contender,
): void {
  bench.report.ratio(name, ratioOf(turns, one.name, other.name));
  bench.report.ratio(`${name}_by_cpu`, ratioOf(turns, other.name, one.name, cpuOf));
}
