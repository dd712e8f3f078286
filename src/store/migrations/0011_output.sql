-- What tasks print while they run. A log is what one lease of a task has written to one stream: a head, and pieces, which
-- are dropped with the week of the task.

create table output_head (
  tenant_id uuid not null,
  task_id uuid not null,
  fence bigint not null,
  stream text not null,
  next_offset bigint not null check (next_offset >= 0),
  -- What is missing; both are 0 if nothing is.
  hole_from bigint not null,
  hole_to bigint not null,
  -- How much of the task's room its pieces take. A small piece takes more than its bytes.
  room_bytes bigint not null check (room_bytes >= 0),
  -- The same of all logs of earlier leases, which no longer grow.
  earlier_bytes bigint not null check (earlier_bytes >= 0),
  is_closed boolean not null,
  -- As the holder has sent it with the close, and whether it was compared.
  sha256 bytea check (length(sha256) = 32),
  is_verified boolean not null,
  create_time timestamptz not null,
  update_time timestamptz not null,
  primary key (tenant_id, task_id, fence, stream),
  check (0 <= hole_from and hole_from <= hole_to and hole_to <= next_offset)
) partition by range (task_id);

create table output_piece (
  tenant_id uuid not null,
  task_id uuid not null,
  fence bigint not null,
  stream text not null,
  from_offset bigint not null,
  until_offset bigint not null,
  print_time timestamptz not null,
  data bytea not null,
  primary key (tenant_id, task_id, fence, stream, from_offset),
  check (until_offset - from_offset = length(data))
) partition by range (task_id);

create or replace function ensure_partitions(from_time timestamptz, until_time timestamptz) returns integer
language plpgsql set timezone to 'UTC' as $$
declare
  parent text;
  week timestamptz := date_trunc('week', from_time, 'UTC');
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  while week <= until_time loop
    foreach parent in array array['task', 'note', 'ended', 'ledger_page', 'ledger_to', 'output_head', 'output_piece'] loop
      partition := format('%s_w%s', parent, to_char(week at time zone 'UTC', 'YYYYMMDD'));
      if to_regclass(partition) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
                       partition, parent, uuid_floor(week), uuid_floor(week + interval '7 days'));
        if parent = 'ledger_page' then
          execute format('create trigger ledger_page_no_truncate before truncate on %I
                          for each statement execute function refuse_change()', partition);
          -- A page of a few receipts stays in one piece.
          execute format('alter table %I set (toast_tuple_target = 8160)', partition);
        end if;
        if parent = 'output_head' then
          -- A head is changed with each append, and the new row fits beside the old one.
          execute format('alter table %I set (fillfactor = 50)', partition);
        end if;
        if parent = 'output_piece' then
          -- Three times as fast as what Postgres does by itself; a Postgres that was built without it does that.
          begin
            execute format('alter table %I alter column data set compression lz4', partition);
          exception when feature_not_supported then
            null;
          end;
        end if;
        made := made + 1;
      end if;
    end loop;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;

create or replace function drop_week(week timestamptz) returns integer language plpgsql as $$
declare
  parent text;
  dropped integer := 0;
begin
  foreach parent in array array['task', 'note', 'ended', 'ledger_page', 'ledger_to', 'output_head', 'output_piece'] loop
    execute format('drop table %I', week_part(parent, week));
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

-- The weeks that are there already.
do $$
declare
  week timestamptz;
begin
  for week in
    select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC'
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'task'::regclass
  loop
    perform ensure_partitions(week, week);
  end loop;
end
$$;
