-- name: ReadSituation :maybe
-- A task as it stands, with all that one row of each table says about why it does not run; no payload.
select t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!", t.terms as "terms!",
       r.lane_id as "ready_lane_id?", coalesce(r.kept_time, r.eligible_time) as "eligible_time?",
       sw.key as "scope_key?", sw.is_write as "scope_is_write?", sw.held_key as "scope_held_key?",
       sw.held_by_task_id as "scope_held_by_task_id?", sw.since as "scope_since?",
       r.fail_time as "ready_fail_time?",
       r.state as "ready_state?",
       l.lease_id as "lease_id?", l.worker as "worker?", l.instance as "instance?", l.state as "lease_state?",
       l.grant_time as "grant_time?", coalesce(s.expire_time, l.expire_time) as "expire_time?",
       coalesce(s.ttl_ms, l.ttl_ms) as "ttl_ms?", s.session_id is not null as "on_stream!",
       l.start_time as "start_time?", l.fail_time as "lease_fail_time?", l.cancel_time as "cancel_time?",
       e.state as "ended_state?", e.end_time as "end_time?", e.outcome as "outcome?",
       coalesce(r.attempt, l.attempt, e.attempt) as "attempt!",
       coalesce(r.lease_losses, l.lease_losses, e.lease_losses) as "lease_losses!",
       coalesce(r.deliveries, l.deliveries, e.deliveries) as "deliveries!",
       coalesce(r.fence, l.fence, e.fence) as "fence!",
       coalesce(r.ties, l.ties, e.ties) as "ties!",
       coalesce(r.version, l.version, e.version) as "version!",
       coalesce(r.head_sequence, l.head_sequence, e.head_sequence) as "head_sequence!",
       n.progress as "progress?", n.hand_off as "hand_off?", case when r.state = 10 then n.review end as "review?",
       p.pause_time as "pause_time?", p.principal as "pause_principal?", p.reason as "pause_reason?",
       p.eligible_time as "pause_eligible_time?",
       w.groups_left as "groups_left?", w.on_impossible as "on_impossible?",
       q.input_id as "input_id?", q.asker as "asker?", q.addressee as "answerer?", q.body as "question_body?",
       q.request_time as "request_time?", q.escalated_to as "escalated_to?", v.suspend_time as "suspend_time?"
from (select @task_id::uuid as task_id) u
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true
left join lateral (select * from session where tenant_id = @tenant_id and session_id = l.session_id offset 0) s on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0) e on true
left join lateral (select * from note where tenant_id = @tenant_id and task_id = u.task_id offset 0) n on true
left join lateral (
  select * from task_pause where tenant_id = @tenant_id and task_id = u.task_id and r.state = 8 offset 0
) p on true
left join lateral (
  select * from scope_wait where tenant_id = @tenant_id and task_id = u.task_id and r.kept_time is not null offset 0
) sw on true
left join lateral (select * from wait where tenant_id = @tenant_id and task_id = u.task_id offset 0) w on true
left join lateral (
  select * from question
  where tenant_id = @tenant_id and task_id = u.task_id and r.state in (8, 9) and r.ties & 8 <> 0 and result is null
  offset 0
) q on true
left join lateral (select * from tenant where tenant_id = @tenant_id offset 0) v on true;

-- name: CountAhead :one
-- How many tasks of a lane are before one of it, counted no further than the given bound.
select count(*)::integer as "ahead!"
from (
  select from ready
  where tenant_id = @tenant_id and lane_id = @lane_id and may_be_leased(eligible_time, fail_time, @now)
    and (eligible_time, task_id) < (@eligible_time::timestamptz, @task_id::uuid)
  order by eligible_time, task_id
  limit @most
) r;

-- name: CountWorkers :one
-- How many workers are connected, of a bounded number, and how many of them can do a task.
select count(*)::integer as "workers!",
       (count(*) filter (
         where (@any_principal::boolean or s.principal = @principal) and s.principal <> all(@barred::text[])
           and @queue::text = any(k.queues)
           and (cardinality(k.types) = 0 or @type::text = any(k.types))
           and @capabilities::text[] <@ k.capabilities
       ))::integer as "fitting!"
from (
  select session_id, principal from session
  where tenant_id = @tenant_id and expire_time > @now
  order by session_id limit @most
) s
cross join lateral (
  select * from session_kind where tenant_id = @tenant_id and session_id = s.session_id offset 0
) k;

-- name: CountOffers :many
-- How many of them offer each of some capabilities; those that none offers are missing.
select c.capability as "capability!", count(*)::integer as "workers!"
from (
  select session_id from session
  where tenant_id = @tenant_id and expire_time > @now
  order by session_id limit @most
) s
cross join lateral (
  select * from session_kind where tenant_id = @tenant_id and session_id = s.session_id offset 0
) k
cross join lateral unnest(@capabilities::text[]) as c(capability)
where c.capability = any(k.capabilities)
group by c.capability;

-- name: ReadLastFailure :maybe
-- The last of some types of receipts in a chain, behind a position.
select r.receipt_id as "receipt_id!", r.body as "body!", r.create_time as "create_time!"
from receipts_of(@tenant_id, array[@task_id::uuid], @after_sequence) r
where r.type = any(@types::smallint[])
order by r.sequence desc
limit 1;

-- name: ReadAwaited :many
-- Tasks that another one waits for: how they stand, and whose they are.
select t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!", l.worker as "worker?",
       coalesce(r.state, l.state, e.state) as "state!", coalesce(e.discharged, false) as "discharged!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.task_id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0) e on true;
