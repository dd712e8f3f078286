// The developer's tenant: made once, its keys shown once, each good for its own part.
import { expect, test } from "vitest";
import { openTestEngine } from "../../helpers/engine.ts";
import { readTables } from "../../helpers/ledger-scenario.ts";

test("the first start makes a tenant with a key for each part, and each key is its principal", async () => {
  const { operations } = await openTestEngine();
  const keys = await operations.makeDevTenant();
  expect(keys.map(({ name, principal }) => [name, principal])).toEqual([
    ["tasker", "agent:dev-agent"],
    ["worker", "worker:dev-worker"],
    ["executor", "worker:dev-executor"],
    ["operator", "human:dev-operator"],
    ["admin", "human:dev-admin"],
  ]);
  const needs = {
    tasker: "tasks:create",
    worker: "leases:claim",
    executor: "tasks:create_children",
    operator: "tasks:read_all",
    admin: "admin:keys",
  };
  for (const { name, key, principal } of keys) {
    const caller = await operations.authenticate(key);
    expect(caller).toMatchObject({ tenantName: "dev", principalText: principal });
    expect(caller?.scopes.has(needs[name as keyof typeof needs])).toBe(true);
    expect(caller?.scopes.has("admin:keys")).toBe(name === "admin");
  }
});

test("a second start shows nothing and changes nothing, and the first keys stay good", async () => {
  const { operations, database } = await openTestEngine();
  const [first] = await operations.makeDevTenant();
  const before = await readTables(database.databaseUrl);
  expect(await operations.makeDevTenant()).toEqual([]);
  expect(await readTables(database.databaseUrl)).toEqual(before);
  expect(await operations.authenticate(first?.key ?? "")).toBeDefined();
});

test("of servers that start at once, one makes the tenant and shows its keys", async () => {
  const { operations, database, clock } = await openTestEngine();
  const other = await openTestEngine({ databaseUrl: database.databaseUrl, clock });
  const shown = await Promise.all([operations, other.operations].map((server) => server.makeDevTenant()));
  expect(shown.map((keys) => keys.length).sort()).toEqual([0, 5]);
  expect((await readTables(database.databaseUrl))["api_key"]).toHaveLength(5);
});

test("no secret of its keys is in the database", async () => {
  const { operations, database } = await openTestEngine();
  const keys = await operations.makeDevTenant();
  const dump = JSON.stringify(await readTables(database.databaseUrl));
  for (const { key } of keys) {
    const secretAndChecksum = key.slice(key.lastIndexOf("_") + 1);
    expect(dump).not.toContain(secretAndChecksum.slice(0, 43));
  }
});
