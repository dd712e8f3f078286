-- Questions of holders. A task that waits for an answer lies among the ready ones, as a blocked one does, and its wait has
-- one condition, which the answer meets. The wait's time is the next one at which the question is escalated or expires.

-- Bits of `ties`: 2, it has conditions; 8, it has a question.
alter table ready drop constraint ready_blocked_check;
alter table ready add constraint ready_blocked_check check (
  (state not in (7, 9) or ties & 2 = 2) and (state <> 9 or ties & 8 = 8)
);

-- The last question of each task that has not ended: open, or settled, for the next holder. Its row is written under the
-- lock of the task alone.
create table question (
  tenant_id uuid not null,
  task_id uuid not null,
  -- The input.requested receipt, with its sender, its addressee and its body, the contract's InputRequested.
  input_id uuid not null,
  asker text not null,
  addressee text not null,
  body bytea not null,
  request_time timestamptz not null,
  -- The second addressee and its receipt, from the escalation on.
  escalated_to text,
  escalated_receipt_id uuid,
  -- The contract's InputResult; null while it is open.
  result bytea,
  primary key (tenant_id, task_id),
  check ((escalated_to is null) = (escalated_receipt_id is null))
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  fillfactor=70,
  vacuum_truncate=off
);

-- A condition may wait for a question of its own task.
alter table condition add column input_id uuid;
alter table condition drop constraint condition_kind_check;
alter table condition add constraint condition_kind_check check (
  num_nonnulls(on_task_id, at_time, channel, input_id) = 1
);
