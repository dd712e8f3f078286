// UpdateTenant, SuspendTenant, ResumeTenant: what is not named stays, and what changed holds within 5 s everywhere.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  CreateTenantRequestSchema,
  ResumeTenantRequestSchema,
  SuspendTenantRequestSchema,
  UpdateTenantRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { atLeastOne, defaultLimits, type Limits, protections } from "../../../src/core/limits.ts";
import { limitsOfTenant } from "../../../src/core/tenant.ts";
import { askForKey, makeTenant, openAdministration, readRecord } from "../../helpers/administration.ts";
import { granted, outcome, refused } from "../../helpers/ledger-scenario.ts";

const nowhere = "01900000-0000-7000-8000-000000000000";

test("what is absent stays, a negative limit goes back to the server's, 0 keeps for ever", async () => {
  const ground = await openAdministration();
  const { operations, admin } = ground;
  const limits = { payload_bytes_max: 5n, result_bytes_max: 6n };
  const { tenantId } = await makeTenant(ground, { limits });
  const update = (request: object) =>
    operations.updateTenant(admin, create(UpdateTenantRequestSchema, { tenantId, ...request }));
  expect(granted(await update({}))).toMatchObject({ limits, locatabilityMode: LocatabilityMode.LENIENT });
  const changed = granted(
    await update({ limits: { payload_bytes_max: -1n, checkpoint_bytes_max: 7n }, retention: { seconds: 60n } }),
  );
  expect(changed.limits).toEqual({ result_bytes_max: 6n, checkpoint_bytes_max: 7n });
  expect(changed.retention).toMatchObject({ seconds: 60n });
  const strict = granted(await update({ locatabilityMode: LocatabilityMode.STRICT, retention: {} }));
  expect(strict).toMatchObject({ locatabilityMode: LocatabilityMode.STRICT, limits: changed.limits });
  expect(strict.retention).toMatchObject({ seconds: 0n });
  await refused(update({ limits: { none: 1n } }), ErrorReason.INVALID_ARGUMENT);
});

test("what protects the server may be lowered for a tenant and not raised, at its making and later", async () => {
  const ground = await openAdministration();
  const { operations, admin, engine } = ground;
  const { tenantId } = await makeTenant(ground);
  const update = (limits: Record<string, bigint>) =>
    operations.updateTenant(admin, create(UpdateTenantRequestSchema, { tenantId, limits }));
  for (const name of protections) {
    const bound = BigInt(engine.limits[name as keyof Limits]);
    for (const value of [bound - 1n, bound]) expect(granted(await update({ [name]: value })).limits[name]).toBe(value);
    const refusal = await refused(update({ [name]: bound + 1n }), ErrorReason.INVALID_ARGUMENT);
    expect(refusal.message).toContain(`must be at most ${bound}, the server's own`);
    const made = operations.createTenant(
      admin,
      create(CreateTenantRequestSchema, { name: "beta", limits: { [name]: bound + 1n } }),
    );
    await refused(made, ErrorReason.INVALID_ARGUMENT);
  }
  for (const name of atLeastOne) await refused(update({ [name]: 0n }), ErrorReason.INVALID_ARGUMENT);
  // What lies in the database is no burden of a server: who pays for more may have more.
  expect(granted(await update({ live_tasks_max: 10n ** 12n, sessions_max: 0n })).limits).toMatchObject({
    live_tasks_max: 10n ** 12n,
    sessions_max: 0n,
  });
});

test("what protects the server holds though it was lowered after the tenant got its own", () => {
  const own = { calls_burst_max: 50, live_tasks_max: 50 };
  const lowered = { ...defaultLimits, calls_burst_max: 40, live_tasks_max: 40 };
  expect(limitsOfTenant(lowered, own)).toMatchObject({ calls_burst_max: 40, live_tasks_max: 50 });
});

test("two changes at once are both made", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const names = ["payload_bytes_max", "result_bytes_max", "checkpoint_bytes_max", "receipt_parents_max"];
  const update = (name: string) => create(UpdateTenantRequestSchema, { tenantId, limits: { [name]: 3n } });
  await Promise.all(names.map((name) => ground.operations.updateTenant(ground.admin, update(name))));
  const now = granted(
    await ground.operations.updateTenant(ground.admin, create(UpdateTenantRequestSchema, { tenantId })),
  );
  expect(Object.keys(now.limits).sort()).toEqual([...names].sort());
});

test("law 5: said again it changes nothing, though others changed it meanwhile", async () => {
  const ground = await openAdministration();
  const { operations, admin } = ground;
  const { tenantId } = await makeTenant(ground);
  const suspend = create(SuspendTenantRequestSchema, { tenantId, requestId: "s1" });
  granted(await operations.suspendTenant(admin, suspend));
  granted(await operations.resumeTenant(admin, create(ResumeTenantRequestSchema, { tenantId })));
  expect(granted(await operations.suspendTenant(admin, suspend)).suspendTime).toBeUndefined();
});

test("a suspended tenant's keys are told so on every server within 5 s, and are good again once resumed", async () => {
  const ground = await openAdministration();
  const { operations, admin, servers, pass } = ground;
  const { tenantId } = await makeTenant(ground);
  const { secret } = granted(await askForKey(ground, { tenantId }));
  for (const server of servers) expect(await server.authenticate(secret)).toBeDefined();
  const suspended = granted(
    await operations.suspendTenant(admin, create(SuspendTenantRequestSchema, { tenantId, reason: "unpaid" })),
  );
  expect(suspended.suspendTime).toBeDefined();
  pass(5_000);
  for (const server of servers) {
    const judged = server.authenticate(secret);
    await expect(judged).rejects.toMatchObject({ refusal: { reason: ErrorReason.TENANT_SUSPENDED } });
  }
  const again = granted(await operations.suspendTenant(admin, create(SuspendTenantRequestSchema, { tenantId })));
  expect(again.suspendTime).toEqual(suspended.suspendTime);
  granted(await operations.resumeTenant(admin, create(ResumeTenantRequestSchema, { tenantId })));
  pass(5_000);
  for (const server of servers) expect(await server.authenticate(secret)).toBeDefined();
  const notes = (await readRecord(ground, { tenantId })).map(({ note }) => note);
  expect(notes).toContain("unpaid");
});

test("a changed mode and retention hold for callers within 5 s", async () => {
  const ground = await openAdministration();
  const { tenantId } = await makeTenant(ground);
  const { secret } = granted(await askForKey(ground, { tenantId }));
  const [server] = ground.servers;
  expect((await server.authenticate(secret))?.locatabilityMode).toBe(LocatabilityMode.LENIENT);
  const request = { tenantId, locatabilityMode: LocatabilityMode.STRICT, retention: { seconds: 3_600n } };
  granted(await ground.operations.updateTenant(ground.admin, create(UpdateTenantRequestSchema, request)));
  ground.pass(5_000);
  const caller = await server.authenticate(secret);
  expect(caller).toMatchObject({ locatabilityMode: LocatabilityMode.STRICT, retentionMs: 3_600_000 });
});

test("a tenant that is nowhere is not found, by whatever is asked of it", async () => {
  const { operations, admin } = await openAdministration();
  const tenantId = nowhere;
  for (const answer of [
    outcome(operations.updateTenant(admin, create(UpdateTenantRequestSchema, { tenantId }))),
    outcome(operations.suspendTenant(admin, create(SuspendTenantRequestSchema, { tenantId }))),
    outcome(operations.resumeTenant(admin, create(ResumeTenantRequestSchema, { tenantId }))),
  ]) {
    await refused(answer, ErrorReason.TENANT_NOT_FOUND);
  }
});
