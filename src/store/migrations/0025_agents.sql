-- Agents: who can do which work. No task refers to these tables, so tasks cost the same with and without agents.

-- An agent as it is now. The message has everything; the columns are what is looked for.
create table agent (
  tenant_id uuid not null,
  agent_id text collate "C" not null,
  version bigint not null,
  -- As in the contract; 2: ACTIVE.
  status smallint not null,
  -- Of its workers. Null: any.
  principal text,
  agent bytea not null,
  constraint agent_status_check check (status between 1 and 4),
  primary key (tenant_id, agent_id)
);

-- Former versions, and the present one.
create table agent_version (
  tenant_id uuid not null,
  agent_id text collate "C" not null,
  version bigint not null,
  agent bytea not null,
  primary key (tenant_id, agent_id, version)
);

-- What ACTIVE agents are found by.
create table agent_word (
  tenant_id uuid not null,
  -- 1: a phrase, normalised; 2: a capability; 3: a task type; 4: the principal of its workers.
  kind smallint not null,
  word text collate "C" not null,
  agent_id text collate "C" not null,
  -- RouteMatch of the contract: what it is to the agent.
  match smallint not null,
  -- As it was registered.
  value text not null,
  -- The agent that this one leaves it to. Null: it keeps it.
  defers_to text,
  primary key (tenant_id, kind, word, agent_id, match)
);
create index agent_word_of_agent on agent_word (agent_id, tenant_id);

-- Write scopes of ACTIVE agents, as keys like those of held scopes. None covers another agent's.
create table agent_write (
  tenant_id uuid not null,
  key text collate "C" not null,
  agent_id text collate "C" not null,
  primary key (tenant_id, key)
);
