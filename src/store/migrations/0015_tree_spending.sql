-- Budgets bound whole trees: beside what a task has spent, what the tasks under it have. Such sums are kept for tasks with
-- a budget and for roots.

alter table spend add column below numeric not null default 0 check (below >= 0);

-- Tasks whose budget was used up by tasks under them. The sweep tells their owners, or ends them.
create table overspent (
  tenant_id uuid not null,
  task_id uuid not null,
  primary key (tenant_id, task_id)
);

-- Ended tasks keep the bit of children, 4, beside that of spending: what children go on to spend is shown.
