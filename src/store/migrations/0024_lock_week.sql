-- A week that is being dropped is locked against row locks, too: a transaction that begins to wait for an ended task
-- locks its row, and what it writes must be seen by those who look whether the week is needed.
create or replace function lock_week(week timestamptz) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  execute format('lock table %I, %I in exclusive mode', week_part('ended', week), week_part('ledger_page', week));
  return true;
exception when undefined_table then
  return false;
end
$$;
