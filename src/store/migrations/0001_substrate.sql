-- The substrate: who may come, what was asked, how it stands, what is on record.
--
-- What changes often lives in narrow tables that rows enter and leave: a task waits in `ready`, is held in `lease`, and
-- rests in `ended`. Where its row is, that is its state. Whoever holds the row's lock may change the task.
-- `tenant_id` leads every key. There are no foreign keys: they would lock parents that everybody writes beside.

-- The directory: read before a tenant is known, so its keys alone do not lead with one.
create table tenant (
  tenant_id uuid primary key,
  name text not null unique,
  create_time timestamptz not null,
  suspend_time timestamptz,
  locatability_mode smallint not null check (locatability_mode in (1, 2)),
  limits jsonb not null default '{}',
  retention_ms bigint check (retention_ms >= 0),
  -- Lease tokens are sealed with it. A token is good only together with the credential it was granted to.
  token_key bytea not null check (length(token_key) = 32)
);

create table api_key (
  key_id text primary key,
  tenant_id uuid not null,
  -- Of a long random secret: a fast digest is enough, and the secret itself is nowhere.
  secret_sha256 bytea not null check (length(secret_sha256) = 32),
  principal text not null,
  roles smallint[] not null,
  label text not null,
  create_time timestamptz not null,
  expire_time timestamptz,
  revoke_time timestamptz,
  last_used_time timestamptz
);
create index api_key_of_tenant on api_key (tenant_id, key_id);

create table principal_seen (
  tenant_id uuid not null,
  principal text not null,
  first_seen_time timestamptz not null,
  last_seen_time timestamptz not null,
  primary key (tenant_id, principal)
);

-- What was asked. Never changes. Split by week of the task's id, so that old weeks are dropped whole.
create table task (
  tenant_id uuid not null,
  task_id uuid not null,
  type text not null,
  queue text not null,
  labels jsonb not null,
  owner text not null,
  obligated text not null,
  create_time timestamptz not null,
  -- The request as the contract's Task, without payload; and the payload. Bytes: nobody looks into what is only kept.
  terms bytea not null,
  payload bytea,
  primary key (tenant_id, task_id)
) partition by range (task_id);
create index task_of_owner on task (tenant_id, owner, task_id);

-- A kind of task that workers tell apart: one queue, type, set of required capabilities and priority. Claims look at
-- lanes first, so that tasks nobody here can do cost nothing to pass by.
create table lane (
  tenant_id uuid not null,
  lane_id bigint not null,
  queue text not null,
  type text not null,
  capabilities text[] not null,
  priority smallint not null check (priority between 0 and 9),
  primary key (tenant_id, lane_id)
);

-- Tasks that wait. Nothing wide: this is what claims scan.
create table ready (
  tenant_id uuid not null,
  lane_id bigint not null,
  eligible_time timestamptz not null,
  task_id uuid not null,
  attempt integer not null check (attempt >= 1),
  lease_losses integer not null check (lease_losses >= 0),
  deliveries integer not null check (deliveries >= 0),
  fence bigint not null check (fence >= 0),
  version bigint not null,
  head_sequence integer not null,
  head_hash bytea not null,
  assigned_receipt_id uuid not null,
  -- When it fails unless it has been leased, or ended. Null for most.
  fail_time timestamptz,
  primary key (tenant_id, lane_id, eligible_time, task_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
create unique index ready_by_task on ready (tenant_id, task_id);
create index ready_by_fail_time on ready (tenant_id, fail_time) where fail_time is not null;

-- A worker's live presence. One row written a beat keeps all leases of the session.
create table session (
  tenant_id uuid not null,
  session_id uuid not null,
  principal text not null,
  instance text not null,
  expire_time timestamptz not null,
  ttl_ms integer not null,
  create_time timestamptz not null,
  primary key (tenant_id, session_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

-- Tasks that are held. The primary key is the first law: at most one lease a task.
create table lease (
  tenant_id uuid not null,
  task_id uuid not null,
  lane_id bigint not null,
  lease_id uuid not null,
  fence bigint not null,
  -- Null while the lease is kept by itself; else the session's time counts.
  session_id uuid,
  worker text not null,
  instance text not null,
  owner text not null,
  obligated text not null,
  state smallint not null check (state in (2, 3)),
  attempt integer not null check (attempt >= 1),
  lease_losses integer not null check (lease_losses >= 0),
  deliveries integer not null check (deliveries >= 1),
  version bigint not null,
  head_sequence integer not null,
  head_hash bytea not null,
  assigned_receipt_id uuid not null,
  accepted_receipt_id uuid not null,
  grant_time timestamptz not null,
  expire_time timestamptz not null,
  ttl_ms integer not null,
  renewals integer not null,
  start_time timestamptz,
  -- When it fails though its lease is renewed, and by which bound (a terminal reason). Null for most.
  fail_time timestamptz,
  fail_reason smallint,
  cancel_principal text,
  cancel_reason text,
  cancel_time timestamptz,
  primary key (tenant_id, task_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);
-- What the worker owes: its open `task.accepted` receipts are its leases.
create index lease_of_worker on lease (tenant_id, worker, accepted_receipt_id);
create index lease_by_expire_time on lease (tenant_id, expire_time) where session_id is null;
create index lease_by_session on lease (tenant_id, session_id) where session_id is not null;
create index lease_by_fail_time on lease (tenant_id, fail_time) where fail_time is not null;
create index lease_by_cancel_time on lease (tenant_id, cancel_time) where cancel_time is not null;

-- What a holder said last. Kept beside the lease so that a new holder finds it.
create table note (
  tenant_id uuid not null,
  task_id uuid not null,
  progress bytea,
  progress_sequence bigint not null,
  checkpoint bytea,
  request_id text,
  primary key (tenant_id, task_id)
) partition by range (task_id);

-- Tasks that have ended.
create table ended (
  tenant_id uuid not null,
  task_id uuid not null,
  state smallint not null check (state in (4, 5, 6)),
  attempt integer not null,
  lease_losses integer not null,
  deliveries integer not null,
  fence bigint not null,
  version bigint not null,
  head_sequence integer not null,
  head_hash bytea not null,
  assigned_receipt_id uuid not null,
  eligible_time timestamptz,
  start_time timestamptz,
  end_time timestamptz not null,
  -- The contract's Outcome.
  outcome bytea not null,
  -- Whether the obligation is closed: false for a success without a locator.
  discharged boolean not null,
  primary key (tenant_id, task_id)
) partition by range (task_id);

-- The ledger. A chain a task; a receipt without a task is a chain of its own.
create table receipt (
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
  -- The holder's or caller's own id of the call that wrote it, and a digest of what it asked: how a repeated call is
  -- known. No part of what the receipt says.
  request_id text,
  request_digest bytea,
  create_time timestamptz not null,
  primary key (tenant_id, chain_id, sequence)
) partition by range (chain_id);
create index receipt_by_id on receipt (tenant_id, receipt_id);
create index receipt_of_recipient on receipt (tenant_id, to_principal, receipt_id);
-- Receipts of no task are few. One that is said twice is found by what it says.
create index receipt_without_task on receipt (tenant_id, content_digest) where task_id is null;

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'receipts are append-only: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger receipt_append_only before update or delete on receipt
  for each row execute function refuse_change();
create trigger receipt_no_truncate before truncate on receipt
  for each statement execute function refuse_change();

-- Links from a receipt to another chain's: how TraceReceipt goes down from one task to the next.
create table receipt_link (
  tenant_id uuid not null,
  parent_receipt_id uuid not null,
  child_receipt_id uuid not null,
  primary key (tenant_id, parent_receipt_id, child_receipt_id)
);

-- When a receipt was first handed out. Telemetry: nothing reads it to decide.
create table delivery (
  tenant_id uuid not null,
  receipt_id uuid not null,
  delivered_time timestamptz not null,
  primary key (tenant_id, receipt_id)
);

-- The open `task.assigned` receipts by who owes: a projection of the ledger. The open `task.accepted` ones are `lease`.
create table obligation (
  tenant_id uuid not null,
  principal text not null,
  receipt_id uuid not null,
  task_id uuid not null,
  primary key (tenant_id, principal, receipt_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_vacuum_cost_delay = 0, vacuum_truncate = off);

-- A creator's key for a task, for as long as the task is kept.
create table idempotency (
  tenant_id uuid not null,
  principal text not null,
  key text not null,
  task_id uuid not null,
  request_digest bytea not null,
  primary key (tenant_id, principal, key)
);

-- Calls that may be said again, for at least a day: those whose repetition no receipt of one task could tell.
create table request (
  tenant_id uuid not null,
  principal text not null,
  request_id text not null,
  method text not null,
  request_digest bytea not null,
  task_ids uuid[] not null,
  create_time timestamptz not null,
  primary key (tenant_id, principal, request_id)
);
create index request_by_time on request (tenant_id, create_time);

-- The least id that a UUIDv7 of a moment can have.
create function uuid_floor(moment timestamptz) returns uuid language sql immutable strict as $$
  select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;

-- Makes the weeks that ids of a span of time fall into, as far as they are missing. Safe on several servers at once.
create function ensure_partitions(from_time timestamptz, until_time timestamptz) returns integer
language plpgsql as $$
declare
  parent text;
  week timestamptz := date_trunc('week', from_time, 'UTC');
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  while week <= until_time loop
    foreach parent in array array['task', 'note', 'ended', 'receipt'] loop
      partition := format('%s_w%s', parent, to_char(week at time zone 'UTC', 'YYYYMMDD'));
      if to_regclass(partition) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
                       partition, parent, uuid_floor(week), uuid_floor(week + interval '7 days'));
        if parent = 'receipt' then
          execute format('create trigger receipt_no_truncate before truncate on %I
                          for each statement execute function refuse_change()', partition);
        end if;
        made := made + 1;
      end if;
    end loop;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;
