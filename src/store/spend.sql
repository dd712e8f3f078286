-- name: ReadSpends :many
-- What tasks have spent, themselves and below. Only a transaction that has locked a task changes what it has spent
-- itself. As text: no number of a program holds it.
select s.task_id as "task_id!", s.unit as "unit!", s.amount::text as "amount!", s.below::text as "below!",
       s.lifted as "lifted!"
from unnest(@task_ids::uuid[]) as u(id)
cross join lateral (select * from spend where tenant_id = @tenant_id and task_id = u.id offset 0) s;

-- name: AddSpends :exec
-- Adds to what tasks have spent; each task and unit once, and in their order, as rows of tasks above are written by all
-- tasks under them. `limit_amounts`: what may be spent of what is added to here, where the caller does not know better. A
-- task above may have been dropped with its week.
with added as (
  insert into spend (tenant_id, task_id, unit, amount, below)
  select @tenant_id, s.task_id, s.unit, s.amount::numeric, s.below::numeric
  from unnest(@task_ids::uuid[], @units::text[], @amounts::text[], @belows::text[]) as s(task_id, unit, amount, below)
  cross join lateral (select from task where tenant_id = @tenant_id and task_id = s.task_id offset 0) t
  order by s.task_id, s.unit
  on conflict (tenant_id, task_id, unit)
  do update set amount = spend.amount + excluded.amount, below = spend.below + excluded.below
  returning task_id, unit, amount + below as total
)
insert into overspent (tenant_id, task_id)
select distinct @tenant_id::uuid, a.task_id
from added a
cross join lateral (
  select amount
  from unnest(@limit_task_ids::uuid[], @limit_units::text[], @limit_amounts::text[]) as u(task_id, unit, amount)
  where u.task_id = a.task_id and u.unit = a.unit
  offset 0
) l
where a.total > l.amount::numeric
on conflict do nothing;

-- name: PickOverspent :many
-- Tasks whose budget was used up by tasks under them, a few per tenant.
select t.tenant_id, o.task_id
from tenant t
cross join lateral (
  select task_id from overspent where tenant_id = t.tenant_id order by task_id limit @most_of_tenant
) o
limit @most;

-- name: DeleteOverspent :exec
-- Those that were looked at, or have ended. A task lies in one place only.
delete from overspent
using unnest(@task_ids::uuid[], @looked_at::boolean[]) as u(task_id, looked_at)
cross join lateral (
  select ctid as place from overspent where tenant_id = @tenant_id and task_id = u.task_id offset 0
) o
left join lateral (
  select true as lives from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0
) r on true
left join lateral (
  select true as lives from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0
) l on true
where overspent.ctid = o.place and (u.looked_at or (r.lives is null and l.lives is null));

-- name: LiftBudget :exec
-- A budget that was exceeded has rows of spending. A unit that is spent later needs no mark: one is enough.
update spend set lifted = true where tenant_id = @tenant_id and task_id = @task_id;
