// What keeping many leases costs the database: rows written while every holder beats once.
import { endConnections, query } from "../bench-postgres.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";
const other = "bench-unary";

export const keepCost: Row = {
  prints: {
    keep_cost: "rows written while every worker beats once, 10,000 live leases over 100 sessions",
  },
  async run(bench) {
    const holders = bench.smoke ? 20 : 100;
    const leasesEach = 100;
    const beats = bench.smoke ? 1 : 3;
    await serving(bench, {}, async ({ databaseUrl, load }) => {
      const measure = async (beat: "beatSessions" | "beatKeepers") => {
        const before = await rowsWritten(databaseUrl);
        for (let beaten = 0; beaten < beats; beaten += 1) await load.ask(beat, undefined as never);
        return ((await rowsWritten(databaseUrl)) - before) / beats;
      };
      await load.ask("create", { queue, tasks: holders * leasesEach, batch: 100, callers: 4 });
      await load.ask("openSessions", { queue, streams: holders, leasesEach });
      bench.report.figure("keep_cost", await measure("beatSessions"), "rows/interval");
      if (bench.smoke) return;
      await load.ask("endSessions", undefined as never);
      await load.ask("create", { queue: other, tasks: holders * leasesEach, batch: 100, callers: 4 });
      await load.ask("keep", { queue: other, streams: holders, leasesEach });
      bench.report.figure("keep_cost_pull", await measure("beatKeepers"), "rows/interval");
    });
  },
};

/** Backends tell what they have written when they feel like it, and at their end at the latest. */
async function rowsWritten(databaseUrl: string): Promise<number> {
  await endConnections(databaseUrl);
  const [row] = await query<{ rows: string }>(
    databaseUrl,
    "select sum(n_tup_ins + n_tup_upd + n_tup_del) as rows from pg_stat_user_tables",
  );
  return Number(row?.rows ?? 0);
}
