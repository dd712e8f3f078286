// RevokeApiKey: ends a key. Every server refuses it within 5 s.
import {
  AdminService,
  type ApiKey,
  type RevokeApiKeyRequest,
  RevokeApiKeyRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { notFound, Refused } from "../../core/refusal.ts";
import { lockApiKey, revokeApiKey as revokeApiKeyRow } from "../../store/api_key.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleApiKey } from "../views/assemble-api-key.ts";
import { administer } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export async function revokeApiKey(
  engine: Engine,
  admin: Administrator,
  request: RevokeApiKeyRequest,
): Promise<ApiKey> {
  const { keyId, requestId, reason: note } = request;
  const digest = () => requestDigest(RevokeApiKeyRequestSchema, request);
  return await administer<ApiKey>(
    engine,
    admin,
    { method: AdminService.method.revokeApiKey, requestId, digest },
    async (tx) => {
      const row = await lockApiKey(tx, { keyId });
      if (!row) throw new Refused(notFound("api_key", keyId));
      // One that is revoked stays revoked since then.
      if (!row.revokeTime) await revokeApiKeyRow(tx, { keyId, now: tx.now });
      const answer = assembleApiKey({ ...row, revokeTime: row.revokeTime ?? tx.now });
      return { answer, deed: { tenantId: row.tenantId, subject: keyId, note } };
    },
  );
}
