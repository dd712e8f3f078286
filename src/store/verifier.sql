-- name: InsertVerifiers :exec
-- Verification tasks of one report. The principals come as JSON.
insert into verifier (tenant_id, task_id, verified_task_id, barred)
select @tenant_id, v.task_id, v.verified_task_id, array(select jsonb_array_elements_text(v.barred::jsonb))
from unnest(@task_ids::uuid[], @verified_task_ids::uuid[], @barreds::text[]) as v(task_id, verified_task_id, barred);

-- name: ReadVerifiers :many
-- What verification tasks verify, and for which principals they are not.
select v.task_id as "task_id!", v.verified_task_id as "verified_task_id!", v.barred as "barred!",
       v.end_receipt_id as "end_receipt_id?"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from verifier where tenant_id = @tenant_id and task_id = u.task_id offset 0) v;

-- name: ReadHolders :many
-- The principals that have held tasks, by their accepted receipts; each as often as it has.
select chain_id as "task_id!", to_principal as "principal!"
from receipts_of(@tenant_id, @task_ids::uuid[], 0)
where type = 2;

-- name: OverVerifiers :exec
-- Verifications that are over, by the receipts with which the verified tasks have gone on. In the order of ids.
update verifier
set over_receipt_id = l.receipt_id
from (
  select v.ctid as place, u.receipt_id
  from unnest(@verified_task_ids::uuid[], @receipt_ids::uuid[]) as u(verified_task_id, receipt_id)
  cross join lateral (
    select ctid, task_id from verifier
    where tenant_id = @tenant_id and verified_task_id = u.verified_task_id
      and verified_task_id <= verified_task_id and over_receipt_id is null
    order by task_id
    for update
  ) v
  offset 0
) l
where verifier.ctid = l.place;

-- name: EndVerifiers :exec
-- Verification tasks that have ended without a verdict, by their receipts. In the order of ids.
update verifier
set end_receipt_id = l.receipt_id
from (
  select v.ctid as place, u.receipt_id
  from (
    select * from unnest(@task_ids::uuid[], @receipt_ids::uuid[]) as t(task_id, receipt_id) order by task_id
  ) u
  cross join lateral (
    select ctid from verifier where tenant_id = @tenant_id and task_id = u.task_id for update
  ) v
  offset 0
) l
where verifier.ctid = l.place;

-- name: DeleteVerifiers :exec
-- Verification tasks that have given their verdicts, or whose end has been told.
delete from verifier
using (
  select v.ctid as place
  from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
  cross join lateral (
    select ctid from verifier where tenant_id = @tenant_id and task_id = u.task_id for update
  ) v
  offset 0
) l
where verifier.ctid = l.place;

-- name: PickVerifiersToCancel :many
-- Verification tasks whose verification is over, a few per tenant.
select t.tenant_id, v.task_id, v.over_receipt_id as "over_receipt_id!"
from tenant t
cross join lateral (
  select task_id, over_receipt_id from verifier
  where tenant_id = t.tenant_id and over_receipt_id is not null and end_receipt_id is null
  order by task_id limit @most_of_tenant
) v
limit @most;

-- name: PickEndedVerifiers :many
-- Verification tasks that have ended without a verdict, a few per tenant.
select t.tenant_id, v.task_id, v.verified_task_id
from tenant t
cross join lateral (
  select task_id, verified_task_id from verifier
  where tenant_id = t.tenant_id and end_receipt_id is not null
  order by task_id limit @most_of_tenant
) v
limit @most;

-- name: PickOverdueVerifying :many
-- Tasks whose verdicts take too long, a few per tenant.
select t.tenant_id, r.task_id
from tenant t
cross join lateral (
  select task_id from ready
  where tenant_id = t.tenant_id and fail_time <= @now and state = 10
  order by fail_time limit @most_of_tenant
) r
limit @most;
