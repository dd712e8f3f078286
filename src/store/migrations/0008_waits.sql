-- Tasks that wait for conditions. A blocked task lies among the ready ones, with an eligible time that never comes: one
-- rule, "eligible by now", keeps it from claimers, and cancellations and deadlines find it where they find the others.

alter table ready add column state smallint not null default 1 check (state in (1, 7));
-- What other rows belong to a task, as bits, so that a task without any costs no look: 1, another task waits for it;
-- 2, it has conditions.
alter table ready add column ties integer not null default 0;
alter table lease add column ties integer not null default 0;
alter table ready add constraint ready_blocked_check check (state = 1 or ties & 2 = 2);

-- The wait of a blocked task.
create table wait (
  tenant_id uuid not null,
  task_id uuid not null,
  -- When the next of its times passes.
  wake_time timestamptz,
  groups_left integer not null check (groups_left >= 0),
  on_impossible smallint not null check (on_impossible between 1 and 4),
  -- The receipt that began it: task.assigned, or task.suspended.
  begin_receipt_id uuid not null,
  primary key (tenant_id, task_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  fillfactor=70,
  vacuum_truncate=off
);
create index wait_by_wake_time on wait (tenant_id, wake_time) where wake_time is not null;

-- The conditions of the last wait of each task that has not ended: its next holder is told what became of them.
create table condition (
  tenant_id uuid not null,
  task_id uuid not null,
  group_place integer not null,
  place integer not null,
  name text not null,
  -- The task that it waits for, the terminal states that meet it as bits, and whether a success must be discharged.
  on_task_id uuid,
  accepts integer not null,
  discharged boolean not null,
  -- Or the time.
  at_time timestamptz,
  -- As in the contract; 4 if the wait was over without it.
  status smallint not null check (status between 1 and 4),
  -- The receipt that met it or made it impossible.
  receipt_id uuid,
  primary key (tenant_id, task_id, group_place, place),
  check ((on_task_id is null) <> (at_time is null))
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  fillfactor=70,
  vacuum_truncate=off
);
create index condition_on_task on condition (tenant_id, on_task_id, task_id) where on_task_id is not null;

-- Tasks that have ended, and whose waiters have not all been looked at: there were too many for the transaction that
-- ended them, or another transaction was changing one.
create table unresolved_end (
  tenant_id uuid not null,
  task_id uuid not null,
  primary key (tenant_id, task_id)
);
