// ListApiKeys: a tenant's keys, newest first, without their secrets, which are not stored.
import {
  AdminService,
  type ApiKey,
  type ListApiKeysRequest,
  ListApiKeysRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { formatPageToken, pageQuestion, pageSizeDefault, parsePageToken } from "../../core/page-token.ts";
import { notFound, orThrow, Refused } from "../../core/refusal.ts";
import { listApiKeys as listApiKeyRows } from "../../store/api_key.sql.gen.ts";
import { readTenant } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { assembleApiKey } from "../views/assemble-api-key.ts";
import { administer, reading } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export type ApiKeyPage = { readonly keys: ApiKey[]; readonly nextPageToken: string };

/** A time in milliseconds and the key's id. */
const positionShape = /^\d{1,15}_[0-9A-Za-z]{1,64}$/;
/** Later than all keys. */
const first = { beforeTime: new Date("9999-01-01T00:00:00Z"), beforeKeyId: "" };

export async function listApiKeys(
  engine: Engine,
  admin: Administrator,
  request: ListApiKeysRequest,
): Promise<ApiKeyPage> {
  const { tenantId } = request;
  const question = pageQuestion(ListApiKeysRequestSchema, { ...request, pageToken: "", pageSize: 0 });
  const token = orThrow(parsePageToken(question, request.pageToken, "page_token", positionShape));
  const most = request.pageSize || pageSizeDefault;
  return await administer<ApiKeyPage>(engine, admin, reading(AdminService.method.listApiKeys), async (tx) => {
    const tenant = await readTenant(tx, { tenantId });
    if (!tenant) throw new Refused(notFound("tenant", tenantId));
    const rows = await listApiKeyRows(tx, { tenantId, ...parsePosition(token.position), most: most + 1 });
    const page = rows.slice(0, most);
    const last = page.at(-1);
    const position = last && rows.length > most ? `${last.createTime.getTime()}_${last.keyId}` : undefined;
    const nextPageToken = position ? formatPageToken(question, position) : "";
    return { answer: { keys: page.map(assembleApiKey), nextPageToken }, deed: { tenantId, subject: tenant.name } };
  });
}

function parsePosition(position: string | undefined): typeof first {
  if (position === undefined) return first;
  const [ms, beforeKeyId = ""] = position.split("_");
  return { beforeTime: new Date(Number(ms)), beforeKeyId };
}
