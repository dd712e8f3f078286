-- name: InsertSession :exec
-- A new session of a worker.
insert into session (tenant_id, session_id, principal, instance, expire_time, ttl_ms, create_time)
values (@tenant_id, @session_id, @principal, @instance, @expire_time, @ttl_ms, @now);

-- name: HeartbeatSessions :many
-- One row per heartbeat keeps all leases of a session, and one statement handles many sessions of any tenants. An
-- expired session stays expired, and a stream with an old epoch keeps nothing. A row that is being changed at the same
-- time can be missed: read every session that is missing in the result.
update session
set expire_time = u.expire_time
from (
  select *
  from unnest(@tenant_ids::uuid[], @session_ids::uuid[], @epochs::integer[], @expire_times::timestamptz[])
    as t(tenant_id, session_id, epoch, expire_time)
  order by tenant_id, session_id
) u
cross join lateral (
  select ctid as place from session
  where tenant_id = u.tenant_id and session_id = u.session_id and epoch = u.epoch and expire_time > @now offset 0
) s
where session.ctid = s.place
returning session.session_id, session.expire_time;

-- name: ReadSessions :many
-- The sessions that a heartbeat has missed.
select s.session_id as "session_id!", s.epoch as "epoch!", s.expire_time as "expire_time!"
from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select * from session where tenant_id = u.tenant_id and session_id = u.session_id offset 0
) s;

-- name: LockSession :maybe
-- Locks a session to resume or end it. It waits for the grants under way, so that their leases are seen.
select session_id, principal, epoch, expire_time
from session
where tenant_id = @tenant_id and session_id = @session_id
for update;

-- name: ResumeSession :exec
-- Raises the epoch of a locked session: the stream before has no effect any more.
update session
set epoch = @epoch, instance = @instance, expire_time = @expire_time, ttl_ms = @ttl_ms
where tenant_id = @tenant_id and session_id = @session_id;

-- name: WriteSessionKind :exec
-- What the worker of a session can do, from now on.
insert into session_kind (tenant_id, session_id, queues, types, capabilities)
values (@tenant_id, @session_id, @queues, @types, @capabilities)
on conflict (tenant_id, session_id) do update
set queues = excluded.queues, types = excluded.types, capabilities = excluded.capabilities;

-- name: BreakSession :exec
-- Shortens the time of a session whose stream broke; never extends it.
update session
set expire_time = @expire_time
where tenant_id = @tenant_id and session_id = @session_id and epoch = @epoch and expire_time > @expire_time;

-- name: EndSession :maybe
-- Removes a locked session that keeps no lease. If it was an agent's, says whether it holds scopes of its own.
with kind as (
  delete from session_kind where tenant_id = @tenant_id and session_id = @session_id
), ended as (
  delete from session where tenant_id = @tenant_id and session_id = @session_id
)
delete from agent_session
where tenant_id = @tenant_id and session_id = @session_id
returning has_scopes;

-- name: LockSessionsToGrant :many
-- Locks sessions that are about to keep new leases. Heartbeats do not conflict with this lock; resuming, ending or
-- removing a session waits for it and then sees those leases. With a plain read, a lease could be added to a session
-- that was resumed meanwhile: no worker would know of it, and heartbeats would keep it forever.
select s.*
from (select session_id from unnest(@session_ids::uuid[]) as t(session_id) order by session_id) u
cross join lateral (
  select session_id, epoch, expire_time, ttl_ms
  from session
  where tenant_id = @tenant_id and session_id = u.session_id
  for key share
) s;

-- name: ExpectSessions :one
-- The same lock on sessions that this server has read before. Raises unless each is still of that epoch and lives at
-- least as long as it did then, and if one of the queues is paused.
select expected(count(*) = cardinality(@session_ids::uuid[])
                and not @queues::text[] && (select paused_queues(@tenant_id)), 'sessions') as "expected!"
from (
  select * from unnest(@session_ids::uuid[], @epochs::integer[], @expire_times::timestamptz[])
    as t(session_id, epoch, expire_time)
  order by session_id
) u
cross join lateral (
  select session_id
  from session
  where tenant_id = @tenant_id and session_id = u.session_id and epoch = u.epoch and expire_time >= u.expire_time
  for key share
) s;

-- name: ExpectFreeSessions :one
-- The same for a transaction that holds leases, which those that end a session lock after it: it does not wait for a
-- session that is locked, but raises.
select expected(count(*) = cardinality(@session_ids::uuid[])
                and not @queues::text[] && (select paused_queues(@tenant_id)), 'sessions') as "expected!"
from unnest(@session_ids::uuid[], @epochs::integer[], @expire_times::timestamptz[]) as u(session_id, epoch, expire_time)
cross join lateral (
  select session_id
  from session
  where tenant_id = @tenant_id and session_id = u.session_id and epoch = u.epoch and expire_time >= u.expire_time
  for key share skip locked
) s;

-- name: ListLeasesOfSession :many
-- The leases of a session.
select task_id, lease_id, fence, worker, instance, grant_time, renewals, accepted_receipt_id, cancel_reason, cancel_time,
       ties
from lease
where tenant_id = @tenant_id and session_id = @session_id
order by task_id;

-- name: ListLeasesOfSessions :many
-- The leases of sessions of any tenants, with what their holders have to be told.
select u.session_id as "session_id!", l.task_id as "task_id!", l.lease_id as "lease_id!", l.fence as "fence!",
       l.cancel_reason as "cancel_reason?", l.cancel_time as "cancel_time?", l.ties as "ties!"
from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select task_id, lease_id, fence, cancel_reason, cancel_time, ties
  from lease
  where tenant_id = u.tenant_id and session_id = u.session_id
  offset 0
) l;

-- name: PickExpiredSessions :many
-- Expired sessions, a few per tenant.
select t.tenant_id, s.session_id
from tenant t
cross join lateral (
  select session_id from session
  where tenant_id = t.tenant_id and expire_time <= @now
  limit @most_of_tenant
) s
limit @most;

-- name: PickLeasesOfSession :many
-- The leases of an expired session, a batch at a time.
select task_id
from lease
where tenant_id = @tenant_id and session_id = @session_id
order by task_id
limit @most;

-- name: LockExpiredSessions :many
-- Locks expired sessions to remove them, except those that are being granted to or resumed.
select s.tenant_id as "tenant_id!", s.session_id as "session_id!"
from (
  select * from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as t(tenant_id, session_id)
  order by tenant_id, session_id
) u
cross join lateral (
  select tenant_id, session_id
  from session
  where tenant_id = u.tenant_id and session_id = u.session_id and expire_time <= @now
  for update skip locked
) s;

-- name: DeleteSessions :exec
-- Removes expired sessions that keep no lease. They were locked by a statement before, so this one sees every lease
-- that was granted until then.
with hit as (
  delete from session
  using unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
  cross join lateral (
    select ctid as place from session s
    where s.tenant_id = u.tenant_id and s.session_id = u.session_id
      and not exists (select from lease l where l.tenant_id = u.tenant_id and l.session_id = u.session_id)
    offset 0
  ) s
  where session.ctid = s.place
  returning session.tenant_id, session.session_id
), agents as (
  delete from agent_session
  using hit
  cross join lateral (
    select ctid as place from agent_session
    where tenant_id = hit.tenant_id and session_id = hit.session_id offset 0
  ) a
  where agent_session.ctid = a.place
)
delete from session_kind
using hit
cross join lateral (
  select ctid as place from session_kind where tenant_id = hit.tenant_id and session_id = hit.session_id offset 0
) k
where session_kind.ctid = k.place;

-- name: ListLiveSessions :many
-- A page of the sessions of workers, with what each takes and how many tasks it holds, counted no further than the given
-- bound.
select s.session_id as "session_id!", s.principal as "principal!", s.instance as "instance!",
       s.create_time as "create_time!", s.expire_time as "expire_time!", s.ttl_ms as "ttl_ms!",
       k.queues as "queues?", k.types as "types?", k.capabilities as "capabilities?", h.tasks as "held!"
from (
  select * from session
  where tenant_id = @tenant_id and session_id > @after_session_id and expire_time > @now
  order by session_id
  limit @most
) s
left join lateral (
  select * from session_kind where tenant_id = @tenant_id and session_id = s.session_id offset 0
) k on true
cross join lateral (
  select count(*)::integer as tasks
  from (select from lease where tenant_id = @tenant_id and session_id = s.session_id limit @counted_max) l
) h
order by s.session_id;
