-- A server's own scheduler looks for tenants that have schedules: for lanes of certain types, in all tenants. It has only
-- these, so that no other statement reads by it.

create index lane_of_schedules on lane (tenant_id) where type = 'asyncgate.schedule' or starts_with(type, 'schedule.');
