// Who a credential is. Answers are remembered for a moment, so that a busy caller costs one look a few seconds, and a
// revoked key dies within that time on every server.
import { createSecretKey } from "node:crypto";
import { getOption } from "@bufbuild/protobuf";
import { grant } from "../../gen/typescript/asyncgate/options/v1/options_pb.ts";
import { type Role, RoleSchema } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { parseApiKey, secretMatches } from "../core/api-key.ts";
import { parsePrincipal } from "../core/principal.ts";
import { Refused, tenantSuspended } from "../core/refusal.ts";
import { type ReadApiKeyRow, readApiKey, touchApiKey } from "../store/api_key.sql.gen.ts";
import { touchPrincipal } from "../store/tenant.sql.gen.ts";
import { read, transaction } from "../store/transaction.ts";
import type { Caller, Engine } from "./engine.ts";

/** The promise is 5 s; the rest of it is for the look itself. */
const rememberMs = 4_000;
const rememberedMax = 10_000;
/** First and last sight are kept to a minute. */
const touchMs = 60_000;

/** Takes the key; undefined means no. */
export type Authenticate = (key: string) => Promise<Caller | undefined>;

type Remembered = { readonly row: Promise<ReadApiKeyRow | undefined>; readonly untilMs: number };

export function createAuthenticate(engine: Engine, monotonicMs: () => number): Authenticate {
  const remembered = new Map<string, Remembered>();
  const touched = new Map<string, number>();
  const look = (keyId: string): Promise<ReadApiKeyRow | undefined> => {
    const nowMs = monotonicMs();
    const known = remembered.get(keyId);
    if (known && known.untilMs > nowMs) return known.row;
    if (remembered.size >= rememberedMax) remembered.clear();
    const row = readKey(engine, keyId);
    remembered.set(keyId, { row, untilMs: nowMs + rememberMs });
    // A look that failed says nothing about the key.
    row.catch(() => remembered.delete(keyId));
    return row;
  };
  return async (shown) => {
    const key = parseApiKey(shown);
    if (!key) return undefined;
    const row = await look(key.keyId);
    if (!row || !secretMatches(key.secret, row.secretSha256)) return undefined;
    if (row.suspendTime) throw new Refused(tenantSuspended());
    const nowMs = monotonicMs();
    if (nowMs - (touched.get(key.keyId) ?? Number.NEGATIVE_INFINITY) > touchMs) {
      if (touched.size >= rememberedMax) touched.clear();
      touched.set(key.keyId, nowMs);
      await touch(engine, row);
    }
    return callerOf(row);
  };
}

async function readKey(engine: Engine, keyId: string): Promise<ReadApiKeyRow | undefined> {
  return await read(engine.database, {}, async (tx) => {
    const row = await readApiKey(tx, { keyId });
    const now = await tx.now;
    const live = row && !row.revokeTime && (!row.expireTime || row.expireTime > now);
    return live ? row : undefined;
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

/** What a role may do stands in the contract. */
const scopesOfRole = new Map<number, readonly string[]>(
  RoleSchema.values.map((value) => [value.number, getOption(value, grant).scopes]),
);

function callerOf(row: ReadApiKeyRow): Caller {
  return {
    tenantId: row.tenantId,
    tenantName: row.tenantName,
    principal: parsePrincipal(row.principal),
    principalText: row.principal,
    scopes: new Set(row.roles.flatMap((role) => scopesOfRole.get(role as Role) ?? [])),
    keyId: row.keyId,
    locatabilityMode: row.locatabilityMode as LocatabilityMode,
    tokenKey: createSecretKey(row.tokenKey),
  };
}
