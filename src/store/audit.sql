-- name: InsertAudit :exec
-- An administrative call, or one that was refused. It never contains a secret or a payload.
insert into audit (audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject,
                   allowed, reason, call_id, request_id, note)
values (@audit_id, @create_time, @caller_tenant_id?, @principal?, @key_id, @peer, @method, @tenant_id?, @subject,
        @allowed, @reason, @call_id, @request_id, @note);

-- name: ListAudit :many
-- A page of the audit records, newest first.
select audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject, allowed, reason,
       call_id, request_id, note
from audit
where audit_id >= uuid_floor(@from_time) and audit_id < least(uuid_floor(@before_time), @before_audit_id::uuid)
order by audit_id desc
limit @most;

-- name: ListAuditAboutTenant :many
-- The same for one tenant.
select audit_id, create_time, caller_tenant_id, principal, key_id, peer, method, tenant_id, subject, allowed, reason,
       call_id, request_id, note
from audit
where tenant_id = @tenant_id
  and audit_id >= uuid_floor(@from_time) and audit_id < least(uuid_floor(@before_time), @before_audit_id::uuid)
order by audit_id desc
limit @most;
