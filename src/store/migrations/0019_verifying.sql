-- Lists of tasks that are being verified. Partial also by what is always so and only that list repeats, so that no planner
-- takes it for a way to tasks whose verdicts take too long.
create index ready_verifying on ready (tenant_id, task_id) where state = 10 and task_id <= task_id;
