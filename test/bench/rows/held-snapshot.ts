// Whether the pace stays the same while a transaction is held open elsewhere: Postgres cannot remove the rows that died
// since, and a statement that scans dead rows gets slower and slower.
import pg from "pg";
import { median, warmUpOpened } from "../compare.ts";
import type { Opened } from "../contenders.ts";
import type { Row } from "../row.ts";
import { streamBatched } from "./pipelines.ts";

const warmUpRunsMax = 6;

export const heldSnapshot: Row = {
  prints: {
    held_snapshot: "tasks a second in the 5th minute of a transaction held open elsewhere ÷ in the minute before it",
  },
  async run(bench) {
    const tasks = bench.smoke ? 500 : 10_000;
    const measuredMs = bench.smoke ? 500 : 60_000;
    const heldMs = bench.smoke ? 1_000 : 300_000;
    const databaseUrl = await bench.postgres.freshDatabase();
    const opened = await streamBatched.open(bench.postgres, databaseUrl);
    try {
      await warmUpOpened(
        bench,
        { name: streamBatched.name, databaseUrl, opened },
        { tasks, runsMax: bench.smoke ? 1 : warmUpRunsMax },
      );
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

/** Tasks a second of each run, for at least `ms` milliseconds. */
async function paceFor(opened: Opened, tasks: number, ms: number): Promise<number[]> {
  const paces: number[] = [];
  for (const untilMs = performance.now() + ms; performance.now() < untilMs; ) {
    const { seconds } = await opened.run(tasks);
    paces.push(tasks / seconds);
  }
  return paces;
}

/** The first query takes the snapshot, and the transaction keeps it. */
async function hold(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query("begin isolation level repeatable read");
  await client.query("select count(*) from ready");
  return client;
}
