-- name: InsertSession :exec
-- A worker's presence begins.
insert into session (tenant_id, session_id, principal, instance, expire_time, ttl_ms, create_time)
values (@tenant_id, @session_id, @principal, @instance, @expire_time, @ttl_ms, @now);

-- name: BeatSession :exec
-- One row a beat keeps all leases of the session. One that has run out stays so.
update session
set expire_time = @expire_time
where tenant_id = @tenant_id and session_id = @session_id and expire_time > @now;

-- name: LockSessionsToGrant :many
-- Sessions that are about to keep new leases. Beats pass by this lock; whoever takes a session up again, ends or forgets
-- it waits for it, and then sees those leases. A plain read would leave leases that nobody knows of to a session that
-- was taken up meanwhile, and its beats would keep them for ever.
select s.*
from (select session_id from unnest(@session_ids::uuid[]) as t(session_id) order by session_id) u
cross join lateral (
  select session_id, epoch, expire_time, ttl_ms
  from session
  where tenant_id = @tenant_id and session_id = u.session_id
  for key share
) s;

-- name: ListLeasesOfSession :many
-- What a session keeps, and what its holder should know about it.
select task_id, lease_id, fence, cancel_reason, cancel_time
from lease
where tenant_id = @tenant_id and session_id = @session_id
order by task_id;

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

-- name: DeleteSession :exec
-- A session that has run out and keeps nothing.
delete from session
where tenant_id = @tenant_id and session_id = @session_id and expire_time <= @now
  and not exists (select from lease l where l.tenant_id = @tenant_id and l.session_id = @session_id);
