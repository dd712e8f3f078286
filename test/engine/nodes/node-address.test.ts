// Where dispatchers give jobs to nodes: checked, stored with a sealed bearer, and told to those that need it.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ListAuditRecordsRequestSchema, Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeObstacleKind } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { query } from "../../helpers/database.ts";
import { sealingKey } from "../../helpers/engine.ts";
import {
  ack,
  configsOf,
  configure,
  enroll,
  explain,
  getConfig,
  registered,
  report,
  reportOf,
  reveal,
} from "../../helpers/nodes.ts";
import { operating } from "../../helpers/operate.ts";
import { openScenario, refused, type Scenario, secondMs } from "../../helpers/scenario.ts";

const targetUrl = "https://node.example/base";
const bearer = "a-bearer-of-an-operator-0123456789";
const dayMs = 86_400 * secondMs;

function textOf(value: unknown): string {
  return JSON.stringify(value, (_name, one) => (typeof one === "bigint" ? String(one) : one));
}

/** All rows of all tables, with bytes in hexadecimal. */
async function rowsOf({ database }: Scenario): Promise<string> {
  const tables = await query(
    database.databaseUrl,
    "select tablename from pg_tables where schemaname = current_schema()",
  );
  const read = tables.map(({ tablename }) => query(database.databaseUrl, `select t::text from "${tablename}" t`));
  return textOf(await Promise.all(read));
}

test("a bearer is in no row and no list, and is told to the node and to dispatchers alone", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const issued = await configure(s, "node-1", { config: { workerApi: { targetUrl, bearer } } });
  expect(issued.config?.workerApi).toMatchObject({ targetUrl, bearer: "" });
  expect((await getConfig(s, node)).config?.config?.workerApi).toMatchObject({ targetUrl, bearer });
  const dispatcher = s.tenant.caller("worker", "dirk", [Role.DISPATCHER]);
  const told = await reveal({ ...s, operator: dispatcher }, "node-1");
  expect(told).toMatchObject({ workerApi: { targetUrl, bearer }, configVersion: issued.version });
  expect(textOf(await configsOf(s, "node-1"))).not.toContain(bearer);
  expect(textOf(await s.operations.getNode(s.operator, { nodeId: "node-1" }))).not.toContain(bearer);
  const rows = await rowsOf(s);
  expect(rows).toContain("node.example");
  expect(rows).toContain(Buffer.from("node.example").toString("hex"));
  expect(rows).not.toContain(bearer);
  expect(rows).not.toContain(Buffer.from(bearer).toString("hex"));
  const asked = create(ListAuditRecordsRequestSchema, { tenantId: s.tenant.tenantId });
  const { records } = await s.operations.listAuditRecords(operating(s.operator), asked);
  const revealed = records.filter(({ method }) => method.endsWith("/RevealNodeAddress"));
  expect(revealed).toMatchObject([{ principal: { id: "dirk" }, subject: "node-1", note: issued.version }]);
});

test("a bearer that is not given is made for 30 days, outlasts other changes, and ends with an empty URL", async () => {
  const s = await openScenario();
  await registered(s);
  await configure(s, "node-1", { config: { workerApi: { targetUrl } } });
  const { workerApi } = await reveal(s, "node-1");
  expect(workerApi?.bearer).toMatch(/^agn1_[\w-]{43}$/);
  expect(Number(workerApi?.expireTime?.seconds) * 1_000 - s.clock.now().getTime()).toBeGreaterThan(
    30 * dayMs - secondMs,
  );
  await configure(s, "node-1", { config: { sandbox: {} } });
  expect((await reveal(s, "node-1")).workerApi).toEqual(workerApi);
  await configure(s, "node-1", { config: { workerApi: { targetUrl } } });
  expect((await reveal(s, "node-1")).workerApi?.bearer).not.toBe(workerApi?.bearer);
  await configure(s, "node-1", { config: { workerApi: {} } });
  await refused(reveal(s, "node-1"), ErrorReason.NODE_NOT_FOUND);
});

test("a URL leads only where the server's operator allows, and an address belongs to one node", async () => {
  const s = await openScenario();
  await registered(s);
  const faultOf = async (workerApi: object) => {
    const { facts } = await refused(
      configure(s, "node-1", { config: { workerApi: { targetUrl, ...workerApi } } }),
      ErrorReason.INVALID_ARGUMENT,
    );
    return facts?.case === "violations"
      ? (facts.value.violations ?? []).map(({ field, rule }) => `${field} ${rule}`)
      : [];
  };
  const wrong = [
    "http://169.254.169.254/",
    "https://node.example:8080/",
    "https://a.node.example/",
    "http://localhost/",
  ];
  for (const url of wrong)
    expect(await faultOf({ targetUrl: url })).toEqual(["config.worker_api.target_url node_config.host"]);
  const forms = ["ftp://node.example/", "https://user@node.example/", "https://node.example/?a=1", "node.example"];
  for (const url of forms)
    expect(await faultOf({ targetUrl: url })).toEqual(["config.worker_api.target_url node_config.url"]);
  const seconds = BigInt(Math.floor(s.clock.now().getTime() / 1_000));
  for (const end of [seconds - 1n, seconds + 400n * 86_400n]) {
    expect(await faultOf({ expireTime: { seconds: end, nanos: 0 } })).toEqual([
      "config.worker_api.expire_time node_config.expire_time",
    ]);
  }
  await refused(enroll(s, { config: { workerApi: { targetUrl } } }), ErrorReason.INVALID_ARGUMENT);
});

test("without a key nothing is sealed, an older key still opens, and a key that is gone is named", async () => {
  const none = await openScenario({ sealingKeys: [] });
  await registered(none);
  await refused(configure(none, "node-1", { config: { workerApi: { targetUrl } } }), ErrorReason.UNSUPPORTED);
  const s = await openScenario({ sealingKeys: [sealingKey("old")] });
  await registered(s);
  await configure(s, "node-1", { config: { workerApi: { targetUrl, bearer } } });
  const { databaseUrl } = s.database;
  const later = { databaseUrl, clock: s.clock };
  const replaced = await openScenario({ ...later, sealingKeys: [sealingKey("new"), sealingKey("old")] });
  const { operator } = s;
  expect((await reveal({ ...replaced, operator }, "node-1")).workerApi?.bearer).toBe(bearer);
  const gone = await openScenario({ ...later, sealingKeys: [sealingKey("new")] });
  const refusal = await refused(reveal({ ...gone, operator }, "node-1"), ErrorReason.UNSUPPORTED);
  expect(refusal.message).toContain("the key old");
});

test("a node in the mode push is given work only with an address and a bearer that has not ended", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const push = { report: reportOf({ push: true }) };
  await report(s, node, push);
  await ack(s, node, node.configVersion);
  const kinds = async () => (await explain(s, "node-1")).obstacles.map(({ kind }) => kind);
  expect(await kinds()).toEqual([NodeObstacleKind.NO_ADDRESS]);
  await configure(s, "node-1", { config: { workerApi: { targetUrl } } });
  expect(await kinds()).toEqual([]);
  s.clock.advance(30 * dayMs);
  await report(s, node, push);
  expect(await kinds()).toEqual([NodeObstacleKind.BEARER_EXPIRED]);
  // The control: for a node that takes its jobs itself it makes no difference.
  await report(s, node);
  expect(await kinds()).toEqual([]);
});
