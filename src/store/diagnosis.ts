// What Postgres says of itself, for people who look for a fault. Nothing here needs the server's own tables.
import { performance } from "node:perf_hooks";
import type { Database } from "./pool.ts";
import { affected, one } from "./statement.ts";
import { ask } from "./transaction.ts";

export type Diagnosis = {
  readonly version: string;
  /** 150004 for 15.4. */
  readonly versionNumber: number;
  readonly settings: Readonly<Record<"fsync" | "synchronous_commit" | "full_page_writes", string>>;
  readonly isReplica: boolean;
  readonly connectionsMax: number;
  readonly connections: number;
  /** Of the longest transaction of any database on this Postgres but this one, or 0. */
  readonly oldestTransactionSeconds: number;
  readonly oldestTransactionOf: string;
  /** How far Postgres's clock is before this machine's, give or take half of the round trip. */
  readonly clockAheadMs: number;
  readonly roundTripMs: number;
};

const text = `select
  current_setting('server_version'), current_setting('server_version_num')::int,
  current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
  pg_is_in_recovery(), current_setting('max_connections')::int,
  (select count(*)::int from pg_stat_activity where backend_type = 'client backend'),
  coalesce(oldest.seconds, 0)::float8, coalesce(oldest.who, ''),
  extract(epoch from clock_timestamp())::float8 * 1000
from (select 1) as always left join (
  select extract(epoch from clock_timestamp() - xact_start) as seconds,
    concat_ws(', ', 'pid ' || pid, datname, nullif(application_name, ''), state) as who
  from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid() and backend_type = 'client backend'
  order by xact_start limit 1
) as oldest on true`;

type Row = readonly [string, string, string, string, string, string, string, string, string, string, string];

export async function readDiagnosis(database: Database): Promise<Diagnosis> {
  // A first statement opens the connection, so that the second measures the clock and not the handshake.
  await ask(database, {}, (tx) => tx.query({ name: "", text: "select 1" }, [], affected));
  return await ask(database, {}, async (tx) => {
    const sentMs = performance.timeOrigin + performance.now();
    const row = await tx.query(
      { name: "", text },
      [],
      one((raw: Row) => raw, "diagnosis"),
    );
    const receivedMs = performance.timeOrigin + performance.now();
    const [version, versionNumber, fsync, commit, pages, isReplica, max, open, seconds, who, clockMs] = row;
    return {
      version,
      versionNumber: Number(versionNumber),
      settings: { fsync, synchronous_commit: commit, full_page_writes: pages },
      isReplica: isReplica === "t",
      connectionsMax: Number(max),
      connections: Number(open),
      oldestTransactionSeconds: Number(seconds),
      oldestTransactionOf: who,
      clockAheadMs: Number(clockMs) - (sentMs + receivedMs) / 2,
      roundTripMs: receivedMs - sentMs,
    };
  });
}
