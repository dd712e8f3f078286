// JSON Web Tokens: what a trusted issuer has signed for us, now, for a tenant it may speak for, and nothing else. Every
// forged one is refused in the same words; what was wrong with it stands in the log alone.
import { createHmac } from "node:crypto";
import { ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { exportSPKI } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { ErrorDetailSchema, ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { SystemService } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { createLog } from "../../../src/log.ts";
import { createTokenJudge, type Issuer } from "../../../src/rpc/credentials/tokens.ts";
import { query } from "../../helpers/database.ts";
import { bearer, openEngineServer } from "../engine-server.ts";
import {
  assemble,
  audience,
  issuerName,
  issuerOf,
  type Keys,
  makeKeys,
  now,
  nowSeconds,
  serveKeys,
  setOf,
  sign,
} from "../issuer.ts";
import { reasonOf } from "../reason-of.ts";

let rsa: Keys;
let ec: Keys;
let ed: Keys;
let foreign: Keys;
beforeAll(async () => {
  [rsa, ec, ed, foreign] = await Promise.all([
    makeKeys("RS256", "rsa-1"),
    makeKeys("ES256", "ec-1"),
    makeKeys("EdDSA", "ed-1"),
    makeKeys("RS256", "rsa-1"), // under the same name, with a key of the forger's
  ]);
});

type Wishes = { readonly issuer?: Partial<Issuer> };

async function open({ issuer = {} }: Wishes = {}) {
  const { served, uri } = await serveKeys([rsa, ec, ed]);
  let ms = 0;
  let time = now;
  const failures: string[] = [];
  const log = createLog({ level: "warn", now: () => now, write: (line) => void failures.push(line) });
  const opened = await openEngineServer(({ operations }) => {
    const { authenticate, recognize } = operations;
    const issuers = [issuerOf(uri, issuer)];
    const tokens = createTokenJudge({ issuers, recognize, log, now: () => time, monotonicMs: () => ms });
    return { authenticate: (one) => (one.startsWith("ag_") ? authenticate(one) : (tokens?.(one) as never)) };
  });
  const tenantId = await opened.makeTenant("acme");
  const transport = createGrpcTransport({ baseUrl: opened.url });
  const system = createClient(SystemService, transport);
  const pass = (byMs: number) => {
    ms += byMs;
    opened.forget();
  };
  const setTime = (to: Date) => {
    time = to;
  };
  return { ...opened, tenantId, served, failures, transport, system, pass, setTime };
}

describe("a token of a trusted issuer", () => {
  test("is its principal in its tenant, with the roles of its groups, whatever it was signed with", async () => {
    const { system, endpoint } = await open();
    for (const keys of [rsa, ec, ed]) {
      const token = await sign(keys, { groups: ["work", "unknown"] }, { typ: "JWT" });
      const info = await system.getServerInfo({}, bearer(token));
      expect(info).toMatchObject({ tenant: "acme", principal: { id: "ada" } });
      expect(info.scopes).toContain("tasks:create");
      expect(info.scopes).not.toContain("tasks:read_all");
    }
    const line = await endpoint.logged(({ message }) => message === "rpc");
    expect(line).toMatchObject({ principal: "human:ada", key_id: `jwt:${issuerName}` });
  });

  test("may name several audiences, say its roles as a text, and be half a minute off", async () => {
    const { system } = await open();
    for (const claims of [
      { aud: ["other", audience] },
      { groups: "watch work" },
      { exp: nowSeconds - 29 },
      { iat: nowSeconds + 29, nbf: nowSeconds + 29 },
    ]) {
      expect((await system.getServerInfo({}, bearer(await sign(rsa, claims)))).tenant).toBe("acme");
    }
  });

  test("is denied what its roles do not allow, and keys go on beside it", async () => {
    const { transport, makeKey, tenantId, system } = await open();
    const watcher = bearer(await sign(ed, { groups: ["watch"] }));
    const created = createClient(TaskService, transport).createTask({ type: "t" }, watcher);
    expect(await reasonOf(created)).toBe(ErrorReason.PERMISSION_DENIED);
    expect((await system.getServerInfo({}, bearer(await makeKey(tenantId, 1)))).tenant).toBe("acme");
  });

  test("of a suspended tenant is told so, within 5 s", async () => {
    const { system, tenantId, pass, database } = await open();
    const as = bearer(await sign(rsa));
    await system.getServerInfo({}, as);
    await query(database.databaseUrl, `update tenant set suspend_time = now() where tenant_id = '${tenantId}'`);
    pass(5_000);
    expect(await reasonOf(system.getServerInfo({}, as))).toBe(ErrorReason.TENANT_SUSPENDED);
  });

  test("ends its streams when it expires", async () => {
    const { transport, endpoint, setTime } = await open();
    const as = bearer(await sign(rsa, { groups: ["work", "watch"], exp: nowSeconds + 60 }));
    const { task } = await createClient(TaskService, transport).createTask({ type: "t" }, as);
    const started = Promise.withResolvers<void>();
    const ended = reasonOf(
      (async () => {
        const answers = createClient(TaskService, transport).watchTask({ taskId: task?.taskId ?? "" }, as);
        for await (const _answer of answers) started.resolve();
      })(),
    );
    await started.promise;
    setTime(new Date((nowSeconds + 91) * 1_000));
    await endpoint.server.reauthenticateStreams();
    expect(await ended).toBe(ErrorReason.UNAUTHENTICATED);
  });
});

const body = { iss: issuerName, aud: audience, sub: "ada", org: "acme", groups: ["work"] };
const times = { iat: nowSeconds - 60, exp: nowSeconds + 600 };
const whole = { ...body, ...times };

function hmac(header: object, secret: string): string {
  const unsigned = assemble(header, whole).slice(0, -1);
  return `${unsigned}.${createHmac("sha256", secret).update(unsigned).digest("base64url")}`;
}

async function tampered(): Promise<string> {
  const [header, , signature] = (await sign(rsa)).split(".");
  const claims = Buffer.from(JSON.stringify({ ...whole, sub: "eve" })).toString("base64url");
  return [header, claims, signature].join(".");
}

const forged: readonly (readonly [name: string, fault: string | RegExp, make: () => string | Promise<string>])[] = [
  ["no signature, alg none", "algorithm", () => assemble({ alg: "none", kid: "rsa-1" }, whole)],
  ["alg None, spelt otherwise", "algorithm", () => assemble({ alg: "nOnE", kid: "rsa-1" }, whole)],
  ["no alg", /algorithm|cannot be read/, () => assemble({ kid: "rsa-1" }, whole, "c2ln")],
  [
    "HS256 with the public key for a secret",
    "algorithm",
    async () => hmac({ alg: "HS256", kid: "rsa-1" }, await exportSPKI(rsa.publicKey)),
  ],
  ["HS256 with the JWK for a secret", "algorithm", () => hmac({ alg: "HS256", kid: "rsa-1" }, JSON.stringify(rsa.jwk))],
  ["an algorithm that is not on the list", "algorithm", async () => sign(await makeKeys("PS256", "rsa-1"))],
  ["a forger's key under a known name", "SIGNATURE", () => sign(foreign)],
  ["a key that the issuer does not publish", "NO_MATCHING_KEY", async () => sign(await makeKeys("RS256", "unknown"))],
  ["no kid, signed by a forger", "SIGNATURE", () => sign(foreign, {}, { kid: undefined })],
  ["a path for a kid", "NO_MATCHING_KEY", () => sign(rsa, {}, { kid: "../../../../dev/null" })],
  ["a URL for a kid", "NO_MATCHING_KEY", () => sign(rsa, {}, { kid: "https://evil.example/key" })],
  ["a statement for a kid", "NO_MATCHING_KEY", () => sign(rsa, {}, { kid: "x' union select 'key" })],
  ["a kid of another kind of key", "NO_MATCHING_KEY", () => sign(foreign, {}, { kid: "ec-1" })],
  ["jku", "jku", () => sign(foreign, {}, { jku: "https://evil.example/jwks" })],
  ["jwk, the forger's own", "jwk", () => sign(foreign, {}, { jwk: foreign.jwk })],
  ["x5u", "x5u", () => sign(foreign, {}, { x5u: "https://evil.example/cert" })],
  ["x5c", "x5c", () => sign(foreign, {}, { x5c: ["MIIB"] })],
  ["crit", "crit", () => assemble({ alg: "RS256", kid: "rsa-1", crit: ["exp"], exp: 1 }, whole, "c2ln")],
  ["a logout token", "another type", () => sign(rsa, {}, { typ: "logout+jwt" })],
  ["other claims under the signature", "SIGNATURE", tampered],
  ["a signature cut short", "SIGNATURE", async () => (await sign(rsa)).slice(0, -8)],
  ["another audience", "aud", () => sign(rsa, { aud: "other" })],
  ["an audience that begins alike", "aud", () => sign(rsa, { aud: "asyncgate.evil.example" })],
  ["no audience", "aud", () => sign(rsa, { aud: undefined })],
  ["another issuer", "issuer", () => sign(rsa, { iss: "https://evil.example/" })],
  ["the issuer without its last slash", "issuer", () => sign(rsa, { iss: issuerName.slice(0, -1) })],
  [
    "a list of issuers",
    "issuer",
    () => assemble({ alg: "RS256", kid: "rsa-1" }, { ...whole, iss: [issuerName] }, "c2ln"),
  ],
  ["expired", "EXPIRED", () => sign(rsa, { exp: nowSeconds - 31 })],
  ["no expiry", "exp", () => sign(rsa, { exp: undefined })],
  ["an expiry that is no number", /exp|cannot be read/, () => sign(rsa, { exp: "never" })],
  ["not valid yet", "nbf", () => sign(rsa, { nbf: nowSeconds + 31 })],
  ["issued in the future", "iat", () => sign(rsa, { iat: nowSeconds + 31 })],
  ["issued too long ago, whatever its expiry", /EXPIRED|iat/, () => sign(rsa, { iat: nowSeconds - 3_700 })],
  ["no time of issue", "iat", () => sign(rsa, { iat: undefined })],
  ["no principal", "principal", () => sign(rsa, { sub: undefined })],
  ["a principal that is no text", "principal", () => sign(rsa, { sub: ["ada"] }).catch(() => assemble({}, {}))],
  ["a principal longer than names are", "principal", () => sign(rsa, { sub: "a".repeat(256) })],
  ["no tenant", "tenant", () => sign(rsa, { org: undefined })],
  ["a tenant that the issuer does not speak for", "speak", () => sign(rsa, { org: "other" })],
  ["a tenant that does not exist", "no tenant", () => sign(rsa, { org: "unknown" })],
  ["groups that give no role", "role", () => sign(rsa, { groups: ["admin", "operator"] })],
  ["groups named like something that every object has", "role", () => sign(rsa, { groups: ["constructor"] })],
  ["two parts", "cannot be read", () => "eyJhbGciOiJSUzI1NiJ9.e30"],
  ["four parts", "cannot be read", () => "eyJhbGciOiJSUzI1NiJ9.e30.c2ln.more"],
  ["no JSON", "cannot be read", () => "bm90.anNvbg.c2ln"],
  ["too long", "too long", () => sign(rsa, { pad: "x".repeat(8_000) })],
];

test("every forged token is refused in the same words, and only the issuer's address is asked", async () => {
  const { system, endpoint, served } = await open();
  await system.getServerInfo({}, bearer(await sign(rsa)));
  for (const [name, fault, make] of forged) {
    const token = await make();
    const error = ConnectError.from(await system.getServerInfo({}, bearer(token)).catch((thrown: unknown) => thrown));
    const [detail] = error.findDetails(ErrorDetailSchema);
    expect([detail?.reason, error.rawMessage], name).toEqual([
      ErrorReason.UNAUTHENTICATED,
      "The call carries no valid credential.",
    ]);
    const line = await endpoint.logged(({ call_id }) => call_id === detail?.callId);
    expect(line["credential_fault"], name).toMatch(fault);
    expect(JSON.stringify(line), name).not.toContain(token.split(".")[1]);
  }
  expect(forged.length).toBeGreaterThan(40);
  expect(served.asked).toBe(1); // the cool-down holds whatever kids come
});

describe("an issuer's keys", () => {
  test("are fetched once, and again for an unknown key once a minute at the most", async () => {
    const { system, served, pass } = await open();
    const next = await makeKeys("ES256", "ec-2");
    const as = bearer(await sign(next));
    await system.getServerInfo({}, bearer(await sign(rsa)));
    served.answer = setOf([rsa, next]); // rotated
    expect(await reasonOf(system.getServerInfo({}, as))).toBe(ErrorReason.UNAUTHENTICATED);
    expect(served.asked).toBe(1);
    pass(60_000);
    await Promise.all(Array.from({ length: 5 }, () => system.getServerInfo({}, as)));
    expect(served.asked).toBe(2);
  });

  test("that it has taken back are good for ten minutes at the most", async () => {
    const { system, served, pass } = await open();
    const as = bearer(await sign(rsa));
    await system.getServerInfo({}, as);
    served.answer = setOf([ec]);
    pass(600_001);
    expect(await reasonOf(system.getServerInfo({}, as))).toBe(ErrorReason.UNAUTHENTICATED);
  });

  test("do for an hour when it does not answer; then callers are told to come back", async () => {
    const { system, served, pass, failures } = await open();
    const as = bearer(await sign(rsa));
    await system.getServerInfo({}, as);
    served.answer = { status: 500, body: "" };
    pass(1_800_000);
    expect((await system.getServerInfo({}, as)).tenant).toBe("acme");
    pass(1_800_001);
    expect(await reasonOf(system.getServerInfo({}, as))).toBe(ErrorReason.UNAVAILABLE);
    expect(failures.join()).toContain("answered 500");
  });

  test.each([
    ["larger than a quarter of a megabyte", { body: `{"keys": [], "pad": "${"x".repeat(300_000)}"}` }],
    ["of more keys than a set may have", { body: JSON.stringify({ keys: Array.from({ length: 101 }, () => ({})) }) }],
    ["no JSON", { body: "<html>" }],
    ["no set", { body: '{"keys": "none"}' }],
    ["somewhere else", { status: 302, location: "http://127.0.0.1:1/jwks", body: "" }],
  ])("that are %s are not used, and every token is refused", async (_name, answer) => {
    const { system, served, failures } = await open();
    served.answer = answer;
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await reasonOf(system.getServerInfo({}, bearer(await sign(rsa))))).toBe(ErrorReason.UNAVAILABLE);
    }
    expect(served.asked).toBe(1);
    expect(failures).toHaveLength(1);
  });

  test("that are symmetric or private sign nothing that is believed", async () => {
    const { system, served } = await open({ issuer: { algorithms: ["RS256"] } });
    served.answer = { body: JSON.stringify({ keys: [{ kty: "oct", kid: "rsa-1", k: "c2VjcmV0" }] }) };
    for (const token of [await sign(rsa), hmac({ alg: "HS256", kid: "rsa-1" }, "secret")]) {
      expect(await reasonOf(system.getServerInfo({}, bearer(token)))).toBe(ErrorReason.UNAUTHENTICATED);
    }
  });
});
