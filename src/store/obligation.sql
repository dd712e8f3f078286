-- name: InsertObligations :exec
-- `task.assigned`, `input.requested` and `node.config_issued` receipts, which are open from the beginning. The last have
-- no task; their own id stands for it.
insert into obligation (tenant_id, principal, receipt_id, task_id)
select @tenant_id, o.* from unnest(@principals::text[], @receipt_ids::uuid[], @task_ids::uuid[]) as o;

-- name: DeleteObligations :one
-- Receipts that are closed by one that is written in the same transaction.
with hit as (
  delete from obligation
  using unnest(@principals::text[], @receipt_ids::uuid[]) as u(principal, id)
  cross join lateral (
    select ctid as place from obligation
    where tenant_id = @tenant_id and principal = u.principal and receipt_id = u.id offset 0
  ) o
  where obligation.ctid = o.place
  returning 1
)
select expected(count(*) = cardinality(@receipt_ids::uuid[]), 'open obligations') as "expected!" from hit;

-- name: ListOpenAssigned :many
-- The open obligations of a principal for tasks assigned to it and for questions, oldest first.
select receipt_id, task_id
from obligation
where tenant_id = @tenant_id and principal = @principal and receipt_id > @after_receipt_id
order by receipt_id
limit @most;

-- name: ListOpenAccepted :many
-- The open obligations of a worker for leases it holds, oldest first.
select accepted_receipt_id as receipt_id, task_id
from lease
where tenant_id = @tenant_id and worker = @principal and accepted_receipt_id > @after_receipt_id
order by accepted_receipt_id
limit @most;

-- name: ReadReceiptsOfTasks :many
-- Receipts and the pages that they are on, each page once. The first receipt, and as many behind it as have no more than
-- so many bytes together. The caller names the pages: week_of and page_of cost as much for each receipt as all the rest.
-- `(select …)` hides the lengths of the lists from the planner, which would make a new plan each time for short ones.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?"
from (
  select p.*, sum(octet_length(p.body)) over (order by p.place rows unbounded preceding) as bytes
  from (
    select r.*, array_position(@receipt_ids::uuid[], r.receipt_id) as place
    from unnest((select @weeks::uuid[]), (select @page_ids::uuid[])) as q(week, page_id)
    cross join lateral (
      select * from receipt
      where tenant_id = @tenant_id and week = q.week and page_id = q.page_id
        and receipt_id = any((select @receipt_ids::uuid[])::uuid[])
      offset 0
    ) r
  ) p
) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true
where r.place = 1 or r.bytes <= @bytes_max
order by r.place;

-- name: ReadTaskSummaries :many
-- The states of tasks, without payload and outcome.
select u.task_id as "task_id!", coalesce(r.kept_time, r.eligible_time) as "eligible_time?", r.state as "ready_state?",
       l.state as "lease_state?", l.worker as "worker?",
       coalesce(s.expire_time, l.expire_time) as "expire_time?", e.state as "ended_state?",
       coalesce(r.fence, l.fence, e.fence) as "fence?"
from unnest(@task_ids::uuid[]) as u(task_id)
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true
left join lateral (select * from session where tenant_id = @tenant_id and session_id = l.session_id offset 0) s on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0) e on true;

-- name: ReadOpenByKey :many
-- Those of the given receipts that the projection has as open.
select o.receipt_id as "receipt_id!", o.task_id as "task_id!"
from unnest(@principals::text[], @receipt_ids::uuid[]) as u(principal, id)
cross join lateral (
  select receipt_id, task_id from obligation
  where tenant_id = @tenant_id and principal = u.principal and receipt_id = u.id offset 0
) o;

-- name: CountOpen :one
-- The number of rows of the projection, so that the ledger check finds rows that should not exist.
select (select count(*) from obligation where tenant_id = @tenant_id) as "assigned!",
       (select count(*) from lease where tenant_id = @tenant_id) as "accepted!";
