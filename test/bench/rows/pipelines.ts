// Whole pipelines, from the first call that creates a task to the last that settles one, beside the peers and beside
// the limit of the schema.
import { compare, ratioOf } from "../compare.ts";
import { graphile, limit, ours, pgBoss } from "../contenders.ts";
import { type Row, wants } from "../row.ts";

const callers = 64;

export const pullBatched = ours({
  name: "pull_batched",
  create: { batch: 100, callers: 4 },
  work: { by: "pull", batch: 100, workers: 6 },
});
const pullUnbatched = ours({
  name: "pull_unbatched",
  create: { batch: 1, callers },
  work: { by: "pull", batch: 100, workers: 4 },
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
  names: ["pipeline_batched", "of_limit"],
  about: "tasks created by 100 and worked off in lists",
  async run(bench) {
    const contenders = [
      pullBatched,
      ...(wants(bench, "pipeline_batched") ? [graphileBatched] : []),
      ...(wants(bench, "of_limit") ? [limit] : []),
    ];
    const size = bench.smoke ? { tasks: 2_000, warmUp: 500, rounds: 1 } : { tasks: 20_000, warmUp: 4_000, rounds: 5 };
    const turns = await compare(bench, contenders, size);
    if (wants(bench, "pipeline_batched")) {
      bench.report.ratio("pull_batched_of_graphile", ratioOf(turns, pullBatched.name, graphileBatched.name));
    }
    if (wants(bench, "of_limit")) {
      bench.report.ratio("pull_batched_of_limit", ratioOf(turns, pullBatched.name, limit.name));
    }
  },
};

export const unbatched: Row = {
  names: ["pipeline_unbatched", "pipeline_pgboss"],
  about: `tasks created one by one by ${callers} callers`,
  async run(bench) {
    const contenders = [
      pullUnbatched,
      ...(wants(bench, "pipeline_unbatched") ? [graphilePlain] : []),
      ...(wants(bench, "pipeline_pgboss") ? [boss] : []),
    ];
    const size = bench.smoke ? { tasks: 1_000, warmUp: 500, rounds: 1 } : { tasks: 10_000, warmUp: 3_000, rounds: 3 };
    const turns = await compare(bench, contenders, size);
    if (wants(bench, "pipeline_unbatched")) {
      bench.report.ratio("pull_unbatched_of_graphile", ratioOf(turns, pullUnbatched.name, graphilePlain.name));
    }
    if (wants(bench, "pipeline_pgboss")) {
      bench.report.ratio("pull_unbatched_of_pgboss", ratioOf(turns, pullUnbatched.name, boss.name));
    }
  },
};
