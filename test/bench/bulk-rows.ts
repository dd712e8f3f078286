// Millions of tasks beside the measured ones: copies, made inside Postgres, of one task that the engine created. A copy
// can be claimed and read like any other task; only its hashes are those of the original.
import pg from "pg";

export type Bulk = { readonly tenantId: string; readonly taskId: string; readonly count: number };

/** Copied ids lie in the last twelve hours, in the order of their places: older than tasks created while measuring. */
const spanMs = 43_200_000;
/** Rows of one statement: some seconds of work. */
const rowsPerStatement = 100_000;
/** The bits of an id that name its family, so that two families of copies in one database share no id. */
const familyBits = 0xfff;

async function withClient(databaseUrl: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

const idFunction = `
create or replace function pg_temp.copy_id(family integer, kind integer, place bigint, count bigint, until_ms bigint)
returns uuid language sql immutable as $$
  select (lpad(to_hex(until_ms - ${spanMs} + place * ${spanMs} / count), 12, '0') || '7' || lpad(to_hex(family), 3, '0')
          || '8' || lpad(to_hex(kind), 3, '0') || lpad(to_hex(place), 12, '0'))::uuid
$$`;

/** Copies a queued task, with its receipt and its obligation. */
export function copyWaiting(databaseUrl: string, bulk: Bulk, family: number): Promise<void> {
  return copy(databaseUrl, bulk, family, (id, series) => [
    `insert into task select tenant_id, ${id(0)}, type, queue, labels, owner, obligated, create_time, terms, payload
     from task, ${series} where tenant_id = $1 and task_id = $2`,
    `insert into ready select tenant_id, lane_id, eligible_time - interval '12 hours' + i * interval '1 ms',
       ${id(0)}, attempt, lease_losses, deliveries, fence, version, head_sequence, head_hash, ${id(1)}, fail_time
     from ready, ${series} where tenant_id = $1 and task_id = $2`,
    receipts(id, series),
    `insert into obligation select tenant_id, principal, ${id(1)}, ${id(0)}
     from obligation, ${series} where tenant_id = $1 and task_id = $2`,
  ]);
}

/** Copies an ended task, with all its receipts, which are closed. */
export function copyEnded(databaseUrl: string, bulk: Bulk, family: number): Promise<void> {
  return copy(databaseUrl, bulk, family, (id, series) => [
    `insert into task select tenant_id, ${id(0)}, type, queue, labels, owner, obligated, create_time, terms, payload
     from task, ${series} where tenant_id = $1 and task_id = $2`,
    `insert into ended select tenant_id, ${id(0)}, state, attempt, lease_losses, deliveries, fence, version,
       head_sequence, head_hash, ${id(1)}, eligible_time, start_time, end_time, outcome, discharged
     from ended, ${series} where tenant_id = $1 and task_id = $2`,
    receipts(id, series),
  ]);
}

function receipts(id: (kind: number | string) => string, series: string): string {
  return `insert into receipt select tenant_id, ${id(0)}, sequence, ${id("sequence")}, type, from_principal,
      to_principal, ${id(0)}, lease_id, parents, body, content_digest, prev_hash, hash, task_version, superseded_by,
      request_id, request_digest, create_time from receipt, ${series} where tenant_id = $1 and chain_id = $2`;
}

type Statements = (id: (kind: number | string) => string, series: string) => string[];

async function copy(databaseUrl: string, bulk: Bulk, family: number, statements: Statements): Promise<void> {
  if (family > familyBits) throw new Error(`family ${family} does not fit an id`);
  const untilMs = Date.now();
  await withClient(databaseUrl, async (client) => {
    await client.query(idFunction);
    for (let from = 1; from <= bulk.count; from += rowsPerStatement) {
      const until = Math.min(from + rowsPerStatement - 1, bulk.count);
      const series = `generate_series(${from}, ${until}) as i`;
      const id = (kind: number | string) => `pg_temp.copy_id(${family}, ${kind}, i, ${bulk.count}, ${untilMs})`;
      for (const statement of statements(id, series)) await client.query(statement, [bulk.tenantId, bulk.taskId]);
    }
  });
}
