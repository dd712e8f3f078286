-- name: InsertNodeConfig :exec
-- A configuration that is issued.
insert into node_config (tenant_id, node_id, number, version, config, config_sha256, issued_by, create_time)
values (@tenant_id, @node_id, @number, @version, @config, @config_sha256, @issued_by, @create_time);

-- name: DeleteNodeConfigs :exec
-- Configurations that are no longer kept.
delete from node_config where tenant_id = @tenant_id and node_id = @node_id and number <= @until_number;

-- name: DeleteNodeConfigAcks :exec
-- The answers to them.
delete from node_config_ack where tenant_id = @tenant_id and node_id = @node_id and number <= @until_number;

-- name: ReadNodeConfig :maybe
-- A configuration by its place.
select number, version, config, config_sha256, issued_by, create_time
from node_config
where tenant_id = @tenant_id and node_id = @node_id and number = @number;

-- name: ReadNodeConfigByVersion :maybe
-- A configuration by its version.
select number, version, config, config_sha256, issued_by, create_time
from node_config
where tenant_id = @tenant_id and node_id = @node_id and version = @config_version;

-- name: ListNodeConfigs :many
-- A page of the configurations of a node, the newest first.
select number, version, config, config_sha256, issued_by, create_time
from node_config
where tenant_id = @tenant_id and node_id = @node_id and number < @before_number
order by number desc
limit @most;

-- name: InsertNodeConfigAck :exec
-- What a node has answered.
insert into node_config_ack
  (tenant_id, node_id, number, receipt_id, status, error, effective_hash, create_time)
values
  (@tenant_id, @node_id, @number, @receipt_id, @status, @error, @effective_hash, @create_time);

-- name: ListNodeConfigAcks :many
-- The last answers to configurations, those to one in their order.
select a.number as "number!", a.receipt_id as "receipt_id!", a.status as "status!", a.error as "error!",
       a.effective_hash as "effective_hash!", a.create_time as "create_time!"
from unnest(@numbers::bigint[]) as u(number)
cross join lateral (
  select number, receipt_id, status, error, effective_hash, create_time from node_config_ack
  where tenant_id = @tenant_id and node_id = @node_id and number = u.number
  order by receipt_id desc
  limit @most
) a
order by a.number, a.receipt_id;

-- name: ReadNodeConfigsAt :many
-- Configurations of several nodes by their places.
select c.node_id as "node_id!", c.config as "config!"
from unnest(@node_ids::text[], @numbers::bigint[]) as u(node_id, number)
cross join lateral (
  select node_id, config from node_config
  where tenant_id = @tenant_id and node_id = u.node_id and number = u.number offset 0
) c;
