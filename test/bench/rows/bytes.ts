// What a task of the batched pipeline writes: bytes of write-ahead log, and bytes by which tables grow.

import { analyze, query } from "../bench-postgres.ts";
import { median, warmUpOpened } from "../compare.ts";
import type { Opened } from "../contenders.ts";
import type { Bench, Row } from "../row.ts";
import { streamBatched } from "./pipelines.ts";

export const bytes: Row = {
  prints: {
    wal_bytes: "write-ahead log of a task of the batched pipeline",
    wal_bytes_without_images: "the same without the images of pages that change for the first time after a checkpoint",
    disk_bytes: "growth of tables, indexes and TOAST for a task of the batched pipeline",
  },
  async run(bench) {
    const tasks = bench.smoke ? 1_000 : 20_000;
    const databaseUrl = await bench.postgres.freshDatabase();
    const opened = await streamBatched.open(bench.postgres, databaseUrl);
    try {
      const size = { tasks: tasks / 2, runsMax: bench.smoke ? 1 : warmUpRunsMax };
      await warmUpOpened(bench, { name: streamBatched.name, databaseUrl, opened }, size);
      await analyze(databaseUrl);
      const runs: Written[] = [];
      for (let run = 0; run < (bench.smoke ? 1 : measuredRuns); run += 1) {
        runs.push(await growthOf(databaseUrl, opened, tasks));
      }
      report(bench, runs, tasks);
    } finally {
      await opened.close();
      await bench.postgres.dropDatabase(databaseUrl);
    }
  },
};

const warmUpRunsMax = 3;
const measuredRuns = 3;

/** Every image is counted as a whole page, though Postgres leaves out the empty part of it. */
const pageBytes = 8_192;

/** What has been written up to a moment, or between two. */
type Written = {
  /** Bytes of write-ahead log. */
  readonly wal: number;
  /** Images of whole pages in it. */
  readonly images: number;
  readonly checkpoints: number;
  /** Bytes of each table with its indexes and its TOAST; a partition counts as its parent. */
  readonly tables: Readonly<Record<string, number>>;
};

async function growthOf(databaseUrl: string, opened: Opened, tasks: number): Promise<Written> {
  const before = await writtenIn(databaseUrl);
  await opened.run(tasks);
  const after = await writtenIn(databaseUrl);
  const names = Object.keys(after.tables);
  return {
    wal: after.wal - before.wal,
    images: after.images - before.images,
    checkpoints: after.checkpoints - before.checkpoints,
    tables: Object.fromEntries(names.map((name) => [name, (after.tables[name] ?? 0) - (before.tables[name] ?? 0)])),
  };
}

async function writtenIn(databaseUrl: string): Promise<Written> {
  const [sums] = await query<{ wal: string; images: string; checkpoints: string }>(
    databaseUrl,
    `select pg_current_wal_insert_lsn() - '0/0' as wal, (select wal_fpi from pg_stat_wal) as images,
            (select num_timed + num_requested from pg_stat_checkpointer) as checkpoints`,
  );
  const tables = await query<{ name: string; bytes: string }>(
    databaseUrl,
    `select coalesce(i.inhparent, c.oid)::regclass::text as name, sum(pg_total_relation_size(c.oid)) as bytes
     from pg_class c
     left join pg_inherits i on i.inhrelid = c.oid
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
     group by 1`,
  );
  return {
    wal: Number(sums?.wal),
    images: Number(sums?.images),
    checkpoints: Number(sums?.checkpoints),
    tables: Object.fromEntries(tables.map(({ name, bytes: size }) => [name, Number(size)])),
  };
}

function report(bench: Bench, runs: readonly Written[], tasks: number): void {
  const aTask = (of: (run: Written) => number) => median(runs.map(of)) / tasks;
  const figure = (name: string, value: number) => bench.report.figure(name, value, "bytes/task");
  figure(
    "wal_bytes",
    aTask(({ wal }) => wal),
  );
  figure(
    "wal_bytes_without_images",
    aTask(({ wal, images }) => wal - images * pageBytes),
  );
  figure(
    "disk_bytes",
    aTask(({ tables }) => sumOf(Object.values(tables))),
  );
  const names = Object.keys(runs[0]?.tables ?? {}).sort();
  for (const name of names) {
    const grown = aTask(({ tables }) => tables[name] ?? 0);
    if (grown >= 1) figure(`disk_bytes_of_${name}`, grown);
  }
  const checkpoints = sumOf(runs.map((run) => run.checkpoints));
  bench.tell(`  ${checkpoints} checkpoints, ${sumOf(runs.map(({ images }) => images))} images of pages`);
  bench.settings("bytes", { tasks, runs: runs.length, checkpoints, create: "by 100", work: "stream" });
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
