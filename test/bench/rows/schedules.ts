// What schedules cost, and how late they fire: 10,000 that fire every minute, spread over its seconds, carried out by
// the server's own scheduler; and 100,000 that sleep.
import { setTimeout as wait } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import { durationFromMs, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { type Client, createClient } from "../../../clients/typescript/src/index.ts";
import { ScheduleDefinitionSchema, ScheduleOverlap } from "../../../gen/typescript/asyncgate/v1/schedule_pb.ts";
import { percentile } from "../../../src/cli/bench/percentile.ts";
import { scheduleTask } from "../../../src/scheduler/rules/schedule-task.ts";
import { query } from "../bench-postgres.ts";
import { countQueries, type QueryCounter } from "../count-queries.ts";
import type { Bench, Row } from "../row.ts";
import { serving } from "../serving.ts";

const minuteMs = 60_000;
const batch = 500;
const farMs = Date.parse("2099-01-01T00:00:00Z");

export const schedules: Row = {
  prints: {
    schedule_late_p50: "from the run time of a schedule to its task, 10,000 schedules that fire every minute, median",
    schedule_late_p99: "the same, 99th percentile",
    schedule_queries: "database queries for one firing",
    schedule_postgres_cpu: "processor time of Postgres for one firing",
    schedule_sleeping: "database queries a second while 100,000 schedules sleep",
  },
  async run(bench) {
    await counted(bench, async ({ databaseUrl, client, queries }) => {
      await makeSchedules(
        client,
        databaseUrl,
        bench.smoke ? 60 : 10_000,
        "minutely",
        (place) => ({
          interval: [{ every: durationFromMs(minuteMs), phase: durationFromMs((place % 60) * 1_000) }],
        }),
        0.9,
      );
      await wait(bench.smoke ? 1_000 : minuteMs); // each has fired once
      await measureFirings(bench, databaseUrl, queries);
    });
    await counted(bench, async ({ databaseUrl, client, queries }) => {
      const seconds = bench.smoke ? 1 : 20;
      const measure = async () => {
        const before = queries();
        await wait(seconds * 1_000);
        return (queries() - before) / seconds;
      };
      await makeSchedules(client, databaseUrl, 1, "first", sleeping);
      bench.report.figure("schedule_sleeping_one", await measure(), "queries/s");
      await makeSchedules(client, databaseUrl, bench.smoke ? 100 : 100_000, "many", sleeping);
      bench.report.figure("schedule_sleeping", await measure(), "queries/s");
    });
  },
};

type Counted = { readonly databaseUrl: string; readonly client: Client; readonly queries: () => number };

/** A server of its own, whose queries are counted on the wire. */
async function counted(bench: Bench, work: (counted: Counted) => Promise<void>): Promise<void> {
  let counter: QueryCounter | undefined;
  const through = async (databaseUrl: string) => {
    counter = await countQueries(databaseUrl);
    return counter.databaseUrl;
  };
  try {
    await serving(bench, { through }, async ({ databaseUrl, server }) => {
      const client = createClient({ endpoint: server.url, key: server.keys.tasker });
      try {
        await work({ databaseUrl, client, queries: () => counter?.queries() ?? 0 });
      } finally {
        client.close();
      }
    });
  } finally {
    await counter?.close();
  }
}

const sleeping = () => ({ at: [timestampFromMs(farMs)] });

type Spec = NonNullable<Parameters<typeof create<typeof ScheduleDefinitionSchema>>[1]>["spec"];

/** The tasks that schedules are, as ScheduleService makes them, in batches. Resolves when all of them sleep. */
async function makeSchedules(
  { stubs }: Client,
  databaseUrl: string,
  count: number,
  prefix: string,
  specOf: (place: number) => NonNullable<Spec>,
  /** Those that fire at this moment are awake: some hundred, if each fires every minute. */
  asleepShare = 1,
): Promise<void> {
  const policies = { overlap: ScheduleOverlap.ALLOW_ALL, keepLastRuns: 3 };
  for (let from = 0; from < count; from += batch) {
    const requests = Array.from({ length: Math.min(batch, count - from) }, (_unused, place) => {
      const scheduleId = `${prefix}-${from + place}`;
      const action = { type: "bench", queue: "bench" };
      return scheduleTask(
        create(ScheduleDefinitionSchema, { scheduleId, spec: specOf(from + place), action, policies }),
      );
    });
    await stubs.tasks.createTasks({ tasks: requests, idsOnly: true });
  }
  const asleep = async () => {
    const sql =
      "select count(*) as count from wait w join task t using (tenant_id, task_id) where t.type = 'asyncgate.schedule'";
    const [row] = await query<{ count: string }>(databaseUrl, sql);
    return Number(row?.count ?? 0);
  };
  while ((await asleep()) < count * asleepShare) await wait(200);
}

async function measureFirings(
  { postgres, report, smoke }: Bench,
  databaseUrl: string,
  queries: () => number,
): Promise<void> {
  const [fromRow] = await query<{ now: Date }>(databaseUrl, "select now() as now");
  const before = { queries: queries(), cpuS: postgres.cpuSeconds() };
  await wait(smoke ? 3_000 : minuteMs);
  const spent = { queries: queries() - before.queries, cpuS: postgres.cpuSeconds() - before.cpuS };
  const rows = await query<{ late: string }>(
    databaseUrl,
    `select extract(epoch from create_time - (labels->>'run_time')::timestamptz) * 1000 as late
     from task where type = 'bench' and create_time > '${fromRow?.now.toISOString()}'`,
  );
  const late = rows.map((row) => Number(row.late));
  report.figure("schedule_late_p50", percentile(late, 0.5), "ms");
  report.figure("schedule_late_p99", percentile(late, 0.99), "ms");
  report.figure("schedule_firings", late.length, "firings");
  report.figure("schedule_queries", spent.queries / late.length, "queries/firing");
  report.figure("schedule_postgres_cpu", (spent.cpuS * 1_000) / late.length, "ms/firing");
}
