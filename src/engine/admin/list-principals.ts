// ListPrincipals: the principals that have called in a tenant, by name.
import {
  AdminService,
  type ListPrincipalsRequest,
  ListPrincipalsRequestSchema,
  type ListPrincipalsResponse,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { timestampOfDate } from "../../core/duration.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { parsePrincipal } from "../../core/principal.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import { type ListPrincipalsSeenRow, listPrincipalsSeen, readTenant } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { administer, reading } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export type PrincipalPage = Pick<ListPrincipalsResponse, "principals" | "nextPageToken">;

/** A principal may hold any character, so its bytes are written out. */
const positionShape = /^([0-9a-f]{2}){1,600}$/;

export async function listPrincipals(
  engine: Engine,
  admin: Administrator,
  request: ListPrincipalsRequest,
): Promise<PrincipalPage> {
  const { tenantId } = request;
  const question = pageQuestion(ListPrincipalsRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", positionShape));
  const afterPrincipal = Buffer.from(token.position ?? "", "hex").toString("utf8");
  const most = request.pageSize || pageSizeDefault;
  return await administer<PrincipalPage>(engine, admin, reading(AdminService.method.listPrincipals), async (tx) => {
    const tenant = await readTenant(tx, { tenantId });
    if (!tenant) throw new Refused(notFound("tenant", tenantId));
    const rows = await listPrincipalsSeen(tx, { tenantId, afterPrincipal, most: most + 1 });
    const page = rows.slice(0, most);
    const last = page.at(-1);
    const position = last && rows.length > most ? Buffer.from(last.principal, "utf8").toString("hex") : undefined;
    const nextPageToken = position ? formatPageToken(question, position) : "";
    return { answer: { principals: page.map(assemble), nextPageToken }, deed: { tenantId, subject: tenant.name } };
  });
}

function assemble(row: ListPrincipalsSeenRow): PrincipalPage["principals"][number] {
  return {
    $typeName: "asyncgate.v1.SeenPrincipal",
    principal: parsePrincipal(row.principal),
    firstSeenTime: timestampOfDate(row.firstSeenTime),
    lastSeenTime: timestampOfDate(row.lastSeenTime),
  };
}
