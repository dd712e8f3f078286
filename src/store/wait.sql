-- name: InsertWaits :exec
-- Waits that begin.
insert into wait (tenant_id, task_id, wake_time, groups_left, on_impossible, begin_receipt_id)
select @tenant_id, w.*
from unnest(@task_ids::uuid[], @wake_times[?]::timestamptz[], @groups_left::integer[], @on_impossibles::smallint[],
            @begin_receipt_ids::uuid[]) as w;

-- name: InsertConditions :exec
-- The conditions of waits that begin.
insert into condition (tenant_id, task_id, group_place, place, name, on_task_id, accepts, discharged, at_time, status,
                       receipt_id, channel, count, input_id, position)
select @tenant_id, c.*, case when c.channel is not null then nextval('signal_position') end
from unnest(@task_ids::uuid[], @group_places::integer[], @places::integer[], @names::text[], @on_task_ids[?]::uuid[],
            @accepts::integer[], @discharged::boolean[], @at_times[?]::timestamptz[], @statuses::smallint[],
            @receipt_ids[?]::uuid[], @channels[?]::text[], @counts[?]::integer[], @input_ids[?]::uuid[])
  as c(task_id, group_place, place, name, on_task_id, accepts, discharged, at_time, status, receipt_id, channel, count,
       input_id);

-- name: DeleteWaits :one
-- Waits that are over. The rows of their tasks are locked.
with hit as (
  delete from wait
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from wait where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) w
  where wait.ctid = w.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'DeleteWaits hits every row') as "hit!" from hit;

-- name: DeleteWaitsOfPaused :exec
-- The same of paused tasks, some of which have none.
delete from wait
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from wait where tenant_id = @tenant_id and task_id = u.task_id offset 0
) w
where wait.ctid = w.place;

-- name: DeleteConditions :exec
-- The conditions of tasks that have ended, or begin another wait, and the signals that only they had.
with taken as (
  delete from signal_taken
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as row from signal_taken
    where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) t
  where signal_taken.ctid = t.row
  returning signal_taken.signal_id
), spent as (
  delete from signal
  using taken
  cross join lateral (
    select ctid as row, broadcast from signal where tenant_id = @tenant_id and signal_id = taken.signal_id offset 0
  ) s
  where signal.ctid = s.row and not s.broadcast
)
delete from condition
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from condition where tenant_id = @tenant_id and task_id = u.task_id offset 0
) c
where condition.ctid = c.place;

-- name: LeaveConditions :exec
-- Conditions that a wait was over without: they are no longer looked for. One that waited for several signals leaves
-- those that had come to the next one on its channel.
with hit as (
  update condition
  set status = 4
  from unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as row, status from condition where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) c
  where condition.ctid = c.row and c.status = 1
  returning condition.channel, condition.count
)
insert into unresolved_channel (tenant_id, channel)
select distinct @tenant_id::uuid, channel from hit where count > 1 order by channel
on conflict (tenant_id, channel) do update set channel = excluded.channel;

-- name: OverrideConditions :exec
-- Conditions that are pending while an operator ends the wait. What has come for one that waited for several signals is
-- left as above.
with hit as (
  update condition
  set status = 5
  from unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as row, status from condition where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) c
  where condition.ctid = c.row and c.status = 1
  returning condition.channel, condition.count
)
insert into unresolved_channel (tenant_id, channel)
select distinct @tenant_id::uuid, channel from hit where count > 1 order by channel
on conflict (tenant_id, channel) do update set channel = excluded.channel;

-- name: ReadWaits :many
-- The waits of blocked tasks.
select w.task_id as "task_id!", w.wake_time as "wake_time?", w.groups_left as "groups_left!",
       w.on_impossible as "on_impossible!", w.begin_receipt_id as "begin_receipt_id!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from wait where tenant_id = @tenant_id and task_id = u.task_id offset 0) w;

-- name: UpdateWaits :exec
-- What changes while a task stays blocked.
update wait
set groups_left = u.groups_left, wake_time = u.wake_time
from unnest(@task_ids::uuid[], @groups_left::integer[], @wake_times[?]::timestamptz[])
  as u(task_id, groups_left, wake_time)
cross join lateral (
  select ctid as place from wait where tenant_id = @tenant_id and task_id = u.task_id offset 0
) w
where wait.ctid = w.place;

-- name: UpdateConditions :exec
-- Conditions that were met, or can no longer be.
update condition
set status = u.status, receipt_id = u.receipt_id
from unnest(@task_ids::uuid[], @group_places::integer[], @places::integer[], @statuses::smallint[],
            @receipt_ids[?]::uuid[]) as u(task_id, group_place, place, status, receipt_id)
cross join lateral (
  select ctid as row from condition
  where tenant_id = @tenant_id and task_id = u.task_id and group_place = u.group_place and place = u.place offset 0
) c
where condition.ctid = c.row;

-- name: ReadConditions :many
-- All conditions of tasks, in the order of their waits.
select c.task_id as "task_id!", c.group_place as "group_place!", c.place as "place!", c.name as "name!",
       c.on_task_id as "on_task_id?", c.accepts as "accepts!", c.discharged as "discharged!",
       c.at_time as "at_time?", c.channel as "channel?", c.count as "count?", c.status as "status!",
       c.receipt_id as "receipt_id?", c.input_id as "input_id?"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from condition where tenant_id = @tenant_id and task_id = u.task_id offset 0) c
order by c.task_id, c.group_place, c.place;

-- name: PickWaiters :many
-- Tasks with pending conditions on tasks that have ended, and how many of these; not conditions that a later locator
-- may still meet. The next three find the same tasks; all four go out together with what ended those that they wait for.
select w.task_id as "task_id!", w.conditions as "conditions!"
from (
  select p.task_id, count(*) as conditions
  from (
    select c.task_id
    from unnest(@on_task_ids::uuid[]) as u(on_task_id)
    cross join lateral (
      select state, discharged from ended where tenant_id = @tenant_id and task_id = u.on_task_id offset 0
    ) e
    cross join lateral (
      select task_id, group_place from condition o
      where o.tenant_id = @tenant_id and o.on_task_id = u.on_task_id and o.status = 1
        and not (e.state = 4 and not e.discharged and o.discharged and o.accepts & 16 <> 0)
      order by o.task_id
      limit @most
    ) c
    limit @most
  ) p
  group by p.task_id
  order by p.task_id
  limit @most_waiters
) w;

-- name: LockWaiters :many
-- Locks them, but for those that another transaction has locked.
select r.*
from (
  select p.task_id
  from (
    select c.task_id
    from unnest(@on_task_ids::uuid[]) as u(on_task_id)
    cross join lateral (
      select state, discharged from ended where tenant_id = @tenant_id and task_id = u.on_task_id offset 0
    ) e
    cross join lateral (
      select task_id, group_place from condition o
      where o.tenant_id = @tenant_id and o.on_task_id = u.on_task_id and o.status = 1
        and not (e.state = 4 and not e.discharged and o.discharged and o.accepts & 16 <> 0)
      order by o.task_id
      limit @most
    ) c
    limit @most
  ) p
  group by p.task_id
  order by p.task_id
  limit @most_waiters
) w
cross join lateral (
  select lane_id, eligible_time, task_id, attempt, lease_losses, deliveries, fence, version, head_sequence, head_hash,
         head_page_id, assigned_receipt_id, fail_time, state, ties
  from ready
  where tenant_id = @tenant_id and task_id = w.task_id
  for update skip locked
) r;

-- name: ReadWaiters :many
-- Their waits, and what was asked of them.
select w.task_id as "task_id!", w.wake_time as "wake_time?", w.groups_left as "groups_left!",
       w.on_impossible as "on_impossible!", w.begin_receipt_id as "begin_receipt_id!", t.owner as "owner!",
       t.obligated as "obligated!", t.terms as "terms!"
from (
  select distinct c.task_id
  from (
    select c.task_id
    from unnest(@on_task_ids::uuid[]) as u(on_task_id)
    cross join lateral (
      select state, discharged from ended where tenant_id = @tenant_id and task_id = u.on_task_id offset 0
    ) e
    cross join lateral (
      select task_id, group_place from condition o
      where o.tenant_id = @tenant_id and o.on_task_id = u.on_task_id and o.status = 1
        and not (e.state = 4 and not e.discharged and o.discharged and o.accepts & 16 <> 0)
      order by o.task_id
      limit @most
    ) c
    limit @most
  ) c
  order by c.task_id
  limit @most_waiters
) p
cross join lateral (select * from wait where tenant_id = @tenant_id and task_id = p.task_id offset 0) w
cross join lateral (
  select owner, obligated, terms from task where tenant_id = @tenant_id and task_id = p.task_id offset 0
) t;

-- name: ReadWaiterConditions :many
-- The conditions of the groups that the ends may decide; all of a task whose wait may be over by these groups, because
-- its receipt names what met it. In the order of the waits.
select c.task_id as "task_id!", c.group_place as "group_place!", c.place as "place!", c.name as "name!",
       c.on_task_id as "on_task_id?", c.accepts as "accepts!", c.discharged as "discharged!",
       c.at_time as "at_time?", c.channel as "channel?", c.count as "count?", c.status as "status!",
       c.receipt_id as "receipt_id?", c.input_id as "input_id?",
       w.groups_left <= cardinality(p.group_places) as "is_whole!"
from (
  select c.task_id, array_agg(distinct c.group_place) as group_places
  from (
    select c.task_id, c.group_place
    from unnest(@on_task_ids::uuid[]) as u(on_task_id)
    cross join lateral (
      select state, discharged from ended where tenant_id = @tenant_id and task_id = u.on_task_id offset 0
    ) e
    cross join lateral (
      select task_id, group_place from condition o
      where o.tenant_id = @tenant_id and o.on_task_id = u.on_task_id and o.status = 1
        and not (e.state = 4 and not e.discharged and o.discharged and o.accepts & 16 <> 0)
      order by o.task_id
      limit @most
    ) c
    limit @most
  ) c
  group by c.task_id
  order by c.task_id
  limit @most_waiters
) p
cross join lateral (
  select groups_left from wait where tenant_id = @tenant_id and task_id = p.task_id offset 0
) w
cross join lateral (
  select * from condition
  where tenant_id = @tenant_id and task_id = p.task_id and w.groups_left <= cardinality(p.group_places)
  union all
  select o.*
  from unnest(p.group_places) as g(group_place)
  cross join lateral (
    select * from condition where tenant_id = @tenant_id and task_id = p.task_id and group_place = g.group_place offset 0
  ) o
  where w.groups_left > cardinality(p.group_places)
) c
order by c.task_id, c.group_place, c.place;

-- name: ReadEdges :many
-- Which tasks blocked ones wait for.
select c.task_id as "task_id!", c.on_task_id as "on_task_id!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select * from condition where tenant_id = @tenant_id and task_id = u.task_id offset 0
) c
where c.status = 1 and c.on_task_id is not null
limit @most;

-- name: ReadEnds :many
-- How tasks have ended.
select e.task_id as "task_id!", e.state as "state!", e.discharged as "discharged!", e.outcome as "outcome!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0
) e;

-- name: TieReady :exec
-- Waiting tasks that another one waits for from now on. Their rows are locked.
update ready
set ties = ready.ties | 1
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0
) r
where ready.ctid = r.place;

-- name: TieLeases :exec
-- The same of held ones.
update lease
set ties = lease.ties | 1
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0
) l
where lease.ctid = l.place;

-- name: PickDueWaits :many
-- Waits one of whose times has passed, a few per tenant.
select t.tenant_id, w.task_id
from tenant t
cross join lateral (
  select task_id from wait
  where tenant_id = t.tenant_id and wake_time <= @now
  order by wake_time limit @most_of_tenant
) w
limit @most;

-- name: PickUnresolvedEnds :many
-- Ends whose waiters have not all been looked at, a few per tenant.
select t.tenant_id, e.task_id
from tenant t
cross join lateral (
  select task_id from unresolved_end where tenant_id = t.tenant_id order by task_id limit @most_of_tenant
) e
limit @most;

-- name: InsertUnresolvedEnds :exec
-- Leaves waiters to the loop.
insert into unresolved_end (tenant_id, task_id)
select @tenant_id, u.* from unnest(@task_ids::uuid[]) as u
on conflict do nothing;

-- name: DeleteUnresolvedEnds :exec
-- All waiters have been looked at.
delete from unresolved_end
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from unresolved_end where tenant_id = @tenant_id and task_id = u.task_id offset 0
) e
where unresolved_end.ctid = e.place;
