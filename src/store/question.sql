-- name: WriteQuestions :exec
-- Questions that are asked, each in place of the one that its task asked before. The rows of the tasks are locked.
insert into question (tenant_id, task_id, input_id, asker, addressee, body, request_time)
select @tenant_id, q.*, @request_time
from unnest(@task_ids::uuid[], @input_ids::uuid[], @askers::text[], @addressees::text[], @bodies::bytea[]) as q
on conflict (tenant_id, task_id) do update
set input_id = excluded.input_id, asker = excluded.asker, addressee = excluded.addressee, body = excluded.body,
    request_time = excluded.request_time, escalated_to = null, escalated_receipt_id = null, result = null;

-- name: ReadQuestions :many
-- The last questions of tasks.
select q.task_id as "task_id!", q.input_id as "input_id!", q.asker as "asker!", q.addressee as "addressee!",
       q.body as "body!", q.request_time as "request_time!", q.escalated_to as "escalated_to?",
       q.escalated_receipt_id as "escalated_receipt_id?", q.result as "result?"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from question where tenant_id = @tenant_id and task_id = u.task_id offset 0) q;

-- name: EscalateQuestions :exec
-- Open questions that a second principal owes answers to from now on.
update question
set escalated_to = u.escalated_to, escalated_receipt_id = u.receipt_id
from unnest(@task_ids::uuid[], @escalated_tos::text[], @receipt_ids::uuid[]) as u(task_id, escalated_to, receipt_id)
cross join lateral (
  select ctid as place from question where tenant_id = @tenant_id and task_id = u.task_id offset 0
) q
where question.ctid = q.place;

-- name: SettleQuestions :one
-- Open questions that are settled. The rows of their tasks are locked; a question is settled once.
with hit as (
  update question
  set result = u.result
  from unnest(@task_ids::uuid[], @results::bytea[]) as u(task_id, result)
  cross join lateral (
    select ctid as place, result from question where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) q
  where question.ctid = q.place and q.result is null
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'open questions') as "hit!" from hit;

-- name: DeleteQuestions :exec
-- The questions of tasks that have ended.
delete from question
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from question where tenant_id = @tenant_id and task_id = u.task_id offset 0
) q
where question.ctid = q.place;
