-- Roll-outs: one configuration for many nodes. Whoever changes one holds the lock of its row, and locks nodes after it.
create table node_rollout (
  tenant_id uuid not null,
  -- A UUIDv7: the newest is the greatest.
  rollout_id uuid not null,
  -- NodeRolloutState of the contract: up to 3 it is live.
  state smallint not null,
  state_time timestamptz not null,
  state_reason text not null,
  config bytea not null,
  -- The contract's NodeRolloutPlan, complete.
  plan bytea not null,
  nodes integer not null,
  -- How many nodes have each NodeRolloutNodeStatus, from 0 on.
  counts integer[] not null,
  canaries_left integer not null,
  created_by text not null,
  create_time timestamptz not null,
  -- When the sweep has to look at it: a node should have answered, or something was left to do.
  due_time timestamptz,
  -- Its last receipt.
  receipt_id uuid not null,
  constraint node_rollout_state_check check (state between 1 and 6),
  constraint node_rollout_due_check check (due_time is null or state <= 3),
  primary key (tenant_id, rollout_id)
);
create index node_rollout_live on node_rollout (tenant_id, rollout_id) where state <= 3;
create index node_rollout_due on node_rollout (due_time) where due_time is not null;

-- The nodes of roll-outs.
create table node_rollout_node (
  tenant_id uuid not null,
  rollout_id uuid not null,
  node_id text collate "C" not null,
  -- The order in which they are issued the configuration, from 1: the canaries first.
  place integer not null,
  -- NodeRolloutNodeStatus of the contract.
  status smallint not null,
  status_time timestamptz not null,
  -- What it was issued last here, and what it had before that.
  version uuid,
  former_number bigint,
  former_version uuid,
  -- Until when it has to answer.
  due_time timestamptz,
  error text not null,
  constraint node_rollout_node_former_check check ((version is null) = (former_number is null)),
  -- By the node first, and the others partial, so that no planner takes one of these for another.
  primary key (node_id, rollout_id, tenant_id)
);
create index node_rollout_node_by_place on node_rollout_node (tenant_id, rollout_id, place) where place > 0;
create index node_rollout_node_by_status on node_rollout_node (tenant_id, rollout_id, status, place) where status > 0;
