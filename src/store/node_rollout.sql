-- name: LockNodeRollouts :one
-- Before a roll-out is started: one start of a tenant at a time, so that no node gets into two live ones.
select pg_advisory_xact_lock(hashtextextended('node rollouts ' || @tenant_id::uuid, 0))::text as "locked!";

-- name: InsertNodeRollout :exec
-- A roll-out that is started.
insert into node_rollout (tenant_id, rollout_id, state, state_time, state_reason, config, plan, nodes, counts,
                          canaries_left, created_by, create_time, due_time, receipt_id)
values (@tenant_id, @rollout_id, @state, @state_time, @state_reason, @config, @plan, @nodes, @counts, @canaries_left,
        @created_by, @create_time, @due_time?, @receipt_id);

-- name: LockNodeRollout :maybe
-- A roll-out as it is, locked to be changed.
select rollout_id, state, state_time, state_reason, config, plan, nodes, counts, canaries_left, created_by, create_time,
       due_time, receipt_id
from node_rollout
where tenant_id = @tenant_id and rollout_id = @rollout_id
for update;

-- name: ReadNodeRollout :maybe
-- A roll-out as it is.
select rollout_id, state, state_time, state_reason, config, plan, nodes, counts, canaries_left, created_by, create_time,
       due_time, receipt_id
from node_rollout
where tenant_id = @tenant_id and rollout_id = @rollout_id;

-- name: WriteNodeRollout :exec
-- A roll-out as it is from now on.
update node_rollout
set state = @state, state_time = @state_time, state_reason = @state_reason, counts = @counts,
    canaries_left = @canaries_left, due_time = @due_time?, receipt_id = @receipt_id
where tenant_id = @tenant_id and rollout_id = @rollout_id;

-- name: ListNodeRollouts :many
-- A page of roll-outs, the newest first.
select rollout_id, state, state_time, state_reason, config, plan, nodes, counts, canaries_left, created_by, create_time,
       due_time, receipt_id
from node_rollout
where tenant_id = @tenant_id and rollout_id < @before_rollout_id
order by rollout_id desc
limit @most;

-- name: ListLiveNodeRollouts :many
-- The same of live ones.
select rollout_id, state, state_time, state_reason, config, plan, nodes, counts, canaries_left, created_by, create_time,
       due_time, receipt_id
from node_rollout
where tenant_id = @tenant_id and rollout_id < @before_rollout_id and state <= 3
order by rollout_id desc
limit @most;

-- name: ReadLiveRolloutOfNode :maybe
-- The live roll-out that has a node. A tenant has few that live.
select r.rollout_id as "rollout_id!", r.state as "state!"
from node_rollout r
cross join lateral (
  select from node_rollout_node
  where tenant_id = @tenant_id and rollout_id = r.rollout_id and node_id = @node_id offset 0
) n
where r.tenant_id = @tenant_id and r.state <= 3
order by r.rollout_id
limit 1;

-- name: ReadLiveRolloutsOfNodes :many
-- Which of these nodes are in a live roll-out, and in which.
select n.node_id as "node_id!", r.rollout_id as "rollout_id!", r.state as "state!"
from node_rollout r
cross join unnest(@node_ids::text[]) as u(node_id)
cross join lateral (
  select node_id from node_rollout_node
  where tenant_id = @tenant_id and rollout_id = r.rollout_id and node_id = u.node_id offset 0
) n
where r.tenant_id = @tenant_id and r.state <= 3
limit @most;

-- name: PickDueNodeRollouts :many
-- Roll-outs that the sweep has to look at.
select tenant_id, rollout_id
from node_rollout
where due_time <= @now
order by due_time
limit @most;

-- name: LockDueNodeRollout :maybe
-- One of them as it is, locked to be changed, unless it is busy.
select rollout_id, state, state_time, state_reason, config, plan, nodes, counts, canaries_left, created_by, create_time,
       due_time, receipt_id
from node_rollout
where tenant_id = @tenant_id and rollout_id = @rollout_id
for update skip locked;

-- name: ListEndedNodeRollouts :many
-- Roll-outs that have ended, beyond those that are kept.
select rollout_id
from node_rollout
where tenant_id = @tenant_id and state > 3
order by rollout_id desc
limit @most offset @kept;

-- name: DeleteNodeRolloutNodes :exec
-- The nodes of roll-outs that are no longer kept.
delete from node_rollout_node
using unnest(@rollout_ids::uuid[]) as u(rollout_id)
cross join lateral (
  select ctid as place from node_rollout_node
  where tenant_id = @tenant_id and rollout_id = u.rollout_id and place > 0 offset 0
) n
where node_rollout_node.ctid = n.place;

-- name: DeleteNodeRollouts :exec
-- Roll-outs that are no longer kept.
delete from node_rollout
using unnest(@rollout_ids::uuid[]) as u(rollout_id)
cross join lateral (
  select ctid as place from node_rollout where tenant_id = @tenant_id and rollout_id = u.rollout_id offset 0
) r
where node_rollout.ctid = r.place;

-- name: InsertNodeRolloutNodes :exec
-- The nodes of a roll-out, in the order in which they are issued the configuration.
insert into node_rollout_node (tenant_id, rollout_id, node_id, place, status, status_time, error)
select @tenant_id, @rollout_id, u.node_id, u.place, @status, @now, ''
from unnest(@node_ids::text[]) with ordinality as u(node_id, place);

-- name: ReadNodeRolloutNode :maybe
-- A node of a roll-out.
select node_id, place, status, status_time, version, former_number, former_version, due_time, error
from node_rollout_node
where tenant_id = @tenant_id and rollout_id = @rollout_id and node_id = @node_id;

-- name: CountNodeRolloutNodes :many
-- How many nodes of a roll-out have each status.
select status, count(*)::integer as "nodes!"
from node_rollout_node
where tenant_id = @tenant_id and rollout_id = @rollout_id and status > 0
group by status;

-- name: PickNodeRolloutNodes :many
-- The first nodes of a roll-out in one status, up to a place.
select node_id, place, status, status_time, version, former_number, former_version, due_time, error
from node_rollout_node
where tenant_id = @tenant_id and rollout_id = @rollout_id and status = @status and status > 0 and place <= @until_place
order by place
limit @most;

-- name: ListNodeRolloutNodes :many
-- A page of the nodes of a roll-out, by place.
select node_id, place, status, status_time, version, former_number, former_version, due_time, error
from node_rollout_node
where tenant_id = @tenant_id and rollout_id = @rollout_id and place > @after_place and place > 0
order by place
limit @most;

-- name: ListNodeRolloutNodesIn :many
-- The same of those that have one status.
select node_id, place, status, status_time, version, former_number, former_version, due_time, error
from node_rollout_node
where tenant_id = @tenant_id and rollout_id = @rollout_id and status = @status and place > @after_place and status > 0
order by place
limit @most;

-- name: WriteNodeRolloutNodes :exec
-- Nodes of a roll-out as they are from now on.
update node_rollout_node
set status = u.status, status_time = @now, version = u.version, former_number = u.former_number,
    former_version = u.former_version, due_time = u.due_time, error = u.error
from unnest(@node_ids::text[], @statuses::smallint[], @config_versions[?]::uuid[], @former_numbers[?]::bigint[],
            @former_versions[?]::uuid[], @due_times[?]::timestamptz[], @errors::text[])
  as u(node_id, status, version, former_number, former_version, due_time, error)
cross join lateral (
  select ctid as place from node_rollout_node
  where tenant_id = @tenant_id and rollout_id = @rollout_id and node_id = u.node_id offset 0
) n
where node_rollout_node.ctid = n.place;

-- name: MarkNodesToRevert :exec
-- All nodes of a roll-out that were issued its configuration, whatever has become of that.
update node_rollout_node
set status = @status, status_time = @now, due_time = null
where tenant_id = @tenant_id and rollout_id = @rollout_id and status between 1 and 6 and status > 0
  and version is not null;

-- name: ReadNodeRolloutDue :one
-- When the next node of a roll-out should have answered: of those that were issued something.
select min(n.due_time) as "due_time?"
from unnest(@statuses::smallint[]) as u(status)
cross join lateral (
  select min(due_time) as due_time from node_rollout_node
  where tenant_id = @tenant_id and rollout_id = @rollout_id and status = u.status and status > 0
) n;
