-- Tasks that are handed from one worker to another, and tasks that only one principal may lease.

-- Their lanes are apart, by the principal, so that other claims do not look at them however many principals there are.
create table principal_lane (
  tenant_id uuid not null,
  principal text not null,
  lane_id bigint not null,
  queue text not null,
  type text not null,
  capabilities text[] not null,
  priority smallint not null check (priority between 0 and 9),
  primary key (tenant_id, principal, lane_id)
);

-- The contract's HandOff: what the holder that handed the task off left for the next one, and where the task waits
-- since then.
alter table note add column hand_off bytea;
