-- One way in for each question. While a planner knows nothing of a table, or something old, every index that begins
-- with the tenant looks as good as the right one: then a task that is asked for by its id is searched for among all
-- tasks of its tenant. A partial index is out of the question for whoever does not ask by its own column, so all but
-- the primary keys become partial. None leaves a row out that it had before: the columns are never null.

-- Waiting tasks are asked for by id everywhere, and by lane in claims alone.
alter table ready drop constraint ready_pkey;
drop index ready_by_task;
alter table ready add primary key (tenant_id, task_id);
create index ready_of_lane on ready (tenant_id, lane_id, eligible_time, task_id) where lane_id is not null;

drop index lease_of_worker;
create index lease_of_worker on lease (tenant_id, worker, accepted_receipt_id) where worker is not null;
-- In the order in which sweeps and beats read a session's leases.
drop index lease_by_session;
create index lease_by_session on lease (tenant_id, session_id, task_id) where session_id is not null;

drop index task_of_owner;
create index task_of_owner on task (tenant_id, owner, task_id) where owner is not null;

drop index receipt_by_id;
create index receipt_by_id on receipt (tenant_id, receipt_id) where receipt_id is not null;
drop index receipt_of_recipient;
create index receipt_of_recipient on receipt (tenant_id, to_principal, receipt_id) where to_principal is not null;

drop index request_by_time;
create index request_by_time on request (tenant_id, create_time) where create_time is not null;

drop index api_key_of_tenant;
create index api_key_of_tenant on api_key (tenant_id, key_id) where tenant_id is not null;

-- What a page of obligations tells of a principal's sessions.
create index session_of_principal on session (tenant_id, principal) where principal is not null;

-- And a primary key is no rival either when each tenant is taken for the only one, whatever a sample says.
alter table ready alter column tenant_id set (n_distinct = 1);
alter table lease alter column tenant_id set (n_distinct = 1);
alter table session alter column tenant_id set (n_distinct = 1);
alter table obligation alter column tenant_id set (n_distinct = 1);
alter table idempotency alter column tenant_id set (n_distinct = 1);
alter table request alter column tenant_id set (n_distinct = 1);
alter table lane alter column tenant_id set (n_distinct = 1);
