// Hundreds of thousands of rows, made inside Postgres, for the tests of plans. They satisfy the constraints of the
// tables but are no history of real tasks, so they are of no use for other tests.
import type pg from "pg";
import { agentRows } from "./plan-agents.ts";
import { nodeRows } from "./plan-nodes.ts";

export const tenantId = "aaaaaaaa-0000-4000-8000-000000000001";
export const sessionId = "aaaaaaaa-0000-4000-8000-00000000000f";
/** There are only a few principals, because a few workers and agents do most of the work. */
export const agent = "agent:0";
export const worker = "worker:0";
export const laneIds = [0, 1, 2, 3, 4] as const;

/** Rows of each of these tables; the others get rows in proportion. */
export type Sizes = {
  readonly ready: number;
  readonly lease: number;
  readonly ended: number;
};

/** The table that a task is in. Part of its id, so that tables never share an id. */
export type Life = "ready" | "lease" | "ended";
const lives: Readonly<Record<Life, number>> = { ready: 1, lease: 2, ended: 3 };

/** Ids as the server makes them, spread over the four weeks from 2025-01-06. */
const idFunction = `
create or replace function plan_id(life integer, number bigint) returns uuid language sql immutable as $$
  select (lpad(to_hex(1736121600000 + (number * 7919993) % 2419200000), 12, '0')
          || '7' || lpad(to_hex(life), 3, '0') || '8' || lpad(to_hex(number), 15, '0'))::uuid
$$`;

/** The lane follows from the number, too: see laneIds. */
export function eligibleTimeSql(number: string): string {
  return `'2025-01-06Z'::timestamptz + ${number} * interval '10 ms'`;
}

export function idSql(life: Life, number: number): string {
  return `plan_id(${lives[life]}, ${number})`;
}

/** Makes the weeks of all ids, and switches autovacuum off so that statistics stay as the test made them. */
export async function prepareTables(client: pg.Client): Promise<void> {
  await client.query(idFunction);
  await client.query("select ensure_partitions('2025-01-06Z', '2025-02-03Z')");
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
     where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname <> 'schema_migration'`,
  );
  for (const { name } of rows) await client.query(`alter table ${name} set (autovacuum_enabled = off)`);
}

/** Adds rows from one size to the next. */
export async function fillTables(client: pg.Client, from: Sizes, to: Sizes): Promise<void> {
  const span = (life: Life) => `generate_series(${from[life] + 1}, ${to[life]}) as i`;
  const hash = "decode(repeat('ab', 32), 'hex')";
  const owner = "'agent:' || i % 3";
  const holder = "'worker:' || i % 3";
  const time = eligibleTimeSql("i");
  const statements = [
    `insert into lane select '${tenantId}', i, 'default', 't' || i, '{}', 5 from generate_series(0, 4) as i
     on conflict do nothing`,
    `insert into ready select '${tenantId}', i % 5, ${time}, plan_id(1, i), 1, 0, 0, 0, 1, 1, ${hash},
       plan_id(1, i), case when i % 100 = 0 then now() + interval '1 hour' end, page_of(plan_id(1, i)),
       case when i % 3 = 1 then 7 when i % 30 = 2 then 9 else 1 end,
       case when i % 3 = 1 then 2 when i % 30 = 2 then 10 else 0 end
       from ${span("ready")}`,
    `insert into lease select '${tenantId}', plan_id(2, i), i % 5, plan_id(2, i), 1,
       case when i % 2 = 0 then '${sessionId}'::uuid end, ${holder}, '', ${owner}, ${owner}, 2, 1, 0, 1, 2, 2, ${hash},
       plan_id(2, i), plan_id(2, i), now(), now() + interval '1 hour' + i * interval '1 s', 60000, 0, null,
       case when i % 100 = 0 then now() + interval '1 hour' end, null, null, null, null, page_of(plan_id(2, i))
       from ${span("lease")}`,
    `insert into ended select '${tenantId}', plan_id(3, i), 4, 1, 0, 1, 1, 3, 3, ${hash}, plan_id(3, i), ${time},
       null, ${time}, '', true, page_of(plan_id(3, i)) from ${span("ended")}`,
    `insert into session
       values ('${tenantId}', '${sessionId}', '${worker}', '', now() + interval '1 hour', 60000, now())
     on conflict do nothing`,
    `insert into session_kind values ('${tenantId}', '${sessionId}', '{default}', '{}', '{}')
     on conflict do nothing`,
    `insert into wait select '${tenantId}', plan_id(1, i),
       case when i % 2 = 0 then now() + interval '1 hour' + i * interval '1 s' end, 1, 1, plan_id(1, i)
       from ${span("ready")} where i % 3 = 1`,
    `insert into condition select '${tenantId}', plan_id(1, i), g, 0, '', plan_id(3, i), 16, true, null, 1, null
       from ${span("ready")} cross join generate_series(0, 2) as g where i % 3 = 1`,
    `insert into question select '${tenantId}', plan_id(1, i), plan_id(1, i), ${holder}, ${owner}, '', now()
       from ${span("ready")} where i % 30 = 2`,
    `insert into task_pause select '${tenantId}', plan_id(1, i), now(), ${owner}, '', null, plan_id(1, i)
       from ${span("ready")} where i % 3 = 1`,
    `insert into child select '${tenantId}', plan_id(1, i), plan_id(1, i / 10 + 1), plan_id(1, i / 1000 + 1), i % 5 = 0
       from ${span("ready")} where i % 3 = 1`,
    `insert into task_name select '${tenantId}', 'name-' || i, plan_id(1, i) from ${span("ready")} where i % 3 = 1`,
    `insert into verifier select '${tenantId}', plan_id(1, i), plan_id(1, i / 9 + 1), array[${owner}],
       case when i % 30 = 1 then plan_id(1, i) end, case when i % 30 = 2 then plan_id(1, i) end
       from ${span("ready")} where i % 3 = 1`,
    `insert into parent_end select '${tenantId}', plan_id(3, i), plan_id(3, i) from ${span("ended")} where i % 30 = 1`,
    `insert into overspent select '${tenantId}', plan_id(3, i) from ${span("ended")} where i % 30 = 1`,
    `insert into condition select '${tenantId}', plan_id(1, i), 3, 0, '', null, 0, false, null, 1, null,
       'news-' || i / 30, 1, i from ${span("ready")} where i % 3 = 1`,
    `insert into signal select '${tenantId}', plan_id(1, i), 'news-' || i / 30, i, ${owner}, null, now(), i % 2 = 0,
       case when i % 4 <> 0 then now() + interval '1 hour' + i * interval '1 s' end
       from ${span("ready")} where i % 3 = 1`,
    `insert into kept_signal select '${tenantId}', 'news-' || i / 30, i, plan_id(1, i), now() + interval '1 hour'
       from ${span("ready")} where i % 3 = 1`,
    `insert into signal_expiry select '${tenantId}', now() + interval '1 hour' + i * interval '1 s', plan_id(1, i)
       from ${span("ready")} where i % 3 = 1`,
    `insert into broadcast select '${tenantId}', 'news-' || i / 30, i, plan_id(1, i)
       from ${span("ready")} where i % 3 = 1`,
    `insert into signal_taken select '${tenantId}', plan_id(1, i), 3, 0, plan_id(1, i)
       from ${span("ready")} where i % 3 = 1`,
    `insert into unresolved_channel select '${tenantId}', 'news-' || i from ${span("ready")} where i % 30 = 1`,
    `insert into held_scope select '${tenantId}', 'repo:' || i / 30 || '/' || i || '/', plan_id(2, i), i % 2 = 0
       from ${span("lease")} where i % 3 = 1`,
    `insert into scope_wait select '${tenantId}', plan_id(1, i), 'repo:' || i / 30 || '/', true,
       'repo:' || i / 30 || '/' || i || '/', plan_id(2, i), ${time}, now(), 'default', null
       from ${span("ready")} where i % 3 = 1`,
    `insert into wanted_scope select '${tenantId}', 'repo:' || i / 30 || '/' || i || '/', plan_id(1, i), ${time}
       from ${span("ready")} where i % 3 = 1`,
    `insert into unresolved_scope select '${tenantId}', plan_id(2, i) from ${span("lease")} where i % 30 = 1`,
    ...agentRows(tenantId, owner, span("ready")),
    ...nodeRows(tenantId, span("ready")),
    `insert into unresolved_end select '${tenantId}', plan_id(3, i) from ${span("ended")} where i % 3 = 1`,
    ...(["ready", "lease", "ended"] as const).flatMap((life) => [
      `insert into task select '${tenantId}', plan_id(${lives[life]}, i), 't', 'default', '{}', ${owner}, ${owner},
         ${time}, '', '', case when i % 3 = 1 then plan_id(${lives[life]}, i / 10 + 1) end,
         case when i % 3 = 1 then plan_id(${lives[life]}, i / 1000 + 1) end,
         case when i % 3 = 1 then 'name-' || i / 30 end from ${span(life)}`,
      `insert into ledger_page select '${tenantId}', week_of(t.id), page_of(t.id), ${time}, null, array[t.id], '{1}',
         array[t.id], '{1}', array[${owner}], array[${owner}], null, '{"{}"}', array[''::bytea], array[${hash}],
         array[${hash}], array[${hash}], '{1}', null, null, null, null
         from ${span(life)} cross join lateral (select plan_id(${lives[life]}, i) as id) t`,
      `insert into ledger_to select '${tenantId}', ${owner}, page_of(t.id), week_of(t.id)
         from ${span(life)} cross join lateral (select plan_id(${lives[life]}, i) as id) t`,
      `insert into idempotency select '${tenantId}', ${owner}, 'key-' || ${lives[life]} || '-' || i,
         plan_id(${lives[life]}, i), ${hash} from ${span(life)}`,
      `insert into request select '${tenantId}', ${owner}, 'call-' || ${lives[life]} || '-' || i, 'CreateTasks',
         ${hash}, '{}', ${time} from ${span(life)} where i % 10 = 0`,
      `insert into note select '${tenantId}', plan_id(${lives[life]}, i), null, 0, null, null
         from ${span(life)} where i % 2 = 0`,
      `insert into output_head select '${tenantId}', plan_id(${lives[life]}, i), f, 'stdout', 20, 0, 0, 1024, 0, false,
         null, false, now(), now() from ${span(life)} cross join generate_series(1, 2) as f where i % 3 = 1`,
      `insert into output_piece
         select '${tenantId}', plan_id(${lives[life]}, i), f, 'stdout', at, at + 10, now(), 'ten bytes!'
         from ${span(life)} cross join generate_series(1, 2) as f cross join generate_series(0, 10, 10) as at
         where i % 3 = 1`,
      `insert into spend select '${tenantId}', plan_id(${lives[life]}, i), unit, 1
         from ${span(life)} cross join unnest('{usd,tokens}'::text[]) as unit where i % 3 = 1`,
      `insert into delivery select '${tenantId}', plan_id(${lives[life]}, i), now() from ${span(life)} where i % 2 = 0`,
      `insert into receipt_link select '${tenantId}', plan_id(${lives[life]}, i), plan_id(${lives[life]}, i + 1)
         from ${span(life)} where i % 10 = 0`,
    ]),
    ...(["ready", "lease"] as const).map(
      (life) => `insert into obligation select '${tenantId}', ${owner}, plan_id(${lives[life]}, i),
         plan_id(${lives[life]}, i) from ${span(life)}`,
    ),
  ];
  for (const statement of statements) await client.query(statement);
}
