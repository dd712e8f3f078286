// Authenticate: one key is one principal of one tenant, until it expires or is revoked; other keys are refused.
import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { keyRandomBytes, makeApiKey, parseApiKey, secretDigest } from "../../../src/core/api-key.ts";
import { bindEngine } from "../../../src/engine/index.ts";
import { insertApiKey } from "../../../src/store/api_key.sql.gen.ts";
import { transaction } from "../../../src/store/transaction.ts";
import { query } from "../../helpers/database.ts";
import { createClock, openTestEngine, type TestEngine } from "../../helpers/engine.ts";
import { readTables } from "../../helpers/ledger-scenario.ts";

type KeyTerms = { readonly roles?: readonly Role[]; readonly expireTime?: Date; readonly principal?: string };

async function makeKey({ engine, tenant }: TestEngine, { roles = [Role.TASKER], ...terms }: KeyTerms = {}) {
  const made = makeApiKey("test", randomBytes(keyRandomBytes));
  await transaction(engine.database, {}, (tx) =>
    insertApiKey(tx, {
      keyId: made.keyId,
      tenantId: tenant.tenantId,
      secretSha256: secretDigest(made.secret),
      principal: terms.principal ?? "agent:alice",
      roles: [...roles],
      label: "of a test",
      createTime: tx.now,
      expireTime: terms.expireTime ?? null,
    }),
  );
  return made;
}

/** Two servers on one database, whose sense of passing time the test moves together. */
async function openTwo() {
  let ms = 0;
  const clock = createClock();
  const one = await openTestEngine({ clock });
  const other = await openTestEngine({ clock, databaseUrl: one.database.databaseUrl });
  const servers = [one, other].map(({ engine }) => bindEngine(engine, () => ms));
  const pass = (byMs: number) => {
    ms += byMs;
    clock.advance(byMs);
  };
  const who = (key: string) => Promise.all(servers.map(async ({ authenticate }) => (await authenticate(key))?.keyId));
  return { one, servers, pass, who };
}

test("a live key authenticates its principal, in its tenant, with the scopes of all its roles", async () => {
  const opened = await openTestEngine();
  const { key, keyId } = await makeKey(opened, { roles: [Role.TASKER, Role.WORKER], principal: "agent:a:b c" });
  const caller = await opened.operations.authenticate(key);
  expect(caller).toMatchObject({
    keyId,
    tenantId: opened.tenant.tenantId,
    principalText: "agent:a:b c",
    principal: { id: "a:b c" },
  });
  const both = ["tasks:create", "tasks:cancel", "leases:claim", "leases:hold", "obligations:read"];
  for (const scope of both) expect(caller?.scopes).toContain(scope);
  for (const scope of ["tasks:read_all", "receipts:report_anomaly", "admin:keys"]) {
    expect(caller?.scopes).not.toContain(scope);
  }
});

test.each([
  ["tasker", Role.TASKER, "tasks:create", "leases:claim"],
  ["worker", Role.WORKER, "leases:claim", "tasks:create"],
  ["observer", Role.OBSERVER, "tasks:read_all", "tasks:create"],
  ["operator", Role.OPERATOR, "receipts:report_anomaly", "admin:keys"],
  ["admin", Role.ADMIN, "admin:keys", "tasks:read"],
] as const)("the role %s gives its own scopes and no others", async (_name, role, has, lacks) => {
  const opened = await openTestEngine();
  const { key } = await makeKey(opened, { roles: [role] });
  const scopes = (await opened.operations.authenticate(key))?.scopes;
  expect(scopes).toEqual(opened.tenant.caller("agent", "alice", [role]).scopes);
  expect(scopes?.has(has)).toBe(true);
  expect(scopes?.has(lacks)).toBe(false);
});

test("a role that this version does not know gives nothing", async () => {
  const opened = await openTestEngine();
  const { key } = await makeKey(opened, { roles: [99 as Role] });
  expect((await opened.operations.authenticate(key))?.scopes.size).toBe(0);
});

test("malformed, mistyped and unknown keys, and a key with another key's secret, authenticate no caller", async () => {
  const opened = await openTestEngine();
  const { authenticate } = opened.operations;
  const { key, keyId, secret } = await makeKey(opened);
  const other = await makeKey(opened, { principal: "agent:bob" });
  const unknown = makeApiKey("test", randomBytes(keyRandomBytes));
  // Another key's secret under this key's id, with a valid checksum, as a forger would write it.
  const forged = reseal(key, secret, other.secret);
  expect(parseApiKey(forged)).toEqual({ keyId, secret: other.secret });
  const last = key.at(-1) === "A" ? "B" : "A";
  const wrong = ["", "x", "ag_test", key.slice(0, -1), key.slice(0, -1) + last, ` ${key}`, `${key}\n`, unknown.key];
  for (const shown of [...wrong, forged, key.toLowerCase(), keyId, secret]) {
    expect(await authenticate(shown), shown).toBeUndefined();
  }
  expect(await authenticate(key)).toMatchObject({ principalText: "agent:alice" });
});

/** The key with another secret and the checksum that belongs to it, found by making a key of those parts. */
function reseal(key: string, secret: string, otherSecret: string): string {
  const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const [, , keyId = ""] = key.split("_");
  expect(secret).not.toBe(otherSecret);
  const bytes = new Uint8Array(keyRandomBytes);
  for (const [at, letter] of [...(keyId + otherSecret)].entries()) bytes[at] = letters.indexOf(letter);
  return makeApiKey("test", bytes).key;
}

test("an expired key is refused, and a key that is about to expire is still accepted", async () => {
  const opened = await openTestEngine();
  const expireTime = new Date(opened.clock.now().getTime() + 60_000);
  const { key } = await makeKey(opened, { expireTime });
  const fresh = () => bindEngine(opened.engine, () => 0).authenticate(key);
  opened.clock.advance(59_999);
  expect(await fresh()).toBeDefined();
  opened.clock.advance(1);
  expect(await fresh()).toBeUndefined();
});

test("a revoked key is dead within 5 s on every server, even where it was just used", async () => {
  const { one, pass, who } = await openTwo();
  const { key, keyId } = await makeKey(one);
  expect(await who(key)).toEqual([keyId, keyId]);
  await query(one.database.databaseUrl, `update api_key set revoke_time = now() where key_id = '${keyId}'`);
  pass(5_000);
  expect(await who(key)).toEqual([undefined, undefined]);
});

test("an expired key is dead within 5 s on every server, even where it was just used", async () => {
  const { one, pass, who } = await openTwo();
  const { key, keyId } = await makeKey(one, { expireTime: new Date(one.clock.now().getTime() + 1_000) });
  expect(await who(key)).toEqual([keyId, keyId]);
  pass(6_000);
  expect(await who(key)).toEqual([undefined, undefined]);
});

test("a key that was first tried before it was created works within 5 s", async () => {
  const { one, servers, pass } = await openTwo();
  const made = makeApiKey("test", randomBytes(keyRandomBytes));
  for (const { authenticate } of servers) expect(await authenticate(made.key)).toBeUndefined();
  await transaction(one.engine.database, {}, (tx) =>
    insertApiKey(tx, {
      keyId: made.keyId,
      tenantId: one.tenant.tenantId,
      secretSha256: secretDigest(made.secret),
      principal: "agent:alice",
      roles: [Role.TASKER],
      label: "",
      createTime: tx.now,
      expireTime: null,
    }),
  );
  pass(5_000);
  for (const { authenticate } of servers) expect(await authenticate(made.key)).toBeDefined();
});

test("two live keys of one principal are two keys, and revoking one leaves the other live", async () => {
  const { one, pass, who } = await openTwo();
  const old = await makeKey(one);
  const next = await makeKey(one);
  await query(one.database.databaseUrl, `update api_key set revoke_time = now() where key_id = '${old.keyId}'`);
  pass(5_000);
  expect(await who(old.key)).toEqual([undefined, undefined]);
  expect(await who(next.key)).toEqual([next.keyId, next.keyId]);
});

test("a dump of the database holds no secret: nothing in it is a key, and none can be made of it", async () => {
  const opened = await openTestEngine();
  const { key, keyId, secret } = await makeKey(opened);
  expect(await opened.operations.authenticate(key)).toBeDefined();
  const dump = JSON.stringify(await readTables(opened.database.databaseUrl));
  expect(dump).toContain(keyId);
  for (const form of [secret, key, Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64")]) {
    expect(dump).not.toContain(form);
  }
  // What the dump does hold authenticates no caller when it is used as a secret.
  const digest = Buffer.from(secretDigest(secret)).toString("hex");
  expect(dump).toContain(digest);
  expect(await opened.operations.authenticate(reseal(key, secret, digest.slice(0, secret.length)))).toBeUndefined();
});

test("first and last sight are kept to the minute, and a denied key leaves no trace", async () => {
  const { one, servers, pass } = await openTwo();
  const [server] = servers;
  const { key, keyId } = await makeKey(one);
  const seen = () =>
    query<{ used: Date | null; first: Date; last: Date }>(
      one.database.databaseUrl,
      `select k.last_used_time as used, p.first_seen_time as first, p.last_seen_time as last
         from api_key k left join principal_seen p on p.principal = k.principal where k.key_id = '${keyId}'`,
    );
  await server?.authenticate(reseal(key, "", "x".repeat(43)));
  expect(await seen()).toMatchObject([{ used: null, first: null }]);
  const start = one.clock.now();
  await server?.authenticate(key);
  expect(await seen()).toEqual([{ used: start, first: start, last: start }]);
  pass(59_000);
  await server?.authenticate(key);
  expect(await seen()).toEqual([{ used: start, first: start, last: start }]);
  pass(2_000);
  await server?.authenticate(key);
  const later = one.clock.now();
  expect(await seen()).toEqual([{ used: later, first: start, last: later }]);
});

test("a caller with a live key of a suspended tenant learns of the suspension within 5 s", async () => {
  const { one, servers, pass } = await openTwo();
  const { key } = await makeKey(one);
  await Promise.all(servers.map(({ authenticate }) => authenticate(key)));
  await query(one.database.databaseUrl, "update tenant set suspend_time = now()");
  pass(5_000);
  for (const { authenticate } of servers) {
    await expect(authenticate(key)).rejects.toMatchObject({ refusal: { reason: ErrorReason.TENANT_SUSPENDED } });
  }
});
