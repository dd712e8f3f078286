-- Nodes that take no jobs by themselves: a dispatcher gives them jobs, at an address of their own.

alter table node
  -- Whether the node's last report says so.
  add column push boolean not null default false,
  -- Where. Empty if it has no address.
  add column target_url text not null default '',
  -- What the node asks for there, sealed with a key of the server's configuration, and when that ends. Only the newest
  -- one is kept: the configurations do not have it.
  add column bearer_sealed bytea,
  add column bearer_expire_time timestamptz;
alter table node add constraint node_address_check
  check ((target_url = '') = (bearer_sealed is null) and (bearer_sealed is null) = (bearer_expire_time is null));
