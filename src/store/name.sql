-- name: LockNames :many
-- Transactions that create tasks with names have these locks, which end with them, before all others: so a name that was
-- found free stays free for the one that found it. There are few, as a batch may have hundreds of names.
select pg_advisory_xact_lock(l.lock)::text as "locked!"
from (
  select distinct hashtextextended(
    'name ' || @tenant_id::uuid::text || (hashtextextended(t.name, 0) & 255)::text, 0) as lock
  from unnest(@names::text[]) as t(name)
  order by lock offset 0
) l;

-- name: ReadBearers :many
-- The live tasks that bear names, and the principals that each concerns.
select n.name as "name!", t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!",
       l.worker as "worker?"
from unnest(@names::text[]) as u(wanted)
cross join lateral (select * from task_name where tenant_id = @tenant_id and name = u.wanted offset 0) n
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = n.task_id offset 0) t
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = n.task_id offset 0) l on true;

-- name: InsertTaskNames :exec
-- Names that tasks bear from now on. One that is taken is an error.
insert into task_name (tenant_id, name, task_id)
select @tenant_id, n.* from unnest(@names::text[], @task_ids::uuid[]) as n;

-- name: DeleteTaskNames :one
-- Names of tasks that have ended. The rows of the tasks are locked.
with hit as (
  delete from task_name
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from task_name where tenant_id = @tenant_id and task_id = u.task_id and task_id <= task_id offset 0
  ) n
  where task_name.ctid = n.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'names of tasks') as "expected!" from hit;

-- name: ListNamedTaskIds :many
-- A page of the tasks that bear, or have borne, a name, newest first.
select t.task_id as "task_id!"
from task t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = t.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = t.task_id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = t.task_id offset 0) e on true
where t.tenant_id = @tenant_id and t.name = @name
  and t.task_id < @before_task_id
  and (@any_parent::boolean or t.parent_task_id = @parent_task_id)
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
