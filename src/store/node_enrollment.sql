-- name: InsertNodeEnrollment :exec
-- A pre-shared key, all but the key.
insert into node_enrollment (tenant_id, enrollment_id, key_id, label, node_id_prefix, may_replace, nodes_max, nodes,
                             minute_time, minute_count, config, created_by, create_time, expire_time)
values (@tenant_id, @enrollment_id, @key_id, @label, @node_id_prefix, @may_replace, @nodes_max, 0, @create_time, 0, @config,
        @created_by, @create_time, @expire_time);

-- name: LockNodeEnrollment :maybe
-- A pre-shared key, locked to register a node with it or to be revoked.
select enrollment_id, key_id, label, node_id_prefix, may_replace, nodes_max, nodes, minute_time, minute_count, config,
       created_by, create_time, expire_time, revoke_time
from node_enrollment
where tenant_id = @tenant_id and enrollment_id = @enrollment_id
for update;

-- name: WriteNodeEnrollmentUse :exec
-- What a pre-shared key has registered.
update node_enrollment set nodes = @nodes, minute_time = @minute_time, minute_count = @minute_count
where tenant_id = @tenant_id and enrollment_id = @enrollment_id;

-- name: RevokeNodeEnrollment :exec
-- The key registers no more nodes.
update node_enrollment set revoke_time = @now where tenant_id = @tenant_id and enrollment_id = @enrollment_id;

-- name: ListNodeEnrollments :many
-- A page of the pre-shared keys of a tenant, newest first.
select enrollment_id, key_id, label, node_id_prefix, may_replace, nodes_max, nodes, minute_time, minute_count, config,
       created_by, create_time, expire_time, revoke_time
from node_enrollment
where tenant_id = @tenant_id and enrollment_id < @before_enrollment_id
order by enrollment_id desc
limit @most;

-- name: CountNodeEnrollments :one
-- The pre-shared keys of a tenant, counted no further than asked for.
select count(*)::integer as "enrollments!" from (
  select from node_enrollment where tenant_id = @tenant_id order by enrollment_id limit @most
) e;

-- name: DeleteEndedNodeEnrollments :exec
-- Pre-shared keys that ended long ago.
delete from node_enrollment
where tenant_id = @tenant_id and enrollment_id < uuid_floor(@before)
  and (expire_time <= @before or revoke_time <= @before);
