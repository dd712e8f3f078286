-- What tasks have spent: sums of what their holders have reported, by unit. They are dropped with the week of the task.

create table spend (
  tenant_id uuid not null,
  task_id uuid not null,
  unit text not null,
  amount numeric not null check (amount >= 0),
  primary key (tenant_id, task_id, unit)
) partition by range (task_id);

-- Another bit of ties, 32: the task has a budget, or has spent something. 4096: it has spent more than its budget. Tasks
-- that have ended keep them, so that only reads of such tasks look for sums.
alter table ended add column ties integer not null default 0;

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
    foreach parent in array
      array['task', 'note', 'ended', 'ledger_page', 'ledger_to', 'output_head', 'output_piece', 'spend']
    loop
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
        if parent in ('output_head', 'spend') then
          -- A row that changes often, and the new one fits beside the old one.
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
  foreach parent in array
    array['task', 'note', 'ended', 'ledger_page', 'ledger_to', 'output_head', 'output_piece', 'spend']
  loop
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
