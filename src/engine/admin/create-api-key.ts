// CreateApiKey: makes a credential, whose secret is in this one answer and nowhere else.
import {
  AdminService,
  type ApiKey,
  type CreateApiKeyRequest,
  CreateApiKeyRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { keyRandomBytes, makeApiKey, secretDigest } from "../../core/api-key.ts";
import { assert } from "../../core/assert.ts";
import { checkCreateApiKey } from "../../core/create-api-key.ts";
import { dateOfTimestamp } from "../../core/duration.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { idempotencyConflict, notFound, Refused, throwIfRefused } from "../../core/refusal.ts";
import { roleName } from "../../core/roles.ts";
import { insertApiKey } from "../../store/api_key.sql.gen.ts";
import { readTenant } from "../../store/tenant.sql.gen.ts";
import type { Engine } from "../engine.ts";
import { requestDigest } from "../tx/request-digest.ts";
import { assembleApiKey } from "../views/assemble-api-key.ts";
import { administer } from "./administer.ts";
import type { Administrator } from "./audit.ts";

export type NewApiKey = { readonly key: ApiKey; readonly secret: string };

export async function createApiKey(
  engine: Engine,
  admin: Administrator,
  request: CreateApiKeyRequest,
): Promise<NewApiKey> {
  const { requestId, principal } = request;
  const digest = () => requestDigest(CreateApiKeyRequestSchema, request);
  return await administer<NewApiKey>(
    engine,
    admin,
    { method: AdminService.method.createApiKey, requestId, digest },
    async (tx, said) => {
      // The secret cannot be shown again, and another one must not be made behind the caller's back.
      if (said) throw new Refused(idempotencyConflict(requestId));
      throwIfRefused(checkCreateApiKey(request, tx.now));
      assert(principal !== undefined, "a key that passed has a principal");
      const tenant = await readTenant(tx, { tenantId: request.tenantId });
      if (!tenant) throw new Refused(notFound("tenant", request.tenantId));
      const { keyId, secret, key } = makeApiKey(engine.server.environment, engine.secureBytes(keyRandomBytes));
      const row = {
        keyId,
        tenantId: tenant.tenantId,
        principal: formatPrincipal(principal),
        roles: [...new Set(request.roles)].sort(),
        label: request.label,
        createTime: tx.now,
        expireTime: request.expireTime ? dateOfTimestamp(request.expireTime) : null,
      };
      await insertApiKey(tx, { ...row, secretSha256: secretDigest(secret) });
      const answer = { key: assembleApiKey({ ...row, revokeTime: null, lastUsedTime: null }), secret: key };
      return { answer, deed: { tenantId: tenant.tenantId, subject: keyId, note: noteOf(row) } };
    },
  );
}

/** The principal and the roles, so that the record has them when the key no longer exists. */
function noteOf({ principal, roles }: { readonly principal: string; readonly roles: readonly number[] }): string {
  return `${principal} as ${roles.map(roleName).join(", ")}`;
}
