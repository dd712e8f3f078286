-- name: ListQueueNames :many
-- A page of the queues that have had tasks or are paused, with their pauses.
select q.queue as "queue!", p.pause_time as "pause_time?", p.principal as "principal?", p.reason as "reason?"
from (
  select queue from lane where tenant_id = @tenant_id
  union
  select queue from paused_queue where tenant_id = @tenant_id
) q
left join lateral (
  select * from paused_queue where tenant_id = @tenant_id and queue = q.queue offset 0
) p on true
where q.queue > @after_queue and (@any_queue::boolean or q.queue = @queue)
order by q.queue
limit @most;

-- name: CountQueues :many
-- What waits in queues, each number counted no further than the given bound.
select q.queue as "queue!", w.tasks as "waiting!", o.time as "oldest_time?", d.tasks as "delayed!",
       b.tasks as "blocked!"
from (
  select queue, array_agg(lane_id) as lane_ids
  from lane
  where tenant_id = @tenant_id and queue = any(@queues::text[])
  group by queue
) q
cross join lateral (
  select count(*)::integer as tasks from (
    select from unnest(q.lane_ids) as l(lane_id)
    cross join lateral (
      select from ready where tenant_id = @tenant_id and lane_id = l.lane_id and eligible_time <= @now
      order by eligible_time limit @counted_max
    ) r
    limit @counted_max
  ) c
) w
cross join lateral (
  select min(r.eligible_time) as time
  from unnest(q.lane_ids) as l(lane_id)
  cross join lateral (
    select eligible_time from ready where tenant_id = @tenant_id and lane_id = l.lane_id and eligible_time <= @now
    order by eligible_time limit 1
  ) r
) o
cross join lateral (
  select count(*)::integer as tasks from (
    select from unnest(q.lane_ids) as l(lane_id)
    cross join lateral (
      select from ready
      where tenant_id = @tenant_id and lane_id = l.lane_id and eligible_time > @now and eligible_time < @never
      order by eligible_time limit @counted_max
    ) r
    limit @counted_max
  ) c
) d
cross join lateral (
  select count(*)::integer as tasks from (
    select from unnest(q.lane_ids) as l(lane_id)
    cross join lateral (
      select from ready where tenant_id = @tenant_id and lane_id = l.lane_id and eligible_time >= @never
      order by eligible_time limit @counted_max
    ) r
    limit @counted_max
  ) c
) b;

-- name: CountHeldByQueue :many
-- What workers hold in each queue, among a bounded number of leases of the tenant.
select n.queue as "queue!", sum(h.leases)::integer as "held!"
from (
  select lane_id, count(*) as leases
  from (select lane_id from lease where tenant_id = @tenant_id limit @most) l
  group by lane_id
) h
cross join lateral (select queue from lane where tenant_id = @tenant_id and lane_id = h.lane_id offset 0) n
group by n.queue;

-- name: SampleFlow :many
-- Assignments and ends of tasks since a time, the newest first and no more than the given bound: how many of each in
-- each queue, and the time of the oldest.
select t.queue as "queue!", s.type as "type!", count(*)::integer as "receipts!", min(s.create_time) as "oldest_time!"
from (
  select r.chain_id, r.type, p.create_time
  from (
    select chain_ids, types, create_time from ledger_page
    where tenant_id = @tenant_id and page_id >= uuid_floor(@since)
    order by page_id desc
    limit @pages_max
  ) p
  cross join lateral unnest(p.chain_ids, p.types) as r(chain_id, type)
  where r.type = any(@types::smallint[])
  limit @most
) s
cross join lateral (select queue from task where tenant_id = @tenant_id and task_id = s.chain_id offset 0) t
group by t.queue, s.type;

-- name: MeasureQueues :many
-- What waits in the queues of all tenants, for metrics: each number is counted no further than the given bound, and
-- among a bounded number of lanes.
select t.name as "tenant!", q.queue as "queue!", w.tasks as "waiting!", o.time as "oldest_time?"
from (
  select tenant_id, queue, array_agg(lane_id) as lane_ids
  from (select tenant_id, queue, lane_id from lane limit @lanes_max) l
  group by tenant_id, queue
) q
cross join lateral (select name from tenant where tenant_id = q.tenant_id offset 0) t
cross join lateral (
  select count(*)::integer as tasks from (
    select from unnest(q.lane_ids) as l(lane_id)
    cross join lateral (
      select from ready where tenant_id = q.tenant_id and lane_id = l.lane_id and eligible_time <= @now
      order by eligible_time limit @counted_max
    ) r
    limit @counted_max
  ) c
) w
cross join lateral (
  select min(r.eligible_time) as time
  from unnest(q.lane_ids) as l(lane_id)
  cross join lateral (
    select eligible_time from ready where tenant_id = q.tenant_id and lane_id = l.lane_id and eligible_time <= @now
    order by eligible_time limit 1
  ) r
) o
order by w.tasks desc, t.name, q.queue
limit @most;
