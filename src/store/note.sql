-- name: ReadNotes :many
-- The latest notes of holders. A transaction that changes one has locked its task.
select n.task_id as "task_id!", n.progress as "progress?", n.progress_sequence as "progress_sequence!",
       n.checkpoint as "checkpoint?", n.request_id as "request_id?"
from unnest(@task_ids::uuid[]) as u(id)
cross join lateral (select * from note where tenant_id = @tenant_id and task_id = u.id offset 0) n;

-- name: WriteNotes :exec
-- The whole note of each holder, new or not.
insert into note (tenant_id, task_id, progress, progress_sequence, checkpoint, request_id)
select @tenant_id, n.*
from unnest(@task_ids::uuid[], @progresses[?]::bytea[], @progress_sequences::bigint[], @checkpoints[?]::bytea[],
            @request_ids[?]::text[]) as n
on conflict (tenant_id, task_id) do update
set progress = excluded.progress, progress_sequence = excluded.progress_sequence, checkpoint = excluded.checkpoint,
    request_id = excluded.request_id;

-- name: WriteCheckpoints :exec
-- Checkpoints for the next holder. Progress stays as it was.
insert into note (tenant_id, task_id, progress_sequence, checkpoint)
select @tenant_id, n.task_id, 0, n.checkpoint from unnest(@task_ids::uuid[], @checkpoints::bytea[]) as n(task_id, checkpoint)
on conflict (tenant_id, task_id) do update set checkpoint = excluded.checkpoint;

-- name: WriteHandOffs :exec
-- Hand-offs for the next holders. Progress and checkpoints stay as they were.
insert into note (tenant_id, task_id, progress_sequence, hand_off)
select @tenant_id, n.task_id, 0, n.hand_off from unnest(@task_ids::uuid[], @hand_offs::bytea[]) as n(task_id, hand_off)
on conflict (tenant_id, task_id) do update set hand_off = excluded.hand_off;

-- name: ReadHandOffs :many
-- The last hand-offs of tasks that were handed off.
select n.task_id as "task_id!", n.hand_off as "hand_off!"
from unnest(@task_ids::uuid[]) as u(id)
cross join lateral (select * from note where tenant_id = @tenant_id and task_id = u.id offset 0) n
where n.hand_off is not null;

-- name: WriteReports :exec
-- Reports that are to be verified, and what goes on when they are accepted. They take the places of earlier ones.
insert into note (tenant_id, task_id, progress_sequence, review, next_tasks)
select @tenant_id, n.task_id, 0, n.review, n.next_tasks
from unnest(@task_ids::uuid[], @reviews::bytea[], @next_tasks[?]::bytea[]) as n(task_id, review, next_tasks)
on conflict (tenant_id, task_id) do update set review = excluded.review, next_tasks = excluded.next_tasks;

-- name: AddToReview :exec
-- A piece of a review, such as a verdict, behind those that are there. The lock of the task is held.
update note set review = review || @piece::bytea where tenant_id = @tenant_id and task_id = @task_id;

-- name: ReadReviews :many
-- The reviews of tasks, and what goes on when they are accepted.
select n.task_id as "task_id!", n.review as "review!", n.next_tasks as "next_tasks?"
from unnest(@task_ids::uuid[]) as u(id)
cross join lateral (select * from note where tenant_id = @tenant_id and task_id = u.id offset 0) n
where n.review is not null;

-- name: FlushCommit :exec
-- For a note that also changes a state: the commit is flushed, as for every change of state.
set local synchronous_commit = on;
