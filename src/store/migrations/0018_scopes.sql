-- Write scopes: what tasks work on while they are leased, so that no two work on the same thing at once.

-- A key is a resource with a slash behind it: one covers another if it is a prefix of it. Keys are compared by bytes, so
-- all that one covers is a range. The primary keys of these tables do not begin with the tenant: they are no way to look for
-- anything but a task.
create table held_scope (
  tenant_id uuid not null,
  key text collate "C" not null,
  task_id uuid not null,
  is_write boolean not null,
  primary key (task_id, tenant_id, key)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
create index held_scope_at on held_scope (tenant_id, key, task_id) where key is not null;
create index held_scope_to_write on held_scope (tenant_id, key, task_id) where is_write;

-- Queued tasks that were not leased because of a scope that is held, each with one that is in its way.
create table scope_wait (
  tenant_id uuid not null,
  task_id uuid not null,
  key text collate "C" not null,
  is_write boolean not null,
  held_key text collate "C" not null,
  held_by_task_id uuid not null,
  -- Its place among those that wait.
  eligible_time timestamptz not null,
  since timestamptz not null,
  -- Where claimers are told of it.
  queue text not null,
  addressee text,
  primary key (task_id, tenant_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
create index scope_wait_on_task on scope_wait (tenant_id, held_by_task_id, eligible_time, task_id)
  where held_by_task_id is not null;

-- What these want to write: tasks that want to read it and came later wait behind them.
create table wanted_scope (
  tenant_id uuid not null,
  key text collate "C" not null,
  task_id uuid not null,
  eligible_time timestamptz not null,
  primary key (task_id, tenant_id, key)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
create index wanted_scope_at on wanted_scope (tenant_id, key, task_id) where key is not null;

-- Tasks whose leases have ended, of whose waiters not all have been looked at.
create table unresolved_scope (
  tenant_id uuid not null,
  task_id uuid not null,
  primary key (tenant_id, task_id)
);

-- The eligible time of a queued task that waits for a scope. `eligible_time` is one that never comes then, so that no
-- claim looks at it.
alter table ready add column kept_time timestamptz;
