-- The record of who administered what. Like the directory it is about, it is nobody's own: no key of it leads with a
-- tenant.

create table audit (
  -- UUIDv7 of `create_time`: newest first is greatest first.
  audit_id uuid primary key,
  create_time timestamptz not null,
  -- Who, from which tenant, with which credential. Null when nobody could tell.
  caller_tenant_id uuid,
  principal text,
  key_id text not null,
  peer text not null,
  method text not null,
  -- What it was about.
  tenant_id uuid,
  subject text not null,
  allowed boolean not null,
  -- An error reason; 0 when it was allowed.
  reason smallint not null check (allowed = (reason = 0)),
  call_id text not null,
  request_id text not null,
  note text not null
);
create index audit_about_tenant on audit (tenant_id, audit_id) where tenant_id is not null;

create function refuse_change_of_audit() returns trigger language plpgsql as $$
begin
  raise exception 'audit records are for ever: % refused', tg_op using errcode = 'restrict_violation';
end
$$;
create trigger audit_insert_only before update or delete on audit
  for each row execute function refuse_change_of_audit();
create trigger audit_no_truncate before truncate on audit
  for each statement execute function refuse_change_of_audit();

-- Keys are listed newest first, and in no other way.
drop index api_key_of_tenant;
create index api_key_by_time on api_key (tenant_id, create_time, key_id) where create_time is not null;
