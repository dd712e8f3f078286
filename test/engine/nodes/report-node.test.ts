// What nodes report, what becomes of them by it, and what keeps them from being given work.
import { expect, test } from "vitest";
import { NodeObstacleKind, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { query } from "../../helpers/database.ts";
import {
  ack,
  configure,
  drain,
  explain,
  FAILED,
  listNodes,
  registered,
  report,
  reportOf,
  resume,
} from "../../helpers/nodes.ts";
import { openScenario, type Scenario, wordOf } from "../../helpers/scenario.ts";

async function obstacles(s: Scenario, nodeId = "node-1"): Promise<string[]> {
  const { obstacles: found, node } = await explain(s, nodeId);
  expect(node?.dispatchable).toBe(found?.length === 0);
  return (found ?? []).map(({ kind }) => wordOf(NodeObstacleKind, kind ?? 0));
}

test("a node is given work when it reports, is ready, and has applied its configuration", async () => {
  const s = await openScenario();
  const node = await registered(s);
  expect(await obstacles(s)).toEqual(["NEVER_REPORTED", "NOT_CONFIGURED"]);
  await report(s, node, { ready: false, reasons: ["sandbox: bubblewrap does not work"] });
  expect(await obstacles(s)).toEqual(["NOT_CONFIGURED", "NOT_READY"]);
  await ack(s, node, node.configVersion, { status: FAILED, error: "no such program" });
  expect(await obstacles(s)).toEqual(["CONFIG_NOT_APPLIED", "NOT_READY"]);
  const { summary } = await explain(s, "node-1");
  expect(summary).toContain("no such program");
  expect(summary).toContain("bubblewrap does not work");
  const { version } = await configure(s, "node-1");
  await ack(s, node, version);
  const answer = await report(s, node, { configVersion: version, jobs: 3, effectiveHash: "e" });
  expect(answer).toMatchObject({ state: NodeState.ACTIVE, configVersion: version });
  expect(await obstacles(s)).toEqual([]);
  const [listed] = (await listNodes(s)).nodes;
  expect(listed).toMatchObject({ ready: true, jobs: 3, appliedVersion: version, effectiveHash: "e", reasons: [] });
});

test("a node that has not reported for three minutes is LOST until it reports again", async () => {
  const s = await openScenario();
  const node = await registered(s);
  await ack(s, node, node.configVersion);
  await report(s, node);
  s.clock.advance(180_000);
  expect(await obstacles(s)).toEqual([]);
  s.clock.advance(1);
  expect(await obstacles(s)).toEqual(["LOST"]);
  expect((await listNodes(s, { states: [NodeState.LOST] })).nodes.map(({ nodeId }) => nodeId)).toEqual(["node-1"]);
  expect((await listNodes(s, { states: [NodeState.ACTIVE] })).nodes).toEqual([]);
  await report(s, node);
  expect(await obstacles(s)).toEqual([]);
});

test("a drained node stays so whatever it reports, until it is resumed", async () => {
  const s = await openScenario();
  const node = await registered(s);
  await ack(s, node, node.configVersion);
  await report(s, node);
  expect(await drain(s, "node-1", { reason: "new disks", requestId: "d" })).toMatchObject({
    state: NodeState.DRAINING,
    stateReason: "new disks",
  });
  expect((await report(s, node)).state).toBe(NodeState.DRAINING);
  expect(await obstacles(s)).toEqual(["DRAINING"]);
  expect((await explain(s, "node-1")).summary).toContain("new disks");
  const resumed = await resume(s, "node-1");
  expect([resumed.state, resumed.stateReason, resumed.stateTime]).toEqual([NodeState.ACTIVE, "", undefined]);
  // A repeated call does not undo what came after it.
  expect((await drain(s, "node-1", { reason: "new disks", requestId: "d" })).state).toBe(NodeState.ACTIVE);
});

test("a report is kept whole, once for each content, the last twenty of them", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const stored = () => query<{ count: string }>(s.database.databaseUrl, "select count(*) from node_report");
  const first = await report(s, node);
  const [before] = await stored();
  await report(s, node, { jobs: 1 });
  expect(await stored()).toEqual([before]);
  for (let slots = 10; slots < 40; slots += 1) {
    s.clock.advance(1_000);
    await report(s, node, { report: reportOf({ slots, capabilities: ["gpu"] }) });
  }
  expect(await stored()).toEqual([{ count: "20" }]);
  const { report: last, node: read } = await s.operations.getNode(s.operator, { nodeId: "node-1" });
  expect(last).toMatchObject({ slots: 39, capabilities: ["gpu"], platform: "linux" });
  expect([read.reportHash.length, read.reportHash === first.reportHash]).toEqual([64, false]);
});

test("what holds on a node is what it says itself", async () => {
  const s = await openScenario();
  const node = await registered(s);
  await ack(s, node, node.configVersion);
  const { version } = await configure(s, "node-1");
  await ack(s, node, version);
  const applied = async () => (await s.operations.getNode(s.operator, { nodeId: "node-1" })).node.appliedVersion;
  expect(await applied()).toBe(version);
  await report(s, node, { configVersion: node.configVersion });
  expect(await applied()).toBe(node.configVersion);
});

test("nodes are listed by id, a page at a time", async () => {
  const s = await openScenario();
  for (const nodeId of ["c", "a", "b"]) await registered(s, nodeId);
  const first = await listNodes(s, { pageSize: 2 });
  const second = await listNodes(s, { pageSize: 2, pageToken: first.nextPageToken });
  expect([...first.nodes, ...second.nodes].map(({ nodeId }) => nodeId)).toEqual(["a", "b", "c"]);
  expect(second.nextPageToken).toBe("");
});
