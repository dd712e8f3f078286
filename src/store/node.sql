-- name: LockNodes :one
-- Before a node is registered: one registration of a tenant at a time, so that nodes are counted right.
select pg_advisory_xact_lock(hashtextextended('nodes ' || @tenant_id::uuid, 0))::text as "locked!";

-- name: LockNode :maybe
-- A node as it is, locked to be changed.
select node_id, state, state_time, state_reason, enrollment_id, create_time, register_time, key_id, former_key_id,
       config_number, config_version, config_open, applied_number, applied_version, ack, report_time, report_sha256,
       ready, reasons, jobs, effective_hash, push, target_url, bearer_sealed, bearer_expire_time
from node
where tenant_id = @tenant_id and node_id = @node_id
for update;

-- name: ReadNode :maybe
-- A node as it is.
select node_id, state, state_time, state_reason, enrollment_id, create_time, register_time, key_id, former_key_id,
       config_number, config_version, config_open, applied_number, applied_version, ack, report_time, report_sha256,
       ready, reasons, jobs, effective_hash, push, target_url, bearer_sealed, bearer_expire_time
from node
where tenant_id = @tenant_id and node_id = @node_id;

-- name: ListNodes :many
-- A page of nodes by id.
select node_id, state, state_time, state_reason, enrollment_id, create_time, register_time, key_id, former_key_id,
       config_number, config_version, config_open, applied_number, applied_version, ack, report_time, report_sha256,
       ready, reasons, jobs, effective_hash, push, target_url, bearer_sealed, bearer_expire_time
from node
where tenant_id = @tenant_id and node_id > @after_node_id
order by node_id
limit @most;

-- name: CountNodes :one
-- The nodes of a tenant, counted no further than asked for.
select count(*)::integer as "nodes!" from (
  select from node where tenant_id = @tenant_id order by node_id limit @most
) n;

-- name: WriteNode :exec
-- A node as it is from now on.
insert into node (tenant_id, node_id, state, state_time, state_reason, enrollment_id, create_time, register_time, key_id,
                  former_key_id, config_number, config_version, config_open, applied_number, applied_version, ack,
                  report_time, report_sha256, ready, reasons, jobs, effective_hash, push, target_url, bearer_sealed,
                  bearer_expire_time)
values (@tenant_id, @node_id, @state, @state_time?, @state_reason, @enrollment_id, @create_time, @register_time, @key_id?,
        @former_key_id?, @config_number, @config_version, @config_open, @applied_number?, @applied_version?, @ack?,
        @report_time?, @report_sha256?, @ready, @reasons, @jobs, @effective_hash, @push, @target_url, @bearer_sealed?,
        @bearer_expire_time?)
on conflict (tenant_id, node_id) do update
set state = excluded.state, state_time = excluded.state_time, state_reason = excluded.state_reason,
    enrollment_id = excluded.enrollment_id, register_time = excluded.register_time, key_id = excluded.key_id,
    former_key_id = excluded.former_key_id, config_number = excluded.config_number,
    config_version = excluded.config_version, config_open = excluded.config_open,
    applied_number = excluded.applied_number, applied_version = excluded.applied_version, ack = excluded.ack,
    report_time = excluded.report_time, report_sha256 = excluded.report_sha256, ready = excluded.ready,
    reasons = excluded.reasons, jobs = excluded.jobs, effective_hash = excluded.effective_hash, push = excluded.push,
    target_url = excluded.target_url, bearer_sealed = excluded.bearer_sealed,
    bearer_expire_time = excluded.bearer_expire_time;

-- name: WriteNodeReported :exec
-- What a node has reported last.
update node
set state = @state, report_time = @now, report_sha256 = @report_sha256, ready = @ready, reasons = @reasons,
    jobs = @jobs, effective_hash = @effective_hash, push = @push, applied_number = @applied_number?,
    applied_version = @applied_version?
where tenant_id = @tenant_id and node_id = @node_id;

-- name: WriteNodeReport :exec
-- A report, whole. One that is there keeps its time: it is told of every minute.
insert into node_report (tenant_id, node_id, report_sha256, report, create_time)
values (@tenant_id, @node_id, @report_sha256, @report, @create_time)
on conflict (tenant_id, node_id, report_sha256) do update set create_time = excluded.create_time;

-- name: DeleteNodeReports :exec
-- Reports that are no longer kept.
delete from node_report
using (
  select ctid as place from node_report
  where tenant_id = @tenant_id and node_id = @node_id and create_time > '-infinity'
  order by create_time desc offset @kept
) r
where node_report.ctid = r.place;

-- name: ReadNodeReport :maybe
-- A report of a node.
select report from node_report
where tenant_id = @tenant_id and node_id = @node_id and report_sha256 = @report_sha256;

-- name: PollNodes :many
-- What nodes wait for that wait for a configuration. It runs outside a transaction, as PollWaits does, so it is ordered
-- by the index that it should use.
select w.tenant_id as "tenant_id!", w.node_id as "node_id!", (n.config_number || ' ' || n.state) as "mark!"
from unnest(@tenant_ids::uuid[], @node_ids::text[]) as w(tenant_id, node_id)
cross join lateral (
  select config_number, state from node
  where tenant_id = w.tenant_id and node_id = w.node_id order by node_id limit 1
) n;

-- name: LockNodesOf :many
-- Several nodes as they are, locked to be changed, in the order of their ids. The lateral looks up the primary key for
-- each id, so the plan does not depend on statistics.
select n.*
from (select node_id from unnest(@node_ids::text[]) as t(node_id) order by node_id collate "C") u
cross join lateral (
  select node_id, state, state_time, state_reason, enrollment_id, create_time, register_time, key_id, former_key_id,
         config_number, config_version, config_open, applied_number, applied_version, ack, report_time, report_sha256,
         ready, reasons, jobs, effective_hash, push, target_url, bearer_sealed, bearer_expire_time
  from node
  where tenant_id = @tenant_id and node_id = u.node_id
  for update
) n;

-- name: ListNodesWith :many
-- What a roll-out has to know of nodes whose ids begin in one way, by id.
select node_id, state, report_time
from node
where tenant_id = @tenant_id and node_id >= @node_id_prefix and starts_with(node_id, @node_id_prefix)
order by node_id
limit @most;

-- name: ReadNodeStates :many
-- The same of nodes that are named.
select n.node_id as "node_id!", n.state as "state!", n.report_time as "report_time?"
from unnest(@node_ids::text[]) as u(node_id)
cross join lateral (
  select node_id, state, report_time from node where tenant_id = @tenant_id and node_id = u.node_id offset 0
) n;
