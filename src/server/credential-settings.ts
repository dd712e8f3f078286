// The settings for accepted tokens and certificates, as rules for the credentials of rpc.

import type { ClaimRules } from "../core/claims.ts";
import { isLoopback } from "../core/loopback.ts";
import type { CertificateRules } from "../rpc/credentials/client-certificates.ts";
import { type Issuer, tokenAlgorithms } from "../rpc/credentials/tokens.ts";
import { type Entry, kindOf, optionalText, readList, roleOf, textField, textList, wholeField } from "./json-setting.ts";

const issuerFields = [
  ...["issuer", "audience", "jwks_uri", "algorithms", "clock_skew_seconds", "age_max_seconds"],
  ...["tenant", "tenant_claim", "tenants", "principal_kind", "principal_claim"],
  ...["roles", "roles_claim", "roles_by_value"],
];

const algorithmsDefault = ["RS256", "ES256", "EdDSA"];
const clockSkewSecondsMax = 30;
const daySeconds = 86_400;

export function readIssuers(text: string | undefined): Promise<Issuer[]> {
  const seen = new Set<string>();
  return readList("oidc-issuers", text, issuerFields, (entry): Issuer => {
    const issuer = textField(entry, "issuer");
    if (seen.has(issuer)) entry.fault("issuer", "different from those before it");
    seen.add(issuer);
    const algorithms = textList(entry, "algorithms", algorithmsDefault);
    if (algorithms.some((one) => !tokenAlgorithms.includes(one))) {
      entry.fault("algorithms", `of ${tokenAlgorithms.join(", ")}`);
    }
    return {
      issuer,
      audience: textField(entry, "audience"),
      jwksUri: jwksUriOf(entry),
      algorithms,
      clockSkewSeconds: wholeField(entry, "clock_skew_seconds", clockSkewSecondsMax, [0, clockSkewSecondsMax]),
      ageMaxSeconds: wholeField(entry, "age_max_seconds", daySeconds, [60, 30 * daySeconds]),
      claims: claimRulesOf(entry),
    };
  });
}

/** Claims of OAuth that hold the scopes which a caller asked the issuer for. */
const scopeClaims: readonly string[] = ["scope", "scp"];

/** The scopes that give roles: a host must ask the issuer for them. */
export function scopesOf(issuers: readonly Issuer[]): string[] {
  const all = issuers.flatMap(({ claims: { roles } }) =>
    "claim" in roles && scopeClaims.includes(roles.claim) ? [...roles.byValue.keys()] : [],
  );
  return [...new Set(all)];
}

/** Without TLS only from this machine. */
function jwksUriOf(entry: Entry): string {
  const text = textField(entry, "jwks_uri");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
  if (!isSafe || url?.username !== "" || url.password !== "")
    entry.fault("jwks_uri", "an https URL without a password");
  return text;
}

function claimRulesOf(entry: Entry): ClaimRules {
  const fixed = optionalText(entry, "tenant");
  const claim = optionalText(entry, "tenant_claim");
  if ((fixed === undefined) === (claim === undefined))
    entry.fault("tenant", "given, or else tenant_claim with tenants");
  const tenant = claim === undefined ? { name: fixed ?? "" } : { claim, among: new Set(textList(entry, "tenants")) };
  return {
    tenant,
    principalKind: kindOf(entry, "principal_kind", textField(entry, "principal_kind")),
    principalClaim: textField(entry, "principal_claim", "sub"),
    roles: rolesOf(entry),
  };
}

function rolesOf(entry: Entry): ClaimRules["roles"] {
  const claim = optionalText(entry, "roles_claim");
  if (claim === undefined) return textList(entry, "roles").map((name) => roleOf(entry, "roles", name));
  if (Object.hasOwn(entry.fields, "roles")) entry.fault("roles", "left out beside roles_claim");
  const given = entry.fields["roles_by_value"];
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    entry.fault("roles_by_value", "an object: a role for each value of the claim");
    return { claim, byValue: new Map() };
  }
  return {
    claim,
    byValue: new Map(
      Object.entries(given).map(([value, name]) => [value, roleOf(entry, "roles_by_value", String(name))] as const),
    ),
  };
}

const certificateFields = ["name", "tenant", "principal", "roles"];
/** A name with a separator could never match: see client-certificates.ts. */
const nameShape = /^(URI|DNS):[^\s,"]+$/;

export async function readCertificateRules(text: string | undefined): Promise<CertificateRules> {
  const seen = new Set<string>();
  const rules = await readList("client-certificates", text, certificateFields, (entry) => {
    const name = textField(entry, "name");
    if (!nameShape.test(name)) entry.fault("name", "URI:… or DNS:…, exactly as in the certificate");
    if (seen.has(name)) entry.fault("name", "different from those before it");
    seen.add(name);
    const principal = textField(entry, "principal");
    const colon = principal.indexOf(":");
    const id = principal.slice(colon + 1);
    if (colon < 1 || id === "") entry.fault("principal", "of the form worker:name");
    const kind = kindOf(entry, "principal", principal.slice(0, Math.max(colon, 0)));
    const roles = textList(entry, "roles").map((role) => roleOf(entry, "roles", role));
    return [name, { tenant: textField(entry, "tenant"), principal: { kind, id }, roles }] as const;
  });
  return new Map(rules);
}
