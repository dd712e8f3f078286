-- name: HasWeek :one
-- Whether each of the partitioned tables has a partition for the week of a time. A table that only has the name of the
-- partition does not count.
select not exists (
  select from unnest(array['task', 'note', 'ended', 'ledger_page', 'ledger_to',
                                 'output_head', 'output_piece', 'spend']) as p(parent)
  where not exists (
    select from pg_inherits
    where inhparent = p.parent::regclass
      and inhrelid = to_regclass(week_part(p.parent, date_trunc('week', @now::timestamptz, 'UTC')))
  )
) as "found!";
