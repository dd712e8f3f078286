-- Documents of machines that a tenant keeps. A version never changes and is not deleted.

create table machine_version (
  tenant_id uuid not null,
  name text not null,
  -- Its place among the versions of the machine, from 1.
  number integer not null,
  -- The document's own version; empty if it says none.
  version text not null,
  -- Of the canonical JSON, with the algorithm before it. Looked for among the versions of one machine, which are few.
  hash text not null,
  document text not null,
  document_bytes integer not null,
  principal text not null,
  create_time timestamptz not null,
  primary key (tenant_id, name, number)
);
create unique index machine_version_by_version on machine_version (tenant_id, name, version) where version <> '';

-- The server's own runner looks for tenants that have executions, as its scheduler does for schedules.
create index lane_of_machines on lane (tenant_id) where type = 'asyncgate.machine';
