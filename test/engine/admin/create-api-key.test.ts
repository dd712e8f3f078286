// CreateApiKey, ListApiKeys, RevokeApiKey, ListPrincipals: a key is shown once, is good until it is revoked or expires,
// and its secret is nowhere afterwards.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ListApiKeysRequestSchema,
  ListPrincipalsRequestSchema,
  RevokeApiKeyRequestSchema,
  Role,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { addMs, timestampOfDate } from "../../../src/core/duration.ts";
import { type Administration, alice, askForKey, makeTenant, openAdministration } from "../../helpers/administration.ts";
import { granted, outcome, readTables, refused } from "../../helpers/ledger-scenario.ts";

const nowhere = "01900000-0000-7000-8000-000000000000";

function revoke({ operations, admin }: Administration, keyId: string, reason = "") {
  return operations.revokeApiKey(admin, create(RevokeApiKeyRequestSchema, { keyId, reason }));
}

test("a key makes its bearer the principal, with the roles that were asked, each once", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const roles = [Role.WORKER, Role.TASKER, Role.WORKER];
  const made = granted(await askForKey(ground, { tenantId, roles, label: "for tests" }));
  expect(made.key).toMatchObject({ tenantId, principal: alice, roles: [Role.TASKER, Role.WORKER], label: "for tests" });
  expect(made.secret).toMatch(new RegExp(`^ag_test_${made.key.keyId}_`));
  const caller = await ground.operations.authenticate(made.secret);
  expect(caller).toMatchObject({ tenantId, tenantName: "acme", principalText: "agent:alice", keyId: made.key.keyId });
  expect(caller?.scopes.has("leases:claim")).toBe(true);
});

test.each([
  ["service", PrincipalKind.SERVICE],
  ["system", PrincipalKind.SYSTEM],
] as const)("the kind %s is not to be had", async (_name, kind) => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const { facts } = await refused(
    askForKey(ground, { tenantId, principal: { kind, id: "asyncgate" } }),
    ErrorReason.INVALID_ARGUMENT,
  );
  expect(facts).toMatchObject({ value: { violations: [{ field: "principal.kind" }] } });
});

test("a key that would have expired is refused, and so is one of a tenant that is nowhere", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const expireTime = timestampOfDate(ground.clock.now());
  await refused(askForKey(ground, { tenantId, expireTime }), ErrorReason.INVALID_ARGUMENT);
  await refused(askForKey(ground, { tenantId: nowhere }), ErrorReason.TENANT_NOT_FOUND);
});

test("law 5: said again it makes no second key and shows no secret", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const request = { tenantId, requestId: "k1" };
  const twins = await Promise.all(Array.from({ length: 5 }, () => outcome(askForKey(ground, request))));
  expect(twins.filter((answer) => "secret" in answer)).toHaveLength(1);
  await refused(askForKey(ground, request), ErrorReason.IDEMPOTENCY_CONFLICT);
  const keys = await ground.operations.listApiKeys(ground.admin, create(ListApiKeysRequestSchema, { tenantId }));
  expect(granted(keys).keys).toHaveLength(1);
});

test("a revoked key is dead on every server within 5 s; revoking it again answers the same", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const old = granted(await askForKey(ground, { tenantId }));
  const next = granted(await askForKey(ground, { tenantId })); // to rotate: both are live meanwhile
  for (const server of ground.servers) {
    for (const { secret } of [old, next]) expect(await server.authenticate(secret)).toBeDefined();
  }
  const revoked = granted(await revoke(ground, old.key.keyId, "rotated"));
  expect(revoked.revokeTime).toBeDefined();
  ground.pass(5_000);
  for (const server of ground.servers) {
    expect(await server.authenticate(old.secret)).toBeUndefined();
    expect(await server.authenticate(next.secret)).toBeDefined();
  }
  expect(granted(await revoke(ground, old.key.keyId)).revokeTime).toEqual(revoked.revokeTime);
  await refused(revoke(ground, "0000000000000000"), ErrorReason.API_KEY_NOT_FOUND);
});

test("a key expires at its time on every server within 5 s", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const expireTime = timestampOfDate(addMs(ground.clock.now(), 60_000));
  const { secret } = granted(await askForKey(ground, { tenantId, expireTime }));
  for (const server of ground.servers) expect(await server.authenticate(secret)).toBeDefined();
  ground.pass(65_000);
  for (const server of ground.servers) expect(await server.authenticate(secret)).toBeUndefined();
});

test("keys are listed newest first, page by page, with their last use and without their secrets", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const made: string[] = [];
  let last = "";
  for (let count = 0; count < 5; count += 1) {
    const { key, secret } = granted(await askForKey(ground, { tenantId, label: `key ${count}` }));
    made.push(key.keyId);
    last = secret;
    if (count !== 2) ground.clock.advance(1); // two are of the same moment
  }
  await ground.operations.authenticate(last);
  const keys = [];
  for (let pageToken = ""; ; ) {
    const asked = create(ListApiKeysRequestSchema, { tenantId, pageSize: 2, pageToken });
    const page = granted(await ground.operations.listApiKeys(ground.admin, asked));
    keys.push(...page.keys);
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(keys.map(({ keyId }) => keyId).sort()).toEqual([...made].sort());
  const times = keys.map(({ createTime }) => Number(createTime?.seconds) * 1e9 + (createTime?.nanos ?? 0));
  expect(times).toEqual([...times].sort((one, other) => other - one));
  expect(keys[0]?.lastUsedTime).toBeDefined();
  expect(keys[1]?.lastUsedTime).toBeUndefined();
  expect(JSON.stringify(keys, (_name, value) => (typeof value === "bigint" ? String(value) : value))).not.toContain(
    last.split("_")[3],
  );
});

test("those who have called are listed, whatever characters they are called by", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const ids = ["a.b.c", "näme with ü and 猫", "'; drop table tenant; --"];
  for (const id of ids) {
    const { secret } = granted(await askForKey(ground, { tenantId, principal: { kind: PrincipalKind.HUMAN, id } }));
    await ground.operations.authenticate(secret);
  }
  const seen: string[] = [];
  for (let pageToken = ""; ; ) {
    const asked = create(ListPrincipalsRequestSchema, { tenantId, pageSize: 1, pageToken });
    const page = granted(await ground.operations.listPrincipals(ground.admin, asked));
    seen.push(...page.principals.map(({ principal }) => principal?.id ?? ""));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(seen.sort()).toEqual([...ids].sort());
  const none = create(ListPrincipalsRequestSchema, { tenantId: nowhere });
  await refused(ground.operations.listPrincipals(ground.admin, none), ErrorReason.TENANT_NOT_FOUND);
});

test("a dump of the database holds no secret of a key", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const { secret } = granted(await askForKey(ground, { tenantId, requestId: "canary" }));
  const dump = JSON.stringify(await readTables(ground.database.databaseUrl));
  expect(dump).toContain(secret.split("_")[2]);
  expect(dump).not.toContain(secret.split("_")[3]?.slice(0, 43));
});
