-- name: InsertTenant :exec
-- Makes a tenant, unless one of this name exists.
insert into tenant (tenant_id, name, create_time, locatability_mode, token_key)
values (@tenant_id, @name, @create_time, @locatability_mode, @token_key)
on conflict do nothing;

-- name: ReadTenantByName :maybe
-- The tenant that a token or a certificate names, with what its callers need.
select tenant_id, name, create_time, suspend_time, locatability_mode, limits, retention_ms, token_key
from tenant
where name = @name;

-- name: ReadTenant :maybe
-- A tenant as administrators see it.
select tenant_id, name, create_time, suspend_time, locatability_mode, limits, retention_ms
from tenant
where tenant_id = @tenant_id;

-- name: LockTenant :maybe
-- The same, locked to be changed: concurrent changes happen one after the other.
select tenant_id, name, create_time, suspend_time, locatability_mode, limits, retention_ms
from tenant
where tenant_id = @tenant_id
for update;

-- name: UpdateTenant :exec
-- Everything of a tenant that can change.
update tenant
set suspend_time = @suspend_time?, locatability_mode = @locatability_mode, limits = @limits,
    retention_ms = @retention_ms?
where tenant_id = @tenant_id;

-- name: ListTenantsByName :many
-- A page of tenants.
select tenant_id, name, create_time, suspend_time, locatability_mode, limits, retention_ms
from tenant
where name > @after_name
order by name
limit @most;

-- name: ListPrincipalsSeen :many
-- A page of the principals that have called.
select principal, first_seen_time, last_seen_time
from principal_seen
where tenant_id = @tenant_id and principal > @after_principal
order by principal
limit @most;

-- name: TouchPrincipal :exec
-- When a principal called first and last, to the minute: it is written at most once a minute.
insert into principal_seen (tenant_id, principal, first_seen_time, last_seen_time)
values (@tenant_id, @principal, @now, @now)
on conflict (tenant_id, principal) do update set last_seen_time = excluded.last_seen_time;

-- name: ReadRelationship :maybe
-- What is recorded about a principal.
select p.first_seen_time, p.last_seen_time,
       (select count(*) from session s
        where s.tenant_id = p.tenant_id and s.principal = p.principal and s.expire_time > @now)::integer as "sessions!"
from principal_seen p
where p.tenant_id = @tenant_id and p.principal = @principal;

-- name: ListTenants :many
-- All tenants, for work that is done for each of them.
select tenant_id, name, locatability_mode, token_key
from tenant
order by tenant_id;
