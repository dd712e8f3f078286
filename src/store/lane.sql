-- name: InsertLanes :exec
-- The first task of a lane inserts it; later ones find it.
insert into lane (tenant_id, lane_id, queue, type, capabilities, priority)
select @tenant_id, l.lane_id, l.queue, l.type,
       array(select jsonb_array_elements_text(l.capabilities::jsonb)), l.priority
from unnest(@lane_ids::bigint[], @queues::text[], @types::text[], @capabilities::text[], @priorities::smallint[])
  as l(lane_id, queue, type, capabilities, priority)
on conflict do nothing;

-- name: InsertPrincipalLanes :exec
-- The same of tasks that only one principal may lease. Other claims never look at these lanes.
insert into principal_lane (tenant_id, principal, lane_id, queue, type, capabilities, priority)
select @tenant_id, l.principal, l.lane_id, l.queue, l.type,
       array(select jsonb_array_elements_text(l.capabilities::jsonb)), l.priority
from unnest(@principals::text[], @lane_ids::bigint[], @queues::text[], @types::text[], @capabilities::text[],
            @priorities::smallint[])
  as l(principal, lane_id, queue, type, capabilities, priority)
on conflict do nothing;

-- name: ListTenantsOfSchedules :many
-- The tenants that have or had schedules, or tasks that ask for some, for the scheduler of the server's own. It goes from
-- tenant to tenant, however many lanes each has. Those that are suspended are not served.
with recursive found as (
  (
    select l.tenant_id from lane l
    where l.type = 'asyncgate.schedule' or starts_with(l.type, 'schedule.')
    order by l.tenant_id
    limit 1
  )
  union all
  select (
    select l.tenant_id from lane l
    where l.tenant_id > f.tenant_id and (l.type = 'asyncgate.schedule' or starts_with(l.type, 'schedule.'))
    order by l.tenant_id
    limit 1
  )
  from found f
  where f.tenant_id is not null
)
select t.tenant_id, t.name, t.locatability_mode, t.limits, t.retention_ms, t.token_key
from (select f.tenant_id from found f where f.tenant_id is not null limit @most) one
cross join lateral (select * from tenant t where t.tenant_id = one.tenant_id and t.suspend_time is null offset 0) t;

-- name: ListTenantsOfMachines :many
-- The tenants that have or had executions of machines, for the runner of the server's own. As ListTenantsOfSchedules.
with recursive found as (
  (
    select l.tenant_id from lane l
    where l.type = 'asyncgate.machine'
    order by l.tenant_id
    limit 1
  )
  union all
  select (
    select l.tenant_id from lane l
    where l.tenant_id > f.tenant_id and l.type = 'asyncgate.machine'
    order by l.tenant_id
    limit 1
  )
  from found f
  where f.tenant_id is not null
)
select t.tenant_id, t.name, t.locatability_mode, t.limits, t.retention_ms, t.token_key
from (select f.tenant_id from found f where f.tenant_id is not null limit @most) one
cross join lateral (select * from tenant t where t.tenant_id = one.tenant_id and t.suspend_time is null offset 0) t;

-- name: ListWaitingPlaces :many
-- The queues of a tenant, and the principals for which alone tasks wait: where claimers hear of tasks. A tenant has few
-- lanes: all are read.
select distinct queue as "queue?", null::text as "principal?" from lane where tenant_id = @tenant_id
union all
select distinct null::text, principal from principal_lane where tenant_id = @tenant_id;
