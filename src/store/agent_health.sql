-- name: CountSessionsOfAgent :one
-- How many sessions of an agent live, counted no further than asked for.
select count(*)::integer as "sessions!"
from (
  select from agent_session a
  cross join lateral (
    select from session
    where tenant_id = @tenant_id and session_id = a.session_id and expire_time > @now offset 0
  ) s
  where a.tenant_id = @tenant_id and a.agent_id = @agent_id and a.agent_id <= a.agent_id
  limit @most
) a;

-- name: ReadPreflightOverride :maybe
-- An operator's word that an agent passes, which may be over.
select until_time, principal, reason from preflight_override where tenant_id = @tenant_id and agent_id = @agent_id;

-- name: WritePreflightOverride :exec
-- The same from now on.
insert into preflight_override (tenant_id, agent_id, until_time, principal, reason)
values (@tenant_id, @agent_id, @until_time, @principal, @reason)
on conflict (tenant_id, agent_id) do update
set until_time = excluded.until_time, principal = excluded.principal, reason = excluded.reason;

-- name: DeletePreflightOverride :exec
-- It no longer passes by that.
delete from preflight_override where tenant_id = @tenant_id and agent_id = @agent_id;

-- name: FindPreflightDemand :many
-- The words of the server for which tasks wait that a worker could do if it had all of them. A tenant has few lanes: all
-- are read.
select u.word as "word!"
from unnest(@words::text[]) as u(word)
where exists (
  select from (
    select lane_id from lane
    where tenant_id = @tenant_id and u.word = any(capabilities)
      and (@any_queue::boolean or queue = any(@queues::text[]))
      and (@any_type::boolean or type = any(@types::text[]))
      and capabilities <@ @capabilities::text[]
    union all
    select lane_id from principal_lane
    where tenant_id = @tenant_id and u.word = any(capabilities)
      and (@any_queue::boolean or queue = any(@queues::text[]))
      and (@any_type::boolean or type = any(@types::text[]))
      and capabilities <@ @capabilities::text[]
    offset 0
  ) l
  cross join lateral (
    select from ready
    where tenant_id = @tenant_id and lane_id = l.lane_id and may_be_leased(eligible_time, fail_time, @now)
    order by eligible_time limit 1
  ) r
);
