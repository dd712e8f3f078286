-- name: ReadSpends :many
-- What tasks have spent. A transaction that changes it has locked its task. As text: no number of a program holds it.
select s.task_id as "task_id!", s.unit as "unit!", s.amount::text as "amount!"
from unnest(@task_ids::uuid[]) as u(id)
cross join lateral (select * from spend where tenant_id = @tenant_id and task_id = u.id offset 0) s;

-- name: AddSpends :exec
-- Adds to what tasks have spent; each task and unit once.
insert into spend (tenant_id, task_id, unit, amount)
select @tenant_id, s.task_id, s.unit, s.amount::numeric
from unnest(@task_ids::uuid[], @units::text[], @amounts::text[]) as s(task_id, unit, amount)
on conflict (tenant_id, task_id, unit) do update set amount = spend.amount + excluded.amount;
