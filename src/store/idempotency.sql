-- name: InsertIdempotencyKeys :many
-- Claims keys for tasks. The row is inserted first: of two concurrent creations with one key, the second waits here and
-- then finds the key taken.
insert into idempotency (tenant_id, principal, key, task_id, request_digest)
select @tenant_id, k.*
from unnest(@principals::text[], @keys::text[], @task_ids::uuid[], @request_digests::bytea[]) as k
on conflict do nothing
returning task_id;

-- name: TakeIdempotencyKeys :one
-- The same for keys that no task has, as is usual. The error where one has is met before anything is committed.
with taken as (
  insert into idempotency (tenant_id, principal, key, task_id, request_digest)
  select @tenant_id, k.*
  from unnest(@principals::text[], @keys::text[], @task_ids::uuid[], @request_digests::bytea[]) as k
  on conflict do nothing
  returning 1
)
select expected(count(*) = cardinality(@task_ids::uuid[]), 'free keys') as "expected!" from taken;

-- name: ReadIdempotencyKeys :many
-- The tasks of keys that are taken.
select principal as "principal!", key as "key!", task_id as "task_id!", request_digest as "request_digest!"
from unnest(@principals::text[], @keys::text[]) as u(who, wanted)
cross join lateral (
  select * from idempotency where tenant_id = @tenant_id and principal = u.who and key = u.wanted offset 0
) i;

-- name: InsertRequests :exec
-- Claims request ids. Of two concurrent calls with one id, the second waits here and then finds it taken: fewer rows
-- are inserted than were given.
insert into request (tenant_id, principal, request_id, method, request_digest, task_ids, create_time)
select @tenant_id, r.principal, r.request_id, @method, r.request_digest, r.task_ids::uuid[], @create_time
from unnest(@principals::text[], @request_ids::text[], @request_digests::bytea[], @task_ids::text[])
  as r(principal, request_id, request_digest, task_ids)
on conflict do nothing;

-- name: TakeRequests :one
-- The same for request ids of new calls.
with taken as (
  insert into request (tenant_id, principal, request_id, method, request_digest, task_ids, create_time)
  select @tenant_id, r.principal, r.request_id, @method, r.request_digest, r.task_ids::uuid[], @create_time
  from unnest(@principals::text[], @request_ids::text[], @request_digests::bytea[], @task_ids::text[])
    as r(principal, request_id, request_digest, task_ids)
  on conflict do nothing
  returning 1
)
select expected(count(*) = cardinality(@request_ids::text[]), 'new calls') as "expected!" from taken;

-- name: LockRequest :one
-- Serializes calls with one request id that may have nothing to write: without a row to wait for, both would run.
select pg_advisory_xact_lock(hashtextextended(@tenant_id::uuid::text || @principal::text || @request_id::text, 0))::text
  as "locked!";

-- name: ReadRequests :many
-- The recorded calls of request ids.
select principal as "principal!", request_id as "request_id!", method as "method!",
       request_digest as "request_digest!", task_ids as "task_ids!", create_time as "create_time!"
from unnest(@principals::text[], @request_ids::text[]) as u(who, wanted)
cross join lateral (
  select * from request where tenant_id = @tenant_id and principal = u.who and request_id = u.wanted offset 0
) r;

-- name: LockRequestRows :many
-- The same for calls that are to be done further: of two that are repeated at once, the second sees what the first did.
select r.*
from (
  select * from unnest(@principals::text[], @request_ids::text[]) as t(who, wanted) order by who, wanted
) u
cross join lateral (
  select principal, request_id, task_ids from request
  where tenant_id = @tenant_id and principal = u.who and request_id = u.wanted
  for update
) r;

-- name: UpdateRequests :exec
-- What recorded calls have made when they were repeated. Their rows are locked.
update request
set task_ids = u.task_ids::uuid[]
from unnest(@principals::text[], @request_ids::text[], @task_ids::text[]) as u(who, wanted, task_ids)
cross join lateral (
  select ctid as place from request
  where tenant_id = @tenant_id and principal = u.who and request_id = u.wanted offset 0
) r
where request.ctid = r.place;
