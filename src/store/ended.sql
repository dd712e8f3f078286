-- name: InsertEnded :exec
-- Tasks that have ended.
insert into ended (tenant_id, task_id, state, attempt, lease_losses, deliveries, fence, version, head_sequence,
                   head_hash, head_page_id, assigned_receipt_id, eligible_time, start_time, end_time, outcome,
                   discharged, ties)
select @tenant_id, e.*
from unnest(@task_ids::uuid[], @states::smallint[], @attempts::integer[], @lease_losses::integer[],
            @deliveries::integer[], @fences::bigint[], @versions::bigint[], @head_sequences::integer[],
            @head_hashes::bytea[], @head_page_ids::uuid[], @assigned_receipt_ids::uuid[],
            @eligible_times[?]::timestamptz[], @start_times[?]::timestamptz[], @end_times::timestamptz[],
            @outcomes::bytea[], @discharged::boolean[], @ties::integer[]) as e;

-- name: LockEnded :many
-- Locks ended tasks, for receipts that may still be appended.
select e.*
from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
cross join lateral (
  select task_id, state, attempt, lease_losses, deliveries, fence, version, head_sequence, head_hash, head_page_id,
         assigned_receipt_id, eligible_time, start_time, end_time, outcome, discharged
  from ended
  where tenant_id = @tenant_id and task_id = u.task_id
  for update
) e;

-- name: UpdateEnded :one
-- What can change of an ended task: the head of its chain, and whether it is discharged. Never its outcome.
with hit as (
  update ended
  set version = u.version, head_sequence = u.head_sequence, head_hash = u.head_hash, head_page_id = u.head_page_id,
      discharged = u.discharged
  from unnest(@task_ids::uuid[], @versions::bigint[], @head_sequences::integer[], @head_hashes::bytea[],
              @head_page_ids::uuid[], @discharged::boolean[])
    as u(task_id, version, head_sequence, head_hash, head_page_id, discharged)
  cross join lateral (
    select tableoid as week, ctid as place from ended
    where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) e
  where ended.tableoid = e.week and ended.ctid = e.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'ended tasks') as "expected!" from hit;
