// UpdateTenant: changes the mode, the limits and the retention of a tenant; what the request leaves out stays.
import {
  AdminService,
  type Tenant,
  type UpdateTenantRequest,
  UpdateTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { invalidArgument, Refused } from "../../core/refusal.ts";
import { changeLimits, checkLimitWishes, parseOwnLimits } from "../../core/tenant.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { Act } from "./administer.ts";
import type { Administrator } from "./audit.ts";
import { changeTenant } from "./change-tenant.ts";

export async function updateTenant(
  engine: Engine,
  admin: Administrator,
  request: UpdateTenantRequest,
): Promise<Tenant> {
  const violations = checkLimitWishes(engine.limits, request.limits);
  if (violations.length > 0) throw new Refused(invalidArgument(violations));
  const digest = () => requestDigest(UpdateTenantRequestSchema, request);
  const act: Act = { method: AdminService.method.updateTenant, requestId: request.requestId, digest };
  return await changeTenant(engine, admin, act, request.tenantId, "", (row) => ({
    ...row,
    locatabilityMode: request.locatabilityMode || row.locatabilityMode,
    limits: JSON.stringify(changeLimits(parseOwnLimits(row.limits), request.limits)),
    retentionMs: request.retention ? msOfDuration(request.retention) : row.retentionMs,
  }));
}
