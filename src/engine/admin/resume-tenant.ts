// ResumeTenant: lets the callers of a suspended tenant in again.
import {
  AdminService,
  type ResumeTenantRequest,
  ResumeTenantRequestSchema,
  type Tenant,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import type { Act } from "./administer.ts";
import type { Administrator } from "./audit.ts";
import { changeTenant } from "./change-tenant.ts";

export async function resumeTenant(
  engine: Engine,
  admin: Administrator,
  request: ResumeTenantRequest,
): Promise<Tenant> {
  const digest = () => requestDigest(ResumeTenantRequestSchema, request);
  const act: Act = { method: AdminService.method.resumeTenant, requestId: request.requestId, digest };
  return await changeTenant(engine, admin, act, request.tenantId, "", (row) => ({ ...row, suspendTime: null }));
}
