-- name: LockScopes :one
-- Before held scopes are compared with others, or become more: one transaction of a tenant at a time. Nothing else is
-- waited for under this lock.
select pg_advisory_xact_lock(hashtextextended('scopes ' || @tenant_id::uuid, 0))::text as "locked!";

-- name: LockScopesToFree :one
-- Before the waiters of a lease that ends are looked for: those that are just beginning to wait are seen, and those that
-- come later see that it has ended.
select pg_advisory_xact_lock_shared(hashtextextended('scopes ' || @tenant_id::uuid, 0))::text as "locked!";

-- name: FindHeldScopes :many
-- Held scopes that overlap the wanted ones: for each, some that it covers and some that cover it. One that wants to read
-- meets only those that write.
select w.place::integer as "place!", h.key as "key!", h.task_id as "task_id!", h.is_write as "is_write!",
       h.of_session as "of_session!"
from unnest(@keys::text[], @until_keys::text[], @writes::boolean[]) with ordinality as w(key, until_key, writes, place)
cross join lateral (
  (select key, task_id, is_write, of_session from held_scope
   where tenant_id = @tenant_id and key >= w.key and key < w.until_key and w.writes and task_id <> all(@own_ids::uuid[])
   order by key, task_id limit @most)
  union all
  (select key, task_id, is_write, of_session from held_scope
   where tenant_id = @tenant_id and key >= w.key and key < w.until_key and is_write and not w.writes
     and task_id <> all(@own_ids::uuid[])
   order by key, task_id limit @most)
) h
union all
select a.place, h.key, h.task_id, h.is_write, h.of_session
from unnest(@above_keys::text[], @above_writes::boolean[], @above_places::integer[]) as a(key, writes, place)
cross join lateral (
  (select key, task_id, is_write, of_session from held_scope
   where tenant_id = @tenant_id and key = a.key and a.writes and task_id <> all(@own_ids::uuid[])
   order by task_id limit @most)
  union all
  (select key, task_id, is_write, of_session from held_scope
   where tenant_id = @tenant_id and key = a.key and is_write and not a.writes and task_id <> all(@own_ids::uuid[])
   order by task_id limit @most)
) h;

-- name: FindWantedScopes :many
-- What is in the way of waiting tasks that want to write where others want to read, and have waited longer than these.
select r.place::integer as "place!", s.held_key as "key!", s.held_by_task_id as "task_id!"
from (
  select u.place, w.task_id
  from unnest(@keys::text[], @until_keys::text[], @eligible_times::timestamptz[]) with ordinality
    as u(key, until_key, eligible_time, place)
  cross join lateral (
    select task_id from wanted_scope
    where tenant_id = @tenant_id and key >= u.key and key < u.until_key and eligible_time < u.eligible_time
    order by key, task_id limit 1
  ) w
  union all
  select a.place, w.task_id
  from unnest(@above_keys::text[], @above_eligible_times::timestamptz[], @above_places::integer[])
    as a(key, eligible_time, place)
  cross join lateral (
    select task_id from wanted_scope
    where tenant_id = @tenant_id and key = a.key and eligible_time < a.eligible_time
    order by task_id limit 1
  ) w
) r
cross join lateral (
  select held_key, held_by_task_id from scope_wait where tenant_id = @tenant_id and task_id = r.task_id offset 0
) s;

-- name: InsertHeldScopes :exec
-- Scopes that are held from now on. One that a lease has already becomes one to write, if it is asked for so.
insert into held_scope as held (tenant_id, key, task_id, is_write, of_session)
select @tenant_id, h.*, @of_session
from unnest(@keys::text[], @task_ids::uuid[], @writes::boolean[]) as h
on conflict (task_id, tenant_id, key) do update set is_write = held.is_write or excluded.is_write;

-- name: DeleteHeldScopes :exec
-- Scopes of leases that have ended.
delete from held_scope
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from held_scope where tenant_id = @tenant_id and task_id = u.task_id offset 0
) h
where held_scope.ctid = h.place;

-- name: ReadHeldScopes :many
-- All scopes of a lease.
select key, is_write from held_scope where tenant_id = @tenant_id and task_id = @task_id order by key;

-- name: TieScopedLease :exec
-- A held task that has scopes from now on. Its row is locked.
update lease set ties = ties | 16 where tenant_id = @tenant_id and task_id = @task_id;

-- name: HoldBackReady :one
-- Queued tasks that wait for scopes from now on. Their rows are locked.
with hit as (
  update ready
  set kept_time = ready.eligible_time, eligible_time = @never
  from unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from ready where tenant_id = @tenant_id and task_id = u.task_id and kept_time is null offset 0
  ) r
  where ready.ctid = r.place
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'waiting tasks') as "expected!" from hit;

-- name: InsertScopeWaits :exec
-- What they wait for.
insert into scope_wait (tenant_id, since, task_id, key, is_write, held_key, held_by_task_id, eligible_time, queue,
                        addressee)
select @tenant_id, @since, w.*
from unnest(@task_ids::uuid[], @keys::text[], @writes::boolean[], @held_keys::text[], @held_by_task_ids::uuid[],
            @eligible_times::timestamptz[], @queues::text[], @addressees[?]::text[]) as w;

-- name: InsertWantedScopes :exec
-- What they want to write.
insert into wanted_scope (tenant_id, key, task_id, eligible_time)
select @tenant_id, w.*
from unnest(@keys::text[], @task_ids::uuid[], @eligible_times::timestamptz[]) as w;

-- name: DeleteScopeWaits :exec
-- Of tasks that no longer wait as they did. Their rows are locked.
with unwanted as (
  delete from wanted_scope
  using unnest(@task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select ctid as place from wanted_scope where tenant_id = @tenant_id and task_id = u.task_id offset 0
  ) w
  where wanted_scope.ctid = w.place
)
delete from scope_wait
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from scope_wait where tenant_id = @tenant_id and task_id = u.task_id offset 0
) s
where scope_wait.ctid = s.place;

-- name: ReleaseScopeWaiters :many
-- Lets tasks that wait for leases that have ended be claimed again, at their places, those that have waited longest
-- first. Leaves out what another transaction has locked: where that, or one waiter too many, is left, the sweep goes on.
with picked as materialized (
  select u.task_id as held_by_task_id, w.task_id, w.queue, w.addressee
  from unnest(@held_by_task_ids::uuid[]) as u(task_id)
  cross join lateral (
    select task_id, queue, addressee from scope_wait
    where tenant_id = @tenant_id and held_by_task_id = u.task_id
    order by held_by_task_id, eligible_time, task_id limit @most
  ) w
), back as (
  update ready
  set eligible_time = ready.kept_time, kept_time = null
  from picked p
  cross join lateral (
    select ctid as place from ready
    where tenant_id = @tenant_id and task_id = p.task_id and kept_time is not null
    for update skip locked
  ) r
  where ready.ctid = r.place
  returning p.*, ready.lane_id, ready.eligible_time
), unwanted as (
  delete from wanted_scope
  using back b
  cross join lateral (
    select ctid as place from wanted_scope where tenant_id = @tenant_id and task_id = b.task_id offset 0
  ) w
  where wanted_scope.ctid = w.place
), over as (
  delete from scope_wait
  using back b
  cross join lateral (
    select ctid as place from scope_wait where tenant_id = @tenant_id and task_id = b.task_id offset 0
  ) s
  where scope_wait.ctid = s.place
), left_over as (
  insert into unresolved_scope (tenant_id, task_id)
  select @tenant_id, held_by_task_id
  from (
    select held_by_task_id, 1 as waits, 0 as goes from picked
    union all
    select held_by_task_id, 0, 1 from back
  ) w
  group by held_by_task_id
  having sum(waits) >= @most or sum(waits) > sum(goes)
  on conflict do nothing
)
select task_id as "task_id!", queue as "queue!", addressee as "addressee?", lane_id as "lane_id!",
       eligible_time as "eligible_time!"
from back;

-- name: PickUnresolvedScopes :many
-- Leases that have ended and may have waiters, a few per tenant.
select t.tenant_id as "tenant_id!", s.task_id as "task_id!"
from tenant t
cross join lateral (
  select task_id from unresolved_scope where tenant_id = t.tenant_id order by task_id limit @most_of_tenant
) s
limit @most;

-- name: DeleteUnresolvedScopes :exec
-- Those that are looked at now.
delete from unresolved_scope
using unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select ctid as place from unresolved_scope where tenant_id = @tenant_id and task_id = u.task_id offset 0
) s
where unresolved_scope.ctid = s.place;

-- name: ListHeldScopes :many
-- A page of held scopes with their holders, tasks and sessions of agents, in the order of keys.
select h.key as "key!", h.is_write as "is_write!", h.task_id as "task_id!", h.of_session as "of_session!",
       coalesce(l.worker, s.principal) as "worker!", coalesce(l.instance, s.instance) as "instance!",
       coalesce(s.expire_time, l.expire_time) as "expire_time!"
from (
  select key, task_id, is_write, of_session from held_scope
  where tenant_id = @tenant_id and key >= @from_key and key < @until_key and (key, task_id) > (@after_key, @after_task_id)
  order by key, task_id
  limit @most
) h
left join lateral (
  select * from lease where tenant_id = @tenant_id and task_id = h.task_id and not h.of_session offset 0
) l on true
left join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = case when h.of_session then h.task_id else l.session_id end offset 0
) s on true
where l.task_id is not null or s.session_id is not null
order by h.key, h.task_id;

-- name: ListScopeWaiters :many
-- The tasks that wait for held scopes, of each those that have waited longest.
select u.place::integer as "place!", w.task_id as "task_id!", w.key as "key!", w.is_write as "is_write!"
from unnest(@held_by_task_ids::uuid[], @held_keys::text[]) with ordinality as u(task_id, key, place)
cross join lateral (
  select task_id, key, is_write from scope_wait
  where tenant_id = @tenant_id and held_by_task_id = u.task_id and held_key = u.key
  order by held_by_task_id, eligible_time, task_id limit @most
) w;

-- name: ReadScopeHolders :many
-- The workers that hold tasks, or the sessions of agents that stand in their place.
select u.task_id as "task_id!", coalesce(l.worker, s.principal) as "worker!",
       coalesce(s.expire_time, l.expire_time) as "expire_time!"
from unnest(@task_ids::uuid[]) as u(task_id)
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true
left join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = case when l.task_id is null then u.task_id else l.session_id end
  offset 0
) s on true
where l.task_id is not null or s.session_id is not null;
