// What UpdateTenant, SuspendTenant and ResumeTenant share: a tenant is changed under the lock of its row. Every server
// forgets what it knew of the tenant within 5 s.
import type { Tenant } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { lockTenant, updateTenant } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { assembleTenant, type TenantRow } from "../views/assemble-tenant.ts";
import { type Act, administer } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export async function changeTenant(
  engine: Engine,
  admin: Administrator,
  act: Act,
  id: string,
  note: string,
  decide: (row: TenantRow, now: Date) => TenantRow,
): Promise<Tenant> {
  return await administer<Tenant>(engine, admin, act, async (tx, said) => {
    const row = await lockTenant(tx, { tenantId: id });
    if (!row) throw new Refused(notFound("tenant", id));
    const changed = said ? row : decide(row, tx.now);
    if (!said) await updateTenant(tx, changed);
    return { answer: assembleTenant(changed), deed: { tenantId: row.tenantId, subject: row.name, note } };
  });
}
