-- Sessions of agents. Each is a session of a worker, which keeps its leases, with a row that says what it is to an agent.
create table agent_session (
  tenant_id uuid not null,
  session_id uuid not null,
  name text collate "C" not null,
  agent_id text collate "C" not null,
  -- AgentRole of the contract.
  role smallint not null,
  -- Its leases are of one tree at a time.
  one_tree boolean not null,
  -- The task whose tree it works on, by id or name. Null: any tree.
  binds text,
  -- It holds scopes of its own: rows of held_scope with its id in place of a task's.
  has_scopes boolean not null,
  -- The contract's AgentSession, as it was opened.
  session bytea not null,
  constraint agent_session_role_check check (role between 1 and 3),
  primary key (session_id, tenant_id)
);
-- With conditions that no row fails, so that no planner takes one of these for another, or for a way to one session.
create index agent_session_of_tenant on agent_session (tenant_id, session_id) where session_id <= session_id;
create unique index agent_session_by_name on agent_session (tenant_id, name) where name <= name;
create index agent_session_of_agent on agent_session (tenant_id, agent_id, session_id) where agent_id <= agent_id;

-- The holder is a session and no task. Tasks that overlap its scopes are passed over, and not set aside: those that are
-- claimed in the session itself may have them.
alter table held_scope add column of_session boolean not null default false;

-- Agents that an operator lets pass their preflight for a time.
create table preflight_override (
  tenant_id uuid not null,
  agent_id text collate "C" not null,
  until_time timestamptz not null,
  principal text not null,
  reason text not null,
  primary key (tenant_id, agent_id)
);

-- What must go along when work is handed over. The message has everything.
create table hand_off_contract (
  tenant_id uuid not null,
  name text collate "C" not null,
  contract bytea not null,
  primary key (tenant_id, name)
);
