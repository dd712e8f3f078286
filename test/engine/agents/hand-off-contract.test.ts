// Hand-off contracts: what they require goes along with a hand-off or a completion that hands on, or neither is made.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { HandOffContractSchema } from "../../../gen/typescript/asyncgate/v1/agent_pb.ts";
import {
  ListHandOffContractsRequestSchema,
  PutHandOffContractRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/agent_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { operating } from "../../helpers/operate.ts";
import {
  chain,
  claim,
  complete,
  createOne,
  createTask,
  everything,
  granted,
  handOff,
  held,
  openScenario,
  read,
  refused,
  result,
  type Scenario,
  suspend,
} from "../../helpers/scenario.ts";
import { accept, give, heldVerified, openReview } from "../verification/scenes.ts";

const { OUTCOME_INCOMPLETE, HAND_OFF_CONTRACT_NOT_FOUND } = ErrorReason;

function put(s: Scenario, kinds: readonly string[] = ["sources"], name = "research-to-writing", requestId = "") {
  const required = kinds.map((kind) => ({ kind }));
  const contract = create(HandOffContractSchema, { name, fromRole: "researcher", toRole: "writer", required });
  const request = create(PutHandOffContractRequestSchema, { contract, requestId });
  return s.operations.putHandOffContract(operating(s.operator), request);
}

async function open() {
  const s = await openScenario();
  await put(s);
  return s;
}

const contract = "research-to-writing";
const sources = { kind: "sources", uri: "file:///notes.md" };
const to = { queue: "writing" };

test("a contract is kept in versions, which only a change makes", async () => {
  const s = await openScenario();
  expect(await put(s, ["sources"], contract, "r")).toMatchObject({ changed: true, contract: { version: 1n } });
  expect(await put(s)).toMatchObject({ changed: false, contract: { version: 1n, updatedBy: { id: "olga" } } });
  expect(await put(s, ["sources", "outline"])).toMatchObject({ changed: true, contract: { version: 2n } });
  expect(await put(s, ["sources"], contract, "r")).toMatchObject({ changed: false, contract: { version: 2n } });
  await refused(put(s, ["other"], contract, "r"), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect((await s.operations.getHandOffContract(s.agent, { name: contract })).required).toHaveLength(2);
  await refused(s.operations.getHandOffContract(s.agent, { name: "none" }), HAND_OFF_CONTRACT_NOT_FOUND);
  for (const name of ["a", "b"]) await put(s, ["x"], name);
  const list = (init = {}) =>
    s.operations.listHandOffContracts(s.agent, create(ListHandOffContractsRequestSchema, init));
  const first = await list({ pageSize: 2 });
  expect(first.contracts.map(({ name }) => name)).toEqual(["a", "b"]);
  expect((await list({ pageSize: 2, pageToken: first.nextPageToken })).contracts).toMatchObject([{ name: contract }]);
});

test("a tenant has as many contracts as its limit", async () => {
  const s = await openScenario({ limits: { hand_off_contracts_max: 1 } });
  await put(s);
  await put(s, ["more"]);
  await refused(put(s, ["x"], "another"), ErrorReason.LIMIT_EXCEEDED);
});

test("a hand-off by a contract has what it requires, or is refused, and the lease stays", async () => {
  const s = await open();
  const leased = await held(s);
  const before = await everything(s);
  const refusal = await refused(handOff(s, leased, { to, contract }), OUTCOME_INCOMPLETE);
  expect(refusal.facts).toMatchObject({ value: { contract, missing: [{ required: { kind: "sources" }, found: 0 }] } });
  await refused(handOff(s, leased, { to, contract: "none", refs: [sources] }), HAND_OFF_CONTRACT_NOT_FOUND);
  expect(await everything(s)).toEqual(before);
  granted(await handOff(s, leased, { to, contract, refs: [sources] }));
  const receipt = (await chain(s, leased.task.taskId)).find(({ type }) => type === ReceiptType.TASK_HANDED_OFF);
  expect(receipt?.body?.body.value).toMatchObject({ contract: { name: contract, version: 1n } });
});

test("a completion hands on by a contract, which it cannot name without handing on", async () => {
  const s = await openReview();
  await put(s);
  const leased = await held(s);
  const next = [{ type: "write" }];
  await refused(complete(s, leased, { ...result, contract }), ErrorReason.INVALID_ARGUMENT);
  await refused(complete(s, leased, { ...result, next, contract }), OUTCOME_INCOMPLETE);
  await refused(complete(s, leased, { ...result, next, contract: "none" }), HAND_OFF_CONTRACT_NOT_FOUND);
  granted(await complete(s, leased, { ...result, next, contract, artifacts: [sources] }));
  const receipt = (await chain(s, leased.task.taskId)).find(({ type }) => type === ReceiptType.TASK_COMPLETED);
  expect(receipt?.body?.body.value).toMatchObject({ contract: { name: contract, version: 1n } });
  expect((await claim(s)).task.type).toBe("write");
});

test("a task demands a contract in the version of its creation, of every completion and hand-off", async () => {
  const s = await open();
  const expectedOutcome = { contract };
  const { taskId } = await createTask(s, { expectedOutcome });
  await put(s, ["outline"]);
  expect((await read(s, taskId)).expectedOutcome).toMatchObject({
    contract,
    contractVersion: 1n,
    enforce: true,
    required: [{ kind: "sources" }],
  });
  const leased = await claim(s);
  await refused(complete(s, leased), OUTCOME_INCOMPLETE);
  await refused(handOff(s, leased, { to }), OUTCOME_INCOMPLETE);
  granted(await complete(s, leased, { ...result, artifacts: [sources] }));
  const unknown = { expectedOutcome: { contract: "none" } };
  expect(await createOne(s, unknown)).toMatchObject({ reason: HAND_OFF_CONTRACT_NOT_FOUND });
  // A version that a caller claims counts for nothing.
  const claimed = await createTask(s, { expectedOutcome: { kind: "x", contractVersion: 9n } });
  expect(claimed.expectedOutcome).toMatchObject({ contractVersion: 0n });
});

test("a repeated creation is known by what it asked, whatever the contract has become", async () => {
  const s = await open();
  const asked = { expectedOutcome: { contract }, idempotencyKey: "k" };
  const first = await createTask(s, asked);
  await put(s, ["outline"]);
  expect((await createTask(s, asked)).taskId).toBe(first.taskId);
});

test("children and next tasks demand contracts, too", async () => {
  const expectedOutcome = { contract };
  const executor = await openReview();
  await put(executor);
  const leased = await held(executor);
  const created = await suspend(executor, leased, { create: [{ task: { type: "child", expectedOutcome } }] });
  granted(created);
  const child = await claim(executor, { acceptTypes: ["child"] });
  await refused(complete(executor, child), OUTCOME_INCOMPLETE);
  const unknown = [{ type: "n", expectedOutcome: { contract: "none" } }];
  const refusal = await complete(executor, child, { ...result, artifacts: [sources], next: unknown });
  expect(refusal).toMatchObject({ reason: HAND_OFF_CONTRACT_NOT_FOUND, item: "next[0]" });
});

test("a report of verified work that hands on by a contract fulfills it, and goes on when it is accepted", async () => {
  const s = await openReview();
  await put(s);
  const leased = await heldVerified(s);
  const next = [{ type: "write" }];
  await refused(complete(s, leased, { ...result, next, contract }), OUTCOME_INCOMPLETE);
  granted(await complete(s, leased, { ...result, next, contract, artifacts: [sources] }));
  await give(s, accept);
  expect((await claim(s)).task.type).toBe("write");
});
