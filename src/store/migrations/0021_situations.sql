-- What people ask of tasks that wait: whether they may be leased, and how many workers could have them.

-- Whether a task that waits may be leased, but for its queue: what looks for such tasks asks here. It is inlined, so that
-- indexes serve as before.
create function may_be_leased(eligible_time timestamptz, fail_time timestamptz, at_time timestamptz) returns boolean
  language sql immutable parallel safe
  as $$ select eligible_time <= at_time and (fail_time is null or fail_time > at_time) $$;

-- Whether the queue of a lane is paused, for readers: they may see it a moment later than those that grant.
create function is_lane_paused(of_tenant uuid, of_lane bigint) returns boolean language sql stable parallel safe as $$
  select exists (
    select from paused_queue
    where tenant_id = of_tenant
      and queue = coalesce(
        (select l.queue from lane l where l.tenant_id = of_tenant and l.lane_id = of_lane),
        (select p.queue from principal_lane p where p.tenant_id = of_tenant and p.lane_id = of_lane limit 1))
  )
$$;

-- Partial, so that only statements that name a lane see it.
create index principal_lane_by_id on principal_lane (tenant_id, lane_id) where lane_id is not null;

-- What the worker of a session can do. Beside the session, whose row each heartbeat writes anew.
create table session_kind (
  tenant_id uuid not null,
  session_id uuid not null,
  queues text[] not null,
  types text[] not null,
  capabilities text[] not null,
  primary key (tenant_id, session_id)
);
