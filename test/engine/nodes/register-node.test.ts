// How a machine becomes a node, and keeps its credential: pre-shared keys, registrations, renewals.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import {
  ListNodeEnrollmentsRequestSchema,
  RevokeNodeEnrollmentRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/node_service_pb.ts";
import { query } from "../../helpers/database.ts";
import {
  configure,
  deactivate,
  enroll,
  listNodes,
  machineOf,
  nodeAs,
  registerAs,
  registered,
  renew,
  report,
  reportOf,
  resume,
} from "../../helpers/nodes.ts";
import { operating } from "../../helpers/operate.ts";
import { openScenario, refused, type Scenario } from "../../helpers/scenario.ts";

const dayMs = 86_400_000;

async function machine(s: Scenario, init: Parameters<typeof enroll>[1] = {}) {
  const { enrollment, key } = await enroll(s, init);
  return { enrollment, key, caller: machineOf(s, enrollment.enrollmentId) };
}

/** Keys that servers accept. */
async function accepted(s: Scenario, keys: readonly (string | undefined)[]): Promise<boolean[]> {
  // Another server, which remembers nothing.
  return await Promise.all(keys.map(async (key) => (await s.operations.authenticate(key ?? "")) !== undefined));
}

test("a machine with a pre-shared key becomes a node of the key's tenant, with a credential for a day", async () => {
  const s = await openScenario();
  const { caller, key, enrollment } = await machine(s, { label: "rack 7" });
  expect((await s.operations.authenticate(key))?.scopes).toEqual(new Set(["nodes:register"]));
  const { existed, bootstrap } = await registerAs(s, caller, "node-1");
  expect([existed, bootstrap?.version, bootstrap?.principal?.id]).toEqual([false, 1, "node:node-1"]);
  const credential = bootstrap?.credential;
  const node = await s.operations.authenticate(credential?.key ?? "");
  expect([node?.tenantId, node?.principalText, node?.roles]).toEqual([
    s.tenant.tenantId,
    "worker:node:node-1",
    ["node"],
  ]);
  expect(Number(credential?.expireTime?.seconds) * 1_000).toBeGreaterThan(s.clock.now().getTime() + dayMs - 1_000);
  const [listed] = (await listNodes(s)).nodes;
  expect(listed).toMatchObject({
    nodeId: "node-1",
    state: NodeState.REGISTERED,
    enrollmentId: enrollment.enrollmentId,
  });
  expect(listed?.configVersion).toBe(bootstrap?.configVersion);
});

test("neither the pre-shared key nor a credential is stored, nor in the audit record", async () => {
  const s = await openScenario();
  const { caller, key } = await machine(s);
  const { bootstrap } = await registerAs(s, caller, "node-1");
  const secrets = [key, bootstrap?.credential?.key ?? ""].map((one) => one.split("_").at(-1)?.slice(0, 43) ?? "");
  const tables = ["api_key", "node", "node_enrollment", "audit", "node_config", "ledger_page"];
  for (const table of tables) {
    const rows = await query<{ row: string }>(s.database.databaseUrl, `select t::text as row from ${table} t`);
    expect(rows.length, table).toBeGreaterThan(0);
    for (const secret of secrets) expect(rows.filter(({ row }) => row.includes(secret))).toEqual([]);
  }
});

test("a registration whose answer was lost is repeated, and only the last credential is accepted", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  const lost = (await registerAs(s, caller, "node-1")).bootstrap?.credential;
  const again = await registerAs(s, caller, "node-1");
  expect(again.existed).toBe(true);
  expect(await accepted(s, [lost?.key, again.bootstrap?.credential?.key])).toEqual([false, true]);
});

test("a node whose credential is in use is not taken by another machine, unless the key may replace", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  const first = (await registerAs(s, caller, "node-1")).bootstrap?.credential;
  await s.operations.authenticate(first?.key ?? "");
  await refused(registerAs(s, caller, "node-1"), ErrorReason.NODE_REGISTERED);
  const other = await machine(s, { mayReplace: true });
  const second = await registerAs(s, other.caller, "node-1");
  expect(second.existed).toBe(true);
  s.clock.advance(2 * dayMs);
  expect((await registerAs(s, caller, "node-1")).existed).toBe(true);
});

test("a renewal keeps the credential of the call, and ends the one before it", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  const first = (await registerAs(s, caller, "node-1")).bootstrap?.credential;
  const second = await renew(s, nodeAs(s, "node-1", first?.keyId ?? ""));
  // Its answer was lost, so the node renews once more with the one that it has.
  const third = await renew(s, nodeAs(s, "node-1", first?.keyId ?? ""));
  expect(await accepted(s, [first?.key, second.key, third.key])).toEqual([true, false, true]);
  const fourth = await renew(s, nodeAs(s, "node-1", third.keyId));
  const rows = await query<{ id: string }>(
    s.database.databaseUrl,
    "select key_id as id from api_key where label like 'node %'",
  );
  expect(rows.map(({ id }) => id).sort()).toEqual([third.keyId, fourth.keyId].sort());
});

test("a key registers as many nodes as it says, with ids that begin as it says", async () => {
  const s = await openScenario();
  const { caller } = await machine(s, { nodesMax: 1, nodeIdPrefix: "rack7-" });
  const refusal = await refused(registerAs(s, caller, "rack8-1"), ErrorReason.INVALID_ARGUMENT);
  expect(refusal.facts).toMatchObject({ value: { violations: [{ field: "node_id" }] } });
  await registerAs(s, caller, "rack7-1");
  await registerAs(s, caller, "rack7-1");
  const full = await refused(registerAs(s, caller, "rack7-2"), ErrorReason.LIMIT_EXCEEDED);
  expect(full.facts).toMatchObject({ value: { limit: "enrollment_nodes_max", bound: 1n } });
});

test("after 600 registrations in a minute a key has to wait for the next one", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  await registerAs(s, caller, "node-1");
  await query(s.database.databaseUrl, "update node_enrollment set minute_count = 600");
  s.clock.advance(20_000);
  const refusal = await refused(registerAs(s, caller, "node-1"), ErrorReason.RATE_LIMITED);
  expect(refusal.retryAfterMs).toBe(40_000);
  s.clock.advance(40_000);
  await registerAs(s, caller, "node-1");
});

test("a tenant has at most as many nodes as its limit", async () => {
  const s = await openScenario({ limits: { nodes_max: 1 } });
  const { caller } = await machine(s);
  await registerAs(s, caller, "node-1");
  const refusal = await refused(registerAs(s, caller, "node-2"), ErrorReason.LIMIT_EXCEEDED);
  expect(refusal.facts).toMatchObject({ value: { limit: "nodes_max", bound: 1n, value: 2n } });
});

test("a report of another form is refused with the forms that are known, and so is one that is too large", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  const node = await registered(s, "node-2");
  const other = reportOf({ version: 2 });
  for (const call of [() => registerAs(s, caller, "node-1", other), () => report(s, node, { report: other })]) {
    const refusal = await refused(call(), ErrorReason.NO_SUCH_VERSION);
    expect(refusal.facts).toMatchObject({ value: { kind: "report", version: "2", known: ["1"] } });
  }
  const large = reportOf({ capabilities: Array.from({ length: 500 }, (_, i) => `${i}`.padEnd(255, "x")) });
  const refusal = await refused(registerAs(s, caller, "node-1", large), ErrorReason.LIMIT_EXCEEDED);
  expect(refusal.facts).toMatchObject({ value: { limit: "node_report_bytes_max" } });
});

test("a revoked key registers no more nodes, and those that it has registered go on", async () => {
  const s = await openScenario();
  const { caller, key, enrollment } = await machine(s);
  const node = (await registerAs(s, caller, "node-1")).bootstrap?.credential;
  const { enrollmentId } = enrollment;
  const revoke = () =>
    s.operations.revokeNodeEnrollment(
      operating(s.operator),
      create(RevokeNodeEnrollmentRequestSchema, { enrollmentId, reason: "leaked" }),
    );
  const revoked = await revoke();
  s.clock.advance(1_000);
  expect((await revoke()).revokeTime).toEqual(revoked.revokeTime);
  // A server may take some seconds to know; the operation looks itself.
  await refused(registerAs(s, caller, "node-1"), ErrorReason.NODE_ENROLLMENT_NOT_FOUND);
  expect(await accepted(s, [key, node?.key])).toEqual([false, true]);
  const listed = await s.operations.listNodeEnrollments(s.operator, create(ListNodeEnrollmentsRequestSchema));
  expect(listed.enrollments).toMatchObject([{ enrollmentId, nodes: 1, revokeTime: revoked.revokeTime }]);
});

test("pre-shared keys are listed newest first, a page at a time; a repeated call makes no second one", async () => {
  const s = await openScenario();
  for (const label of ["a", "b", "c"]) {
    await enroll(s, { label, requestId: label });
    s.clock.advance(1_000);
  }
  await refused(enroll(s, { label: "c", requestId: "c" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  const page = (pageToken = "") =>
    s.operations.listNodeEnrollments(s.operator, create(ListNodeEnrollmentsRequestSchema, { pageSize: 2, pageToken }));
  const first = await page();
  const second = await page(first.nextPageToken);
  const labels = [...first.enrollments, ...second.enrollments].map(({ label }) => label);
  expect([labels, second.nextPageToken]).toEqual([["c", "b", "a"], ""]);
});

test("a node out of service has no credential, and is registered again only after an operator resumes it", async () => {
  const s = await openScenario();
  const { caller } = await machine(s);
  const credential = (await registerAs(s, caller, "node-1")).bootstrap?.credential;
  const node = nodeAs(s, "node-1", credential?.keyId ?? "");
  expect(await deactivate(s, "node-1", { reason: "sold" })).toMatchObject({
    state: NodeState.INACTIVE,
    stateReason: "sold",
  });
  expect(await accepted(s, [credential?.key])).toEqual([false]);
  for (const call of [
    () => registerAs(s, caller, "node-1"),
    () => report(s, node),
    () => renew(s, node),
    () => configure(s, "node-1"),
  ]) {
    await refused(call(), ErrorReason.NODE_INACTIVE);
  }
  expect((await resume(s, "node-1")).state).toBe(NodeState.REGISTERED);
  expect((await registerAs(s, caller, "node-1")).existed).toBe(true);
});

test("callers that are no node are told so, whatever role they have", async () => {
  const s = await openScenario();
  await registered(s, "node-1");
  const stranger = nodeAs(s, "node-2", "key");
  for (const call of [() => report(s, s.worker), () => report(s, stranger), () => renew(s, stranger)]) {
    await refused(call(), ErrorReason.NODE_NOT_FOUND);
  }
  await refused(registerAs(s, s.worker, "node-3"), ErrorReason.NODE_ENROLLMENT_NOT_FOUND);
});
