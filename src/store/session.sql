-- name: InsertSession :exec
-- A worker's presence begins.
insert into session (tenant_id, session_id, principal, instance, expire_time, ttl_ms, create_time)
values (@tenant_id, @session_id, @principal, @instance, @expire_time, @ttl_ms, @now);

-- name: BeatSessions :many
-- One row a beat keeps all leases of a session, and one statement keeps many sessions, of any tenant. One that has run
-- out stays so, and a stream that was succeeded by another keeps nothing. A row that changes in this very moment is
-- missed: whoever is missing in the answer has to be looked at.
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
-- How sessions stand that a beat has missed.
select s.session_id as "session_id!", s.epoch as "epoch!", s.expire_time as "expire_time!"
from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select * from session where tenant_id = u.tenant_id and session_id = u.session_id offset 0
) s;

-- name: LockSession :maybe
-- One that is about to be taken up again, or to end. Waits for the grants under way, so that their leases are seen.
select session_id, principal, epoch, expire_time
from session
where tenant_id = @tenant_id and session_id = @session_id
for update;

-- name: TakeUpSession :exec
-- Its lock is held. From here on the stream before is past.
update session
set epoch = @epoch, instance = @instance, expire_time = @expire_time, ttl_ms = @ttl_ms
where tenant_id = @tenant_id and session_id = @session_id;

-- name: BreakSession :exec
-- A session whose stream broke has a little time left, and never more than it had.
update session
set expire_time = @expire_time
where tenant_id = @tenant_id and session_id = @session_id and epoch = @epoch and expire_time > @expire_time;

-- name: EndSession :exec
-- Its lock is held, and it keeps nothing.
delete from session
where tenant_id = @tenant_id and session_id = @session_id;

-- name: LockSessionsToGrant :many
-- Sessions that are about to keep new leases. Beats pass by this lock; whoever takes a session up again, ends or
-- forgets it waits for it, and then sees those leases. A plain read would leave leases that nobody knows of to a
-- session that was taken up meanwhile, and its beats would keep them for ever.
select s.*
from (select session_id from unnest(@session_ids::uuid[]) as t(session_id) order by session_id) u
cross join lateral (
  select session_id, epoch, expire_time, ttl_ms
  from session
  where tenant_id = @tenant_id and session_id = u.session_id
  for key share
) s;

-- name: ListLeasesOfSession :many
-- What a session keeps.
select task_id, lease_id, fence, worker, instance, grant_time, renewals, accepted_receipt_id, cancel_reason, cancel_time
from lease
where tenant_id = @tenant_id and session_id = @session_id
order by task_id;

-- name: ListLeasesOfSessions :many
-- What sessions keep, of any tenant, and what their holders should know about it.
select u.session_id as "session_id!", l.task_id as "task_id!", l.lease_id as "lease_id!", l.fence as "fence!",
       l.cancel_reason as "cancel_reason?", l.cancel_time as "cancel_time?"
from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select task_id, lease_id, fence, cancel_reason, cancel_time
  from lease
  where tenant_id = u.tenant_id and session_id = u.session_id
  offset 0
) l;

-- name: PickExpiredSessions :many
-- Sessions that have missed their time, a few of each tenant.
select t.tenant_id, s.session_id
from tenant t
cross join lateral (
  select session_id from session
  where tenant_id = t.tenant_id and expire_time <= @now
  limit @most_of_tenant
) s
limit @most;

-- name: PickLeasesOfSession :many
-- What an expired session leaves behind, a batch at a time.
select task_id
from lease
where tenant_id = @tenant_id and session_id = @session_id
order by task_id
limit @most;

-- name: LockExpiredSessions :many
-- Those that are about to be forgotten, as far as nobody grants to them or takes them up in this moment.
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
-- Sessions that have run out and keep nothing. Their locks are held, by a statement before: this one sees all leases
-- that were granted until then.
delete from session
using unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select ctid as place from session s
  where s.tenant_id = u.tenant_id and s.session_id = u.session_id
    and not exists (select from lease l where l.tenant_id = u.tenant_id and l.session_id = u.session_id)
  offset 0
) s
where session.ctid = s.place;
