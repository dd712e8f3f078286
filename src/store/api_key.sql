-- name: InsertApiKey :exec
-- A key. Only the digest of its secret is stored.
insert into api_key (key_id, tenant_id, secret_sha256, principal, roles, label, create_time, expire_time)
values (@key_id, @tenant_id, @secret_sha256, @principal, @roles, @label, @create_time, @expire_time?);

-- name: ReadApiKey :maybe
-- A key and what its tenant determines, for each call with this key.
select k.key_id, k.tenant_id, k.secret_sha256, k.principal, k.roles, k.expire_time, k.revoke_time,
       t.name as tenant_name, t.suspend_time, t.locatability_mode, t.limits, t.retention_ms, t.token_key
from api_key k
cross join lateral (select * from tenant where tenant_id = k.tenant_id offset 0) t
where k.key_id = @key_id;

-- name: TouchApiKey :exec
-- The time of the last use, to the minute: it is written at most once a minute.
update api_key set last_used_time = @now where key_id = @key_id;

-- name: LockApiKey :maybe
-- A key as administrators see it, locked to be revoked.
select key_id, tenant_id, principal, roles, label, create_time, expire_time, revoke_time, last_used_time
from api_key
where key_id = @key_id
for update;

-- name: RevokeApiKey :exec
-- The key is refused from now on.
update api_key set revoke_time = @now where key_id = @key_id;

-- name: ListApiKeys :many
-- A page of the keys of a tenant, newest first.
select key_id, tenant_id, principal, roles, label, create_time, expire_time, revoke_time, last_used_time
from api_key
where tenant_id = @tenant_id and create_time <= @before_time
  and (create_time, key_id) < (@before_time::timestamptz, @before_key_id::text)
order by create_time desc, key_id desc
limit @most;

-- name: FindLiveKey :maybe
-- Whether any key exists that a call could use.
select key_id from api_key where revoke_time is null and (expire_time is null or expire_time > @now) limit 1;

-- name: DeleteApiKeys :exec
-- Keys of nodes that others have taken the place of: one a day for each node. A key that is not there is refused.
delete from api_key
using unnest(@key_ids::text[]) as u(key_id)
cross join lateral (select ctid as place from api_key where key_id = u.key_id offset 0) k
where api_key.ctid = k.place;

-- name: ReadApiKeyUse :many
-- Whether keys can be used, and whether any call has.
select k.key_id as "key_id!", k.expire_time as "expire_time?", k.revoke_time as "revoke_time?",
       k.last_used_time as "last_used_time?"
from unnest(@key_ids::text[]) as u(key_id)
cross join lateral (
  select key_id, expire_time, revoke_time, last_used_time from api_key where key_id = u.key_id offset 0
) k;
