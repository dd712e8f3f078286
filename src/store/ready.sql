-- name: InsertReady :exec
-- Tasks that wait, for the first time or again.
insert into ready (tenant_id, lane_id, eligible_time, task_id, attempt, lease_losses, deliveries, fence, version,
                   head_sequence, head_hash, head_page_id, assigned_receipt_id, fail_time, state, ties)
select @tenant_id, r.*
from unnest(@lane_ids::bigint[], @eligible_times::timestamptz[], @task_ids::uuid[], @attempts::integer[],
            @lease_losses::integer[], @deliveries::integer[], @fences::bigint[], @versions::bigint[],
            @head_sequences::integer[], @head_hashes::bytea[], @head_page_ids::uuid[], @assigned_receipt_ids::uuid[],
            @fail_times[?]::timestamptz[], @states::smallint[], @ties::integer[]) as r;

-- name: PickReady :many
-- The best eligible tasks that a worker can do, without locks: the oldest of each lane that it can serve, and the best
-- of those. Other lanes are not read, and tasks beyond their deadline are left to the sweep. A lane with a known floor,
-- the time before which it has only dead rows, is read from there. Paused queues are left out here only to look no
-- further than needed: ReadToGrant says for certain. Verification tasks that none of the principals may have are left out
-- for the same reason. Beside them, as many of the tasks that only one of the principals
-- may lease: where they are not wanted, they must not stand in the way of the others.
select p.task_id as "task_id!", p.lane_id as "lane_id!", p.eligible_time as "eligible_time!", p.principal as "principal?"
from (
  (select r.task_id, l.lane_id, r.eligible_time, l.priority, null::text as principal
   from (
     select lane_id, priority
     from lane
     where tenant_id = @tenant_id
       and queue = any(@queues::text[])
       and (@any_type::boolean or type = any(@types::text[]))
       and capabilities <@ @capabilities::text[]
       and queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
     offset 0
   ) l
   cross join lateral (
     select task_id, eligible_time
     from ready
     where tenant_id = @tenant_id and lane_id = l.lane_id and may_be_leased(eligible_time, fail_time, @now)
       and eligible_time >= coalesce((
         select floor from unnest(@floor_lane_ids::bigint[], @floors::timestamptz[]) as f(lane_id, floor)
         where f.lane_id = l.lane_id limit 1
       ), '-infinity')
       and (ties & 2048 = 0 or (
         select v.barred @> @principals::text[] from verifier v
         where v.tenant_id = @tenant_id and v.task_id = ready.task_id
       ) is not true)
     order by eligible_time, task_id
     limit @most
   ) r
   order by l.priority desc, r.eligible_time, r.task_id
   limit @most)
  union all
  (select r.task_id, l.lane_id, r.eligible_time, l.priority, l.principal
   from unnest(@principals::text[]) as u(principal)
   cross join lateral (
     select lane_id, priority, principal
     from principal_lane
     where tenant_id = @tenant_id and principal = u.principal
       and queue = any(@queues::text[])
       and (@any_type::boolean or type = any(@types::text[]))
       and capabilities <@ @capabilities::text[]
       and queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
     offset 0
   ) l
   cross join lateral (
     select task_id, eligible_time
     from ready
     where tenant_id = @tenant_id and lane_id = l.lane_id and may_be_leased(eligible_time, fail_time, @now)
       and (ties & 2048 = 0 or (
         select u.principal = any(v.barred) from verifier v
         where v.tenant_id = @tenant_id and v.task_id = ready.task_id
       ) is not true)
     order by eligible_time, task_id
     limit @most
   ) r
   order by l.priority desc, r.eligible_time, r.task_id
   limit @most)
) p
order by p.priority desc, p.eligible_time, p.task_id;

-- name: PickReadyForAgent :many
-- The same for a claim in the session of an agent, whose role decides whether it gets verification tasks or all others.
-- Of each lane, as many are looked at as may stand before those. In a statement of its own, so that other claims do not
-- pay for it.
select p.task_id as "task_id!", p.lane_id as "lane_id!", p.eligible_time as "eligible_time!", p.principal as "principal?"
from (
  select r.task_id, l.lane_id, r.eligible_time, l.priority, l.principal
  from (
    select lane_id, priority, null::text as principal
    from lane
    where tenant_id = @tenant_id
      and queue = any(@queues::text[])
      and (@any_type::boolean or type = any(@types::text[]))
      and capabilities <@ @capabilities::text[]
      and queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
    union all
    select lane_id, priority, principal
    from principal_lane
    where tenant_id = @tenant_id and principal = @principal
      and queue = any(@queues::text[])
      and (@any_type::boolean or type = any(@types::text[]))
      and capabilities <@ @capabilities::text[]
      and queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
    offset 0
  ) l
  cross join lateral (
    select task_id, eligible_time
    from (
      select task_id, eligible_time, ties
      from ready
      where tenant_id = @tenant_id and lane_id = l.lane_id and may_be_leased(eligible_time, fail_time, @now)
      order by eligible_time, task_id
      limit @most_looked_at
    ) a
    where (ties & 2048 <> 0) = @verifies::boolean
      and (ties & 2048 = 0 or (
        select @principal = any(v.barred) from verifier v
        where v.tenant_id = @tenant_id and v.task_id = a.task_id
      ) is not true)
    order by eligible_time, task_id
    limit @most
  ) r
  order by l.priority desc, r.eligible_time, r.task_id
  limit @most
) p
order by p.priority desc, p.eligible_time, p.task_id;

-- name: PickReadyOfTree :many
-- The same of the tasks of one tree, of which as many live as the tree's limit allows.
select r.task_id as "task_id!", r.lane_id as "lane_id!", r.eligible_time as "eligible_time!", l.principal as "principal?"
from (
  select task_id from child
  where tenant_id = @tenant_id and root_task_id = @root_task_id and root_task_id <= root_task_id
  union all
  select @root_task_id::uuid
) u
cross join lateral (
  select task_id, lane_id, eligible_time
  from ready
  where tenant_id = @tenant_id and task_id = u.task_id and may_be_leased(eligible_time, fail_time, @now)
    and (ties & 2048 <> 0) = @verifies::boolean
    and (ties & 2048 = 0 or (
      select @principal = any(v.barred) from verifier v
      where v.tenant_id = @tenant_id and v.task_id = ready.task_id
    ) is not true)
  offset 0
) r
cross join lateral (
  select queue, type, capabilities, priority, null::text as principal
  from lane
  where tenant_id = @tenant_id and lane_id = r.lane_id
  union all
  select p.queue, p.type, p.capabilities, p.priority, p.principal
  from principal_lane p
  where p.tenant_id = @tenant_id and p.principal = @principal and p.lane_id = r.lane_id
  offset 0
) l
where l.queue = any(@queues::text[])
  and (@any_type::boolean or l.type = any(@types::text[]))
  and l.capabilities <@ @capabilities::text[]
  and l.queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
order by l.priority desc, r.eligible_time, r.task_id
limit @most;

-- name: PickNamedReady :many
-- The same of named tasks, the best first. A lane says what a worker of it must be able to do.
select r.task_id as "task_id!", r.lane_id as "lane_id!", r.eligible_time as "eligible_time!", l.principal as "principal?"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select task_id, lane_id, eligible_time
  from ready
  where tenant_id = @tenant_id and task_id = u.task_id and may_be_leased(eligible_time, fail_time, @now)
    and (ties & 2048 = 0 or (
      select v.barred @> @principals::text[] from verifier v
      where v.tenant_id = @tenant_id and v.task_id = ready.task_id
    ) is not true)
  offset 0
) r
cross join lateral (
  select queue, type, capabilities, priority, null::text as principal
  from lane
  where tenant_id = @tenant_id and lane_id = r.lane_id
  union all
  select p.queue, p.type, p.capabilities, p.priority, p.principal
  from unnest(@principals::text[]) as o(principal)
  cross join lateral (
    select * from principal_lane where tenant_id = @tenant_id and principal = o.principal and lane_id = r.lane_id offset 0
  ) p
  offset 0
) l
where (@any_queue::boolean or l.queue = any(@queues::text[]))
  and (@any_type::boolean or l.type = any(@types::text[]))
  and l.capabilities <@ @capabilities::text[]
  and l.queue <> all(array(select queue from paused_queue where tenant_id = @tenant_id))
order by l.priority desc, r.eligible_time, r.task_id;

-- name: LockPickedReady :many
-- Locks the first of the picked tasks that no other transaction has locked, at most as many as wanted, in the order in
-- which they were picked.
select u.place as "place!", r.*
from unnest(@lane_ids::bigint[], @eligible_times::timestamptz[], @task_ids::uuid[]) with ordinality
  as u(lane_id, eligible_time, task_id, place)
cross join lateral (
  select lane_id, eligible_time, task_id, attempt, lease_losses, deliveries, fence, version, head_sequence, head_hash,
         head_page_id, assigned_receipt_id, fail_time, state, ties
  from ready
  where tenant_id = @tenant_id and lane_id = u.lane_id and eligible_time = u.eligible_time and task_id = u.task_id
  for update skip locked
) r
limit @most;

-- name: LockReady :many
-- Locks waiting tasks by id, in the order of ids, which all statements that lock share. One that waits for a scope has
-- its place in its lane in the same row.
select r.lane_id as "lane_id!", r.eligible_time as "eligible_time!", r.task_id as "task_id!", r.attempt as "attempt!",
       r.lease_losses as "lease_losses!", r.deliveries as "deliveries!", r.fence as "fence!", r.version as "version!",
       r.head_sequence as "head_sequence!", r.head_hash as "head_hash!", r.head_page_id as "head_page_id!",
       r.assigned_receipt_id as "assigned_receipt_id!", r.fail_time as "fail_time?", r.state as "state!",
       r.ties as "ties!"
from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
cross join lateral (
  select lane_id, coalesce(kept_time, eligible_time) as eligible_time, task_id, attempt, lease_losses, deliveries, fence,
         version, head_sequence, head_hash, head_page_id, assigned_receipt_id, fail_time, state, ties
  from ready
  where tenant_id = @tenant_id and task_id = u.task_id
  for update
) r;

-- name: LockReadyUnlessBusy :many
-- The same of rows that no other transaction has locked.
select r.lane_id as "lane_id!", r.eligible_time as "eligible_time!", r.task_id as "task_id!", r.attempt as "attempt!",
       r.lease_losses as "lease_losses!", r.deliveries as "deliveries!", r.fence as "fence!", r.version as "version!",
       r.head_sequence as "head_sequence!", r.head_hash as "head_hash!", r.head_page_id as "head_page_id!",
       r.assigned_receipt_id as "assigned_receipt_id!", r.fail_time as "fail_time?", r.state as "state!",
       r.ties as "ties!"
from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
cross join lateral (
  select lane_id, coalesce(kept_time, eligible_time) as eligible_time, task_id, attempt, lease_losses, deliveries, fence,
         version, head_sequence, head_hash, head_page_id, assigned_receipt_id, fail_time, state, ties
  from ready
  where tenant_id = @tenant_id and task_id = u.task_id
  for update skip locked
) r;

-- name: DeleteReady :one
-- Tasks that no longer wait, or wait differently. Their rows are locked.
with hit as (
  delete from ready
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) r
  where ready.ctid = r.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'waiting tasks') as "expected!" from hit;

-- name: PickOverdueReady :many
-- Waiting tasks beyond their deadline, a few per tenant.
select t.tenant_id, r.task_id
from tenant t
cross join lateral (
  select task_id from ready
  where tenant_id = t.tenant_id and fail_time <= @now
  order by fail_time limit @most_of_tenant
) r
limit @most;
