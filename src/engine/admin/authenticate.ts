// The caller of a credential: of an API key, which the store knows, or of a token or certificate whose signature has
// been checked. Callers of a suspended tenant are told so; every other refusal says nothing.
import type { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { parseApiKey, secretMatches } from "../../core/api-key.ts";
import { compoundKey } from "../../core/compound-key.ts";
import { formatPrincipal } from "../../core/principal.ts";
import { Refused, tenantSuspended } from "../../core/refusal.ts";
import { type ReadApiKeyRow, readApiKey, touchApiKey } from "../../store/api_key.sql.gen.ts";
import { readTenantByName, touchPrincipal } from "../../store/tenant.sql.gen.ts";
import { read, transaction } from "../../store/transaction.ts";
import type { Caller } from "../caller.ts";
import { type CallerTenant, callerOf, tenantOfCallers } from "../caller.ts";
import type { Engine } from "../engine.ts";
import { createOncePerMinute, createTtlCache } from "../runtime/ttl-cache.ts";

/** Undefined if the key is not valid. */
export type Authenticate = (key: string) => Promise<Caller | undefined>;

export function createAuthenticate(engine: Engine, monotonicMs: () => number): Authenticate {
  const remember = createTtlCache<Known | undefined>(monotonicMs);
  const isFirstInMinute = createOncePerMinute(monotonicMs);
  return async (shown) => {
    const key = parseApiKey(shown);
    if (!key) return undefined;
    const known = await remember(key.keyId, () => readKey(engine, key.keyId));
    if (!known || !secretMatches(key.secret, known.row.secretSha256)) return undefined;
    if (known.row.suspendTime) throw new Refused(tenantSuspended());
    if (isFirstInMinute(key.keyId)) await touch(engine, known.row);
    return known.caller;
  };
}

type Known = { readonly row: ReadApiKeyRow; readonly caller: Caller };

async function readKey(engine: Engine, keyId: string): Promise<Known | undefined> {
  return await read(engine.database, {}, async (tx) => {
    const row = await readApiKey(tx, { keyId });
    const now = await tx.now;
    const live = row && !row.revokeTime && (!row.expireTime || row.expireTime > now);
    return live ? { row, caller: callerOf(tenantOfCallers(engine.limits, row), row) } : undefined;
  });
}

async function touch(engine: Engine, { tenantId, principal, keyId }: ReadApiKeyRow): Promise<void> {
  await transaction(engine.database, { durability: "lazy" }, async (tx) => {
    await Promise.all([
      touchPrincipal(tx, { tenantId, principal, now: tx.now }),
      touchApiKey(tx, { keyId, now: tx.now }),
    ]);
  });
}

/** What a token or a certificate says of its bearer, after its signature was checked and its claims were mapped. */
export type Stated = {
  /** By name. */
  readonly tenant: string;
  readonly principal: { readonly kind: PrincipalKind; readonly id: string };
  readonly roles: readonly Role[];
  /** How logs and the audit record name the credential: `jwt:https://…`. */
  readonly keyId: string;
};

/** Undefined if there is no such tenant. */
export type Recognize = (stated: Stated) => Promise<Caller | undefined>;

export function createRecognize(engine: Engine, monotonicMs: () => number): Recognize {
  const remember = createTtlCache<KnownTenant | undefined>(monotonicMs);
  const isFirstInMinute = createOncePerMinute(monotonicMs);
  return async ({ tenant: name, principal: { kind, id }, roles, keyId }) => {
    const known = await remember(name, () => readTenant(engine, name));
    if (!known) return undefined;
    if (known.suspendTime) throw new Refused(tenantSuspended());
    const { tenantId } = known.tenant;
    const principal = formatPrincipal({ kind, id });
    if (isFirstInMinute(compoundKey(tenantId, principal))) {
      await transaction(engine.database, { durability: "lazy" }, (tx) =>
        touchPrincipal(tx, { tenantId, principal, now: tx.now }),
      );
    }
    return callerOf(known.tenant, { principal, roles, keyId });
  };
}

type KnownTenant = { readonly suspendTime: Date | null; readonly tenant: CallerTenant };

async function readTenant(engine: Engine, name: string): Promise<KnownTenant | undefined> {
  const row = await read(engine.database, {}, (tx) => readTenantByName(tx, { name }));
  return (
    row && { suspendTime: row.suspendTime, tenant: tenantOfCallers(engine.limits, { ...row, tenantName: row.name }) }
  );
}
