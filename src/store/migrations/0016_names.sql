-- Names: of the tasks of a tenant that live, at most one bears a name. Bit 64 of `ties`: it bears one.

alter table task add column name text;
create index task_of_name on task (tenant_id, name, task_id) where name is not null;

-- The tasks that live and bear a name. The key is what makes it one task a name.
create table task_name (
  tenant_id uuid not null,
  name text not null,
  task_id uuid not null,
  primary key (tenant_id, name)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
-- Partial, by what is always so and only its query repeats, so that no planner takes it for a way to one name.
create unique index task_name_of_task on task_name (task_id, tenant_id) where task_id <= task_id;
