-- Nodes: machines that run jobs. They take these as workers do, so no task refers to these tables.

-- A node as it is now. What changes with every report is narrow, and in no index.
create table node (
  tenant_id uuid not null,
  node_id text collate "C" not null,
  -- NodeState of the contract, but never LOST, which follows from the time of the last report.
  state smallint not null,
  -- Since when, and why, an operator has it so. Null and empty for what follows from the node's own calls.
  state_time timestamptz,
  state_reason text not null,
  enrollment_id uuid not null,
  create_time timestamptz not null,
  register_time timestamptz not null,
  -- Its credentials that have not ended: the newest, and the one that it was renewed with.
  key_id text,
  former_key_id text,
  -- The newest configuration, and whether the node has to answer to it.
  config_number bigint not null,
  config_version uuid not null,
  config_open boolean not null,
  -- The newest one that was applied.
  applied_number bigint,
  applied_version uuid,
  -- The last answer: the contract's NodeConfigAck.
  ack bytea,
  -- The last report, and when there was one since the node was registered.
  report_time timestamptz,
  report_sha256 bytea,
  ready boolean not null,
  reasons text[] not null,
  jobs integer not null,
  effective_hash text not null,
  constraint node_state_check check (state between 1 and 4),
  constraint node_applied_check check ((applied_number is null) = (applied_version is null)),
  primary key (tenant_id, node_id)
) with (
  autovacuum_vacuum_cost_delay=0,
  autovacuum_vacuum_scale_factor=0,
  autovacuum_vacuum_threshold=2000,
  fillfactor=70
);

-- Configurations that were issued. The last 100 of a node are kept.
create table node_config (
  tenant_id uuid not null,
  node_id text collate "C" not null,
  number bigint not null,
  -- The receipt that obliges the node.
  version uuid not null,
  config bytea not null,
  config_sha256 bytea not null,
  issued_by text not null,
  create_time timestamptz not null,
  primary key (tenant_id, node_id, number)
);
-- Partial, as those below: statements without the column use the primary key, whatever the statistics say.
create unique index node_config_by_version on node_config (tenant_id, node_id, version) where version is not null;

-- What nodes have answered to them.
create table node_config_ack (
  tenant_id uuid not null,
  node_id text collate "C" not null,
  number bigint not null,
  receipt_id uuid not null,
  status smallint not null,
  error text not null,
  effective_hash text not null,
  create_time timestamptz not null,
  primary key (tenant_id, node_id, number, receipt_id)
);

-- What nodes have reported of themselves, once for each content. The last 20 of a node are kept.
create table node_report (
  tenant_id uuid not null,
  node_id text collate "C" not null,
  report_sha256 bytea not null,
  report bytea not null,
  -- When it was reported first since it was another one.
  create_time timestamptz not null,
  primary key (tenant_id, node_id, report_sha256)
);
create index node_report_by_time on node_report (tenant_id, node_id, create_time) where create_time is not null;

-- Pre-shared keys. The key itself is an API key, of which the digest is stored.
create table node_enrollment (
  tenant_id uuid not null,
  -- A UUIDv7: the newest is the greatest.
  enrollment_id uuid not null,
  key_id text not null,
  label text not null,
  node_id_prefix text not null,
  may_replace boolean not null,
  nodes_max integer not null,
  nodes integer not null,
  -- How many registrations there were in the minute that began then.
  minute_time timestamptz not null,
  minute_count integer not null,
  config bytea not null,
  created_by text not null,
  create_time timestamptz not null,
  expire_time timestamptz not null,
  revoke_time timestamptz,
  primary key (tenant_id, enrollment_id)
);
