// CreateTenant and ListTenants: a name is one tenant's for ever, and a tenant's own settings hold for its callers.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  CreateTenantRequestSchema,
  ListTenantsRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { askForKey, makeTenant, methodsOf, openAdministration, readRecord } from "../../helpers/administration.ts";
import { granted, outcome, refused } from "../../helpers/ledger-scenario.ts";

test("a tenant is created with the settings that were asked for, and is lenient by default", async () => {
  const ground = await openAdministration();
  const plain = await makeTenant(ground);
  expect(plain).toMatchObject({ name: "acme", locatabilityMode: LocatabilityMode.LENIENT, limits: {} });
  expect([plain.suspendTime, plain.retention]).toEqual([undefined, undefined]);
  const own = await makeTenant(ground, {
    name: "strict",
    locatabilityMode: LocatabilityMode.STRICT,
    limits: { payload_bytes_max: 2_000n, result_bytes_max: -1n },
  });
  expect(own).toMatchObject({ locatabilityMode: LocatabilityMode.STRICT, limits: { payload_bytes_max: 2_000n } });
});

test("a name that is taken is refused, and no tenant is created", async () => {
  const ground = await openAdministration();
  await makeTenant(ground);
  const again = ground.operations.createTenant(ground.admin, create(CreateTenantRequestSchema, { name: "acme" }));
  expect((await refused(again, ErrorReason.TENANT_EXISTS)).facts).toMatchObject({
    value: { kind: "tenant", id: "acme" },
  });
});

test("law 5: a repeat is answered with the tenant that was created, and a different request is refused", async () => {
  const ground = await openAdministration();
  const first = await makeTenant(ground, { requestId: "r1" });
  expect(await makeTenant(ground, { requestId: "r1" })).toEqual(first);
  const other = create(CreateTenantRequestSchema, { name: "other", requestId: "r1" });
  await refused(ground.operations.createTenant(ground.admin, other), ErrorReason.IDEMPOTENCY_CONFLICT);
});

test("law 5: of identical requests that race, one creates the tenant and all are answered with it", async () => {
  const ground = await openAdministration();
  const twins = Array.from({ length: 6 }, () => makeTenant(ground, { requestId: "twin" }));
  expect(new Set((await Promise.all(twins)).map(({ tenantId }) => tenantId)).size).toBe(1);
  const names = Array.from({ length: 6 }, () =>
    outcome(ground.operations.createTenant(ground.admin, create(CreateTenantRequestSchema, { name: "race" }))),
  );
  const made = (await Promise.all(names)).filter((answer) => "tenantId" in answer);
  expect(made).toHaveLength(1);
});

test("an unknown limit is refused, and so is a value that no number can hold", async () => {
  const ground = await openAdministration();
  const request = create(CreateTenantRequestSchema, {
    name: "x",
    limits: { paylod_max: 1n, payload_bytes_max: 2n ** 60n },
  });
  const { facts } = await refused(ground.operations.createTenant(ground.admin, request), ErrorReason.INVALID_ARGUMENT);
  expect(facts).toMatchObject({
    value: { violations: [{ field: 'limits["paylod_max"]' }, { field: 'limits["payload_bytes_max"]' }] },
  });
  expect(methodsOf(await readRecord(ground))).toEqual([]); // rpc records refusals
});

test("a tenant's own limits hold for its own callers only", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground, { limits: { payload_bytes_max: 10n } });
  const { secret } = granted(await askForKey(ground, { tenantId }));
  const caller = await ground.operations.authenticate(secret);
  if (caller === undefined) throw new Error("the key is live");
  const content = { case: "json" as const, value: '"more than ten"' };
  const tasks = [create(CreateTaskRequestSchema, { type: "t", payload: { content } })];
  const [own] = await ground.operations.createTasks(caller, { tasks, requestId: "" });
  expect((await refused(own, ErrorReason.LIMIT_EXCEEDED)).facts).toMatchObject({ value: { bound: 10n } });
  expect((await ground.operations.getConfig(caller)).limits["payload_bytes_max"]).toBe(10n);
  const [other] = await ground.operations.createTasks(ground.tenant.caller("agent", "bob"), { tasks, requestId: "" });
  granted(other);
});

test("tenants are listed by name, page by page, each once", async () => {
  const ground = await openAdministration();
  for (const name of ["zeta", "beta", "alpha", "gamma"]) await makeTenant(ground, { name });
  const names: string[] = [];
  for (let pageToken = ""; ; ) {
    const asked = create(ListTenantsRequestSchema, { pageSize: 2, pageToken });
    const page = granted(await ground.operations.listTenants(ground.admin, asked));
    expect(page.tenants.length).toBeLessThanOrEqual(2);
    names.push(...page.tenants.map(({ name }) => name));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(names.filter((name) => !name.startsWith("tenant-"))).toEqual(["alpha", "beta", "gamma", "zeta"]);
  expect(new Set(names).size).toBe(names.length);
  const bad = create(ListTenantsRequestSchema, { pageToken: "nonsense" });
  await refused(ground.operations.listTenants(ground.admin, bad), ErrorReason.INVALID_ARGUMENT);
});
