// The tenant that a development server starts with: made once, with a key for each role, shown once.
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { keyRandomBytes, makeApiKey, secretDigest } from "../../core/api-key.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { insertApiKey } from "../../store/api_key.sql.gen.ts";
import { insertTenant } from "../../store/tenant.sql.gen.ts";
import { type Transaction, transaction } from "../../store/transaction.ts";
import type { Engine } from "../engine.ts";

export const devTenantName = "dev";
const devEnvironment = "dev";
const tokenKeyBytes = 32;

export type DevKey = { readonly name: string; readonly principal: string; readonly key: string };

const devPrincipals = [
  { name: "tasker", kind: PrincipalKind.AGENT, id: "dev-agent", role: Role.TASKER },
  { name: "worker", kind: PrincipalKind.WORKER, id: "dev-worker", role: Role.WORKER },
  { name: "executor", kind: PrincipalKind.WORKER, id: "dev-executor", role: Role.EXECUTOR },
  { name: "operator", kind: PrincipalKind.HUMAN, id: "dev-operator", role: Role.OPERATOR },
  { name: "admin", kind: PrincipalKind.HUMAN, id: "dev-admin", role: Role.ADMIN },
] as const;

/** The new keys, or none if the tenant is there already: a secret cannot be shown again. */
export async function makeDevTenant(engine: Engine): Promise<DevKey[]> {
  return await transaction(engine.database, {}, async (tx) => {
    const tenantId = engine.ids(tx.now);
    const made = await insertTenant(tx, {
      tenantId,
      name: devTenantName,
      createTime: tx.now,
      locatabilityMode: LocatabilityMode.LENIENT,
      tokenKey: engine.secureBytes(tokenKeyBytes),
    });
    if (made === 0) return [];
    return await Promise.all(devPrincipals.map((who) => makeKey(engine, tx, tenantId, who)));
  });
}

async function makeKey(
  engine: Engine,
  tx: Transaction,
  tenantId: string,
  who: (typeof devPrincipals)[number],
): Promise<DevKey> {
  const { keyId, secret, key } = makeApiKey(devEnvironment, engine.secureBytes(keyRandomBytes));
  const principal = formatPrincipal(who);
  await insertApiKey(tx, {
    keyId,
    tenantId,
    secretSha256: secretDigest(secret),
    principal,
    roles: [who.role],
    label: `made at first start for trying things: ${who.name}`,
    createTime: tx.now,
    expireTime: null,
  });
  return { name: who.name, principal, key };
}
