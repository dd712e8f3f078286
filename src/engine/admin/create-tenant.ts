// CreateTenant: makes an empty tenant. Its name is never used again, so a repeated call finds the tenant by it.
import {
  AdminService,
  type CreateTenantRequest,
  CreateTenantRequestSchema,
  type Tenant,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { invalidArgument, Refused, tenantExists } from "../../core/refusal.ts";
import { changeLimits, checkLimitWishes } from "../../core/tenant.ts";
import { insertTenant, readTenantByName, updateTenant } from "../../store/tenant.sql.gen.ts";
import type { Transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleTenant, type TenantRow } from "../views/assemble-tenant.ts";
import { administer } from "./administer.ts";
import type { Administrator } from "./audit.ts";

/** Of the key that seals a tenant's lease tokens. */
const tokenKeyBytes = 32;

export async function createTenant(
  engine: Engine,
  admin: Administrator,
  request: CreateTenantRequest,
): Promise<Tenant> {
  const { name, requestId } = request;
  const violations = checkLimitWishes(engine.limits, request.limits);
  if (violations.length > 0) throw new Refused(invalidArgument(violations));
  const digest = () => requestDigest(CreateTenantRequestSchema, request);
  return await administer<Tenant>(
    engine,
    admin,
    { method: AdminService.method.createTenant, requestId, digest },
    async (tx, said) => {
      const row = said ? await readTenantByName(tx, { name }) : await insert(engine, tx, request);
      if (!row) throw new Refused(tenantExists(name));
      const { tenantId } = row;
      return { answer: assembleTenant(row), deed: { tenantId, subject: name } };
    },
  );
}

async function insert(
  engine: Engine,
  tx: Transaction,
  { name, locatabilityMode, limits }: CreateTenantRequest,
): Promise<TenantRow | undefined> {
  const row = {
    tenantId: engine.ids(tx.now),
    name,
    createTime: tx.now,
    locatabilityMode: locatabilityMode || LocatabilityMode.LENIENT,
    suspendTime: null,
    limits: JSON.stringify(changeLimits({}, limits)),
    retentionMs: null,
  };
  const made = await insertTenant(tx, { ...row, tokenKey: engine.secureBytes(tokenKeyBytes) });
  if (made === 0) return undefined;
  await updateTenant(tx, row);
  return row;
}
