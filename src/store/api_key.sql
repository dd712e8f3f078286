-- name: InsertApiKey :exec
-- A key, of whose secret only the digest is kept.
insert into api_key (key_id, tenant_id, secret_sha256, principal, roles, label, create_time, expire_time)
values (@key_id, @tenant_id, @secret_sha256, @principal, @roles, @label, @create_time, @expire_time?);

-- name: ReadApiKey :maybe
-- A key with what its tenant needs, for every call that shows it.
select k.key_id, k.tenant_id, k.secret_sha256, k.principal, k.roles, k.expire_time, k.revoke_time,
       t.name as tenant_name, t.suspend_time, t.locatability_mode, t.token_key
from api_key k
cross join lateral (select * from tenant where tenant_id = k.tenant_id offset 0) t
where k.key_id = @key_id;

-- name: TouchApiKey :exec
-- Last use. A minute's grain: it is written once a minute at the most.
update api_key set last_used_time = @now where key_id = @key_id;
