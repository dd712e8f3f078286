-- name: InsertTasks :exec
-- Requests of tasks, which never change.
insert into task (tenant_id, task_id, type, queue, labels, owner, obligated, create_time, terms, payload)
select @tenant_id, t.task_id, t.type, t.queue, t.labels::jsonb, t.owner, t.obligated, @create_time, t.terms, t.payload
from unnest(@task_ids::uuid[], @types::text[], @queues::text[], @labels::text[], @owners::text[],
            @obligateds::text[], @terms::bytea[], @payloads[?]::bytea[])
  as t(task_id, type, queue, labels, owner, obligated, terms, payload);

-- name: ReadTasks :many
-- Tasks with their states, in one snapshot: exactly one of ready, lease and ended has each. The laterals make the plan
-- a lookup by primary keys, whatever the statistics are.
select t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!", t.terms as "terms!",
       t.create_time as "create_time!", t.payload as "payload?",
       coalesce(r.kept_time, r.eligible_time) as "ready_eligible_time?", r.state as "ready_state?",
       sw.key as "scope_key?", sw.is_write as "scope_is_write?", sw.held_key as "scope_held_key?",
       sw.held_by_task_id as "scope_held_by_task_id?", sw.since as "scope_since?",
       l.lease_id as "lease_id?", l.worker as "worker?", l.instance as "instance?", l.state as "lease_state?",
       l.grant_time as "grant_time?", coalesce(s.expire_time, l.expire_time) as "expire_time?",
       l.start_time as "lease_start_time?", l.cancel_reason as "cancel_reason?", l.cancel_time as "cancel_time?",
       e.state as "ended_state?", e.start_time as "ended_start_time?", e.end_time as "end_time?",
       e.outcome as "outcome?", e.discharged as "discharged?",
       coalesce(r.attempt, l.attempt, e.attempt) as "attempt!",
       coalesce(r.lease_losses, l.lease_losses, e.lease_losses) as "lease_losses!",
       coalesce(r.deliveries, l.deliveries, e.deliveries) as "deliveries!",
       coalesce(r.fence, l.fence, e.fence) as "fence!",
       coalesce(r.ties, l.ties, e.ties) as "ties!",
       coalesce(r.version, l.version, e.version) as "version!",
       coalesce(r.assigned_receipt_id, l.assigned_receipt_id, e.assigned_receipt_id) as "assigned_receipt_id!",
       n.progress as "progress?", n.checkpoint as "checkpoint?", n.hand_off as "hand_off?",
       p.pause_time as "pause_time?", p.principal as "pause_principal?", p.reason as "pause_reason?",
       n.review as "review?", sp.spent as "spent?", sp.below as "spent_below?", sp.lifted as "budget_lifted?",
       q.input_id as "input_id?", q.asker as "asker?", q.addressee as "addressee?", q.body as "question_body?",
       q.request_time as "request_time?", q.escalated_to as "escalated_to?"
from unnest(@task_ids::uuid[]) with ordinality as u(task_id, place)
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
left join lateral (
  select coalesce(jsonb_object_agg(unit, trim_scale(amount)::text) filter (where amount > 0 or below = 0), '{}')::text
           as spent,
         coalesce(jsonb_object_agg(unit, trim_scale(below)::text) filter (where below > 0), '{}')::text as below,
         bool_or(lifted) as lifted
  from spend
  where tenant_id = @tenant_id and task_id = u.task_id and coalesce(r.ties, l.ties, e.ties) & 36 <> 0
  having count(*) > 0
) sp on true
left join lateral (
  select * from question
  where tenant_id = @tenant_id and task_id = u.task_id and r.state in (8, 9) and r.ties & 8 <> 0 and result is null
  offset 0
) q on true
order by u.place;

-- name: CountFittingTasks :one
-- How many of these tasks, from the first one on, have no more than so many bytes together. Sizes are known without
-- reading what is large.
select count(*) as "fitting!"
from (
  select sum(octet_length(t.terms) + coalesce(octet_length(t.payload), 0) + coalesce(octet_length(e.outcome), 0)
             + coalesce(octet_length(n.progress), 0) + coalesce(octet_length(n.checkpoint), 0)
             + coalesce(octet_length(n.hand_off), 0) + coalesce(octet_length(n.review), 0)
             + coalesce(octet_length(q.body), 0))
           over (order by u.place rows unbounded preceding) as bytes
  from (select * from unnest(@task_ids::uuid[]) with ordinality as t(task_id, place) order by place) u
  cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
  left join lateral (select * from question where tenant_id = @tenant_id and task_id = u.task_id offset 0) q on true
  left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.task_id offset 0) e on true
  left join lateral (select * from note where tenant_id = @tenant_id and task_id = u.task_id offset 0) n on true
) f
where f.bytes <= @bytes_max;

-- name: ReadTaskParties :many
-- The principals that a task concerns: what decides whether a caller may read it.
select t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!", l.worker as "worker?"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.task_id offset 0) l on true;

-- name: ReadToGrant :many
-- What a worker is sent with tasks that are about to be granted: the request, and the note of the previous holder.
-- Always the first one in the given order, and the following ones up to a total size; the size is known without reading
-- large values. Whether its queue is paused is said under a lock that a pause waits for.
select g.task_id as "task_id!", g.owner as "owner!", g.obligated as "obligated!", g.terms as "terms!",
       g.payload as "payload?", g.checkpoint as "checkpoint?", g.hand_off as "hand_off?",
       g.review as "review?",
       case when g.hand_off is not null then (select paused_queues(@tenant_id)) end as "paused_queues?",
       g.queue = any(coalesce((select paused_queues(@tenant_id)), '{}')) as "is_paused!"
from (
  select u.place, t.task_id, t.queue, t.owner, t.obligated, t.terms, t.payload, n.checkpoint, n.hand_off, n.review,
         sum(octet_length(t.terms) + coalesce(octet_length(t.payload), 0) + coalesce(octet_length(n.checkpoint), 0)
             + coalesce(octet_length(n.hand_off), 0) + coalesce(octet_length(n.review), 0))
           over (order by u.place rows unbounded preceding) as bytes
  from (select * from unnest(@task_ids::uuid[]) with ordinality as t(task_id, place) order by place) u
  cross join lateral (select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0) t
  left join lateral (select * from note where tenant_id = @tenant_id and task_id = u.task_id offset 0) n on true
) g
where g.place = 1 or g.bytes <= @bytes_max;

-- name: ReadTerms :many
-- What the rules need of requests, without payloads.
select t.task_id as "task_id!", t.owner as "owner!", t.obligated as "obligated!", t.terms as "terms!"
from unnest(@task_ids::uuid[]) as u(task_id)
cross join lateral (
  select * from task where tenant_id = @tenant_id and task_id = u.task_id offset 0
) t;

-- name: ListTaskIds :many
-- A page of tasks in any state, newest first. Labels are compared row by row, so other conditions should be given, too.
select task_id
from task
where tenant_id = @tenant_id and task_id < @before_task_id
  and create_time >= @created_from and create_time < @created_before
  and (@any_owner::boolean or owner = @owner)
  and (@everything::boolean or owner = @me or obligated = @me)
  and (@any_type::boolean or type = @type)
  and (@any_queue::boolean or queue = @queue)
  and labels @> @labels::jsonb
order by task_id desc
limit @most;

-- name: ListQueuedTaskIds :many
-- The same among queued tasks only.
select t.task_id as "task_id!"
from ready r
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = r.task_id offset 0) t
where r.tenant_id = @tenant_id and r.task_id < @before_task_id and r.state = 1
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by r.task_id desc
limit @most;

-- name: ListVerifyingTaskIds :many
-- The same among tasks that are being verified.
select t.task_id as "task_id!"
from ready r
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = r.task_id offset 0) t
where r.tenant_id = @tenant_id and r.task_id < @before_task_id and r.state = 10 and r.task_id <= r.task_id
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by r.task_id desc
limit @most;

-- name: ListReadyTaskIds :many
-- The same among tasks that a worker could lease now.
select t.task_id as "task_id!"
from ready r
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = r.task_id offset 0) t
where r.tenant_id = @tenant_id and r.task_id < @before_task_id
  and may_be_leased(r.eligible_time, r.fail_time, @now) and not is_lane_paused(@tenant_id, r.lane_id)
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by r.task_id desc
limit @most;

-- name: ListBlockedTaskIds :many
-- The same among blocked tasks only: not those that are paused while they wait.
select t.task_id as "task_id!"
from wait w
cross join lateral (
  select task_id from ready where tenant_id = @tenant_id and task_id = w.task_id and state = 7 offset 0
) r
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = w.task_id offset 0) t
where w.tenant_id = @tenant_id and w.task_id < @before_task_id
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by w.task_id desc
limit @most;

-- name: ListAskingTaskIds :many
-- The same among tasks that wait for an answer only: not those that are paused while they wait.
select t.task_id as "task_id!"
from question q
cross join lateral (
  select task_id from ready where tenant_id = @tenant_id and task_id = q.task_id and state = 9 offset 0
) r
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = q.task_id offset 0) t
where q.tenant_id = @tenant_id and q.task_id < @before_task_id and q.result is null
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by q.task_id desc
limit @most;

-- name: ListPausedTaskIds :many
-- The same among paused tasks only.
select t.task_id as "task_id!"
from task_pause p
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = p.task_id offset 0) t
where p.tenant_id = @tenant_id and p.task_id < @before_task_id
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by p.task_id desc
limit @most;

-- name: ListHeldTaskIds :many
-- The same among held tasks only. Their holders see them, too.
select t.task_id as "task_id!"
from lease l
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = l.task_id offset 0) t
where l.tenant_id = @tenant_id and l.task_id < @before_task_id and l.state = any(@states::smallint[])
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me or l.worker = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by l.task_id desc
limit @most;

-- name: ListEndedTaskIds :many
-- The same among ended tasks only.
select t.task_id as "task_id!"
from ended e
cross join lateral (select * from task where tenant_id = @tenant_id and task_id = e.task_id offset 0) t
where e.tenant_id = @tenant_id and e.task_id < @before_task_id and e.state = any(@states::smallint[])
  and t.create_time >= @created_from and t.create_time < @created_before
  and (@any_owner::boolean or t.owner = @owner)
  and (@everything::boolean or t.owner = @me or t.obligated = @me)
  and (@any_type::boolean or t.type = @type)
  and (@any_queue::boolean or t.queue = @queue)
  and t.labels @> @labels::jsonb
order by e.task_id desc
limit @most;
