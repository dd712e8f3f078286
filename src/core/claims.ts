// Maps a token's claims to a caller: an issuer's rules say which claim names the tenant, which the principal, and which
// gives roles. A claim that no rule maps gives nothing.
import type { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";

export type ClaimRules = {
  /** One tenant for all of the issuer's tokens, or the claim that names it and the names it may give. */
  readonly tenant: { readonly name: string } | { readonly claim: string; readonly among: ReadonlySet<string> };
  readonly principalKind: PrincipalKind;
  readonly principalClaim: string;
  /** The same roles for all, or the claim whose values stand for roles. */
  readonly roles: readonly Role[] | { readonly claim: string; readonly byValue: ReadonlyMap<string, Role> };
};

export type Claimed = {
  readonly tenant: string;
  readonly principal: { readonly kind: PrincipalKind; readonly id: string };
  readonly roles: readonly Role[];
};

const principalBytesMax = 255;

/** The caller, or what is missing, without any of the claims' values. */
export function mapClaims(rules: ClaimRules, claims: Readonly<Record<string, unknown>>): Claimed | string {
  const tenant = "name" in rules.tenant ? rules.tenant.name : textOf(claims, rules.tenant.claim);
  if (tenant === undefined) return "the claim that names the tenant is missing";
  if (!("name" in rules.tenant) && !rules.tenant.among.has(tenant)) return "the issuer does not speak for that tenant";
  const id = textOf(claims, rules.principalClaim);
  if (id === undefined) return "the claim that names the principal is missing";
  if (Buffer.byteLength(id, "utf8") > principalBytesMax || id.includes("\0") || !id.isWellFormed())
    return "the principal's name cannot be one";
  const roles = "claim" in rules.roles ? rolesOf(claims, rules.roles) : rules.roles;
  if (roles.length === 0) return "no claim gives a role";
  return { tenant, principal: { kind: rules.principalKind, id }, roles };
}

function textOf(claims: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A list of values, or one text with spaces between them, as `scope` is written. */
function rolesOf(
  claims: Readonly<Record<string, unknown>>,
  { claim, byValue }: { readonly claim: string; readonly byValue: ReadonlyMap<string, Role> },
): Role[] {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  const values: readonly unknown[] = typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return [...new Set(values.flatMap((one) => (typeof one === "string" ? (byValue.get(one) ?? []) : [])))];
}
