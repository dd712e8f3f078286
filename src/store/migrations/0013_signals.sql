-- Signals: messages that tasks wait for. A kept signal and a waiting condition meet under the lock of their channel.

-- The order in which signals were sent and conditions began to wait: the lock of a channel makes it one order.
create sequence signal_position;

create table signal (
  tenant_id uuid not null,
  -- Its receipt.
  signal_id uuid not null,
  channel text not null,
  position bigint not null,
  from_principal text not null,
  payload bytea,
  create_time timestamptz not null,
  -- It goes to all that wait, and several tasks may have it.
  broadcast boolean not null,
  -- When it is dropped if no condition has taken it by then; of a broadcast, if no task has it then.
  expire_time timestamptz,
  primary key (tenant_id, signal_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);

-- When which signal is to be looked at.
create table signal_expiry (
  tenant_id uuid not null,
  expire_time timestamptz not null,
  signal_id uuid not null,
  primary key (tenant_id, expire_time, signal_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);

-- Those that no condition has taken. They are looked for by their channels alone.
create table kept_signal (
  tenant_id uuid not null,
  channel text not null,
  position bigint not null,
  signal_id uuid not null,
  expire_time timestamptz not null,
  primary key (tenant_id, channel, position)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);

-- Broadcasts that have not reached all that waited before them.
create table broadcast (
  tenant_id uuid not null,
  channel text not null,
  position bigint not null,
  signal_id uuid not null,
  primary key (tenant_id, channel, position)
);

-- Which condition has taken which signals, until its task ends or waits again.
create table signal_taken (
  tenant_id uuid not null,
  task_id uuid not null,
  group_place integer not null,
  place integer not null,
  signal_id uuid not null,
  primary key (tenant_id, task_id, group_place, place, signal_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);

-- Channels on which a kept signal and a condition may wait for each other: another transaction was changing the task.
create table unresolved_channel (
  tenant_id uuid not null,
  channel text not null,
  primary key (tenant_id, channel)
);

-- The channel that a condition waits on, how many signals it takes, and since when it waits among the others.
alter table condition add column channel text;
alter table condition add column count integer;
alter table condition add column position bigint;
alter table condition drop constraint condition_check;
alter table condition add constraint condition_kind_check check (num_nonnulls(on_task_id, at_time, channel) = 1);
create index condition_on_channel on condition (tenant_id, channel, position) where channel is not null and status = 1;
-- Whether a task still has a broadcast.
create index condition_of_signal on condition (tenant_id, receipt_id) where channel is not null and receipt_id is not null;
