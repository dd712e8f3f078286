// SuspendTenant: refuses all calls of a tenant's callers. Nothing of the tenant is lost.
import {
  AdminService,
  type SuspendTenantRequest,
  SuspendTenantRequestSchema,
  type Tenant,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { Act } from "./administer.ts";
import type { Administrator } from "./audit.ts";
import { changeTenant } from "./change-tenant.ts";

export async function suspendTenant(
  engine: Engine,
  admin: Administrator,
  request: SuspendTenantRequest,
): Promise<Tenant> {
  const digest = () => requestDigest(SuspendTenantRequestSchema, request);
  const act: Act = { method: AdminService.method.suspendTenant, requestId: request.requestId, digest };
  // One that is suspended already was so since then.
  return await changeTenant(engine, admin, act, request.tenantId, request.reason, (row, now) => ({
    ...row,
    suspendTime: row.suspendTime ?? now,
  }));
}
