-- name: PollWaits :many
-- Everything that calls wait for on one server, in one statement: for each queue, what has become eligible lately and
-- when more will be; tasks whose version differs from the one that was seen; whether the sweep has work, and when the
-- next sleeping task is to wake, if that is soon. It runs outside a transaction, so no planner setting applies to it and it is planned each time: every part is ordered by the
-- index that it should use and limited to one row. How far back it looks bounds how many dead rows it reads.
with clock as materialized (
  select coalesce(@scripted_now?::timestamptz, date_trunc('milliseconds', clock_timestamp())) as now
)
select 'queue' as "what!", t.tenant_id as "tenant_id?", l.queue as "name!",
       (count(e.eligible_time) || ' ' || bit_xor(hashtextextended(l.lane_id || ' ' || e.eligible_time, 0))) as "mark?",
       ceil(min(extract(epoch from n.eligible_time - c.now) * 1000))::bigint as "next_ms?"
from clock c
cross join unnest(@queue_tenant_ids::uuid[]) as t(tenant_id)
cross join lateral (
  select lane_id, queue from lane where tenant_id = t.tenant_id and queue = any(@queues::text[]) offset 0
) l
left join lateral (
  select eligible_time from ready
  where tenant_id = t.tenant_id and lane_id = l.lane_id
    and eligible_time <= c.now and eligible_time > c.now - @back_ms::float8 * interval '1 ms'
  order by eligible_time desc limit 1
) e on true
left join lateral (
  select eligible_time from ready
  where tenant_id = t.tenant_id and lane_id = l.lane_id
    and eligible_time > c.now and eligible_time <= c.now + @ahead_ms::float8 * interval '1 ms'
  order by eligible_time limit 1
) n on true
group by t.tenant_id, l.queue
having count(e.eligible_time) + count(n.eligible_time) > 0
union all
select 'addressee', p.tenant_id, p.principal,
       (count(e.eligible_time) || ' ' || bit_xor(hashtextextended(l.lane_id || ' ' || e.eligible_time, 0))),
       ceil(min(extract(epoch from n.eligible_time - c.now) * 1000))::bigint
from clock c
cross join unnest(@addressee_tenant_ids::uuid[], @addressees::text[]) as p(tenant_id, principal)
cross join lateral (
  select lane_id from principal_lane where tenant_id = p.tenant_id and principal = p.principal offset 0
) l
left join lateral (
  select eligible_time from ready
  where tenant_id = p.tenant_id and lane_id = l.lane_id
    and eligible_time <= c.now and eligible_time > c.now - @back_ms::float8 * interval '1 ms'
  order by eligible_time desc limit 1
) e on true
left join lateral (
  select eligible_time from ready
  where tenant_id = p.tenant_id and lane_id = l.lane_id
    and eligible_time > c.now and eligible_time <= c.now + @ahead_ms::float8 * interval '1 ms'
  order by eligible_time limit 1
) n on true
group by p.tenant_id, p.principal
having count(e.eligible_time) + count(n.eligible_time) > 0
union all
select 'task', w.tenant_id, w.task_id::text, coalesce(r.version, l.version, e.version)::text, null
from unnest(@task_tenant_ids::uuid[], @task_ids::uuid[], @seen_versions::bigint[]) as w(tenant_id, task_id, version)
left join lateral (
  select version from ready where tenant_id = w.tenant_id and task_id = w.task_id order by task_id limit 1
) r on true
left join lateral (
  select version from lease where tenant_id = w.tenant_id and task_id = w.task_id order by task_id limit 1
) l on true
left join lateral (
  select version from ended where tenant_id = w.tenant_id and task_id = w.task_id order by task_id limit 1
) e on true
where coalesce(r.version, l.version, e.version) <> w.version
union all
select 'due', null, '', null, null
from clock c
where @asks_due::boolean and exists (
  select from tenant t
  cross join lateral (
    (select from lease
     where tenant_id = t.tenant_id and session_id is null and expire_time <= c.now order by expire_time limit 1)
    union all
    (select from lease where tenant_id = t.tenant_id and fail_time <= c.now order by fail_time limit 1)
    union all
    (select from lease where tenant_id = t.tenant_id and cancel_time <= c.now order by cancel_time limit 1)
    union all
    (select from ready where tenant_id = t.tenant_id and fail_time <= c.now order by fail_time limit 1)
    union all
    (select from session where tenant_id = t.tenant_id and expire_time <= c.now limit 1)
    union all
    (select from wait where tenant_id = t.tenant_id and wake_time <= c.now order by wake_time limit 1)
    union all
    (select from unresolved_end where tenant_id = t.tenant_id order by task_id limit 1)
    union all
    (select from parent_end where tenant_id = t.tenant_id order by task_id limit 1)
    union all
    (select from overspent where tenant_id = t.tenant_id order by task_id limit 1)
    union all
    (select from unresolved_channel where tenant_id = t.tenant_id order by channel limit 1)
    union all
    (select from broadcast where tenant_id = t.tenant_id order by channel, position limit 1)
    union all
    (select from unresolved_scope where tenant_id = t.tenant_id order by task_id limit 1)
  ) due
)
union all
select 'soon', null, '', null, ceil(extract(epoch from min(s.wake_time) - c.now) * 1000)::bigint
from clock c
cross join tenant t
cross join lateral (
  select wake_time from wait
  where tenant_id = t.tenant_id and wake_time > c.now and wake_time <= c.now + @ahead_ms::float8 * interval '1 ms'
  order by wake_time limit 1
) s
where @asks_due::boolean
group by c.now;

-- name: PollObligations :many
-- A fingerprint of what each principal owes, over at most ten thousand open receipts, as many as a watch keeps. It
-- reads many rows of one principal, which a planner may prefer to find by reading the whole table, so it needs the
-- planner settings.
select w.tenant_id as "tenant_id!", w.principal as "principal!", (o.mark || ' ' || l.mark) as "mark!"
from unnest(@tenant_ids::uuid[], @principals::text[]) as w(tenant_id, principal)
cross join lateral (
  select count(*) || ' ' || coalesce(bit_xor(uuid_hash_extended(receipt_id, 0)), 0) as mark
  from (
    select receipt_id from obligation
    where tenant_id = w.tenant_id and principal = w.principal order by receipt_id limit 10001
  ) o
) o
cross join lateral (
  select count(*) || ' ' || coalesce(bit_xor(uuid_hash_extended(accepted_receipt_id, 0)), 0) as mark
  from (
    select accepted_receipt_id from lease
    where tenant_id = w.tenant_id and worker = w.principal order by accepted_receipt_id limit 10001
  ) l
) l;
