// The record of who administered what: one line a call, in the transaction of what was done; never changed; no secrets.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ListApiKeysRequestSchema,
  ListAuditRecordsRequestSchema,
  ListPrincipalsRequestSchema,
  ListTenantsRequestSchema,
  ResumeTenantRequestSchema,
  RevokeApiKeyRequestSchema,
  SuspendTenantRequestSchema,
  UpdateTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { timestampOfDate } from "../../../src/core/duration.ts";
import { bindEngine } from "../../../src/engine/index.ts";
import {
  type Administration,
  askForKey,
  makeTenant,
  methodsOf,
  openAdministration,
  readRecord,
} from "../../helpers/administration.ts";
import { query } from "../../helpers/database.ts";
import { granted, readTables } from "../../helpers/ledger-scenario.ts";

async function doEverything(ground: Administration) {
  const { operations, admin } = ground;
  const { tenantId } = await makeTenant(ground, { requestId: "r1" });
  await operations.listTenants(admin, create(ListTenantsRequestSchema));
  await operations.updateTenant(admin, create(UpdateTenantRequestSchema, { tenantId }));
  await operations.suspendTenant(admin, create(SuspendTenantRequestSchema, { tenantId, reason: "because" }));
  await operations.resumeTenant(admin, create(ResumeTenantRequestSchema, { tenantId }));
  const { key } = granted(await askForKey(ground, { tenantId }));
  await operations.listApiKeys(admin, create(ListApiKeysRequestSchema, { tenantId }));
  await operations.revokeApiKey(admin, create(RevokeApiKeyRequestSchema, { keyId: key.keyId }));
  await operations.listPrincipals(admin, create(ListPrincipalsRequestSchema, { tenantId }));
  return { tenantId, keyId: key.keyId };
}

const everything = [
  ...["CreateTenant", "ListTenants", "UpdateTenant", "SuspendTenant", "ResumeTenant", "CreateApiKey", "ListApiKeys"],
  ...["RevokeApiKey", "ListPrincipals"],
];

test("each call leaves exactly one record: who, from where, what, about what, under which ids", async () => {
  const ground = await openAdministration();
  const { tenantId, keyId } = await doEverything(ground);
  const records = await readRecord(ground);
  expect(methodsOf(records)).toEqual(everything);
  for (const record of records) {
    expect(record).toMatchObject({
      principal: { id: "ada" },
      callerTenantId: ground.tenant.tenantId,
      keyId: "test",
      peer: "192.0.2.7",
      callId: "call-7",
      allowed: true,
      reason: ErrorReason.UNSPECIFIED,
    });
  }
  expect(records[0]).toMatchObject({ tenantId, subject: "acme", requestId: "r1" });
  expect(records[3]).toMatchObject({ note: "because" });
  expect(records[5]).toMatchObject({ subject: keyId, note: "agent:alice as tasker" });
  expect(records[7]).toMatchObject({ tenantId, subject: keyId });
  // The listing is on record, too: the next one tells of it.
  expect(methodsOf(await readRecord(ground)).at(-1)).toBe("ListAuditRecords");
});

test("a call that is said again is on record again", async () => {
  const ground = await openAdministration();
  await makeTenant(ground, { requestId: "r1" });
  await makeTenant(ground, { requestId: "r1" });
  expect(methodsOf(await readRecord(ground))).toEqual(["CreateTenant", "CreateTenant"]);
});

test("what was done is never without its record: where that cannot be written, nothing is done", async () => {
  const ground = await openAdministration();
  const { databaseUrl } = ground.database;
  await query(databaseUrl, "alter table audit add constraint broken check (subject <> 'acme') not valid");
  await expect(makeTenant(ground)).rejects.toThrow();
  expect(await query(databaseUrl, "select name from tenant where name = 'acme'")).toEqual([]);
});

test.each([
  ["update", "update audit set peer = ''"],
  ["delete", "delete from audit"],
  ["truncate", "truncate audit"],
])("the record does not change: %s is refused", async (_name, sql) => {
  const ground = await openAdministration();
  await makeTenant(ground);
  await expect(query(ground.database.databaseUrl, sql)).rejects.toThrow("audit records are for ever");
});

test("records are listed newest first, page by page, about one tenant and within a time", async () => {
  const ground = await openAdministration();
  const one = await makeTenant(ground, { name: "one" });
  ground.clock.advance(1_000);
  const middle = timestampOfDate(ground.clock.now());
  await makeTenant(ground, { name: "two" });
  ground.clock.advance(1_000);
  await ground.operations.suspendTenant(ground.admin, create(SuspendTenantRequestSchema, { tenantId: one.tenantId }));
  const subjects = async (request: object) => (await readRecord(ground, request)).map(({ subject }) => subject);
  expect(await subjects({ tenantId: one.tenantId })).toEqual(["one", "one"]);
  expect(await subjects({ beforeTime: middle })).toEqual(["one"]);
  expect((await subjects({ fromTime: middle })).slice(0, 2)).toEqual(["two", "one"]);
  const paged: string[] = [];
  for (let pageToken = ""; ; ) {
    const asked = create(ListAuditRecordsRequestSchema, {
      beforeTime: timestampOfDate(ground.clock.now()),
      pageSize: 1,
      pageToken,
    });
    const page = granted(await ground.operations.listAuditRecords(ground.admin, asked));
    paged.push(...page.records.map(({ subject }) => subject));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(paged).toEqual(["two", "one"]);
});

const refusal = {
  method: "asyncgate.v1.AdminService/RevokeApiKey",
  reason: ErrorReason.PERMISSION_DENIED,
  caller: undefined,
  peer: "192.0.2.9",
  callId: "call-9",
  request: {},
};

test("a secret that was put where an id belongs is not kept", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const { secret } = granted(await askForKey(ground, { tenantId }));
  const caller = ground.admin;
  const request = { keyId: secret, name: secret, tenantId: secret, requestId: secret, reason: `it was ${secret}\0` };
  await ground.operations.auditRefusal({ ...refusal, caller, request });
  await ground.operations.suspendTenant(
    ground.admin,
    create(SuspendTenantRequestSchema, { tenantId, reason: secret, requestId: "r" }),
  );
  expect(JSON.stringify((await readTables(ground.database.databaseUrl))["audit"])).not.toContain(secret.slice(-20));
  const [record] = (await readRecord(ground)).filter(({ allowed }) => !allowed);
  expect(record).toMatchObject({ subject: "", reason: ErrorReason.PERMISSION_DENIED, principal: { id: "ada" } });
});

test("strangers may fill the record slowly, and fill it slowly only", async () => {
  const ground = await openAdministration();
  let ms = 0;
  const server = bindEngine(ground.engine, () => ms);
  const flood = async () => {
    const recorded = await Promise.all(Array.from({ length: 30 }, () => server.auditRefusal(refusal)));
    return recorded.filter((was) => was).length;
  };
  expect(await flood()).toBe(10);
  ms += 500;
  expect(await flood()).toBe(5);
  const caller = ground.admin;
  const known = await Promise.all(Array.from({ length: 20 }, () => server.auditRefusal({ ...refusal, caller })));
  expect(known.every((was) => was)).toBe(true);
});
