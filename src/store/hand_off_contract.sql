-- name: ReadHandOffContract :maybe
-- A contract as it is now.
select contract from hand_off_contract where tenant_id = @tenant_id and name = @name;

-- name: ReadHandOffContracts :many
-- Those that calls name.
select u.name as "name!", c.contract as "contract!"
from unnest(@names::text[]) as u(name)
cross join lateral (
  select contract from hand_off_contract where tenant_id = @tenant_id and name = u.name offset 0
) c;

-- name: CountHandOffContracts :one
-- The contracts of a tenant, counted no further than asked for.
select count(*)::integer as "contracts!"
from (select from hand_off_contract where tenant_id = @tenant_id order by name limit @most) c;

-- name: WriteHandOffContract :exec
-- A contract as it is from now on.
insert into hand_off_contract (tenant_id, name, contract) values (@tenant_id, @name, @contract)
on conflict (tenant_id, name) do update set contract = excluded.contract;

-- name: ListHandOffContracts :many
-- A page of contracts by name.
select contract from hand_off_contract
where tenant_id = @tenant_id and name > @after_name
order by name
limit @most;
