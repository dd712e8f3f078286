-- Weeks that are dropped when all that ended in them has been kept for long enough, and what is left on record of them.

-- What a tenant's part of a dropped week held. The digest is over the last hashes of its chains: whoever kept them can
-- show that nothing else was dropped. Written in the transaction that drops the week.
create table dropped_week (
  tenant_id uuid not null,
  week timestamptz not null,
  chains bigint not null check (chains >= 1),
  receipts bigint not null check (receipts >= 1),
  -- Ids of its receipts are between the week's beginning and this one: a parent among them is no missing one.
  last_receipt_id uuid not null,
  digest bytea not null check (length(digest) = 32),
  drop_time timestamptz not null,
  primary key (tenant_id, week)
);

create function refuse_change_of_record() returns trigger language plpgsql as $$
begin
  raise exception 'records of dropped weeks are for ever: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger dropped_week_insert_only before update or delete on dropped_week
  for each row execute function refuse_change_of_record();
create trigger dropped_week_no_truncate before truncate on dropped_week
  for each statement execute function refuse_change_of_record();

-- A key holds for as long as its task is kept: how the keys of a dropped week are found.
create index idempotency_by_task on idempotency (tenant_id, task_id) where task_id is not null;

-- Seven days are not 168 hours where a session's clock is moved in spring: weeks would overlap or leave a gap.
alter function ensure_partitions(timestamptz, timestamptz) set timezone to 'UTC';

create function week_part(parent text, week timestamptz) returns text language sql immutable strict as $$
  select format('%s_w%s', parent, to_char(week at time zone 'UTC', 'YYYYMMDD'))
$$;

-- Keeps everybody from writing to a week, and other servers from making or dropping one. False if it is gone. Whether it
-- is, only the lock tells: a name that was looked up before waiting for another server is still known afterwards.
create function lock_week(week timestamptz) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  execute format('lock table %I, %I in share row exclusive mode',
                 week_part('ended', week), week_part('receipt', week));
  return true;
exception when undefined_table then
  return false;
end
$$;

create function drop_week(week timestamptz) returns integer language plpgsql as $$
declare
  parent text;
  dropped integer := 0;
begin
  foreach parent in array array['task', 'note', 'ended', 'receipt'] loop
    execute format('drop table %I', week_part(parent, week));
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;
