-- name: InsertLeases :exec
-- Tasks that are held from now on. The primary key forbids a second lease of one task.
insert into lease (tenant_id, task_id, lane_id, lease_id, fence, session_id, worker, instance, owner, obligated, state,
                   attempt, lease_losses, deliveries, version, head_sequence, head_hash, head_page_id,
                   assigned_receipt_id, accepted_receipt_id, grant_time, expire_time, ttl_ms, renewals, start_time,
                   fail_time, fail_reason, ties)
select @tenant_id, l.*
from unnest(@task_ids::uuid[], @lane_ids::bigint[], @lease_ids::uuid[], @fences::bigint[], @session_ids[?]::uuid[],
            @workers::text[], @instances::text[], @owners::text[], @obligateds::text[], @states::smallint[],
            @attempts::integer[], @lease_losses::integer[], @deliveries::integer[], @versions::bigint[],
            @head_sequences::integer[], @head_hashes::bytea[], @head_page_ids::uuid[], @assigned_receipt_ids::uuid[],
            @accepted_receipt_ids::uuid[], @grant_times::timestamptz[], @expire_times::timestamptz[],
            @ttls_ms::integer[], @renewals::integer[], @start_times[?]::timestamptz[],
            @fail_times[?]::timestamptz[], @fail_reasons[?]::smallint[], @ties::integer[]) as l;

-- name: LockLeases :many
-- Locks held tasks by id, in the order of ids, which all statements that lock share. The lateral looks up the primary
-- key for each id, so the plan does not depend on statistics.
select l.*, s.expire_time as "session_expire_time?"
from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
cross join lateral (
  select task_id, lane_id, lease_id, fence, session_id, worker, instance, owner, obligated, state, attempt,
         lease_losses, deliveries, version, head_sequence, head_hash, head_page_id, assigned_receipt_id,
         accepted_receipt_id, grant_time, expire_time, ttl_ms, renewals, start_time, fail_time, fail_reason,
         cancel_principal, cancel_reason, cancel_time, ties
  from lease
  where tenant_id = @tenant_id and task_id = u.task_id
  for update
) l
left join lateral (
  select expire_time from session where tenant_id = @tenant_id and session_id = l.session_id offset 0
) s on true;

-- name: ExpectLeases :one
-- The same lock on held tasks that this server remembers. Raises unless each is under the same fence, unchanged, awaited
-- by no other task since, and not expired. What renews or moves a lease leaves all that as it is, and its holder's call
-- goes on.
select expected(count(*) = cardinality(@task_ids::uuid[]), 'leases') as "expected!"
from (
  select *
  from unnest(@task_ids::uuid[], @fences::bigint[], @versions::bigint[], @head_sequences::integer[], @ties::integer[])
    as t(task_id, fence, version, head_sequence, ties)
  order by task_id
) u
cross join lateral (
  select session_id, expire_time
  from lease
  where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence and version = u.version
    and head_sequence = u.head_sequence and ties = u.ties
  for update
) l
left join lateral (
  select expire_time from session where tenant_id = @tenant_id and session_id = l.session_id offset 0
) s on true
where coalesce(s.expire_time, l.expire_time) > @now;

-- name: DeleteLeases :one
-- Tasks that are no longer held. The fence must be the one that was read, and the ties, too: the end of a task that is
-- awaited by now has to be told. The lateral finds each row by the primary key, and the delete goes to its ctid, as in
-- all statements that change many rows. Joined directly, a planner that thinks the table small reads all of it, or all
-- rows of the tenant.
with hit as (
  delete from lease
  using unnest(@task_ids::uuid[], @fences::bigint[], @ties::integer[]) as u(task_id, fence, ties)
  cross join lateral (
    select ctid as place from lease
    where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence and ties = u.ties offset 0
  ) l
  where lease.ctid = l.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'leases') as "expected!" from hit;

-- name: UpdateLeases :one
-- What changes while a task stays held: its state and version, the head of its chain, a request to cancel,
-- more rows that belong to it.
with hit as (
  update lease
  set state = u.state, version = u.version, head_sequence = u.head_sequence, head_hash = u.head_hash,
      head_page_id = u.head_page_id, start_time = u.start_time, cancel_principal = u.cancel_principal,
      cancel_reason = u.cancel_reason, cancel_time = u.cancel_time, ties = lease.ties | u.ties
  from unnest(@task_ids::uuid[], @fences::bigint[], @states::smallint[], @versions::bigint[],
              @head_sequences::integer[], @head_hashes::bytea[], @head_page_ids::uuid[], @start_times[?]::timestamptz[],
              @cancel_principals[?]::text[], @cancel_reasons[?]::text[], @cancel_times[?]::timestamptz[],
              @ties::integer[])
    as u(task_id, fence, state, version, head_sequence, head_hash, head_page_id, start_time, cancel_principal,
         cancel_reason, cancel_time, ties)
  cross join lateral (
    select ctid as place from lease
    where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence offset 0
  ) l
  where lease.ctid = l.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'leases') as "expected!" from hit;

-- name: RenewLeases :exec
-- Leases that no longer depend on a session: a worker whose stream broke may renew them and keep them when the session
-- expires. A later heartbeat of a session that still holds them takes them back.
update lease
set session_id = null, expire_time = u.expire_time, renewals = lease.renewals + 1
from unnest(@task_ids::uuid[], @fences::bigint[], @expire_times::timestamptz[]) as u(task_id, fence, expire_time)
cross join lateral (
  select ctid as place from lease
  where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence offset 0
) l
where lease.ctid = l.place;

-- name: AttachLeases :exec
-- Leases that the heartbeats of a session keep from now on.
update lease
set session_id = @session_id
from unnest(@task_ids::uuid[], @fences::bigint[]) as u(task_id, fence)
cross join lateral (
  select ctid as place from lease
  where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence offset 0
) l
where lease.ctid = l.place;

-- name: DetachLeases :exec
-- Leases that leave a session: they expire at the time that the session's last heartbeat set.
update lease
set session_id = null, expire_time = u.expire_time
from unnest(@task_ids::uuid[], @fences::bigint[], @expire_times::timestamptz[]) as u(task_id, fence, expire_time)
cross join lateral (
  select ctid as place, session_id from lease
  where tenant_id = @tenant_id and task_id = u.task_id and fence = u.fence offset 0
) l
where lease.ctid = l.place and l.session_id = @session_id;

-- name: PickExpiredLeases :many
-- Expired leases, a few per tenant, so that none waits behind another tenant's many. It does not matter which server
-- granted them.
select t.tenant_id, l.task_id as "task_id!"
from tenant t
cross join lateral (
  (select task_id from lease
   where tenant_id = t.tenant_id and session_id is null and expire_time <= @now
   order by expire_time limit @most_of_tenant)
  union all
  (select task_id from lease
   where tenant_id = t.tenant_id and fail_time <= @now
   order by fail_time limit @most_of_tenant)
  union all
  (select task_id from lease
   where tenant_id = t.tenant_id and cancel_time <= @now
   order by cancel_time limit @most_of_tenant)
) l
limit @most;

-- name: LockLeasesUnlessBusy :many
-- Locks what a sweep has picked, and skips rows that are locked: their transaction settles them, or the next sweep
-- finds them.
select l.*, s.expire_time as "session_expire_time?"
from (select task_id from unnest(@task_ids::uuid[]) as t(task_id) order by task_id) u
cross join lateral (
  select task_id, lane_id, lease_id, fence, session_id, worker, instance, owner, obligated, state, attempt,
         lease_losses, deliveries, version, head_sequence, head_hash, head_page_id, assigned_receipt_id,
         accepted_receipt_id, grant_time, expire_time, ttl_ms, renewals, start_time, fail_time, fail_reason,
         cancel_principal, cancel_reason, cancel_time, ties
  from lease
  where tenant_id = @tenant_id and task_id = u.task_id
  for update skip locked
) l
left join lateral (
  select expire_time from session where tenant_id = @tenant_id and session_id = l.session_id offset 0
) s on true;
