-- name: LockPausedQueues :one
-- Before a queue is paused or resumed: waits for all grants that are under way, and later ones wait for this.
select pg_advisory_xact_lock(hashtextextended('paused queues ' || @tenant_id, 0))::text as "locked!";

-- name: ReadPausedQueue :maybe
-- The pause of one queue.
select queue, pause_time, principal, reason from paused_queue where tenant_id = @tenant_id and queue = @queue;

-- name: InsertPausedQueue :exec
-- A queue that is paused from now on.
insert into paused_queue (tenant_id, queue, pause_time, principal, reason)
values (@tenant_id, @queue, @pause_time, @principal, @reason);

-- name: DeletePausedQueue :exec
-- A queue that is no longer paused.
delete from paused_queue where tenant_id = @tenant_id and queue = @queue;

-- name: ReadPausedQueues :one
-- The paused queues of a tenant, for a transaction that is about to grant: none is paused until it has ended.
select paused_queues(@tenant_id) as "queues!";

-- name: InsertTaskPauses :exec
-- Tasks that are paused from now on.
insert into task_pause (tenant_id, task_id, pause_time, principal, reason, eligible_time, receipt_id)
values (@tenant_id, @task_id, @pause_time, @principal, @reason, @eligible_time?, @receipt_id);

-- name: ReadTaskPauses :many
-- The pauses of tasks.
select p.task_id as "task_id!", p.pause_time as "pause_time!", p.principal as "principal!", p.reason as "reason!",
       p.eligible_time as "eligible_time?", p.receipt_id as "receipt_id!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from task_pause where tenant_id = @tenant_id and task_id = u.task_id offset 0) p;

-- name: DeleteTaskPauses :one
-- Pauses that are over. The rows of their tasks are locked.
with hit as (
  delete from task_pause
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from task_pause where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) p
  where task_pause.ctid = p.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'DeleteTaskPauses hits every row') as "hit!" from hit;
