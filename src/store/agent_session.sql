-- name: LockAgentSessionName :one
-- Before a session takes a name: of two that want one, the second sees the first.
select pg_advisory_xact_lock(hashtextextended('agent session ' || @tenant_id::uuid || ' ' || @name::text, 0))::text
  as "locked!";

-- name: InsertAgentSession :exec
-- What a session is to an agent.
insert into agent_session (tenant_id, session_id, name, agent_id, role, one_tree, binds, has_scopes, session)
values (@tenant_id, @session_id, @name, @agent_id, @role, @one_tree, @binds?, @has_scopes, @session);

-- name: ReadAgentSession :maybe
-- A session of an agent that lives.
select a.name as "name!", a.agent_id as "agent_id!", a.role as "role!", a.one_tree as "one_tree!", a.binds as "binds?",
       a.has_scopes as "has_scopes!", a.session as "session!", s.principal as "principal!", s.epoch as "epoch!",
       s.ttl_ms as "ttl_ms!", s.expire_time as "expire_time!"
from agent_session a
cross join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
) s
where a.tenant_id = @tenant_id and a.session_id = @session_id;

-- name: ReadAgentSessionNamed :maybe
-- The session that has a name, and whether it lives. One that does not is about to be removed.
select a.session_id as "session_id!", a.agent_id as "agent_id!", s.principal as "principal?",
       s.expire_time as "expire_time?"
from agent_session a
left join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
) s on true
where a.tenant_id = @tenant_id and a.name = @name and a.name <= a.name;

-- name: DeleteAgentSession :exec
-- A session that has expired is no agent's any more; the sweep ends its leases.
delete from agent_session where tenant_id = @tenant_id and session_id = @session_id;

-- name: ListScopedSessions :many
-- Those of the given sessions that hold scopes of their own.
select u.tenant_id as "tenant_id!", u.session_id as "session_id!"
from unnest(@tenant_ids::uuid[], @session_ids::uuid[]) as u(tenant_id, session_id)
cross join lateral (
  select from agent_session
  where tenant_id = u.tenant_id and session_id = u.session_id and has_scopes offset 0
) a;

-- name: ListAgentSessions :many
-- A page of the live sessions of agents, in the order in which they were opened, and how many leases each keeps, counted
-- no further than the given bound.
select a.session as "session!", s.expire_time as "expire_time!", s.ttl_ms as "ttl_ms!", h.leases as "leases!"
from agent_session a
cross join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
) s
cross join lateral (
  select count(*)::integer as leases
  from (select from lease where tenant_id = @tenant_id and session_id = a.session_id limit @counted_max) l
) h
where a.tenant_id = @tenant_id and a.session_id > @after_session_id and a.session_id <= a.session_id
order by a.session_id
limit @most;

-- name: ListSessionsOfAgent :many
-- The same of one agent.
select a.session as "session!", s.expire_time as "expire_time!", s.ttl_ms as "ttl_ms!", h.leases as "leases!"
from agent_session a
cross join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
) s
cross join lateral (
  select count(*)::integer as leases
  from (select from lease where tenant_id = @tenant_id and session_id = a.session_id limit @counted_max) l
) h
where a.tenant_id = @tenant_id and a.agent_id = @agent_id and a.agent_id <= a.agent_id
  and a.session_id > @after_session_id
order by a.session_id
limit @most;

-- name: ListSessionNamed :many
-- The same of the one that has a name.
select a.session as "session!", s.expire_time as "expire_time!", s.ttl_ms as "ttl_ms!", h.leases as "leases!",
       a.agent_id as "agent_id!"
from agent_session a
cross join lateral (
  select * from session
  where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
) s
cross join lateral (
  select count(*)::integer as leases
  from (select from lease where tenant_id = @tenant_id and session_id = a.session_id limit @counted_max) l
) h
where a.tenant_id = @tenant_id and a.name = @name and a.name <= a.name;

-- name: ExtendSessions :many
-- Sessions of agents whose holders were heard of beside their heartbeats. Never shortens one, and revives none.
update session
set expire_time = greatest(session.expire_time, @now + session.ttl_ms * interval '1 millisecond')
from (select session_id from unnest(@session_ids::uuid[]) as t(session_id) order by session_id) u
cross join lateral (
  select ctid as place from session
  where tenant_id = @tenant_id and session_id = u.session_id and expire_time > @now offset 0
) s
where session.ctid = s.place
returning session.session_id, session.expire_time;

-- name: LockTreeOfSession :one
-- Before a session that works on one tree at a time is granted anything: its claims come one after the other.
select count(*)::integer as "sessions!"
from (
  select from session where tenant_id = @tenant_id and session_id = @session_id for no key update
) s;

-- name: ReadTreeOfSession :maybe
-- The root of the tree that a session works on: that of one of its leases.
select coalesce(c.root_task_id, l.task_id) as "root_task_id!"
from (
  select task_id from lease where tenant_id = @tenant_id and session_id = @session_id order by task_id limit 1
) l
left join lateral (
  select root_task_id from child where tenant_id = @tenant_id and task_id = l.task_id offset 0
) c on true;

-- name: ReadRoots :many
-- The roots of the trees that tasks are in. A task that is no child is its own.
select u.task_id as "task_id!", coalesce(t.root_task_id, u.task_id) as "root_task_id!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select root_task_id from task where tenant_id = @tenant_id and task_id = u.task_id offset 0
) t;
