-- name: InsertTiedTasks :exec
-- Requests of tasks that are children, or bear names. Others go without these columns.
insert into task (tenant_id, task_id, type, queue, labels, owner, obligated, create_time, terms, payload,
                  parent_task_id, root_task_id, name)
select @tenant_id, t.task_id, t.type, t.queue, t.labels::jsonb, t.owner, t.obligated, @create_time, t.terms, t.payload,
       t.parent_task_id, t.root_task_id, t.name
from unnest(@task_ids::uuid[], @types::text[], @queues::text[], @labels::text[], @owners::text[],
            @obligateds::text[], @terms::bytea[], @payloads[?]::bytea[], @parent_task_ids[?]::uuid[],
            @root_task_ids[?]::uuid[], @names[?]::text[])
  as t(task_id, type, queue, labels, owner, obligated, terms, payload, parent_task_id, root_task_id, name);

-- name: InsertChildren :exec
-- Children that live.
insert into child (tenant_id, task_id, parent_task_id, root_task_id, keeps)
select @tenant_id, c.*
from unnest(@task_ids::uuid[], @parent_task_ids::uuid[], @root_task_ids::uuid[], @keeps::boolean[]) as c;

-- name: DeleteChildren :one
-- Children that have ended. Their rows are locked.
with hit as (
  delete from child
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from child where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) c
  where child.ctid = c.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'children') as "expected!" from hit;

-- name: TieParents :exec
-- Held tasks that have children from now on. Their rows are locked.
update lease
set ties = lease.ties | 4
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0
) l
where lease.ctid = l.place;

-- name: LockTrees :many
-- A transaction that adds tasks to a tree counts it under this lock, which ends with it. In the order of ids.
select pg_advisory_xact_lock(hashtextextended('tree ' || @tenant_id::uuid::text || u.root_task_id::text, 0))::text
  as "locked!"
from (select * from unnest(@root_task_ids::uuid[]) as t(root_task_id) order by root_task_id offset 0) u;

-- name: CountTrees :many
-- How many tasks live below roots, counted no further than the given bound.
select u.root_task_id as "root_task_id!", c.live::integer as "live!"
from unnest(@root_task_ids::uuid[]) as u(root_task_id)
cross join lateral (
  select count(*) as live
  from (
    select from child
    where tenant_id = @tenant_id and root_task_id = u.root_task_id
      and root_task_id <= root_task_id
    limit @most
  ) l
) c;

-- name: InsertParentEnds :exec
-- Leaves the children of tasks that have ended to the loop.
insert into parent_end (tenant_id, task_id, receipt_id)
select @tenant_id, e.* from unnest(@task_ids::uuid[], @receipt_ids::uuid[]) as e;

-- name: PickParentEnds :many
-- Ended tasks whose children are to be canceled, a few per tenant.
select t.tenant_id, e.task_id, e.receipt_id
from tenant t
cross join lateral (
  select task_id, receipt_id from parent_end where tenant_id = t.tenant_id order by task_id limit @most_of_tenant
) e
limit @most;

-- name: PickChildrenToCancel :many
-- Living children that end with their parent.
select task_id
from child
where tenant_id = @tenant_id and parent_task_id = @parent_task_id and not keeps
  and parent_task_id <= parent_task_id
limit @most;

-- name: DeleteParentEnds :exec
-- All children have ended.
delete from parent_end
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from parent_end where tenant_id = @tenant_id and task_id = u.task_id offset 0
) e
where parent_end.ctid = e.place;

-- name: ListChildrenOf :many
-- The children of tasks, those of each in the order of their creation.
select c.task_id as "task_id!"
from unnest(@parent_task_ids::uuid[]) with ordinality as u(parent_task_id, place)
cross join lateral (
  select task_id from task
  where tenant_id = @tenant_id and parent_task_id = u.parent_task_id
  order by task_id
  limit @most
) c
order by u.place, c.task_id
limit @most;

-- name: ReadOutlines :many
-- What a picture of a tree shows of tasks, in the given order.
select t.task_id as "task_id!", t.type as "type!", t.queue as "queue!", t.owner as "owner!",
       t.obligated as "obligated!", t.create_time as "create_time!", t.parent_task_id as "parent_task_id?",
       r.state as "ready_state?", l.state as "lease_state?", l.worker as "worker?", e.state as "ended_state?",
       e.end_time as "end_time?", coalesce(r.attempt, l.attempt, e.attempt) as "attempt!"
from unnest(@task_ids::uuid[]) with ordinality as u(task_id, place)
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0) e on true
order by u.place;

-- name: ListChildTaskIds :many
-- A page of the children of a task, newest first.
select t.task_id as "task_id!"
from task t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = t.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = t.task_id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = t.task_id offset 0) e on true
where t.tenant_id = @tenant_id and t.parent_task_id = @parent_task_id
  and t.task_id > @parent_task_id and t.task_id < @before_task_id
  and (@any_root::boolean or t.root_task_id = @root_task_id)
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_state::boolean or coalesce(e.state, l.state, r.state) = any(@states::smallint[]))
  and (not @only_ready::boolean
       or (may_be_leased(r.eligible_time, r.fail_time, @now) and not is_lane_paused(@tenant_id, r.lane_id)))
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by t.task_id desc
limit @most;

-- name: ListTreeTaskIds :many
-- A page of the tasks below a root, newest first.
select t.task_id as "task_id!"
from task t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = t.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = t.task_id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = t.task_id offset 0) e on true
where t.tenant_id = @tenant_id and t.root_task_id = @root_task_id
  and t.task_id < @before_task_id
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_state::boolean or coalesce(e.state, l.state, r.state) = any(@states::smallint[]))
  and (not @only_ready::boolean
       or (may_be_leased(r.eligible_time, r.fail_time, @now) and not is_lane_paused(@tenant_id, r.lane_id)))
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by t.task_id desc
limit @most;
