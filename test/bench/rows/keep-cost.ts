// What keeping many leases costs the database: rows written for one heartbeat of every holder.
import { endConnections, query } from "../bench-postgres.ts";
import type { Row } from "../row.ts";
import { serving } from "../serving.ts";

const queue = "bench";
const other = "bench-unary";

export const keepCost: Row = {
  prints: {
    keep_cost: "rows written for one heartbeat of every worker, 10,000 live leases over 100 sessions",
  },
  async run(bench) {
    const holders = bench.smoke ? 20 : 100;
    const leasesEach = 100;
    const heartbeats = bench.smoke ? 1 : 3;
    await serving(bench, {}, async ({ databaseUrl, load }) => {
      const measure = async (order: "heartbeatSessions" | "heartbeatKeepers") => {
        const before = await rowsWritten(databaseUrl);
        for (let sent = 0; sent < heartbeats; sent += 1) await load.ask(order, undefined as never);
        return ((await rowsWritten(databaseUrl)) - before) / heartbeats;
      };
      await load.ask("create", { queue, tasks: holders * leasesEach, batch: 100, callers: 4 });
      await load.ask("openSessions", { queue, streams: holders, leasesEach });
      bench.report.figure("keep_cost", await measure("heartbeatSessions"), "rows/interval");
      if (bench.smoke) return;
      await load.ask("endSessions", undefined as never);
      await load.ask("create", { queue: other, tasks: holders * leasesEach, batch: 100, callers: 4 });
      await load.ask("keep", { queue: other, streams: holders, leasesEach });
      bench.report.figure("keep_cost_pull", await measure("heartbeatKeepers"), "rows/interval");
    });
  },
};

/** Backends report what they wrote after a delay, and at their end at the latest: so their connections are ended. */
async function rowsWritten(databaseUrl: string): Promise<number> {
  await endConnections(databaseUrl);
  const [row] = await query<{ rows: string }>(
    databaseUrl,
    "select sum(n_tup_ins + n_tup_upd + n_tup_del) as rows from pg_stat_user_tables",
  );
  return Number(row?.rows ?? 0);
}
