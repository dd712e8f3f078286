// The ledger as it was stored before it had pages: one row a receipt, with its key and the entries of its indexes. The
// product has no such table any more; the benchmark keeps it, so that the limit that was set as a goal stays the same.
import type { SealedReceipt } from "../../src/core/ledger.ts";
import {
  bigintArray,
  byteaArray,
  integerArray,
  smallintArray,
  textArray,
  uuidArray,
} from "../../src/store/array-parameters.ts";
import { type Encoded, fromTime, type Statement } from "../../src/store/statement.ts";

/** As in the schema of that time, with one partition for all weeks, and under a name that the view leaves free. */
export const createReceiptRow = `
create table receipt_row (
  tenant_id uuid not null,
  chain_id uuid not null,
  sequence integer not null check (sequence >= 1),
  receipt_id uuid not null,
  type smallint not null,
  from_principal text not null,
  to_principal text not null,
  task_id uuid,
  lease_id uuid,
  parents uuid[] not null,
  body bytea not null,
  content_digest bytea not null check (length(content_digest) = 32),
  prev_hash bytea not null check (length(prev_hash) = 32),
  hash bytea not null check (length(hash) = 32),
  task_version bigint not null,
  superseded_by uuid,
  request_id text,
  request_digest bytea,
  create_time timestamptz not null,
  primary key (tenant_id, chain_id, sequence)
) partition by range (chain_id);
create index on receipt_row (tenant_id, receipt_id) where receipt_id is not null;
create index on receipt_row (tenant_id, to_principal, receipt_id) where to_principal is not null;
create index on receipt_row (tenant_id, content_digest) where task_id is null;
create table receipt_row_of_all_weeks partition of receipt_row for values from (minvalue) to (maxvalue);`;

const text = `
insert into receipt_row (tenant_id, chain_id, sequence, receipt_id, type, from_principal, to_principal, task_id,
                         lease_id, parents, body, content_digest, prev_hash, hash, task_version, superseded_by,
                         request_id, request_digest, create_time)
select $1, r.chain_id, r.sequence, r.receipt_id, r.type, r.from_principal, r.to_principal, r.task_id,
       r.lease_id, r.parents::uuid[], r.body, r.content_digest, r.prev_hash, r.hash, r.task_version, r.superseded_by,
       r.request_id, r.request_digest, $2
from unnest($3::uuid[], $4::integer[], $5::uuid[], $6::smallint[], $7::text[], $8::text[], $9::uuid[], $10::uuid[],
            $11::text[], $12::bytea[], $13::bytea[], $14::bytea[], $15::bytea[], $16::bigint[], $17::uuid[],
            $18::text[], $19::bytea[])
  as r(chain_id, sequence, receipt_id, type, from_principal, to_principal, task_id, lease_id, parents, body,
       content_digest, prev_hash, hash, task_version, superseded_by, request_id, request_digest)`;

const statement: Statement = { name: "InsertReceiptRows", text };

/** One statement for all receipts of a transaction, and the rows that it must add. */
export function insertReceiptRows(tenantId: string, now: Date, rows: readonly SealedReceipt[]) {
  const values: Encoded[] = [
    tenantId,
    fromTime(now),
    uuidArray(rows.map((row) => row.chainId)),
    integerArray(rows.map((row) => row.sequence)),
    uuidArray(rows.map((row) => row.receiptId)),
    smallintArray(rows.map((row) => row.type)),
    textArray(rows.map((row) => row.from)),
    textArray(rows.map((row) => row.to)),
    uuidArray(rows.map((row) => row.taskId)),
    uuidArray(rows.map((row) => row.leaseId)),
    textArray(rows.map((row) => `{${row.parents.join(",")}}`)),
    byteaArray(rows.map((row) => row.body)),
    byteaArray(rows.map((row) => row.contentDigest)),
    byteaArray(rows.map((row) => row.prevHash)),
    byteaArray(rows.map((row) => row.hash)),
    bigintArray(rows.map((row) => row.taskVersion)),
    uuidArray(rows.map((row) => row.supersededBy)),
    textArray(rows.map((row) => row.requestId)),
    byteaArray(rows.map((row) => row.requestDigest)),
  ];
  return { statement, values, rows: rows.length };
}
