// What waiting workers cost the database: queries a second, counted on the wire between the server and Postgres.
import { setTimeout as wait } from "node:timers/promises";
import { countQueries, type QueryCounter } from "../count-queries.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";
const workers = 100;

export const idleCost: Row = {
  prints: {
    idle_cost: `database queries a second while ${workers} workers wait on streams`,
    idle_cost_sleepers: "the same while 100,000 tasks sleep until tomorrow as well",
    idle_cost_pull: `the same while ${workers} workers wait in \`ClaimTasks\``,
  },
  async run(bench) {
    const seconds = bench.smoke ? 1 : 20;
    let counter: QueryCounter | undefined;
    const through = async (databaseUrl: string) => {
      counter = await countQueries(databaseUrl);
      return counter.databaseUrl;
    };
    try {
      await serving(bench, { through }, async ({ load }) => {
        const measure = async () => {
          // After the queries that start the waits; what is left is the queries of the loops.
          await wait(bench.smoke ? 500 : 1_000);
          const before = counter?.queries() ?? 0;
          await wait(seconds * 1_000);
          return ((counter?.queries() ?? 0) - before) / seconds;
        };
        if (!bench.smoke) bench.report.figure("idle_cost_nobody", await measure(), "queries/s");
        await load.ask("openSessions", { queue, streams: workers, leasesEach: 0 });
        bench.report.figure("idle_cost", await measure(), "queries/s");
        await load.ask("createSleepers", { queue, tasks: bench.smoke ? 500 : 100_000 });
        bench.report.figure("idle_cost_sleepers", await measure(), "queries/s");
        if (bench.smoke) return;
        await load.ask("endSessions", undefined as never);
        await load.ask("park", { queue, workers });
        bench.report.figure("idle_cost_pull", await measure(), "queries/s");
      });
    } finally {
      await counter?.close();
    }
  },
};
