-- name: InsertReceiptLinks :exec
-- Links from the chain of one task to another's.
insert into receipt_link (tenant_id, parent_receipt_id, child_receipt_id)
select @tenant_id, l.* from unnest(@parent_receipt_ids::uuid[], @child_receipt_ids::uuid[]) as l
on conflict do nothing;

-- name: ReadReceipt :maybe
-- One receipt by its id.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?"
from receipts_named(@tenant_id, array[@receipt_id::uuid]) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true;

-- name: ReadReceiptTypes :many
-- Whether receipts exist, and their types, to check parents.
select receipt_id as "receipt_id!", type as "type!", task_id as "task_id?"
from receipts_named(@tenant_id, @receipt_ids::uuid[]);

-- name: ListReceiptsOfTask :many
-- A chain in its order, from a position on, as far as the caller may see it, filtered by recipient. Of the
-- receipts found, the first one and as many behind it as have no more than so many bytes together.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?",
       r.found as "found!"
from (
  select p.*, count(*) over () as found, row_number() over (order by sequence) as place,
         sum(octet_length(body)) over (order by sequence rows unbounded preceding) as bytes
  from (
    select * from receipts_of(@tenant_id, array[@task_id::uuid], @after_sequence)
    where (@any_type::boolean or type = any(@types::smallint[]))
      and (@everything::boolean or from_principal = @me or to_principal = @me)
      and (@any_addressee::boolean or to_principal = @addressee)
    order by sequence
    limit @most
  ) p
) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true
where r.place = 1 or r.bytes <= @bytes_max
order by r.sequence;

-- name: ListReceiptsSince :many
-- What has been added to a chain behind a position, between two versions of its task; again as much as fits.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?",
       r.found as "found!"
from (
  select p.*, count(*) over () as found, row_number() over (order by sequence) as place,
         sum(octet_length(body)) over (order by sequence rows unbounded preceding) as bytes
  from (
    select * from receipts_of(@tenant_id, array[@task_id::uuid], @after_sequence)
    where task_version > @after_version and task_version <= @until_version
    order by sequence
    limit @most
  ) p
) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true
where r.place = 1 or r.bytes <= @bytes_max
order by r.sequence;

-- name: ListReceiptsTo :many
-- The receipts to a principal, newest first, before a given one; again as many as fit. Pages are read one after the
-- other until there are enough receipts, so the limit goes by the order of the pages alone. Each has at least one, but
-- perhaps not of a wanted type, and the first page may have none before the given one. The inner limit also tells the
-- planner that not all pages will be read.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?",
       r.found as "found!"
from (
  select p.*, least(count(*) over (), @most) as found, row_number() over (order by receipt_id desc) as place,
         sum(octet_length(body)) over (order by receipt_id desc rows unbounded preceding) as bytes
  from (
    select r.*
    from (
      select page_id, week from ledger_to
      where tenant_id = @tenant_id and principal = @principal and page_id < @before_receipt_id
      order by page_id desc
      limit case when @any_type::boolean then @most::bigint + 1 end
    ) t
    cross join lateral (
      select * from receipt
      where tenant_id = @tenant_id and week = t.week and page_id = t.page_id and to_principal = @principal
        and receipt_id < @before_receipt_id and (@any_type::boolean or type = any(@types::smallint[]))
      offset 0
    ) r
    order by t.page_id desc
    fetch first (@most::bigint) rows with ties
  ) p
) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true
where r.place <= @most and (r.place = 1 or r.bytes <= @bytes_max)
order by r.receipt_id desc;

-- name: ReadChains :many
-- The receipts of tasks and the calls that wrote them, to recognize a repeated call.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!",
       r.request_id as "request_id?",
       r.request_digest as "request_digest?", r.hash as "hash!", r.task_version as "task_version!",
       r.create_time as "create_time!"
from receipts_of(@tenant_id, @task_ids::uuid[], 0) r
order by r.chain_id, r.sequence;

-- name: ReadReceiptsOfCalls :many
-- What calls have put on record in the chains of tasks: one call for each task.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!",
       r.request_id as "request_id?",
       r.request_digest as "request_digest?", r.hash as "hash!", r.task_version as "task_version!",
       r.create_time as "create_time!"
from receipts_of(@tenant_id, @task_ids::uuid[], 0) r
where r.request_id = (@request_ids::text[])[array_position(@task_ids::uuid[], r.chain_id)]
order by r.chain_id, r.sequence;

-- name: RecordDeliveries :exec
-- When receipts were first delivered. Telemetry.
insert into delivery (tenant_id, receipt_id, delivered_time)
select @tenant_id, id, @now from unnest(@receipt_ids::uuid[]) as r(id)
on conflict do nothing;

-- name: ReadReceipts :many
-- Receipts by their ids, in any chain.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?"
from receipts_named(@tenant_id, @receipt_ids::uuid[]) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true;

-- name: OutlineReceipts :many
-- Receipts by their ids without their bodies, which may be large.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.parents as "parents!", r.content_digest as "content_digest!", r.superseded_by as "superseded_by?",
       octet_length(r.body) as "body_bytes!"
from receipts_named(@tenant_id, @receipt_ids::uuid[]) r;

-- name: OutlineChains :many
-- Whole chains in their order, without the bodies of their receipts.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.parents as "parents!", r.content_digest as "content_digest!", r.superseded_by as "superseded_by?",
       octet_length(r.body) as "body_bytes!"
from receipts_of(@tenant_id, @chain_ids::uuid[], 0) r
order by array_position(@chain_ids::uuid[], r.chain_id), r.sequence;

-- name: OutlineAnswers :many
-- Of the receipts of chains, those that name one of these as a parent, without their bodies.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.parents as "parents!", r.content_digest as "content_digest!", r.superseded_by as "superseded_by?",
       octet_length(r.body) as "body_bytes!"
from receipts_of(@tenant_id, @chain_ids::uuid[], 0) r
where r.parents && @receipt_ids::uuid[]
order by array_position(@chain_ids::uuid[], r.chain_id), r.sequence
limit @most;

-- name: ReadChainsWhole :many
-- Whole chains in their order, with everything that a check computes again.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?"
from receipts_of(@tenant_id, @chain_ids::uuid[], 0) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true
order by array_position(@chain_ids::uuid[], r.chain_id), r.sequence;

-- name: ListChains :many
-- The chains of a tenant, page by page, by id. Tasks whose chain is missing are included.
select id as "chain_id!"
from (
  (select chain_ids[1] as id from ledger_page
   where tenant_id = @tenant_id and digest_without_task is not null and page_id >= page_of(@after_chain_id)
     and chain_ids[1] > @after_chain_id
   order by page_id limit @most)
  union
  (select task_id as id from task
   where tenant_id = @tenant_id and task_id > @after_chain_id order by task_id limit @most)
) c
order by id
limit @most;

-- name: LockReceiptsWithoutTask :one
-- Serializes the writers of receipts without a task to one principal: there is no task to lock.
select pg_advisory_xact_lock(hashtextextended(@tenant_id::uuid::text || @to_principal::text, 0))::text as "locked!";

-- name: ReadReceiptsWithoutTask :many
-- Receipts without a task that have a certain content.
select r.chain_id as "chain_id!", r.sequence as "sequence!", r.receipt_id as "receipt_id!", r.type as "type!",
       r.from_principal as "from_principal!", r.to_principal as "to_principal!", r.task_id as "task_id?",
       r.lease_id as "lease_id?", r.parents as "parents!", r.body as "body!", r.content_digest as "content_digest!",
       r.prev_hash as "prev_hash!", r.hash as "hash!", r.task_version as "task_version!",
       r.superseded_by as "superseded_by?", r.create_time as "create_time!", d.delivered_time as "delivered_time?"
from (
  select week, page_id from ledger_page
  where tenant_id = @tenant_id and digest_without_task = @content_digest offset 0
) p
cross join lateral (
  select * from receipt where tenant_id = @tenant_id and week = p.week and page_id = p.page_id offset 0
) r
left join lateral (
  select delivered_time from delivery where tenant_id = @tenant_id and receipt_id = r.receipt_id offset 0
) d on true;

-- name: ListChildren :many
-- Receipts of other chains that name the given ones as parents.
select child_receipt_id as "child_receipt_id!", parent_receipt_id as "parent_receipt_id!"
from unnest(@receipt_ids::uuid[]) as u(id)
cross join lateral (
  select * from receipt_link where tenant_id = @tenant_id and parent_receipt_id = u.id limit @most
) l;

-- name: ReadHeads :many
-- The heads of chains as the rows of the tasks have them.
select u.id as "task_id!", coalesce(r.head_sequence, l.head_sequence, e.head_sequence) as "head_sequence?",
       coalesce(r.head_hash, l.head_hash, e.head_hash) as "head_hash?"
from unnest(@task_ids::uuid[]) as u(id)
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.id offset 0) e on true;

-- name: ReadTaskCounters :many
-- The states and counters of tasks, and the number of rows of each task, which must be one.
select u.id as "task_id!",
       coalesce(r.state, l.state, e.state) as "state?",
       coalesce(r.attempt, l.attempt, e.attempt) as "attempt?",
       coalesce(r.lease_losses, l.lease_losses, e.lease_losses) as "lease_losses?",
       coalesce(r.deliveries, l.deliveries, e.deliveries) as "deliveries?",
       coalesce(r.fence, l.fence, e.fence) as "fence?",
       coalesce(r.assigned_receipt_id, l.assigned_receipt_id, e.assigned_receipt_id) as "assigned_receipt_id?",
       l.accepted_receipt_id as "accepted_receipt_id?", l.worker as "worker?", e.discharged as "discharged?",
       (r.task_id is not null)::int + (l.task_id is not null)::int + (e.task_id is not null)::int as "places!"
from unnest(@task_ids::uuid[]) as u(id)
left join lateral (select * from ready where tenant_id = @tenant_id and task_id = u.id offset 0) r on true
left join lateral (select * from lease where tenant_id = @tenant_id and task_id = u.id offset 0) l on true
left join lateral (select * from ended where tenant_id = @tenant_id and task_id = u.id offset 0) e on true;
