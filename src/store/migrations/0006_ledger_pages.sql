-- The ledger in pages. What one transaction puts on record is one row: arrays with one element per receipt. A row per
-- receipt, with its keys, was more than half of what Postgres did for a task. The view `receipt` shows them as rows.

-- The id of a receipt is the id of its page with the receipt's place in the last 16 bits, so that it is found by its
-- id without an index of its own.
create function page_of(receipt_id uuid) returns uuid language sql immutable strict as $$
  select (left(receipt_id::text, 32) || '0000')::uuid
$$;

-- The least id of the week in which an id was made: Monday, 0:00 UTC.
create function week_of(id uuid) returns uuid language sql immutable strict as $$
  select (lpad(to_hex(ms - (ms - 345600000) % 604800000), 12, '0') || repeat('0', 20))::uuid
  from (select ('x' || left(id::text, 8) || substr(id::text, 10, 4))::bit(48)::bigint as ms) t
$$;

create table ledger_page (
  tenant_id uuid not null,
  -- Of the chains, not of the page: a week is dropped with all that belongs to its tasks. A transaction that changes
  -- tasks of two weeks writes two pages.
  week uuid not null,
  page_id uuid not null,
  create_time timestamptz not null,
  -- Of the only receipt of the page, if it belongs to no task.
  digest_without_task bytea check (length(digest_without_task) = 32),
  chain_ids uuid[] not null,
  sequences integer[] not null,
  receipt_ids uuid[] not null,
  types smallint[] not null,
  from_principals text[] not null,
  to_principals text[] not null,
  -- Null if no receipt of the page has a lease; the same holds for the other columns that may be null.
  lease_ids uuid[],
  -- Each element has the form of an array of ids.
  parents text[] not null,
  bodies bytea[] not null,
  content_digests bytea[] not null,
  prev_hashes bytea[] not null,
  hashes bytea[] not null,
  task_versions bigint[] not null,
  superseded_bys uuid[],
  request_ids text[],
  request_digests bytea[],
  -- The page of the receipt before this one in its chain, where that is another page.
  prev_page_ids uuid[],
  primary key (tenant_id, page_id, week),
  check (cardinality(receipt_ids) >= 1),
  check (digest_without_task is null or cardinality(receipt_ids) = 1)
) partition by range (week);
create index ledger_page_without_task on ledger_page (tenant_id, digest_without_task)
  where digest_without_task is not null;
create index ledger_page_of_no_task on ledger_page (tenant_id, page_id)
  where digest_without_task is not null and page_id is not null;

-- Hashes and ids do not compress.
alter table ledger_page
  alter column chain_ids set storage external, alter column receipt_ids set storage external,
  alter column lease_ids set storage external, alter column content_digests set storage external,
  alter column prev_hashes set storage external, alter column hashes set storage external,
  alter column request_digests set storage external, alter column prev_page_ids set storage external;

create trigger ledger_page_append_only before update or delete on ledger_page
  for each row execute function refuse_change();
create trigger ledger_page_no_truncate before truncate on ledger_page
  for each statement execute function refuse_change();

-- The pages that have receipts to a principal.
create table ledger_to (
  tenant_id uuid not null,
  principal text not null,
  page_id uuid not null,
  week uuid not null,
  primary key (tenant_id, principal, page_id, week)
) partition by range (week);

alter table ready add column head_page_id uuid;
alter table lease add column head_page_id uuid;
alter table ended add column head_page_id uuid;

alter table receipt rename to receipt_row;

create view receipt as
select p.tenant_id, r.chain_id, r.sequence, r.receipt_id, r.type, r.from_principal, r.to_principal,
       case when p.digest_without_task is null then r.chain_id end as task_id, r.lease_id, r.parents::uuid[] as parents,
       r.body, r.content_digest, r.prev_hash, r.hash, r.task_version, r.superseded_by, r.request_id, r.request_digest,
       p.create_time, p.week, p.page_id
from ledger_page p
cross join lateral unnest(p.chain_ids, p.sequences, p.receipt_ids, p.types, p.from_principals, p.to_principals,
                          p.lease_ids, p.parents, p.bodies, p.content_digests, p.prev_hashes, p.hashes,
                          p.task_versions, p.superseded_bys, p.request_ids, p.request_digests)
  as r(chain_id, sequence, receipt_id, type, from_principal, to_principal, lease_id, parents, body, content_digest,
       prev_hash, hash, task_version, superseded_by, request_id, request_digest);

-- The pages of a chain, from its end back to the receipt behind `after`. Where it ends the row of its task says; a
-- receipt without a task is a chain of its own. `offset 0` keeps each lookup a lookup.
create function pages_of(tenant uuid, chain uuid, after integer) returns setof uuid language sql stable as $$
  with recursive page(page_id, first_sequence, before_id) as (
    select p.page_id, p.sequences[p.place], p.prev_page_ids[p.place]
    from (
      select coalesce((select head_page_id from ready where tenant_id = tenant and task_id = chain),
                      (select head_page_id from lease where tenant_id = tenant and task_id = chain),
                      (select head_page_id from ended where tenant_id = tenant and task_id = chain),
                      page_of(chain)) as id
      offset 0
    ) h
    cross join lateral (
      select *, array_position(chain_ids, chain) as place from ledger_page
      where tenant_id = tenant and week = week_of(chain) and page_id = h.id offset 0
    ) p
    union all
    select p.page_id, p.sequences[p.place], p.prev_page_ids[p.place]
    from page
    cross join lateral (
      select *, array_position(chain_ids, chain) as place from ledger_page
      where tenant_id = tenant and week = week_of(chain) and page_id = page.before_id offset 0
    ) p
    where page.first_sequence > after + 1
  )
  select page_id from page
$$;

-- The receipts of chains behind a sequence. A page that several chains share is read once.
create function receipts_of(tenant uuid, chains uuid[], after integer) returns setof receipt language sql stable as $$
  select r.*
  from (
    select distinct week_of(c.id) as week, p.id
    from unnest(chains) as c(id)
    cross join lateral pages_of(tenant, c.id, after) as p(id)
  ) p
  cross join lateral (
    select * from receipt
    where tenant_id = tenant and week = p.week and page_id = p.id and chain_id = any(chains) and sequence > after
    offset 0
  ) r
$$;

-- Receipts by their ids, in any chain. A page that several share is read once.
create function receipts_named(tenant uuid, ids uuid[]) returns setof receipt language sql stable as $$
  select r.*
  from (select distinct page_of(i.id) as id from unnest(ids) as i(id)) p
  cross join lateral (
    select * from receipt where tenant_id = tenant and page_id = p.id and week <= p.id and receipt_id = any(ids)
    offset 0
  ) r
$$;

-- Puts receipts that stand in rows into pages, by the pages that their ids name.
create function fill_pages(source regclass) returns bigint language plpgsql as $$
declare
  made bigint;
begin
  execute format($sql$
    insert into ledger_page
    select tenant_id, week_of(chain_id), page_of(receipt_id), min(create_time),
           (array_agg(content_digest) filter (where task_id is null))[1],
           array_agg(chain_id order by chain_id, sequence), array_agg(sequence order by chain_id, sequence),
           array_agg(receipt_id order by chain_id, sequence), array_agg(type order by chain_id, sequence),
           array_agg(from_principal order by chain_id, sequence), array_agg(to_principal order by chain_id, sequence),
           array_agg(lease_id order by chain_id, sequence), array_agg(parents::text order by chain_id, sequence),
           array_agg(body order by chain_id, sequence), array_agg(content_digest order by chain_id, sequence),
           array_agg(prev_hash order by chain_id, sequence), array_agg(hash order by chain_id, sequence),
           array_agg(task_version order by chain_id, sequence), array_agg(superseded_by order by chain_id, sequence),
           array_agg(request_id order by chain_id, sequence), array_agg(request_digest order by chain_id, sequence),
           array_agg(nullif(before_id, page_of(receipt_id)) order by chain_id, sequence)
    from (
      select *, page_of(lag(receipt_id) over (partition by tenant_id, chain_id order by sequence)) as before_id from %s
    ) r
    group by tenant_id, week_of(chain_id), page_of(receipt_id)
  $sql$, source);
  get diagnostics made = row_count;
  insert into ledger_to
  select distinct tenant_id, t.principal, page_id, week
  from ledger_page cross join unnest(to_principals) as t(principal);
  return made;
end
$$;

create or replace function ensure_partitions(from_time timestamptz, until_time timestamptz) returns integer
language plpgsql set timezone to 'UTC' as $$
declare
  parent text;
  week timestamptz := date_trunc('week', from_time, 'UTC');
  partition text;
  made integer := 0;
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  while week <= until_time loop
    foreach parent in array array['task', 'note', 'ended', 'ledger_page', 'ledger_to'] loop
      partition := format('%s_w%s', parent, to_char(week at time zone 'UTC', 'YYYYMMDD'));
      if to_regclass(partition) is null then
        execute format('create table %I partition of %I for values from (%L) to (%L)',
                       partition, parent, uuid_floor(week), uuid_floor(week + interval '7 days'));
        if parent = 'ledger_page' then
          execute format('create trigger ledger_page_no_truncate before truncate on %I
                          for each statement execute function refuse_change()', partition);
          -- A page of a few receipts stays in one piece.
          execute format('alter table %I set (toast_tuple_target = 8160)', partition);
        end if;
        made := made + 1;
      end if;
    end loop;
    week := week + interval '7 days';
  end loop;
  return made;
end
$$;

create or replace function lock_week(week timestamptz) returns boolean language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtext('asyncgate.ensure_partitions'));
  execute format('lock table %I, %I in share row exclusive mode',
                 week_part('ended', week), week_part('ledger_page', week));
  return true;
exception when undefined_table then
  return false;
end
$$;

create or replace function drop_week(week timestamptz) returns integer language plpgsql as $$
declare
  parent text;
  dropped integer := 0;
begin
  foreach parent in array array['task', 'note', 'ended', 'ledger_page', 'ledger_to'] loop
    execute format('drop table %I', week_part(parent, week));
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;

-- What was written before.
do $$
declare
  week timestamptz;
begin
  for week in
    select to_date(right(c.relname, 8), 'YYYYMMDD')::timestamp at time zone 'UTC'
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'task'::regclass
  loop
    perform ensure_partitions(week, week);
  end loop;
end
$$;
select fill_pages('receipt_row');
update ready t set head_page_id = page_of(r.receipt_id) from receipt_row r
where r.tenant_id = t.tenant_id and r.chain_id = t.task_id and r.sequence = t.head_sequence;
update lease t set head_page_id = page_of(r.receipt_id) from receipt_row r
where r.tenant_id = t.tenant_id and r.chain_id = t.task_id and r.sequence = t.head_sequence;
update ended t set head_page_id = page_of(r.receipt_id) from receipt_row r
where r.tenant_id = t.tenant_id and r.chain_id = t.task_id and r.sequence = t.head_sequence;
alter table ready alter column head_page_id set not null;
alter table lease alter column head_page_id set not null;
alter table ended alter column head_page_id set not null;
drop table receipt_row;
drop function fill_pages(regclass);
