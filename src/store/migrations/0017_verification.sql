-- Work that is checked before it counts as done. Bits of `ties`: 128, the task's work is verified; 2048, it is a
-- verification task.

-- A task whose report is being verified lies among the ready ones, as a blocked one does.
alter table ready drop constraint ready_state_check;
alter table ready add constraint ready_state_check check (state in (1, 7, 8, 9, 10));

-- The contract's Review, as pieces that add up: the report, and a piece for each verdict on it. And the contract's
-- CreateTasksRequest of the tasks that go on when the report is accepted.
alter table note add column review bytea;
alter table note add column next_tasks bytea;

-- The verification tasks that live, and those whose end has not been told to the verified task.
create table verifier (
  tenant_id uuid not null,
  task_id uuid not null,
  verified_task_id uuid not null,
  -- The principals that have held the verified task: none of them may verify it.
  barred text[] not null,
  -- The receipt by which the verification was over; the sweep cancels the task.
  over_receipt_id uuid,
  -- The receipt that ended the task without a verdict; the sweep tells the verified task.
  end_receipt_id uuid,
  -- The other way round than elsewhere, so that no planner takes it for a way to all verifiers of a tenant.
  primary key (task_id, tenant_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  vacuum_truncate=off
);
-- Partial, by what is always so and only its query repeats, so that no planner takes it for a way to one verifier.
create index verifier_of_task on verifier (tenant_id, verified_task_id, task_id)
  where verified_task_id <= verified_task_id;
create index verifier_over on verifier (tenant_id, task_id) where over_receipt_id is not null;
create index verifier_ended on verifier (tenant_id, task_id) where end_receipt_id is not null;
