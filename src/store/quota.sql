-- name: LockQuota :one
-- Counting exactly excludes all transactions that add without counting, and they exclude it. The lock ends with the
-- transaction.
select pg_advisory_xact_lock(hashtextextended(@name, 0))::text as "locked!";

-- name: ShareQuota :one
-- Adding without counting: many transactions at once, but none while another one counts.
select pg_advisory_xact_lock_shared(hashtextextended(@name, 0))::text as "locked!";

-- name: CountLiveTasks :one
-- The tasks of a tenant that wait or are held, counted no further than the given bound.
select ((select count(*) from (select from ready where tenant_id = @tenant_id limit @most) r)
      + (select count(*) from (select from lease where tenant_id = @tenant_id limit @most) l))::integer as "count!";

-- name: CountLiveTasksOf :one
-- The tasks that one principal has to answer for. Ended tasks with an open obligation are read but not counted.
select count(*)::integer as "count!"
from (
  select from obligation o
  cross join lateral (
    (select from ready where tenant_id = @tenant_id and task_id = o.task_id offset 0)
    union all
    (select from lease where tenant_id = @tenant_id and task_id = o.task_id offset 0)
  ) live
  where o.tenant_id = @tenant_id and o.principal = @principal
  limit @most
) o;

-- name: CountLeases :one
-- The leases of a tenant.
select count(*)::integer as "count!" from (select from lease where tenant_id = @tenant_id limit @most) l;

-- name: CountLeasesOf :one
-- The leases of one worker.
select count(*)::integer as "count!"
from (select from lease where tenant_id = @tenant_id and worker = @principal limit @most) l;

-- name: CountSessions :one
-- The sessions of a tenant, including expired ones that no sweep has removed.
select count(*)::integer as "count!" from (select from session where tenant_id = @tenant_id limit @most) s;

-- name: CountSessionsOf :one
-- The same of one principal.
select count(*)::integer as "count!"
from (select from session where tenant_id = @tenant_id and principal = @principal limit @most) s;

-- name: CountKeptSignals :one
-- The signals of a tenant that no condition has taken.
select count(*)::integer as "count!" from (select from kept_signal where tenant_id = @tenant_id limit @most) s;
