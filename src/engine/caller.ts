// What a credential makes of its bearer: roles become scopes, and the limits of the tenant are added. Made when a
// credential is looked up, not for each call.
import { createSecretKey, type KeyObject } from "node:crypto";
import type { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import type { Limits } from "../core/limits.ts";
import { parsePrincipal } from "../core/principal.ts";
import { roleName, scopesOf } from "../core/roles.ts";
import { limitsOfTenant, parseOwnLimits } from "../core/tenant.ts";

/** The caller as its credential describes it, with the limits of its tenant. Nothing of it comes from a message. */
export type Caller = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly principal: { readonly kind: PrincipalKind; readonly id: string };
  /** The principal as the store writes it: `agent:alice`. */
  readonly principalText: string;
  /** The names of its roles, in lower case. */
  readonly roles: readonly string[];
  readonly scopes: ReadonlySet<string>;
  readonly keyId: string;
  readonly locatabilityMode: LocatabilityMode;
  readonly tokenKey: KeyObject;
  /** The tenant's own limits where it has some, else the server's. */
  readonly limits: Limits;
  /** How long ended tasks of the tenant are kept; 0 means forever. Absent: as the server is set. */
  readonly retentionMs?: number;
};

type TenantRow = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly locatabilityMode: number;
  readonly limits: string;
  readonly retentionMs: number | null;
  readonly tokenKey: Uint8Array;
};

/** What all callers of a tenant share. */
export type CallerTenant = Omit<Caller, "principal" | "principalText" | "roles" | "scopes" | "keyId">;

export function tenantOfCallers(serverLimits: Limits, row: TenantRow): CallerTenant {
  return {
    tenantId: row.tenantId,
    tenantName: row.tenantName,
    locatabilityMode: row.locatabilityMode as LocatabilityMode,
    tokenKey: createSecretKey(row.tokenKey),
    limits: limitsOfTenant(serverLimits, parseOwnLimits(row.limits)),
    ...(row.retentionMs !== null && { retentionMs: row.retentionMs }),
  };
}

export type Bearer = { readonly principal: string; readonly roles: readonly number[]; readonly keyId: string };

export function callerOf(tenant: CallerTenant, { principal, roles, keyId }: Bearer): Caller {
  return {
    ...tenant,
    principal: parsePrincipal(principal),
    principalText: principal,
    roles: roles.map(roleName),
    scopes: scopesOf(roles),
    keyId,
  };
}

type Parties = { readonly owner: string; readonly obligated: string; readonly worker: string | null };

/** Its creator, its obligated principal, its holder, and callers that may read all. For others it does not exist. */
export function mayReadTask(caller: Caller, task: Parties): boolean {
  const me = caller.principalText;
  return caller.scopes.has("tasks:read_all") || task.owner === me || task.obligated === me || task.worker === me;
}
