-- name: InsertLedgerPage :exec
-- The only statement that adds to the ledger: the receipts of one page.
insert into ledger_page (tenant_id, week, page_id, create_time, digest_without_task, chain_ids, sequences, receipt_ids,
                         types, from_principals, to_principals, lease_ids, parents, bodies, content_digests,
                         prev_hashes, hashes, task_versions, superseded_bys, request_ids, request_digests,
                         prev_page_ids)
values (@tenant_id, @week, @page_id, @create_time, @digest_without_task?, @chain_ids::uuid[], @sequences::integer[],
        @receipt_ids::uuid[], @types::smallint[], @from_principals::text[], @to_principals::text[],
        @lease_ids[?]?::uuid[], @parents::text[], @bodies::bytea[], @content_digests::bytea[], @prev_hashes::bytea[],
        @hashes::bytea[], @task_versions::bigint[], @superseded_bys[?]?::uuid[], @request_ids[?]?::text[],
        @request_digests[?]?::bytea[], @prev_page_ids[?]?::uuid[]);

-- name: InsertLedgerTo :exec
-- For each principal the pages that have receipts to it.
insert into ledger_to (tenant_id, principal, page_id, week)
select @tenant_id, t.* from unnest(@principals::text[], @page_ids::uuid[], @weeks::uuid[]) as t;
