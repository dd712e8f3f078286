// The settings that say whose tokens and certificates are taken: read whole, or refused with every fault at once.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { Role } from "../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ConfigError } from "../../src/server/config.ts";
import { readCertificateRules, readIssuers, scopesOf } from "../../src/server/credential-settings.ts";

const issuer = {
  issuer: "https://login.example.com/",
  audience: "asyncgate",
  jwks_uri: "https://login.example.com/jwks",
  tenant: "acme",
  principal_kind: "human",
  roles: ["tasker"],
};

async function faultsOf(reading: Promise<unknown>): Promise<readonly string[]> {
  const error = await reading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error("expected a ConfigError", { cause: error });
  return error.faults;
}

test("an issuer is read with what holds where it is silent", async () => {
  const [read] = await readIssuers(JSON.stringify([issuer]));
  expect(read).toEqual({
    issuer: issuer.issuer,
    audience: "asyncgate",
    jwksUri: issuer.jwks_uri,
    algorithms: ["RS256", "ES256", "EdDSA"],
    clockSkewSeconds: 30,
    ageMaxSeconds: 86_400,
    claims: {
      tenant: { name: "acme" },
      principalKind: PrincipalKind.HUMAN,
      principalClaim: "sub",
      roles: [Role.TASKER],
    },
  });
  expect(await readIssuers(undefined)).toEqual([]);
});

test("tenant and roles may come from claims, the list from a file", async () => {
  const { tenant: _tenant, roles: _roles, ...rest } = issuer;
  const mapped = { ...rest, tenant_claim: "org", tenants: ["acme"], roles_claim: "groups" };
  const directory = await mkdtemp(join(tmpdir(), "asyncgate-issuers-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const path = join(directory, "issuers.json");
  await writeFile(path, JSON.stringify([{ ...mapped, roles_by_value: { work: "worker", constructor: "tasker" } }]));
  const [read] = await readIssuers(path);
  expect(read?.claims.tenant).toEqual({ claim: "org", among: new Set(["acme"]) });
  expect(read?.claims.roles).toEqual({
    claim: "groups",
    byValue: new Map([
      ["work", Role.WORKER],
      ["constructor", Role.TASKER],
    ]),
  });
});

test.each([
  ["no list", "{}", /must be a JSON list/],
  ["no file", "/nowhere/issuers.json", /ENOENT/],
  ["no object", "[1]", /\[0\] must be an object/],
  ["a field that is none", JSON.stringify([{ ...issuer, jwks_url: "x" }]), /jwks_url is not a known field/],
  ["no audience", JSON.stringify([{ ...issuer, audience: undefined }]), /audience must be a string/],
  ["keys in clear over the network", JSON.stringify([{ ...issuer, jwks_uri: "http://a.example/jwks" }]), /jwks_uri/],
  ["a password in the address", JSON.stringify([{ ...issuer, jwks_uri: "https://u:p@a.example/" }]), /jwks_uri/],
  ["an address of another kind", JSON.stringify([{ ...issuer, jwks_uri: "file:///etc/passwd" }]), /jwks_uri/],
  ["alg none", JSON.stringify([{ ...issuer, algorithms: ["none"] }]), /algorithms must be of RS256/],
  ["a symmetric algorithm", JSON.stringify([{ ...issuer, algorithms: ["HS256"] }]), /algorithms/],
  ["no algorithm", JSON.stringify([{ ...issuer, algorithms: [] }]), /algorithms/],
  ["a long skew", JSON.stringify([{ ...issuer, clock_skew_seconds: 31 }]), /clock_skew_seconds must be .* 0 to 30/],
  ["two ways to a tenant", JSON.stringify([{ ...issuer, tenant_claim: "org", tenants: ["a"] }]), /tenant must be/],
  ["any tenant", JSON.stringify([{ ...issuer, tenant: undefined, tenant_claim: "org" }]), /tenants must be a list/],
  ["a kind that is not to be had", JSON.stringify([{ ...issuer, principal_kind: "system" }]), /agent, worker, human/],
  ["a role that is none", JSON.stringify([{ ...issuer, roles: ["root"] }]), /tasker, worker/],
  ["the same issuer twice", JSON.stringify([issuer, issuer]), /\[1\]\.issuer must be different/],
])("%s is refused", async (_name, text, fault) => {
  expect((await faultsOf(readIssuers(text))).join("\n")).toMatch(fault);
});

test("all faults are told at once, and nothing of what was written", async () => {
  const faults = await faultsOf(
    readIssuers(JSON.stringify([{ issuer: "s3cret", jwks_uri: "s3cret", roles: ["s3cret"] }])),
  );
  expect(faults.length).toBeGreaterThan(3);
  expect(faults.join()).not.toContain("s3cret");
});

const rule = { name: "URI:spiffe://example.org/w", tenant: "acme", principal: "worker:a:b", roles: ["worker"] };

test("certificates are read by their names", async () => {
  const rules = await readCertificateRules(JSON.stringify([rule]));
  expect(rules.get(rule.name)).toEqual({
    tenant: "acme",
    principal: { kind: PrincipalKind.WORKER, id: "a:b" },
    roles: [Role.WORKER],
  });
});

test.each([
  ["a name of another sort", { ...rule, name: "CN=worker" }, /name must be URI/],
  ["a name with a separator", { ...rule, name: "DNS:a, DNS:b" }, /name must be URI/],
  ["a principal without a kind", { ...rule, principal: "wanda" }, /principal must be/],
  ["a kind that is not to be had", { ...rule, principal: "service:x" }, /agent, worker, human/],
  ["no roles", { ...rule, roles: [] }, /roles must be/],
])("%s is refused", async (_name, entry, fault) => {
  expect((await faultsOf(readCertificateRules(JSON.stringify([entry])))).join("\n")).toMatch(fault);
});

test("the scopes to ask issuers for are the values of claims that hold scopes, and of no others", async () => {
  const { roles: _, ...rest } = issuer;
  const byClaim = (name: string, roles_claim: string, value: string) => ({
    ...rest,
    issuer: name,
    roles_claim,
    roles_by_value: { [value]: "tasker", both: "observer" },
  });
  const issuers = [
    issuer,
    byClaim("https://a.example/", "scope", "hand-over"),
    byClaim("https://b.example/", "groups", "agents"),
    byClaim("https://c.example/", "scp", "work"),
  ];
  expect(scopesOf(await readIssuers(JSON.stringify(issuers)))).toEqual(["hand-over", "both", "work"]);
});
