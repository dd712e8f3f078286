-- name: LockChannels :many
-- Of a wait that begins and a signal that is sent at the same time, one sees the other. In an order that all share; the
-- locks end with the transaction.
select pg_advisory_xact_lock(k.key)::text as "locked!"
from (
  select distinct hashtextextended('channel ' || @tenant_id::uuid::text || u.channel, 0) as key
  from unnest(@channels::text[]) as u(channel)
  order by 1
  offset 0
) k;

-- name: InsertKeptSignal :one
-- A signal, behind all that wait on its channel.
with made as (
  insert into signal (tenant_id, signal_id, channel, position, from_principal, payload, create_time, broadcast,
                      expire_time)
  select @tenant_id, @signal_id, @channel, nextval('signal_position'), @from_principal, u.payload, @create_time, false,
         @expire_time
  from unnest(@payloads[?]::bytea[]) as u(payload)
  returning tenant_id, channel, position, signal_id, expire_time
), expiring as (
  insert into signal_expiry (tenant_id, expire_time, signal_id) select tenant_id, expire_time, signal_id from made
)
insert into kept_signal (tenant_id, channel, position, signal_id, expire_time)
select * from made
returning position;

-- name: InsertBroadcast :one
-- A signal for all that wait on its channel before it.
with made as (
  insert into signal (tenant_id, signal_id, channel, position, from_principal, payload, create_time, broadcast,
                      expire_time)
  select @tenant_id, @signal_id, @channel, nextval('signal_position'), @from_principal, u.payload, @create_time, true,
         @expire_time
  from unnest(@payloads[?]::bytea[]) as u(payload)
  returning tenant_id, channel, position, signal_id, expire_time
), expiring as (
  insert into signal_expiry (tenant_id, expire_time, signal_id) select tenant_id, expire_time, signal_id from made
)
insert into broadcast (tenant_id, channel, position, signal_id)
select tenant_id, channel, position, signal_id from made
returning position;

-- name: ReadKept :many
-- Kept signals of channels, oldest first, as many of each as asked for.
select u.channel as "channel!", s.signal_id as "signal_id!"
from unnest(@channels::text[], @mosts::integer[]) as u(channel, most)
cross join lateral (
  select signal_id, position from kept_signal
  where tenant_id = @tenant_id and channel = u.channel and expire_time > @now
  order by position
  limit u.most
) s
order by u.channel, s.position;

-- name: ReadWaitedFor :many
-- Those of the channels on which conditions wait.
select u.channel as "channel!"
from unnest(@channels::text[]) as u(channel)
cross join lateral (
  select from condition where tenant_id = @tenant_id and channel = u.channel and status = 1 order by position limit 1
) c;

-- name: PickConditionsOnChannel :many
-- The conditions that have waited longest on a channel, between two positions.
select task_id, group_place, place, count as "count!", position as "position!"
from condition
where tenant_id = @tenant_id and channel = @channel and status = 1
  and position > @after_position and position < @before_position
order by position
limit @most;

-- name: ReadLastBroadcast :maybe
-- The last broadcast on a channel that has not reached all: what had begun to wait before it is met by it.
select position from broadcast
where tenant_id = @tenant_id and channel = @channel
order by position desc
limit 1;

-- name: CountConditionsOnChannel :one
-- How many conditions wait on a channel.
select count(*)::integer as "count!" from condition where tenant_id = @tenant_id and channel = @channel and status = 1;

-- name: CountKept :one
-- The kept signals of a channel, counted no further than the given bound.
select count(*)::integer as "count!"
from (select from kept_signal where tenant_id = @tenant_id and channel = @channel limit @most) s;

-- name: InsertTaken :exec
-- Signals that conditions have taken.
insert into signal_taken (tenant_id, task_id, group_place, place, signal_id)
select @tenant_id, t.*
from unnest(@task_ids::uuid[], @group_places::integer[], @places::integer[], @signal_ids::uuid[]) as t;

-- name: DeleteKept :exec
-- They are not kept any more, and do not expire. Broadcasts never were kept.
with taken as (
  update signal
  set expire_time = null
  from (select distinct id from unnest(@signal_ids::uuid[]) as u(id)) u
  cross join lateral (
    select ctid as row, broadcast, expire_time from signal where tenant_id = @tenant_id and signal_id = u.id offset 0
  ) s
  where signal.ctid = s.row and not s.broadcast
  returning signal.channel, signal.position, signal.signal_id, s.expire_time
), expiring as (
  delete from signal_expiry
  using taken
  cross join lateral (
    select ctid as row from signal_expiry
    where tenant_id = @tenant_id and expire_time = taken.expire_time and signal_id = taken.signal_id offset 0
  ) e
  where signal_expiry.ctid = e.row
)
delete from kept_signal
using taken
cross join lateral (
  select ctid as row from kept_signal
  where tenant_id = @tenant_id and channel = taken.channel and position = taken.position offset 0
) k
where kept_signal.ctid = k.row;

-- name: ReadTaken :many
-- The signals that conditions of tasks have taken, in the order of the waits and oldest first.
select t.task_id as "task_id!", t.group_place as "group_place!", t.place as "place!", s.signal_id as "signal_id!",
       s.channel as "channel!", s.from_principal as "from_principal!", s.payload as "payload?",
       s.create_time as "create_time!", s.broadcast as "broadcast!", s.expire_time as "expire_time?",
       s.position as "position!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from signal_taken where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
cross join lateral (select * from signal where tenant_id = @tenant_id and signal_id = t.signal_id offset 0) s
order by t.task_id, t.group_place, t.place, s.position;

-- name: ListTaken :many
-- What one task has taken, oldest first, from a position on.
select s.signal_id as "signal_id!", s.channel as "channel!", s.from_principal as "from_principal!",
       s.payload as "payload?", s.create_time as "create_time!", s.broadcast as "broadcast!",
       s.expire_time as "expire_time?", s.position as "position!"
from (select distinct signal_id from signal_taken where tenant_id = @tenant_id and task_id = @task_id) t
cross join lateral (select * from signal where tenant_id = @tenant_id and signal_id = t.signal_id offset 0) s
where s.position > @after_position
order by s.position
limit @most;

-- name: ListKept :many
-- The kept signals of a channel, oldest first, from a position on.
select s.signal_id as "signal_id!", s.channel as "channel!", s.from_principal as "from_principal!",
       s.payload as "payload?", s.create_time as "create_time!", s.broadcast as "broadcast!",
       s.expire_time as "expire_time?", s.position as "position!"
from (
  select signal_id, position from kept_signal
  where tenant_id = @tenant_id and channel = @channel and position > @after_position and expire_time > @now
  order by position
  limit @most
) k
cross join lateral (select * from signal where tenant_id = @tenant_id and signal_id = k.signal_id offset 0) s
order by k.position;

-- name: ListWaiting :many
-- The conditions that wait on a channel, those that have waited longest first, from a position on.
select task_id, name, count as "count!", position as "position!"
from condition
where tenant_id = @tenant_id and channel = @channel and status = 1 and position > @after_position
order by position
limit @most;

-- name: InsertUnresolvedChannels :exec
-- Leaves channels to the loop. A row that is there is written again: the loop then cannot delete it for what it saw
-- before this transaction is committed.
insert into unresolved_channel (tenant_id, channel)
select @tenant_id, u.* from unnest(@channels::text[]) as u
on conflict (tenant_id, channel) do update set channel = excluded.channel;

-- name: DeleteUnresolvedChannel :exec
-- A channel that is about to be looked at. One that another transaction is leaving to the loop is looked at later.
delete from unresolved_channel
using (
  select ctid as place from unresolved_channel
  where tenant_id = @tenant_id and channel = @channel
  for update skip locked
) u
where unresolved_channel.ctid = u.place;

-- name: PickUnresolvedChannels :many
-- Channels that are to be looked at again, a few per tenant.
select t.tenant_id, c.channel
from tenant t
cross join lateral (
  select channel from unresolved_channel where tenant_id = t.tenant_id order by channel limit @most_of_tenant
) c
limit @most;

-- name: PickBroadcasts :many
-- Broadcasts that have not reached all, a few per tenant, oldest first in each channel.
select t.tenant_id, b.channel, b.signal_id, b.position
from tenant t
cross join lateral (
  select channel, signal_id, position from broadcast
  where tenant_id = t.tenant_id order by channel, position limit @most_of_tenant
) b
limit @most;

-- name: DeleteBroadcast :exec
-- All that waited for it have been met.
delete from broadcast
using (
  select ctid as place from broadcast
  where tenant_id = @tenant_id and channel = @channel and position = @position offset 0
) b
where broadcast.ctid = b.place;

-- name: PickExpiredSignals :many
-- Signals whose time has passed, a few per tenant, and whether a task still has one that was broadcast.
select t.tenant_id, x.expire_time, x.signal_id, coalesce(s.broadcast and h.there, false) as "is_used!"
from tenant t
cross join lateral (
  select expire_time, signal_id from signal_expiry
  where tenant_id = t.tenant_id and expire_time <= @before order by expire_time, signal_id limit @most_of_tenant
) x
left join lateral (
  select broadcast from signal where tenant_id = t.tenant_id and signal_id = x.signal_id offset 0
) s on true
left join lateral (
  select true as there from condition
  where tenant_id = t.tenant_id and receipt_id = x.signal_id and channel is not null order by receipt_id limit 1
) h on s.broadcast
limit @most;

-- name: DeleteExpiries :exec
-- Signals that are looked at.
delete from signal_expiry
using unnest(@tenant_ids::uuid[], @expire_times::timestamptz[], @signal_ids::uuid[]) as u(tenant_id, expire_time, id)
cross join lateral (
  select ctid as place from signal_expiry
  where tenant_id = u.tenant_id and expire_time = u.expire_time and signal_id = u.id offset 0
) e
where signal_expiry.ctid = e.place;

-- name: InsertExpiries :exec
-- Broadcasts that tasks still have: they are looked at again later.
insert into signal_expiry (tenant_id, expire_time, signal_id)
select u.tenant_id, @until, u.id
from unnest(@tenant_ids::uuid[], @signal_ids::uuid[]) as u(tenant_id, id)
on conflict do nothing;

-- name: DeleteSignals :exec
-- Signals that no condition has taken in time, and broadcasts that no task has any more.
with gone as (
  delete from signal
  using unnest(@tenant_ids::uuid[], @signal_ids::uuid[]) as u(tenant_id, id)
  cross join lateral (
    select ctid as place from signal where tenant_id = u.tenant_id and signal_id = u.id offset 0
  ) s
  where signal.ctid = s.place
  returning signal.tenant_id, signal.channel, signal.position
)
delete from kept_signal
using gone
cross join lateral (
  select ctid as row from kept_signal
  where tenant_id = gone.tenant_id and channel = gone.channel and position = gone.position offset 0
) k
where kept_signal.ctid = k.row;

-- name: IsOfTree :one
-- Whether a principal owns the top of a task's tree, or holds a task of it.
select coalesce(o.there or h.there, false) as "there!"
from (
  select coalesce(root_task_id, task_id) as root from task where tenant_id = @tenant_id and task_id = @task_id offset 0
) r
cross join lateral (
  select bool_or(owner = @me) as there from task where tenant_id = @tenant_id and task_id = r.root
) o
cross join lateral (
  select exists (
    select from lease l
    cross join lateral (
      select task_id, root_task_id from task where tenant_id = @tenant_id and task_id = l.task_id offset 0
    ) t
    where l.tenant_id = @tenant_id and l.worker = @me and (t.task_id = r.root or t.root_task_id = r.root)
  ) as there
) h;
