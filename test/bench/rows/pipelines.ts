// Whole pipelines, from the first call that creates a task to the last that settles one, beside the peers and beside
// the limit of the schema.
import { compare, ratioOf } from "../compare.ts";
import { graphile, limit, ours, pgBoss } from "../contenders.ts";
import type { Row } from "../row.ts";

const callers = 64;

const createBatched = { batch: 100, callers: 4 };
const createUnbatched = { batch: 1, callers };
/** Two workers, each with room for what one frame may carry, twice. */
const stream = { by: "stream", streams: 2, credits: 1_000 } as const;

export const streamBatched = ours({ name: "stream_batched", create: createBatched, work: stream });
const streamUnbatched = ours({ name: "stream_unbatched", create: createUnbatched, work: stream });
const pullBatched = ours({
  name: "pull_batched",
  create: createBatched,
  work: { by: "pull", batch: 100, workers: 6 },
});
const graphileBatched = graphile({
  name: "graphile_batched",
  add: { batch: 100, callers: 4, pool: 10 },
  run: { concurrentJobs: 24, pool: 10, localQueueSize: 500 },
});
const graphilePlain = graphile({
  name: "graphile_plain",
  add: { batch: 1, callers, pool: 20 },
  run: { concurrentJobs: 24, pool: 25 },
});
const boss = pgBoss({
  name: "pgboss",
  send: { callers, pool: 20 },
  work: { batchSize: 100, localConcurrency: 4, pool: 10 },
});

export const batched: Row = {
  prints: {
    pipeline_batched:
      "tasks a second over `Work` streams, created by 100, ÷ graphile-worker adding by 100, running batched",
    of_limit: "the same ÷ the same rows written by hand-batched SQL with no server at all",
  },
  async run(bench) {
    const size = bench.smoke ? { tasks: 1_000, warmUp: 300, rounds: 1 } : { tasks: 20_000, warmUp: 4_000, rounds: 5 };
    const turns = await compare(bench, [streamBatched, graphileBatched, pullBatched, limit], size);
    const beside = (other: { readonly name: string }) => ratioOf(turns, streamBatched.name, other.name);
    bench.report.ratio("pipeline_batched", beside(graphileBatched));
    bench.report.ratio("of_limit", beside(limit));
  },
};

export const unbatched: Row = {
  prints: {
    pipeline_unbatched:
      "tasks a second over `Work` streams, created by 64 unary callers, ÷ graphile-worker adding so, running plainly",
    pipeline_pgboss: "the same ÷ pg-boss sending alike",
  },
  async run(bench) {
    const size = bench.smoke ? { tasks: 300, warmUp: 100, rounds: 1 } : { tasks: 10_000, warmUp: 3_000, rounds: 3 };
    const turns = await compare(bench, [streamUnbatched, graphilePlain, boss], size);
    const beside = (other: { readonly name: string }) => ratioOf(turns, streamUnbatched.name, other.name);
    bench.report.ratio("pipeline_unbatched", beside(graphilePlain));
    bench.report.ratio("pipeline_pgboss", beside(boss));
  },
};
