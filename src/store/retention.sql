-- name: ListRetentions :many
-- The retention of each tenant that has its own.
select tenant_id, retention_ms
from tenant
order by tenant_id;

-- name: ListWeeks :many
-- The weeks that exist, oldest first.
select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC' as "week!"
from pg_inherits i
join pg_class c on c.oid = i.inhrelid
where i.inhparent = 'task'::regclass
order by 1;

-- name: FindWeekUser :maybe
-- A tenant that still needs a week: a task of it is live or has an open obligation, a live task waits or has waited
-- for one of it, or something in it ended too recently.
select t.tenant_id as "tenant_id!"
from unnest(@tenant_ids::uuid[], @kept_since::timestamptz[]) as t(tenant_id, kept_since)
cross join lateral (
  (select 1 from ready
   where tenant_id = t.tenant_id and task_id >= uuid_floor(@week) and task_id < uuid_floor(@next_week) limit 1)
  union all
  (select 1 from lease
   where tenant_id = t.tenant_id and task_id >= uuid_floor(@week) and task_id < uuid_floor(@next_week) limit 1)
  union all
  (select 1 from ended
   where tenant_id = t.tenant_id and task_id >= uuid_floor(@week) and task_id < uuid_floor(@next_week)
     and (not discharged or end_time > t.kept_since) limit 1)
  union all
  (select 1 from ledger_page
   where tenant_id = t.tenant_id and week = uuid_floor(@week)
     and digest_without_task is not null and create_time > t.kept_since limit 1)
  union all
  (select 1 from obligation
   where tenant_id = t.tenant_id and task_id >= uuid_floor(@week) and task_id < uuid_floor(@next_week) limit 1)
  union all
  (select 1 from condition
   where tenant_id = t.tenant_id and on_task_id >= uuid_floor(@week) and on_task_id < uuid_floor(@next_week) limit 1)
) k
limit 1;

-- name: LockWeek :one
-- Excludes writes to a week, and locks of its rows, from now on: its last hashes are final, and nothing begins to wait
-- for what is in it. False if the week has been dropped.
select lock_week(@week) as "there!";

-- name: InsertDroppedWeek :many
-- A tenant's part of a week, recorded before it is dropped. The digest is over digests of groups of chains whose ids
-- begin with the same eight digits, so no step needs much memory.
insert into dropped_week (tenant_id, week, chains, receipts, last_receipt_id, digest, drop_time)
select @tenant_id, @week, sum(p.chains), sum(p.receipts),
       (select id
        from (select receipt_ids from ledger_page
              where tenant_id = @tenant_id and week = uuid_floor(@week) order by page_id desc limit 1) l
        cross join unnest(l.receipt_ids) as u(id)
        order by id desc limit 1),
       sha256(string_agg(p.digest, ''::bytea order by p.beginning)), @now
from (
  select left(c.chain_id::text, 8) as beginning, count(*) as chains, sum(c.head_sequence) as receipts,
         sha256(string_agg(uuid_send(c.chain_id) || int4send(c.head_sequence) || c.head_hash, ''::bytea
                           order by c.chain_id)) as digest
  from (
    select task_id as chain_id, head_sequence, head_hash from ended
    where tenant_id = @tenant_id and task_id >= uuid_floor(@week) and task_id < uuid_floor(@next_week)
    union all
    select chain_ids[1], sequences[1], hashes[1] from ledger_page
    where tenant_id = @tenant_id and week = uuid_floor(@week) and digest_without_task is not null
  ) c
  group by left(c.chain_id::text, 8)
) p
having count(*) > 0
returning chains, receipts;

-- name: DropWeek :one
-- Drops the tables of a week. All statements on the ledger wait for it for some milliseconds.
select drop_week(@week) as "dropped!";

-- name: ListDroppedAmong :many
-- Those of the given missing receipts that a dropped week may have contained.
select u.id as "receipt_id!"
from unnest(@receipt_ids::uuid[]) as u(id)
where exists (
  select from dropped_week
  where tenant_id = @tenant_id and uuid_floor(week) <= u.id and last_receipt_id >= u.id
);

-- name: DeleteKeysOfDroppedTasks :exec
-- Some of the keys whose tasks were dropped with their week.
delete from idempotency
using (
  select k.place
  from dropped_week w
  cross join lateral (
    select ctid as place from idempotency
    where tenant_id = w.tenant_id and task_id >= uuid_floor(w.week)
      and task_id < uuid_floor(w.week + interval '168 hours')
    limit @most
  ) k
  limit @most
) gone
where idempotency.ctid = gone.place;

-- name: DeleteOldRequests :exec
-- Some of the recorded calls that are too old to be repeated.
delete from request
using (
  select r.place
  from tenant t
  cross join lateral (
    select ctid as place from request
    where tenant_id = t.tenant_id and create_time < @before
    order by create_time limit @most
  ) r
  limit @most
) gone
where request.ctid = gone.place;

-- name: DeleteOldDeliveries :exec
-- Some of the deliveries of receipts older than the oldest week.
delete from delivery
using (
  select d.place
  from tenant t
  cross join lateral (
    select ctid as place from delivery
    where tenant_id = t.tenant_id and receipt_id < uuid_floor(@oldest_week)
    order by receipt_id limit @most
  ) d
  limit @most
) gone
where delivery.ctid = gone.place;

-- name: DeleteOldLinks :exec
-- Some of the links from receipts older than the oldest week.
delete from receipt_link
using (
  select l.place
  from tenant t
  cross join lateral (
    select ctid as place from receipt_link
    where tenant_id = t.tenant_id and parent_receipt_id < uuid_floor(@oldest_week)
    order by parent_receipt_id limit @most
  ) l
  limit @most
) gone
where receipt_link.ctid = gone.place;
