// Whether work goes on at its pace while somebody else holds a transaction open: nothing that dies in the meantime can
// be swept up, and whoever scans what has died gets slower and slower.
import pg from "pg";
import { median } from "../compare.ts";
import type { Opened } from "../contenders.ts";
import type { Row } from "../row.ts";
import { streamBatched } from "./pipelines.ts";

export const heldSnapshot: Row = {
  prints: {
    held_snapshot: "tasks a second in the 5th minute of a transaction that somebody holds ÷ in the minute before it",
  },
  async run(bench) {
    const tasks = bench.smoke ? 500 : 10_000;
    const measuredMs = bench.smoke ? 500 : 60_000;
    const heldMs = bench.smoke ? 1_000 : 300_000;
    const databaseUrl = await bench.postgres.freshDatabase();
    const opened = await streamBatched.open(bench.postgres, databaseUrl);
    try {
      await opened.run(tasks);
      const before = await paceFor(opened, tasks, measuredMs);
      const holder = await hold(databaseUrl);
      const meanwhile = await paceFor(opened, tasks, heldMs - measuredMs);
      const last = await paceFor(opened, tasks, measuredMs);
      await holder.end();
      bench.report.figure("held_snapshot_before", median(before), "tasks/s");
      bench.report.figure("held_snapshot_meanwhile", median(meanwhile), "tasks/s");
      bench.report.figure("held_snapshot_last", median(last), "tasks/s");
      bench.report.ratio("held_snapshot", median(last) / median(before));
    } finally {
      await opened.close();
      await bench.postgres.dropDatabase(databaseUrl);
    }
  },
};

/** Tasks a second, run after run, for so long. */
async function paceFor(opened: Opened, tasks: number, ms: number): Promise<number[]> {
  const paces: number[] = [];
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) {
    const { seconds } = await opened.run(tasks);
    paces.push(tasks / seconds);
  }
  return paces;
}

/** A snapshot is taken by the first question, and kept until the end of the transaction. */
async function hold(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("begin isolation level repeatable read");
  await client.query("select count(*) from ready");
  return client;
}
