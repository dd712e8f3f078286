// JSON Web Tokens of issuers that the operator trusts (RFC 8725): exact issuer and audience, asymmetric algorithms of a
// list, keys from the configured address alone, a bounded age. Every fault is answered in the same words; the log tells
// which one it was, never with any of the token.
import { decodeJwt, decodeProtectedHeader, errors, type JWSHeaderParameters, type JWTPayload, jwtVerify } from "jose";
import { type ClaimRules, mapClaims } from "../../core/claims.ts";
import type { Recognize } from "../../engine/admin/authenticate.ts";
import { errorFields, type Log } from "../../log.ts";
import { type Authenticate, badCredential } from "../interceptors/authenticate.ts";
import { createKeySet, type KeySet } from "./jwks.ts";

export type Issuer = {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string;
  readonly algorithms: readonly string[];
  readonly clockSkewSeconds: number;
  /** Counted from `iat`, whatever `exp` says. */
  readonly ageMaxSeconds: number;
  readonly claims: ClaimRules;
};

export type TokenOptions = {
  readonly issuers: readonly Issuer[];
  readonly recognize: Recognize;
  readonly log: Log;
  readonly now: () => Date;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
};

/** What an operator may choose from: no `none`, nothing symmetric. */
export const tokenAlgorithms: readonly string[] = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/** Headers that bring keys of their own, or change what is signed. */
const refusedHeaders = ["jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"];
/** Tokens made for another purpose carry another type. */
const tokenTypes = new Set(["jwt", "at+jwt", "application/at+jwt"]);
const tokenBytesMax = 8_192;

type Trusted = { readonly issuer: Issuer; readonly keys: KeySet };

/** Undefined when no issuer is trusted: then no token is looked at. */
export function createTokenJudge(options: TokenOptions): Authenticate | undefined {
  const { issuers, log, monotonicMs, recognize } = options;
  if (issuers.length === 0) return undefined;
  const trusted = new Map<string, Trusted>();
  for (const issuer of issuers) {
    const onFailure = (error: unknown) =>
      log.warn("an issuer's keys could not be fetched", { issuer: issuer.issuer, ...errorFields(error) });
    const keys = createKeySet({ uri: issuer.jwksUri, monotonicMs, onFailure });
    trusted.set(issuer.issuer, { issuer, keys });
  }
  return async (token) => {
    const { issuer, keys } = issuerOf(token, trusted);
    const claims = await verify(token, issuer, keys, options.now());
    const claimed = mapClaims(issuer.claims, claims);
    if (typeof claimed === "string") throw badCredential(claimed);
    const caller = await recognize({ ...claimed, keyId: `jwt:${issuer.issuer}` });
    if (caller === undefined) throw badCredential("there is no tenant of that name");
    return caller;
  };
}

/** Read before anything is verified, and only to find out whose keys to verify with. */
function issuerOf(token: string, trusted: ReadonlyMap<string, Trusted>): Trusted {
  if (token.length > tokenBytesMax) throw badCredential("the token is too long");
  let header: JWSHeaderParameters;
  let claims: JWTPayload;
  try {
    header = decodeProtectedHeader(token);
    claims = decodeJwt(token);
  } catch {
    throw badCredential("the token cannot be read");
  }
  const found = typeof claims.iss === "string" ? trusted.get(claims.iss) : undefined;
  if (found === undefined) throw badCredential("the issuer is not trusted");
  if (!found.issuer.algorithms.includes(header.alg ?? "")) throw badCredential("the algorithm is not allowed");
  const forbidden = refusedHeaders.find((name) => Object.hasOwn(header, name));
  if (forbidden !== undefined) throw badCredential(`the header ${forbidden} is not allowed`);
  if (header.typ !== undefined && !tokenTypes.has(String(header.typ).toLowerCase())) {
    throw badCredential("the token is of another type");
  }
  return found;
}

async function verify(token: string, issuer: Issuer, keys: KeySet, now: Date): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: [...issuer.algorithms],
      clockTolerance: issuer.clockSkewSeconds,
      maxTokenAge: issuer.ageMaxSeconds,
      requiredClaims: ["exp", "iat"],
      currentDate: now,
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw badCredential(faultOf(error));
    throw error;
  }
}

/** The library's code, and which claim it was about: fixed words, nothing of the token. */
function faultOf(error: errors.JOSEError): string {
  const claim: unknown = Reflect.get(error, "claim");
  return typeof claim === "string" && claim !== "unspecified" ? `${error.code} ${claim}` : error.code;
}
