-- name: ReadOutputHeads :many
-- The logs of some leases. A transaction that changes one has locked its task.
select h.task_id, h.fence, h.stream, h.next_offset, h.hole_from, h.hole_to, h.room_bytes, h.earlier_bytes, h.is_closed,
       h.sha256, h.is_verified, h.create_time, h.update_time
from unnest(@task_ids::uuid[], @fences::bigint[]) as u(id, fence)
cross join lateral (
  select * from output_head where tenant_id = @tenant_id and task_id = u.id and fence = u.fence offset 0
) h;

-- name: SumEarlierOutputs :many
-- How much room the logs of earlier leases take.
select u.id as "task_id!", u.fence as "fence!", sum(h.room_bytes)::bigint as "room_bytes!"
from unnest(@task_ids::uuid[], @fences::bigint[]) as u(id, fence)
cross join lateral (
  select room_bytes from output_head where tenant_id = @tenant_id and task_id = u.id and fence < u.fence offset 0
) h
group by u.id, u.fence;

-- name: WriteOutputHeads :exec
-- Heads of logs, new or not.
insert into output_head (tenant_id, task_id, fence, stream, next_offset, hole_from, hole_to, room_bytes, earlier_bytes,
                         is_closed, sha256, is_verified, create_time, update_time)
select @tenant_id, h.*
from unnest(@task_ids::uuid[], @fences::bigint[], @streams::text[], @next_offsets::bigint[], @holes_from::bigint[],
            @holes_to::bigint[], @rooms_bytes::bigint[], @earliers_bytes::bigint[], @are_closed::boolean[],
            @sha256s[?]::bytea[], @are_verified::boolean[], @create_times::timestamptz[],
            @update_times::timestamptz[]) as h
on conflict (tenant_id, task_id, fence, stream) do update
set next_offset = excluded.next_offset, hole_from = excluded.hole_from, hole_to = excluded.hole_to,
    room_bytes = excluded.room_bytes, earlier_bytes = excluded.earlier_bytes, is_closed = excluded.is_closed,
    sha256 = excluded.sha256, is_verified = excluded.is_verified, update_time = excluded.update_time;

-- name: InsertOutputPieces :exec
-- The bytes of appends. The lock on the task keeps others from appending at the same offset.
insert into output_piece (tenant_id, task_id, fence, stream, from_offset, until_offset, print_time, data)
select @tenant_id, p.*
from unnest(@task_ids::uuid[], @fences::bigint[], @streams::text[], @from_offsets::bigint[], @until_offsets::bigint[],
            @print_times::timestamptz[], @datas::bytea[]) as p;

-- name: ReadOutputPieces :many
-- The pieces of one log that have bytes from an offset on. No piece is longer than `piece_bytes_max`, so the first one
-- of them begins at most so far before it.
select from_offset, until_offset, print_time, data
from output_piece
where tenant_id = @tenant_id and task_id = @task_id and fence = @fence and stream = @stream
  and from_offset > @from_offset::bigint - @piece_bytes_max::bigint and from_offset < @until_offset::bigint
  and until_offset > @from_offset::bigint
order by from_offset
limit @most;

-- name: ListOutputPieces :many
-- Where pieces of one log begin and end.
select from_offset, until_offset
from output_piece
where tenant_id = @tenant_id and task_id = @task_id and fence = @fence and stream = @stream
  and from_offset >= @from_offset::bigint
order by from_offset
limit @most;

-- name: DeleteOutputPieces :exec
-- A part of a log that there is no room for.
delete from output_piece
where tenant_id = @tenant_id and task_id = @task_id and fence = @fence and stream = @stream
  and from_offset >= @from_offset::bigint and from_offset < @until_offset::bigint;

-- name: DeleteEarlierOutputPieces :exec
-- All that earlier leases of a task have written.
delete from output_piece where tenant_id = @tenant_id and task_id = @task_id and fence < @fence;

-- name: EmptyEarlierOutputHeads :exec
-- The same of their heads: all of each log is missing from now on.
update output_head set hole_from = 0, hole_to = next_offset, room_bytes = 0, earlier_bytes = 0
where tenant_id = @tenant_id and task_id = @task_id and fence < @fence;

-- name: ReadOutputTask :maybe
-- Whose task it is, whether a lease may write to it, and whether it has ended.
select t.owner, t.obligated, l.worker as "worker?", l.fence as "lease_fence?", e.state as "ended_state?",
       coalesce(r.version, l.version, e.version) as "version!"
from task t
left join lateral (
  select version from ready where tenant_id = t.tenant_id and task_id = t.task_id offset 0
) r on true
left join lateral (
  select worker, fence, version from lease where tenant_id = t.tenant_id and task_id = t.task_id offset 0
) l on true
left join lateral (
  select state, version from ended where tenant_id = t.tenant_id and task_id = t.task_id offset 0
) e on true
where t.tenant_id = @tenant_id and t.task_id = @task_id;

-- name: FindOutputHead :maybe
-- One log: of that lease, or, if there is none of it, of the latest before it.
select fence, stream, next_offset, hole_from, hole_to, is_closed
from output_head
where tenant_id = @tenant_id and task_id = @task_id and fence <= @fence and fence >= @least_fence and stream = @stream
order by fence desc
limit 1;

-- name: FindNextOutputHead :maybe
-- The log of the next lease that has written to a stream.
select fence, stream, next_offset, hole_from, hole_to, is_closed
from output_head
where tenant_id = @tenant_id and task_id = @task_id and fence > @fence and stream = @stream
order by fence
limit 1;

-- name: ListOutputHeads :many
-- A page of the logs of a task, those of the latest lease first.
select h.fence as "fence!", h.stream as "stream!", h.next_offset as "next_offset!", h.hole_from as "hole_from!",
       h.hole_to as "hole_to!", h.is_closed as "is_closed!", h.sha256 as "sha256?", h.is_verified as "is_verified!",
       h.create_time as "create_time!", h.update_time as "update_time!", n.later is null as "is_latest!"
from (
  select * from output_head
  where tenant_id = @tenant_id and task_id = @task_id and (fence, stream) < (@before_fence, @before_stream)
  order by fence desc, stream desc
  limit @most
) h
left join lateral (
  select true as later from output_head
  where tenant_id = @tenant_id and task_id = @task_id and fence > h.fence and stream = h.stream limit 1
) n on true
order by h.fence desc, h.stream desc;

-- name: PollOutputs :many
-- How far the output of each task has come, over the logs that may still grow. It runs outside a transaction, as
-- PollWaits does, so every part is ordered by the index that it should use.
select w.tenant_id as "tenant_id!", w.task_id as "task_id!",
       (max(h.fence) || ' ' || sum(h.next_offset) || ' ' || count(*) filter (where h.is_closed)) as "mark!"
from unnest(@tenant_ids::uuid[], @task_ids::uuid[]) as w(tenant_id, task_id)
cross join lateral (
  select fence, next_offset, is_closed from output_head
  where tenant_id = w.tenant_id and task_id = w.task_id order by fence desc, stream desc limit @most
) h
group by w.tenant_id, w.task_id;
