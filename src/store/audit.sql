-- name: InsertAudit :exec
-- Who did what, or was refused. Never a secret, never a payload.
insert into audit (audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject,
                   allowed, reason, call_id, request_id, note)
values (@audit_id, @create_time, @caller_tenant_id?, @principal?, @key_id, @peer, @method, @tenant_id?, @subject,
        @allowed, @reason, @call_id, @request_id, @note);

-- name: ListAudit :many
-- A page of the record, newest first.
select audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject, allowed, reason,
       call_id, request_id, note
from audit
where audit_id >= uuid_floor(@from_time) and audit_id < least(uuid_floor(@before_time), @before_audit_id::uuid)
order by audit_id desc
limit @most;

-- name: ListAuditAboutTenant :many
-- The same, of what was about one tenant.
select audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject, allowed, reason,
       call_id, request_id, note
from audit
where tenant_id = @tenant_id
  and audit_id >= uuid_floor(@from_time) and audit_id < least(uuid_floor(@before_time), @before_audit_id::uuid)
order by audit_id desc
limit @most;
