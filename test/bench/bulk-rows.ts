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
       ${id(0)}, attempt, lease_losses, deliveries, fence, version, head_sequence, head_hash, ${id(1)}, fail_time,
       page_of(${id("head_sequence")})
     from ready, ${series} where tenant_id = $1 and task_id = $2`,
    ...receipts(id, series),
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
       head_sequence, head_hash, ${id(1)}, eligible_time, start_time, end_time, outcome, discharged,
       page_of(${id("head_sequence")})
     from ended, ${series} where tenant_id = $1 and task_id = $2`,
    ...receipts(id, series),
  ]);
}

/** Each receipt of a copy has a page of its own. */
function receipts(id: (kind: number | string) => string, series: string): string[] {
  const copied = (columns: string) =>
    `select ${columns} from receipt, ${series} where tenant_id = $1 and chain_id = $2
       and week = week_of($2) and page_id in (select pages_of($1, $2, 0))`;
  return [
    `insert into ledger_page ${copied(`tenant_id, week_of(${id(0)}), page_of(${id("sequence")}), create_time, null,
       array[${id(0)}], array[sequence], array[${id("sequence")}], array[type], array[from_principal],
       array[to_principal], array[lease_id], array[parents::text], array[body], array[content_digest],
       array[prev_hash], array[hash], array[task_version], array[superseded_by], array[request_id],
       array[request_digest], array[case when sequence > 1 then page_of(${id("sequence - 1")}) end]`)}`,
    `insert into ledger_to ${copied(`tenant_id, to_principal, page_of(${id("sequence")}), week_of(${id(0)})`)}`,
  ];
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
