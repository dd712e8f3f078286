-- name: LockQuota :one
-- Who counts exactly waits for all who add without counting, and they for him. The lock ends with the transaction.
select pg_advisory_xact_lock(hashtextextended(@name, 0))::text as "locked!";

-- name: ShareQuota :one
-- Who adds without counting: any number at once, but not while somebody counts.
select pg_advisory_xact_lock_shared(hashtextextended(@name, 0))::text as "locked!";

-- name: CountLiveTasks :one
-- A tenant's tasks that wait, and those that are held. No further is counted than somebody wants to know.
select ((select count(*) from (select from ready where tenant_id = @tenant_id limit @most) r)
      + (select count(*) from (select from lease where tenant_id = @tenant_id limit @most) l))::integer as "count!";

-- name: CountLiveTasksOf :one
-- Those that one principal is obliged by. What has ended and is owed still is walked over, and not counted.
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
-- What is held of a tenant.
select count(*)::integer as "count!" from (select from lease where tenant_id = @tenant_id limit @most) l;

-- name: CountLeasesOf :one
-- What one worker holds.
select count(*)::integer as "count!"
from (select from lease where tenant_id = @tenant_id and worker = @principal limit @most) l;

-- name: CountSessions :one
-- Sessions of a tenant, those included that have run out and were not swept yet.
select count(*)::integer as "count!" from (select from session where tenant_id = @tenant_id limit @most) s;

-- name: CountSessionsOf :one
-- The same of one principal.
select count(*)::integer as "count!"
from (select from session where tenant_id = @tenant_id and principal = @principal limit @most) s;
