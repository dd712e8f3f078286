// Whole pipelines, from the first call that creates a task to the last that settles one, beside the peers and beside
// the limit of the schema.
import { compare, ratioOf } from "../compare.ts";
import { graphile, limit, ours, pgBoss } from "../contenders.ts";
import { type Row, wants } from "../row.ts";

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
  names: ["pipeline_batched", "pipeline_pull", "of_limit"],
  about: "tasks created by 100 and worked off in lists, over streams and by unary calls",
  async run(bench) {
    const contenders = [
      streamBatched,
      ...(wants(bench, "pipeline_batched") ? [graphileBatched] : []),
      ...(wants(bench, "pipeline_pull") ? [pullBatched] : []),
      ...(wants(bench, "of_limit") ? [limit] : []),
    ];
    const size = bench.smoke ? { tasks: 1_000, warmUp: 300, rounds: 1 } : { tasks: 20_000, warmUp: 4_000, rounds: 5 };
    const turns = await compare(bench, contenders, size);
    const beside = (other: { readonly name: string }) => ratioOf(turns, streamBatched.name, other.name);
    if (wants(bench, "pipeline_batched")) bench.report.ratio("pipeline_batched", beside(graphileBatched));
    if (wants(bench, "of_limit")) bench.report.ratio("of_limit", beside(limit));
  },
};

export const unbatched: Row = {
  names: ["pipeline_unbatched", "pipeline_pgboss"],
  about: `tasks created one by one by ${callers} callers, and worked off over streams`,
  async run(bench) {
    const contenders = [
      streamUnbatched,
      ...(wants(bench, "pipeline_unbatched") ? [graphilePlain] : []),
      ...(wants(bench, "pipeline_pgboss") ? [boss] : []),
    ];
    const size = bench.smoke ? { tasks: 300, warmUp: 100, rounds: 1 } : { tasks: 10_000, warmUp: 3_000, rounds: 3 };
    const turns = await compare(bench, contenders, size);
    const beside = (other: { readonly name: string }) => ratioOf(turns, streamUnbatched.name, other.name);
    if (wants(bench, "pipeline_unbatched")) bench.report.ratio("pipeline_unbatched", beside(graphilePlain));
    if (wants(bench, "pipeline_pgboss")) bench.report.ratio("pipeline_pgboss", beside(boss));
  },
};
