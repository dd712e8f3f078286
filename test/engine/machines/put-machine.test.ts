// Stored machines: versions that never change, whose name belongs to the principal that kept it first.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ListAuditRecordsRequestSchema, Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  ListMachinesRequestSchema,
  PutMachineRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/machine_service_pb.ts";
import type { Caller } from "../../../src/engine/index.ts";
import { openTestEngine, type TestEngineOptions } from "../../helpers/engine.ts";
import { refused } from "../../helpers/ledger-scenario.ts";

type Wanted = { readonly name?: string; readonly version?: string; readonly content?: string; readonly id?: string };

/** As of a real document: no two names have it. */
const hashOf = (name: string, content: string) =>
  `sha256:${Buffer.from(name + content)
    .toString("hex")
    .padEnd(64, "0")}`;

async function open(options: TestEngineOptions = {}) {
  const opened = await openTestEngine(options);
  const { operations, tenant } = opened;
  const alice = tenant.caller("agent", "alice");
  const bob = tenant.caller("agent", "bob");
  const operator = tenant.caller("human", "ada", [Role.OPERATOR]);
  const put = (caller: Caller, { name = "writer", version = "", content = "a", id = "" }: Wanted = {}) =>
    operations.putMachine(caller, {
      request: create(PutMachineRequestSchema, { document: `${name} ${version} ${content}`, requestId: id }),
      machine: { name, version, hash: hashOf(name, content), document: JSON.stringify(content) },
      origin: { peer: "test", callId: "call" },
    });
  const get = (name: string, version = "") => operations.getMachine(alice, { name, version });
  const list = (request: { name?: string; pageSize?: number; pageToken?: string } = {}) =>
    operations.listMachines(bob, create(ListMachinesRequestSchema, request));
  return { ...opened, alice, bob, operator, put, get, list };
}

test("a version is found by its own name, by its hash, and as the latest", async () => {
  const { alice, put, get } = await open();
  const first = await put(alice, { version: "1.0", content: "a" });
  const second = await put(alice, { content: "b" });
  expect([first.existed, first.machine.number, second.machine.number]).toEqual([false, 1, 2]);
  expect(first.machine).toMatchObject({ name: "writer", version: "1.0", documentBytes: 3, createdBy: { id: "alice" } });
  expect((await get("writer")).document).toBe('"b"');
  expect((await get("writer", "1.0")).machine).toEqual(first.machine);
  expect((await get("writer", first.machine.hash)).machine).toEqual(first.machine);
});

test("what is not kept is not found, whatever is asked for", async () => {
  const { alice, put, get } = await open();
  await put(alice);
  for (const [name, version] of [["reader"], ["writer", "2"], ["writer", `sha256:${"f".repeat(64)}`], ["", ""]]) {
    const { facts } = await refused(get(name ?? "", version), ErrorReason.MACHINE_NOT_FOUND);
    expect(facts).toMatchObject({ case: "resource", value: { kind: "machine" } });
  }
});

test("the same content again is the version that has it, also after a later one", async () => {
  const { alice, bob, put, list } = await open();
  const first = await put(alice, { content: "a" });
  await put(alice, { content: "b" });
  expect(await put(bob, { content: "a" })).toEqual({ machine: first.machine, existed: true });
  expect((await list({ name: "writer" })).machines.map(({ number }) => number)).toEqual([2, 1]);
});

test("other content under a version that exists is refused, and nothing is kept", async () => {
  const { alice, put, list } = await open();
  await put(alice, { version: "1", content: "a" });
  const { facts } = await refused(put(alice, { version: "1", content: "b" }), ErrorReason.MACHINE_VERSION_EXISTS);
  expect(facts).toMatchObject({ value: { id: "writer@1" } });
  await put(alice, { name: "other", version: "1", content: "b" });
  expect((await list({ name: "writer" })).machines).toHaveLength(1);
});

test("a name belongs to the principal that kept it first; an operator may keep further versions of it", async () => {
  const { alice, bob, operator, put, get } = await open();
  await put(alice);
  const { facts } = await refused(put(bob, { content: "b" }), ErrorReason.PERMISSION_DENIED);
  expect(facts).toMatchObject({ value: { scope: "machines:write_all" } });
  await put(operator, { content: "c" });
  expect((await get("writer")).machine.createdBy).toMatchObject({ id: "ada" });
  // The owner is still the first one.
  await put(alice, { content: "d" });
  await refused(put(bob, { content: "e" }), ErrorReason.PERMISSION_DENIED);
});

test("law 5: a repeated call is answered with the version that it kept, another under its id is refused", async () => {
  const { alice, bob, put, list } = await open();
  const first = await put(alice, { id: "r1" });
  expect(await put(alice, { id: "r1" })).toEqual({ machine: first.machine, existed: true });
  await refused(put(alice, { id: "r1", content: "b" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  // Ids belong to principals.
  await put(bob, { id: "r1", name: "of-bob" });
  expect((await list()).machines.map(({ name }) => name)).toEqual(["of-bob", "writer"]);
});

test("law 5: of calls that race, one keeps the version and all are answered with it", async () => {
  const { alice, put, list } = await open();
  const same = await Promise.all(Array.from({ length: 8 }, () => put(alice, { content: "a", id: "twin" })));
  expect(new Set(same.map(({ machine }) => machine.hash)).size).toBe(1);
  expect(same.filter(({ existed }) => !existed)).toHaveLength(1);
  await Promise.all(["b", "c", "d", "e"].map((content) => put(alice, { content })));
  expect((await list({ name: "writer" })).machines.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1]);
});

test("a tenant keeps as many versions as it may, none that is too large, and what is there is no new one", async () => {
  const { alice, put } = await open({ limits: { machine_versions_max: 2, machine_bytes_max: 4 } });
  await put(alice, { content: "a" });
  await put(alice, { name: "other", content: "a" });
  const full = await refused(put(alice, { content: "b" }), ErrorReason.LIMIT_EXCEEDED);
  expect(full.facts).toMatchObject({ value: { limit: "machine_versions_max", bound: 2n, value: 3n } });
  expect((await put(alice, { content: "a" })).existed).toBe(true);
  const large = await refused(put(alice, { content: "abc" }), ErrorReason.LIMIT_EXCEEDED);
  expect(large.facts).toMatchObject({ value: { limit: "machine_bytes_max", bound: 4n, value: 5n, field: "document" } });
});

test("pages have each machine in its latest version by name, or each version of one, once", async () => {
  const { alice, put, list } = await open();
  for (const name of ["b", "a.b", "c", "a"]) for (const content of ["x", "y", "z"]) await put(alice, { name, content });
  const read = async (name: string) => {
    const seen: string[] = [];
    for (let pageToken = ""; ; ) {
      const page = await list({ name, pageSize: 2, pageToken });
      expect(page.machines.length).toBeLessThanOrEqual(2);
      seen.push(...page.machines.map((one) => `${one.name} ${one.number}`));
      pageToken = page.nextPageToken;
      if (pageToken === "") return seen;
    }
  };
  expect(await read("")).toEqual(["a 3", "a.b 3", "b 3", "c 3"]);
  expect(await read("a.b")).toEqual(["a.b 3", "a.b 2", "a.b 1"]);
  expect(await read("none")).toEqual([]);
  const { nextPageToken } = await list({ pageSize: 1 });
  // The token of one list is none of another.
  await refused(list({ name: "a", pageSize: 1, pageToken: nextPageToken }), ErrorReason.INVALID_ARGUMENT);
});

test("law 17: two tenants have each their own machine of a name, with their own owners and numbers", async () => {
  const { alice, put, makeTenant, operations } = await open();
  await put(alice, { content: "a" });
  const other = (await makeTenant()).caller("agent", "mallory");
  const theirs = await put(other, { content: "b" });
  expect(theirs).toMatchObject({ existed: false, machine: { number: 1, createdBy: { id: "mallory" } } });
  expect((await put(other, { content: "a" })).existed).toBe(false);
  expect((await operations.getMachine(alice, { name: "writer", version: "" })).document).toBe('"a"');
});

test("each new version leaves an audit record, and one that was there leaves none", async () => {
  const { alice, operator, put, operations, tenant } = await open();
  await put(alice, { version: "1", id: "r" });
  await put(alice, { version: "1", id: "r" });
  await put(operator, { content: "b" });
  const request = create(ListAuditRecordsRequestSchema, { tenantId: tenant.tenantId });
  const { records } = await operations.listAuditRecords({ ...operator, peer: "test", callId: "list" }, request);
  const seen = records.filter(({ method }) => method.endsWith("MachineService/PutMachine"));
  expect(seen.map(({ subject, principal }) => [subject, principal?.id])).toEqual([
    [`writer@${hashOf("writer", "b")}`, "ada"],
    ["writer@1", "alice"],
  ]);
});
