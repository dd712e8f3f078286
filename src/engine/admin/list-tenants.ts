// ListTenants: by name.
import {
  AdminService,
  type ListTenantsRequest,
  ListTenantsRequestSchema,
  type Tenant,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { orThrow } from "../../core/refusal.ts";
import { listTenantsByName } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { assembleTenant } from "../views/assemble-tenant.ts";
import { administer, reading } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export type TenantPage = { readonly tenants: Tenant[]; readonly nextPageToken: string };

const nameShape = /^[a-z0-9-]{1,63}$/;

export async function listTenants(
  engine: Engine,
  admin: Administrator,
  request: ListTenantsRequest,
): Promise<TenantPage> {
  const question = pageQuestion(ListTenantsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", nameShape));
  const most = request.pageSize || pageSizeDefault;
  return await administer<TenantPage>(engine, admin, reading(AdminService.method.listTenants), async (tx) => {
    const rows = await listTenantsByName(tx, { afterName: token.position ?? "", most: most + 1 });
    const page = rows.slice(0, most);
    const last = page.at(-1);
    const nextPageToken = last && rows.length > most ? formatPageToken(question, last.name) : "";
    return { answer: { tenants: page.map(assembleTenant), nextPageToken }, deed: { subject: "" } };
  });
}
