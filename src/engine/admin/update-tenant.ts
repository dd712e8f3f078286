// UpdateTenant, SuspendTenant, ResumeTenant: what can change about a tenant, changed under its row's lock. Every server
// forgets what it knew of a tenant within 5 s.
import {
  type ResumeTenantRequest,
  ResumeTenantRequestSchema,
  type SuspendTenantRequest,
  SuspendTenantRequestSchema,
  type Tenant,
  type UpdateTenantRequest,
  UpdateTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { msOfDuration } from "../../core/duration.ts";
import { invalidArgument, notFound, type Refusal } from "../../core/refusal.ts";
import { changeLimits, checkLimitWishes, parseOwnLimits } from "../../core/tenant.ts";
import { lockTenant, updateTenant as updateTenantRow } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleTenant, type TenantRow } from "../views/assemble-tenant.ts";
import { type Act, administer } from "./administer.ts";
import type { Admin } from "./audit.ts";

export async function updateTenant(
  engine: Engine,
  admin: Admin,
  request: UpdateTenantRequest,
): Promise<Tenant | Refusal> {
  const violations = checkLimitWishes(engine.limits, request.limits);
  if (violations.length > 0) return invalidArgument(violations);
  const digest = () => requestDigest(UpdateTenantRequestSchema, request);
  const act: Act = { method: "UpdateTenant", requestId: request.requestId, digest };
  return await changeTenant(engine, admin, act, request.tenantId, "", (row) => ({
    ...row,
    locatabilityMode: request.locatabilityMode || row.locatabilityMode,
    limits: JSON.stringify(changeLimits(parseOwnLimits(row.limits), request.limits)),
    retentionMs: request.retention ? msOfDuration(request.retention) : row.retentionMs,
  }));
}

export async function suspendTenant(
  engine: Engine,
  admin: Admin,
  request: SuspendTenantRequest,
): Promise<Tenant | Refusal> {
  const digest = () => requestDigest(SuspendTenantRequestSchema, request);
  const act: Act = { method: "SuspendTenant", requestId: request.requestId, digest };
  // One that is suspended already was so since then.
  return await changeTenant(engine, admin, act, request.tenantId, request.reason, (row, now) => ({
    ...row,
    suspendTime: row.suspendTime ?? now,
  }));
}

export async function resumeTenant(
  engine: Engine,
  admin: Admin,
  request: ResumeTenantRequest,
): Promise<Tenant | Refusal> {
  const digest = () => requestDigest(ResumeTenantRequestSchema, request);
  const act: Act = { method: "ResumeTenant", requestId: request.requestId, digest };
  return await changeTenant(engine, admin, act, request.tenantId, "", (row) => ({ ...row, suspendTime: null }));
}

async function changeTenant(
  engine: Engine,
  admin: Admin,
  act: Act,
  id: string,
  note: string,
  decide: (row: TenantRow, now: Date) => TenantRow,
): Promise<Tenant | Refusal> {
  return await administer<Tenant>(engine, admin, act, async (tx, said) => {
    const row = await lockTenant(tx, { tenantId: id });
    if (!row) return notFound("tenant", id);
    const changed = said ? row : decide(row, tx.now);
    if (!said) await updateTenantRow(tx, changed);
    return { answer: assembleTenant(changed), deed: { tenantId: row.tenantId, subject: row.name, note } };
  });
}
