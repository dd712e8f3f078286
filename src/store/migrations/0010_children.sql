-- Children: tasks that are created under a task that is held. Bits of `ties`: 4, it has had children; 1024, it is a child.

alter table task add column parent_task_id uuid;
alter table task add column root_task_id uuid;
create index task_of_parent on task (tenant_id, parent_task_id, task_id) where parent_task_id is not null;
create index task_of_root on task (tenant_id, root_task_id, task_id) where root_task_id is not null;

-- The children that have not ended: what a tree counts, and what ends with its parent.
create table child (
  tenant_id uuid not null,
  task_id uuid not null,
  parent_task_id uuid not null,
  root_task_id uuid not null,
  -- It goes on when its parent ends.
  keeps boolean not null,
  -- The other way round than elsewhere, so that no planner takes it for a way to all children of a tenant.
  primary key (task_id, tenant_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
-- Partial, by what is always so and only their queries repeat, so that no planner takes one for a way to one child.
create index child_of_root on child (tenant_id, root_task_id) where root_task_id <= root_task_id;
create index child_to_cancel on child (tenant_id, parent_task_id) where not keeps and parent_task_id <= parent_task_id;

-- Tasks that have ended, and whose children have not all been canceled yet; with the receipts that ended them.
create table parent_end (
  tenant_id uuid not null,
  task_id uuid not null,
  receipt_id uuid not null,
  primary key (tenant_id, task_id)
);
