// Roll-outs: canaries first, then a few at a time; paused, rolled back and resumed; each step with the answer, the call
// or the time that causes it.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeRolloutNodeStatus, NodeRolloutState } from "../../../gen/typescript/asyncgate/v1/node_rollout_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { type Receipt, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { sweep } from "../../../src/engine/maintenance/sweep.ts";
import {
  answer,
  cancelRollout,
  fleet,
  getRollout,
  listRollouts,
  newConfig,
  node,
  nodesOfRollout,
  pause,
  picture,
  ROLL_BACK,
  resumeRollout,
  rollBack,
  start,
} from "../../helpers/node-rollouts.ts";
import {
  ack,
  configsOf,
  configure,
  deactivate,
  FAILED,
  getConfig,
  ROLLED_BACK,
  registered,
  report,
  resume,
} from "../../helpers/nodes.ts";
import { everything, minuteMs, ms, openScenario, refused, type Scenario, wordOf } from "../../helpers/scenario.ts";

const broken = { status: FAILED, error: "no such program" };

/** What the operator who has started it is told, oldest first. */
async function told(s: Scenario): Promise<Receipt[]> {
  const asked = create(ListReceiptsRequestSchema, { pageSize: 200 });
  const { receipts } = await s.operations.listReceipts(s.operator, asked);
  return receipts
    .filter(({ type }) => type === ReceiptType.NODE_ROLLOUT_CHANGED)
    .sort((one, other) => (one.receiptId < other.receiptId ? -1 : 1));
}

async function stories(s: Scenario): Promise<string[]> {
  return (await told(s)).flatMap(({ body, from }) =>
    body?.body.case === "nodeRolloutChanged"
      ? [`${from?.id} ${wordOf(NodeRolloutState, body.body.value.state)} ${body.body.value.reason}`.trim()]
      : [],
  );
}

/** How many configurations a node owes an answer to. */
async function owed(s: Scenario, nodeId: string): Promise<number> {
  const asked = create(ListOpenObligationsRequestSchema, { principal: node(s, nodeId).principal });
  return (await s.operations.listOpenObligations(s.operator, asked)).openObligations.length;
}

function settleTime(s: Scenario, afterMs: number) {
  s.clock.advance(afterMs);
  return sweep(s.engine, new AbortController().signal);
}

test("the canaries come first, then so many at a time, each in the transaction of an answer", async () => {
  const s = await openScenario();
  await fleet(s, 6);
  const { rolloutId, plan } = await start(s, { plan: { canaryCount: 2, batchSize: 2 }, reason: "fewer processes" });
  expect(plan).toMatchObject({ failuresMax: 0, answerTimeout: ms(5 * minuteMs) });
  expect(await picture(s, rolloutId)).toBe(
    "RUNNING: n1 ISSUED, n2 ISSUED, n3 PENDING, n4 PENDING, n5 PENDING, n6 PENDING",
  );
  await answer(s, "n1");
  expect(await picture(s, rolloutId)).toContain("n1 APPLIED, n2 ISSUED, n3 PENDING");
  await answer(s, "n2");
  expect(await picture(s, rolloutId)).toContain("n3 ISSUED, n4 ISSUED, n5 PENDING");
  await answer(s, "n4");
  expect(await picture(s, rolloutId)).toContain("n3 ISSUED, n4 APPLIED, n5 ISSUED, n6 PENDING");
  expect(await Promise.all(["n3", "n4", "n5", "n6"].map((nodeId) => owed(s, nodeId)))).toEqual([1, 0, 1, 0]);
  for (const nodeId of ["n3", "n5", "n6"]) await answer(s, nodeId);
  expect(await getRollout(s, rolloutId)).toMatchObject({
    state: NodeRolloutState.COMPLETED,
    progress: { applied: 6, pending: 0 },
    canariesLeft: 0,
  });
  expect(await stories(s)).toEqual(["olga RUNNING fewer processes", "asyncgate COMPLETED"]);
  const [first, last] = await told(s);
  expect(last?.parents).toEqual([first?.receiptId]);
  const [issued] = (await configsOf(s, "n6")).configs;
  expect(issued).toMatchObject({ number: 2n, config: newConfig, issuedBy: { id: "olga" } });
  const receipt = await s.operations.getReceipt(s.operator, { receiptId: issued?.version ?? "" });
  expect(receipt).toMatchObject({ body: { body: { value: { rolloutId } } } });
});

test("a canary that fails pauses it; resumed, it is issued the configuration again, or passed by", async () => {
  const s = await openScenario();
  await fleet(s, 3);
  const { rolloutId } = await start(s);
  await answer(s, "n1", broken);
  expect(await picture(s, rolloutId)).toBe("PAUSED: n1 FAILED, n2 PENDING, n3 PENDING");
  expect(await getRollout(s, rolloutId)).toMatchObject({ stateReason: "n1 could not apply it: no such program" });
  const again = await resumeRollout(s, rolloutId, { requestId: "again" });
  expect(await picture(s, rolloutId)).toBe("RUNNING: n1 ISSUED, n2 PENDING, n3 PENDING");
  await answer(s, "n1", broken);
  // A repeated call does not resume what has stopped since.
  expect((await resumeRollout(s, rolloutId, { requestId: "again" })).state).toBe(NodeRolloutState.PAUSED);
  expect(again.state).toBe(NodeRolloutState.RUNNING);
  await resumeRollout(s, rolloutId, { skipFailed: true });
  expect(await picture(s, rolloutId)).toBe("RUNNING: n1 SKIPPED, n2 ISSUED, n3 ISSUED");
  for (const nodeId of ["n2", "n3"]) await answer(s, nodeId);
  expect(await picture(s, rolloutId)).toBe("COMPLETED: n1 SKIPPED, n2 APPLIED, n3 APPLIED");
});

test("rolled back, all that were issued it get what they had before, and the others nothing", async () => {
  const s = await openScenario();
  await fleet(s, 5);
  const former = { sandbox: { limits: { pids: 5 } } };
  await ack(s, node(s, "n1"), (await configure(s, "n1", { config: former })).version);
  const plan = { canaryCount: 1, batchSize: 3, onFailure: ROLL_BACK };
  const { rolloutId } = await start(s, { plan });
  await answer(s, "n1");
  expect(await picture(s, rolloutId)).toContain("n1 APPLIED, n2 ISSUED, n3 ISSUED, n4 ISSUED, n5 PENDING");
  await answer(s, "n3", { status: ROLLED_BACK, error: "no shell" });
  expect(await picture(s, rolloutId)).toBe(
    "ROLLING_BACK: n1 REVERTING, n2 REVERTING, n3 REVERTING, n4 TO_REVERT, n5 PENDING",
  );
  expect((await configsOf(s, "n1")).configs[0]).toMatchObject({ number: 4n, config: former });
  await answer(s, "n1");
  await answer(s, "n2");
  await answer(s, "n3", broken);
  await answer(s, "n4");
  expect(await picture(s, rolloutId)).toBe(
    "ROLLED_BACK: n1 REVERTED, n2 REVERTED, n3 NOT_REVERTED, n4 REVERTED, n5 PENDING",
  );
  expect((await configsOf(s, "n5")).configs).toHaveLength(1);
  expect((await configsOf(s, "n2")).configs[0]?.config).toEqual((await configsOf(s, "n5")).configs[0]?.config);
  expect((await stories(s)).slice(1)).toEqual([
    "asyncgate ROLLING_BACK n3 has rolled it back: no shell",
    "asyncgate ROLLED_BACK",
  ]);
  const { nodes: failed } = await nodesOfRollout(s, rolloutId, { status: NodeRolloutNodeStatus.NOT_REVERTED });
  expect(failed).toMatchObject([{ nodeId: "n3", error: "no such program", canary: false }]);
});

test("issued it again, a node still goes back to what it had before; its address stays as it is", async () => {
  const s = await openScenario();
  await fleet(s, 1);
  const workerApi = { targetUrl: "https://node.example/", bearer: "a-bearer-of-an-operator-0123456789" };
  const config = { sandbox: { limits: { pids: 5 } }, workerApi };
  await ack(s, node(s, "n1"), (await configure(s, "n1", { config })).version);
  await refused(start(s, { config }), ErrorReason.INVALID_ARGUMENT);
  const { rolloutId } = await start(s);
  await answer(s, "n1", broken);
  await resumeRollout(s, rolloutId);
  await answer(s, "n1", broken);
  await rollBack(s, rolloutId);
  await answer(s, "n1");
  expect(await picture(s, rolloutId)).toBe("ROLLED_BACK: n1 REVERTED");
  expect((await getConfig(s, node(s, "n1"))).config).toMatchObject({ number: 5n, config });
});

test("a node that rolls back later has failed, and so has one that does not answer in time", async () => {
  const s = await openScenario();
  await fleet(s, 4);
  const plan = { batchSize: 2, failuresMax: 1, answerTimeout: ms(minuteMs) };
  const { rolloutId } = await start(s, { plan });
  const { version } = await answer(s, "n1");
  expect(await picture(s, rolloutId)).toBe("RUNNING: n1 APPLIED, n2 ISSUED, n3 ISSUED, n4 PENDING");
  await settleTime(s, minuteMs - 1);
  expect(await picture(s, rolloutId)).toContain("n2 ISSUED");
  await answer(s, "n3");
  await settleTime(s, 1);
  // One may fail: it goes on.
  expect(await picture(s, rolloutId)).toBe("RUNNING: n1 APPLIED, n2 TIMED_OUT, n3 APPLIED, n4 ISSUED");
  // Of canaries, none may.
  await ack(s, node(s, "n1"), version, { status: ROLLED_BACK, error: "the disk is full" });
  expect(await picture(s, rolloutId)).toBe("PAUSED: n1 FAILED, n2 TIMED_OUT, n3 APPLIED, n4 ISSUED");
  await settleTime(s, minuteMs);
  expect(await picture(s, rolloutId)).toContain("n4 TIMED_OUT");
  // Late answers count.
  await answer(s, "n2");
  expect(await picture(s, rolloutId)).toBe("PAUSED: n1 FAILED, n2 APPLIED, n3 APPLIED, n4 TIMED_OUT");
  await resumeRollout(s, rolloutId, { skipFailed: true });
  expect((await getRollout(s, rolloutId)).state).toBe(NodeRolloutState.COMPLETED);
});

test("while a roll-out lives, its nodes get no other configuration, and no other roll-out", async () => {
  const s = await openScenario();
  await fleet(s, 3);
  const { rolloutId } = await start(s, { nodes: { nodeIds: ["n3", "n1"] } });
  expect(await picture(s, rolloutId)).toBe("RUNNING: n3 ISSUED, n1 PENDING");
  for (const nodeId of ["n3", "n1"]) {
    const refusal = await refused(configure(s, nodeId), ErrorReason.NODE_IN_ROLLOUT);
    expect(refusal.facts).toMatchObject({ value: { rolloutId, nodeIds: [nodeId] } });
  }
  const refusal = await refused(start(s), ErrorReason.NODE_IN_ROLLOUT);
  expect(refusal.facts).toMatchObject({ value: { rolloutId, state: NodeRolloutState.RUNNING } });
  await configure(s, "n2");
  const other = await start(s, { nodes: { nodeIds: ["n2"] } });
  await pause(s, rolloutId, { reason: "lunch" });
  await refused(configure(s, "n1"), ErrorReason.NODE_IN_ROLLOUT);
  await cancelRollout(s, rolloutId, { reason: "another plan" });
  await configure(s, "n1");
  expect((await listRollouts(s)).rollouts.map((one) => one.rolloutId)).toEqual([other.rolloutId, rolloutId]);
  expect((await listRollouts(s, { live: true })).rollouts.map((one) => one.rolloutId)).toEqual([other.rolloutId]);
  // What was issued stays owed.
  expect((await configsOf(s, "n3")).configs[0]).toMatchObject({ config: newConfig, acks: [] });
  for (const call of [pause, resumeRollout, rollBack]) {
    const ended = await refused(call(s, rolloutId), ErrorReason.NODE_ROLLOUT_STATE);
    expect(ended.facts).toMatchObject({ value: { rolloutId, state: NodeRolloutState.CANCELED } });
  }
  expect((await cancelRollout(s, rolloutId)).stateReason).toBe("another plan");
});

test("a node taken out of service has failed if it owed an answer, and is passed by if it was to come", async () => {
  const s = await openScenario();
  await fleet(s, 3);
  const { rolloutId } = await start(s, { plan: { batchSize: 1 } });
  await deactivate(s, "n1");
  expect(await picture(s, rolloutId)).toBe("PAUSED: n1 FAILED, n2 PENDING, n3 PENDING");
  await deactivate(s, "n3");
  await resumeRollout(s, rolloutId);
  expect(await picture(s, rolloutId)).toBe("RUNNING: n1 SKIPPED, n2 ISSUED, n3 PENDING");
  await answer(s, "n2");
  expect(await picture(s, rolloutId)).toBe("COMPLETED: n1 SKIPPED, n2 APPLIED, n3 SKIPPED");
  // Rolled back, it is told that it keeps the new one.
  await resume(s, "n1");
  await ack(s, node(s, "n1"), (await configure(s, "n1")).version);
  const next = await start(s, { nodes: { nodeIds: ["n1", "n2"] } });
  await answer(s, "n1");
  await deactivate(s, "n1");
  await rollBack(s, next.rolloutId);
  await answer(s, "n2");
  expect(await picture(s, next.rolloutId)).toBe("ROLLED_BACK: n1 NOT_REVERTED, n2 REVERTED");
});

test("a start that is repeated starts one; what no roll-out can be is refused, and changes nothing", async () => {
  const s = await openScenario();
  await fleet(s, 2);
  await registered(s, "other");
  const first = await start(s, { nodes: { nodeIdPrefix: "oth" }, requestId: "r" });
  expect((await start(s, { nodes: { nodeIdPrefix: "oth" }, requestId: "r" })).rolloutId).toBe(first.rolloutId);
  await refused(start(s, { requestId: "r" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  await deactivate(s, "n2");
  const before = await everything(s);
  for (const nodes of [{}, { all: true, nodeIdPrefix: "n" }, { nodeIds: ["n1"], all: true }, { nodeIdPrefix: "x" }]) {
    const refusal = await refused(start(s, { nodes }), ErrorReason.INVALID_ARGUMENT);
    expect(refusal.facts).toMatchObject({ value: { violations: [{ field: "nodes" }] } });
  }
  await refused(start(s, { nodes: { nodeIds: ["n1", "n9"] } }), ErrorReason.NODE_NOT_FOUND);
  await refused(start(s, { nodes: { nodeIds: ["n1", "n2"] } }), ErrorReason.NODE_INACTIVE);
  const config = { inference: { required: true, probeUrl: "ftp://x" } };
  await refused(start(s, { nodes: { nodeIds: ["n1"] }, config }), ErrorReason.INVALID_ARGUMENT);
  const limited = (limit: "node_rollouts_max" | "node_rollout_nodes_max") => ({
    ...s,
    operator: { ...s.operator, limits: { ...s.operator.limits, [limit]: 1 } },
  });
  await refused(start(limited("node_rollouts_max"), { nodes: { nodeIds: ["n1"] } }), ErrorReason.LIMIT_EXCEEDED);
  await refused(start(limited("node_rollout_nodes_max"), { nodes: { all: true } }), ErrorReason.LIMIT_EXCEEDED);
  const nowhere = "00000000-0000-0000-0000-000000000000";
  for (const call of [getRollout, pause, resumeRollout, rollBack, cancelRollout, nodesOfRollout]) {
    await refused(call(s, nowhere), ErrorReason.NODE_ROLLOUT_NOT_FOUND);
  }
  expect(await everything(s)).toEqual(before);
});

test("nodes that report come before those that do not, and pages have them in order", async () => {
  const s = await openScenario();
  await fleet(s, 4);
  s.clock.advance(10 * minuteMs);
  for (const nodeId of ["n2", "n4"]) await report(s, node(s, nodeId));
  const { rolloutId } = await start(s);
  expect(await picture(s, rolloutId)).toBe("RUNNING: n2 ISSUED, n4 PENDING, n1 PENDING, n3 PENDING");
  const places: number[] = [];
  for (let pageToken = ""; ; ) {
    const page = await nodesOfRollout(s, rolloutId, { pageSize: 3, pageToken });
    places.push(...page.nodes.map(({ place }) => place));
    pageToken = page.nextPageToken;
    if (pageToken === "") break;
  }
  expect(places).toEqual([1, 2, 3, 4]);
  const status = NodeRolloutNodeStatus.PENDING;
  const page = await nodesOfRollout(s, rolloutId, { pageSize: 2, status });
  const rest = await nodesOfRollout(s, rolloutId, { pageSize: 2, status, pageToken: page.nextPageToken });
  expect([...page.nodes, ...rest.nodes].map(({ nodeId }) => nodeId)).toEqual(["n4", "n1", "n3"]);
});

test("of roll-outs that have ended, the last 100 are kept", async () => {
  const s = await openScenario();
  await fleet(s, 1);
  const ids: string[] = [];
  for (let count = 0; count < 103; count += 1) {
    const { rolloutId } = await start(s, { plan: { canaryCount: 0 } });
    await cancelRollout(s, rolloutId);
    ids.push(rolloutId);
  }
  const { rollouts } = await listRollouts(s, { pageSize: 200 });
  // The last start has removed what was beyond them then.
  expect(rollouts.map(({ rolloutId }) => rolloutId)).toEqual(ids.slice(2).reverse());
  await refused(nodesOfRollout(s, ids[0] ?? ""), ErrorReason.NODE_ROLLOUT_NOT_FOUND);
});
