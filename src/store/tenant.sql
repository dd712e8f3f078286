-- name: InsertTenant :exec
-- Makes a tenant, unless one of that name is there.
insert into tenant (tenant_id, name, create_time, locatability_mode, token_key)
values (@tenant_id, @name, @create_time, @locatability_mode, @token_key)
on conflict do nothing;

-- name: ReadTenantByName :maybe
-- The tenant that an operator names.
select tenant_id, name, suspend_time, locatability_mode, token_key
from tenant
where name = @name;

-- name: TouchPrincipal :exec
-- First and last sight of a principal. A minute's grain: it is written once a minute at the most.
insert into principal_seen (tenant_id, principal, first_seen_time, last_seen_time)
values (@tenant_id, @principal, @now, @now)
on conflict (tenant_id, principal) do update set last_seen_time = excluded.last_seen_time;

-- name: ReadRelationship :maybe
-- What is known of a principal.
select p.first_seen_time, p.last_seen_time,
       (select count(*) from session s
        where s.tenant_id = p.tenant_id and s.principal = p.principal and s.expire_time > @now)::integer as "sessions!"
from principal_seen p
where p.tenant_id = @tenant_id and p.principal = @principal;

-- name: ListTenants :many
-- All tenants, for what is done for each.
select tenant_id, name, locatability_mode, token_key
from tenant
order by tenant_id;
