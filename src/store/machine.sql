-- name: LockMachines :one
-- Before a version is kept: versions of a tenant are numbered and counted one after the other.
select pg_advisory_xact_lock(hashtextextended('machines ' || @tenant_id, 0))::text as "locked!";

-- name: ReadMachineByHash :maybe
-- The version that has this content.
select name, number, version, hash, document, document_bytes, principal, create_time
from machine_version
where tenant_id = @tenant_id and name = @name and hash = @hash;

-- name: ReadMachineByVersion :maybe
-- The version that calls itself so. There is none that calls itself nothing.
select name, number, version, hash, document, document_bytes, principal, create_time
from machine_version
where tenant_id = @tenant_id and name = @name and version = @version and version <> '';

-- name: ReadLatestMachine :maybe
-- The version that was kept last.
select name, number, version, hash, document, document_bytes, principal, create_time
from machine_version
where tenant_id = @tenant_id and name = @name
order by number desc
limit 1;

-- name: ReadMachineStanding :maybe
-- Whose the name is, and how many versions it has.
select f.principal as "owner!", l.number as "number!"
from (
  select principal from machine_version where tenant_id = @tenant_id and name = @name and number = 1
) f
cross join lateral (
  select number from machine_version where tenant_id = @tenant_id and name = @name order by number desc limit 1
) l;

-- name: CountMachineVersions :one
-- How many versions a tenant keeps, counted no further than the given bound.
select count(*)::integer as "count!"
from (select from machine_version where tenant_id = @tenant_id limit @most) c;

-- name: InsertMachineVersion :exec
-- A further version.
insert into machine_version
  (tenant_id, name, number, version, hash, document, document_bytes, principal, create_time)
values
  (@tenant_id, @name, @number, @version, @hash, @document, @document_bytes, @principal, @create_time);

-- name: ListLatestMachines :many
-- A page of the machines of a tenant, each in the version that none follows.
select m.name as "name!", m.number as "number!", m.version as "version!", m.hash as "hash!",
       m.document_bytes as "document_bytes!", m.principal as "principal!", m.create_time as "create_time!"
from machine_version m
where m.tenant_id = @tenant_id and m.name > @after_name
  and (
    select true from machine_version n
    where n.tenant_id = @tenant_id and n.name = m.name and n.number = m.number + 1
  ) is null
order by m.name
limit @most;

-- name: ListMachineVersions :many
-- A page of the versions of one machine, the newest first.
select name as "name!", number as "number!", version as "version!", hash as "hash!",
       document_bytes as "document_bytes!", principal as "principal!", create_time as "create_time!"
from machine_version
where tenant_id = @tenant_id and name = @name and number < @before_number
order by number desc
limit @most;
