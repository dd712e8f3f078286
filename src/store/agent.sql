-- name: LockAgents :one
-- Before an agent is registered: one registration of a tenant at a time, so that each sees the write scopes of the one
-- before. Those who read agents wait for none.
select pg_advisory_xact_lock(hashtextextended('agents ' || @tenant_id::uuid, 0))::text as "locked!";

-- name: ReadAgent :maybe
-- An agent as it is now.
select agent from agent where tenant_id = @tenant_id and agent_id = @agent_id;

-- name: ReadAgentVersion :maybe
-- A version of an agent that is kept.
select agent from agent_version where tenant_id = @tenant_id and agent_id = @agent_id and version = @version;

-- name: CountAgents :one
-- The agents of a tenant, counted no further than asked for.
select count(*)::integer as "agents!" from (
  select from agent where tenant_id = @tenant_id order by agent_id limit @most
) a;

-- name: WriteAgent :exec
-- An agent as it is from now on.
insert into agent (tenant_id, agent_id, version, status, principal, agent)
values (@tenant_id, @agent_id, @version, @status, @principal?, @agent)
on conflict (tenant_id, agent_id) do update
set version = excluded.version, status = excluded.status, principal = excluded.principal, agent = excluded.agent;

-- name: InsertAgentVersion :exec
-- The same among all versions.
insert into agent_version (tenant_id, agent_id, version, agent) values (@tenant_id, @agent_id, @version, @agent);

-- name: DeleteAgentVersions :exec
-- Versions that are no longer kept.
delete from agent_version where tenant_id = @tenant_id and agent_id = @agent_id and version <= @until_version;

-- name: DeleteAgentWords :exec
-- What an agent was found by.
delete from agent_word where agent_id = @agent_id and tenant_id = @tenant_id;

-- name: InsertAgentWords :exec
-- What an agent is found by from now on.
insert into agent_word (tenant_id, kind, word, agent_id, match, value, defers_to)
select @tenant_id, w.kind, w.word, @agent_id, w.match, w.value, w.defers_to
from unnest(@kinds::smallint[], @words::text[], @matches::smallint[], @values::text[], @defers_tos[?]::text[])
  as w(kind, word, match, value, defers_to);

-- name: DeleteAgentWrites :exec
-- The write scopes that an agent had.
delete from agent_write
using unnest(@keys::text[]) as u(key)
cross join lateral (
  select ctid as place from agent_write
  where tenant_id = @tenant_id and key = u.key and agent_id = @agent_id
  offset 0
) w
where agent_write.ctid = w.place;

-- name: InsertAgentWrites :exec
-- The write scopes that an agent has from now on.
insert into agent_write (tenant_id, key, agent_id) select @tenant_id, w.key, @agent_id from unnest(@keys::text[]) as w(key);

-- name: FindAgentWrites :many
-- Write scopes of other agents that overlap the wanted ones: for each, one that it covers, and all that cover it.
select w.place::integer as "place!", h.key as "key!", h.agent_id as "agent_id!"
from unnest(@keys::text[], @until_keys::text[]) with ordinality as w(key, until_key, place)
cross join lateral (
  select key, agent_id from agent_write
  where tenant_id = @tenant_id and key >= w.key and key < w.until_key and agent_id <> @agent_id
  order by key limit 1
) h
union all
select a.place, h.key, h.agent_id
from unnest(@above_keys::text[], @above_places::integer[]) as a(key, place)
cross join lateral (
  select key, agent_id from agent_write
  where tenant_id = @tenant_id and key = a.key and agent_id <> @agent_id
  offset 0
) h;

-- name: ListAgents :many
-- A page of agents by id.
select agent from agent
where tenant_id = @tenant_id and agent_id > @after_agent_id and status = any(@statuses::smallint[])
order by agent_id
limit @most;

-- name: FindAgentWords :many
-- The agents that are found by words, those of one word by id. What is found is bounded for each word, and in all.
select u.place::integer as "place!", w.agent_id as "agent_id!", w.match as "match!", w.value as "value!",
       w.defers_to as "defers_to?"
from unnest(@words::text[]) with ordinality as u(word, place)
cross join lateral (
  select agent_id, match, value, defers_to from agent_word
  where tenant_id = @tenant_id and kind = @kind and word = u.word
  order by agent_id, match
  limit @most_of_word
) w
order by u.place, w.agent_id, w.match
limit @most;

-- name: ReadActiveAgents :many
-- Those of the given agents that are ACTIVE, with the principals of their workers.
select a.agent_id as "agent_id!", a.principal as "principal?"
from unnest(@agent_ids::text[]) as u(agent_id)
cross join lateral (
  select agent_id, principal from agent
  where tenant_id = @tenant_id and agent_id = u.agent_id and status = 2
  offset 0
) a;

-- name: ListAgentsOfWord :many
-- The ACTIVE agents that are found by a word.
select a.agent as "agent!"
from agent_word w
cross join lateral (
  select agent from agent where tenant_id = @tenant_id and agent_id = w.agent_id offset 0
) a
where w.tenant_id = @tenant_id and w.kind = @kind and w.word = @word
limit @most;

-- name: CountAgentLoads :many
-- How many tasks wait for agents, by the capability that these require, and how many the principals of agents hold. Each
-- is counted no further than the given bound. A tenant has few lanes: all are read.
select u.agent_id as "agent_id!", (w.tasks + h.tasks)::integer as "load!"
from unnest(@agent_ids::text[], @capabilities::text[], @principals[?]::text[]) as u(agent_id, capability, principal)
cross join lateral (
  select count(*) as tasks from (
    select from (
      select lane_id from lane where tenant_id = @tenant_id and u.capability = any(capabilities)
      union all
      select lane_id from principal_lane
      where tenant_id = @tenant_id and principal = u.principal and u.capability = any(capabilities)
    ) l
    cross join lateral (
      select from ready where tenant_id = @tenant_id and lane_id = l.lane_id
      order by eligible_time limit @counted_max
    ) r
    limit @counted_max
  ) c
) w
cross join lateral (
  select count(*) as tasks from (
    select from lease where tenant_id = @tenant_id and worker = u.principal
    order by accepted_receipt_id limit @counted_max
  ) c
) h;
