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
