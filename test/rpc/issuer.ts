// An issuer of tokens on this machine: keys of its own, served over HTTP, and tokens signed with them.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from "jose";
import { onTestFinished } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { Issuer } from "../../src/rpc/credentials/tokens.ts";

export const issuerName = "https://login.example.com/";
export const audience = "asyncgate";

export type Keys = Awaited<ReturnType<typeof makeKeys>>;

export async function makeKeys(algorithm: string, kid: string) {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  return { algorithm, kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: algorithm } };
}

export type Served = { status?: number; location?: string; body: string };

/** What it serves can be changed while it runs; how often it was asked is counted. */
export async function serveKeys(keys: readonly Keys[]) {
  const served: { answer: Served; asked: number } = { answer: setOf(keys), asked: 0 };
  const server = createServer((_request, response) => {
    served.asked += 1;
    const { status = 200, location, body } = served.answer;
    response.writeHead(status, { "content-type": "application/json", ...(location && { location }) }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  return { served, uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
}

export function setOf(keys: readonly Keys[]): Served {
  return { body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) };
}

export function issuerOf(jwksUri: string, changes: Partial<Issuer> = {}): Issuer {
  return {
    issuer: issuerName,
    audience,
    jwksUri,
    algorithms: ["RS256", "ES256", "EdDSA"],
    clockSkewSeconds: 30,
    ageMaxSeconds: 3_600,
    claims: {
      tenant: { claim: "org", among: new Set(["acme", "unknown"]) },
      principalKind: PrincipalKind.HUMAN,
      principalClaim: "sub",
      roles: {
        claim: "groups",
        byValue: new Map([
          ["work", Role.TASKER],
          ["watch", Role.OBSERVER],
        ]),
      },
    },
    ...changes,
  };
}

export const now = new Date("2026-06-01T12:00:00Z");
export const nowSeconds = now.getTime() / 1_000;

/** A token that is right but for what is changed; undefined takes a claim or a header away. */
export async function sign(
  keys: Keys,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const payload: JWTPayload = {
    iss: issuerName,
    aud: audience,
    sub: "ada",
    org: "acme",
    groups: ["work"],
    iat: nowSeconds - 60,
    exp: nowSeconds + 600,
    ...claims,
  };
  const protectedHeader = { alg: keys.algorithm, kid: keys.kid, ...header } as JWTHeaderParameters;
  return await new SignJWT(withoutUndefined(payload))
    .setProtectedHeader(withoutUndefined(protectedHeader))
    .sign(keys.privateKey);
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as T;
}

/** A token put together by hand, as a forger does. */
export function assemble(header: object, claims: object, signature: string | Uint8Array = ""): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const sealed = typeof signature === "string" ? signature : Buffer.from(signature).toString("base64url");
  return `${part(header)}.${part(claims)}.${sealed}`;
}
