// Configurations as obligations of nodes: issued, answered, replaced and withdrawn, each with its receipt.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { NodeNetwork, NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { type Receipt, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  APPLIED,
  ack,
  configsOf,
  configure,
  deactivate,
  drain,
  FAILED,
  getConfig,
  ROLLED_BACK,
  registered,
  report,
} from "../../helpers/nodes.ts";
import { everything, ms, openScenario, refused, type Scenario, wordOf } from "../../helpers/scenario.ts";

/** Receipts that a node owes an answer to. */
async function owed(s: Scenario, node: Caller): Promise<string[]> {
  const asked = create(ListOpenObligationsRequestSchema, { principal: node.principal });
  const { openObligations } = await s.operations.listOpenObligations(s.operator, asked);
  return openObligations.map(({ receipt }) => receipt?.receiptId ?? "");
}

async function receiptsTo(s: Scenario, to: Caller): Promise<Receipt[]> {
  const { receipts } = await s.operations.listReceipts(to, create(ListReceiptsRequestSchema, { pageSize: 200 }));
  return receipts;
}

function words(receipts: readonly Receipt[]): string[] {
  return receipts.map(({ type }) => wordOf(ReceiptType, type));
}

const strict = { sandbox: { network: NodeNetwork.NONE, limits: { pids: 8 }, programs: { names: ["ls"] } } };

test("a configuration obliges its node until the node has answered, with a receipt for each", async () => {
  const s = await openScenario();
  const node = await registered(s);
  expect(await owed(s, node)).toEqual([node.configVersion]);
  const issued = await configure(s, "node-1", { config: strict });
  expect(issued).toMatchObject({ number: 2n, issuedBy: { id: "olga" }, config: strict });
  expect(issued.version > node.configVersion).toBe(true);
  // The one before was never answered: it is closed by the one that replaces it.
  expect(await owed(s, node)).toEqual([issued.version]);
  const { ack: said, existed } = await ack(s, node, issued.version, { effectiveHash: "abc" });
  expect([existed, said?.status, await owed(s, node)]).toEqual([false, APPLIED, []]);
  expect(words(await receiptsTo(s, node))).toEqual(["NODE_CONFIG_ISSUED", "NODE_CONFIG_ISSUED"]);
  const [receipt] = await receiptsTo(s, s.operator);
  expect(receipt).toMatchObject({
    type: ReceiptType.NODE_CONFIG_ACKNOWLEDGED,
    receiptId: said?.receiptId,
    from: { id: "node:node-1" },
    parents: [issued.version],
    taskId: "",
  });
  const explained = await s.operations.explainObligation(s.operator, { receiptId: issued.version });
  expect(explained).toMatchObject({ open: false, closedBy: { receiptId: said?.receiptId } });
  const replaced = await s.operations.explainObligation(s.operator, { receiptId: node.configVersion });
  expect(replaced).toMatchObject({ open: false, closedBy: { receiptId: issued.version } });
});

test("an open configuration is explained, with what would close it", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const explained = await s.operations.explainObligation(s.operator, { receiptId: node.configVersion });
  expect(explained).toMatchObject({ open: true, nextStep: expect.stringContaining("AckNodeConfig") });
  expect(explained.closableBy.map((type) => wordOf(ReceiptType, type))).toEqual([
    "NODE_CONFIG_ISSUED",
    "NODE_CONFIG_ACKNOWLEDGED",
    "NODE_CONFIG_WITHDRAWN",
  ]);
  const check = { parentReceiptId: node.configVersion, type: 0, parentType: 0 };
  expect(await s.operations.checkTermination(s.operator, check as never)).toMatchObject({ open: true, closedBy: "" });
});

test("the same answer again changes nothing; another one is on record behind it and closes nothing", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const version = node.configVersion;
  const first = await ack(s, node, version);
  const before = await everything(s);
  expect(await ack(s, node, version)).toEqual({ ack: first.ack, existed: true });
  expect(await everything(s)).toEqual(before);
  const back = await ack(s, node, version, { status: ROLLED_BACK, error: "the disk is full" });
  const [config] = (await configsOf(s, "node-1")).configs;
  expect(config?.acks.map(({ status }) => status)).toEqual([APPLIED, ROLLED_BACK]);
  const explained = await s.operations.explainObligation(s.operator, { receiptId: version });
  expect(explained.closedBy?.receiptId).toBe(first.ack?.receiptId);
  expect(await s.operations.getReceipt(s.operator, { receiptId: back.ack?.receiptId ?? "" })).toMatchObject({
    parents: [first.ack?.receiptId],
  });
});

test("an answer says why, or that all is well, and never both", async () => {
  const s = await openScenario();
  const node = await registered(s);
  for (const [status, error] of [
    [APPLIED, "but"],
    [FAILED, ""],
    [ROLLED_BACK, ""],
  ] as const) {
    await refused(ack(s, node, node.configVersion, { status, error }), ErrorReason.INVALID_ARGUMENT);
  }
  await ack(s, node, node.configVersion, { status: FAILED, error: "no such program" });
  expect((await s.operations.getNode(s.operator, { nodeId: "node-1" })).node).toMatchObject({
    dispatchable: false,
    appliedVersion: "",
    lastAck: { status: FAILED, error: "no such program" },
  });
});

test("versions that the node was not issued are unknown, and the last ones are named, newest first", async () => {
  const s = await openScenario();
  const node = await registered(s);
  const foreign = await registered(s, "node-2");
  const second = await configure(s, "node-1");
  for (const call of [
    () => ack(s, node, foreign.configVersion),
    () => report(s, node, { configVersion: foreign.configVersion }),
  ]) {
    const refusal = await refused(call(), ErrorReason.NO_SUCH_VERSION);
    const known = [second.version, node.configVersion];
    expect(refusal.facts).toMatchObject({ value: { kind: "config", version: foreign.configVersion, known } });
  }
});

test("a repeated call issues once; two that are issued at one time are in order", async () => {
  const s = await openScenario();
  await registered(s);
  const first = await configure(s, "node-1", { config: strict, requestId: "r" });
  const second = await configure(s, "node-1");
  expect(second.version > first.version).toBe(true);
  const again = await configure(s, "node-1", { config: strict, requestId: "r" });
  expect(again.version).toBe(first.version);
  await refused(configure(s, "node-1", { requestId: "r" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect((await configsOf(s, "node-1")).configs).toHaveLength(3);
});

test("a configuration that no node could hold is refused with every fault", async () => {
  const s = await openScenario();
  await registered(s);
  const config = {
    inference: { required: true, probeUrl: "http://me:secret@localhost/" },
    sandbox: { timeoutDefault: ms(60_000), timeoutMax: ms(30_000) },
  };
  const refusal = await refused(configure(s, "node-1", { config }), ErrorReason.INVALID_ARGUMENT);
  expect(refusal.facts).toMatchObject({
    value: { violations: [{ field: "config.inference.probe_url" }, { field: "config.sandbox.timeout_default" }] },
  });
  await refused(configure(s, "node-9"), ErrorReason.NODE_NOT_FOUND);
});

test("a node that waits hears of a configuration and of a drain at once, and not of what it knows", async () => {
  const s = await openScenario({ pollsWaits: true });
  const node = await registered(s);
  const at = await getConfig(s, node);
  expect([at.config?.version, at.state]).toEqual([node.configVersion, NodeState.REGISTERED]);
  await report(s, node);
  const known = { version: node.configVersion, state: NodeState.ACTIVE, wait: ms(50_000) };
  const waiting = getConfig(s, node, known);
  const issued = await configure(s, "node-1");
  expect((await waiting).config?.version).toBe(issued.version);
  const again = getConfig(s, node, { ...known, version: issued.version });
  await drain(s, "node-1");
  expect(await again).toEqual({ state: NodeState.DRAINING });
  const gone = new AbortController();
  const quiet = getConfig(s, node, { ...known, version: issued.version, state: NodeState.DRAINING }, gone.signal);
  gone.abort();
  expect(await quiet).toEqual({ state: NodeState.DRAINING });
});

test("a node that is taken out of service owes nothing any more", async () => {
  const s = await openScenario();
  const node = await registered(s);
  await deactivate(s, "node-1", { reason: "sold" });
  expect(await owed(s, node)).toEqual([]);
  const [receipt] = await receiptsTo(s, node);
  expect(receipt).toMatchObject({
    type: ReceiptType.NODE_CONFIG_WITHDRAWN,
    parents: [node.configVersion],
    body: { body: { value: { reason: "sold", version: node.configVersion } } },
  });
  const explained = await s.operations.explainObligation(s.operator, { receiptId: node.configVersion });
  expect(explained.closedBy?.receiptId).toBe(receipt?.receiptId);
});

test("the last 100 configurations are kept, and listed a page at a time", async () => {
  const s = await openScenario();
  await registered(s);
  for (let count = 0; count < 100; count += 1) await configure(s, "node-1");
  const numbers: bigint[] = [];
  for (let token = ""; ; ) {
    const page = await configsOf(s, "node-1", 60, token);
    numbers.push(...page.configs.map(({ number }) => number));
    token = page.nextPageToken;
    if (token === "") break;
  }
  expect(numbers).toEqual(Array.from({ length: 100 }, (_, place) => BigInt(101 - place)));
});
