-- Work that operators hold back: whole queues, and single tasks.

create table paused_queue (
  tenant_id uuid not null,
  queue text not null,
  pause_time timestamptz not null,
  principal text not null,
  reason text not null,
  primary key (tenant_id, queue)
);

-- The queues of a tenant that are paused. The lock is kept until the transaction ends: a transaction that pauses one
-- waits for all that have asked, so what they grant is granted before, and those that ask later see the pause.
create function paused_queues(of_tenant uuid) returns text[] language plpgsql as $$
begin
  perform pg_advisory_xact_lock_shared(hashtextextended('paused queues ' || of_tenant, 0));
  -- A statement of its own, begun after the lock was had: it sees what was committed by then.
  return (select coalesce(array_agg(queue), '{}') from paused_queue where tenant_id = of_tenant);
end
$$;

-- A paused task lies among the ready ones, as a blocked one does.
alter table ready drop constraint ready_state_check;
alter table ready add constraint ready_state_check check (state in (1, 7, 8));
alter table ready drop constraint ready_blocked_check;
alter table ready add constraint ready_blocked_check check (state <> 7 or ties & 2 = 2);

create table task_pause (
  tenant_id uuid not null,
  task_id uuid not null,
  pause_time timestamptz not null,
  principal text not null,
  reason text not null,
  -- When it could be leased, if it was queued; null if it was blocked.
  eligible_time timestamptz,
  -- The task.paused receipt.
  receipt_id uuid not null,
  primary key (tenant_id, task_id)
);

-- 5: it was pending when an operator ended the wait.
alter table condition drop constraint condition_status_check;
alter table condition add constraint condition_status_check check (status between 1 and 5);
