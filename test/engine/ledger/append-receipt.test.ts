// AppendReceipt: what may be added to the ledger by hand, by which callers, and how large.
import { create, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  AnomalyKind,
  type ReceiptBody,
  ReceiptBodySchema,
  ReceiptType,
} from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { defaultLimits } from "../../../src/core/limits.ts";
import { receiptTypes } from "../../../src/core/termination.ts";
import {
  append,
  artifact,
  breakTable,
  chainOf,
  claim,
  complete,
  granted,
  hand,
  mendTable,
  openOf,
  openScene,
  outcome,
  peopleOf,
  readTables,
  receiptOfType,
  refused,
  report,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

const unknown = "01900000-0000-7000-8000-000000000000";

test("types that operations make are refused as unsupported for every caller, and nothing is written", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await succeedWithoutLocator(scene);
  const before = await readTables(scene.database.databaseUrl);
  const byHand: readonly ReceiptType[] = [ReceiptType.TASK_COMPLETED, ReceiptType.SYSTEM_ANOMALY];
  for (const type of [ReceiptType.UNSPECIFIED, ...receiptTypes].filter((one) => !byHand.includes(one))) {
    for (const caller of [scene.agent, scene.worker, scene.operator]) {
      const answer = append(scene, caller, { type, parents: [assignedReceiptId], artifacts: [artifact] });
      await refused(answer, ErrorReason.UNSUPPORTED);
    }
  }
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test("law 10: a terminal receipt without a parent is refused", async () => {
  const scene = await openScene();
  const { taskId } = await succeedWithoutLocator(scene);
  const answer = append(scene, scene.agent, { taskId, artifacts: [artifact] });
  expect((await refused(answer, ErrorReason.PARENT_REQUIRED)).facts).toEqual({
    case: "parent",
    value: { type: ReceiptType.TASK_COMPLETED },
  });
});

test("law 10: a parent of a type that it may not close is refused by name", async () => {
  const scene = await openScene();
  const { receiptId, anomalyReceiptId } = await succeedWithoutLocator(scene);
  for (const [parent, parentType] of [
    [receiptId, ReceiptType.TASK_COMPLETED],
    [anomalyReceiptId, ReceiptType.SYSTEM_ANOMALY],
  ] as const) {
    const answer = append(scene, scene.agent, { parents: [parent], artifacts: [artifact] });
    expect((await refused(answer, ErrorReason.ILLEGAL_TERMINATOR)).facts).toEqual({
      case: "parent",
      value: { type: ReceiptType.TASK_COMPLETED, parentReceiptId: parent, parentType },
    });
  }
});

test("law 10: a parent of another tenant is answered like one that does not exist, and stays open", async () => {
  const scene = await openScene();
  const theirs = peopleOf(await scene.makeTenant());
  const other = await succeedWithoutLocator({ ...scene, ...theirs });
  const before = await readTables(scene.database.databaseUrl);
  for (const caller of [scene.agent, scene.worker, scene.operator]) {
    const parents = [other.assignedReceiptId];
    const answer = await refused(
      append(scene, caller, { parents, artifacts: [artifact] }),
      ErrorReason.PARENT_NOT_FOUND,
    );
    const nowhere = await outcome(append(scene, caller, { parents: [unknown], artifacts: [artifact] }));
    expect(JSON.stringify(answer).replaceAll(other.assignedReceiptId, unknown)).toEqual(JSON.stringify(nowhere));
  }
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
  expect(await openOf(scene, theirs.agent)).toEqual([other.assignedReceiptId]);
});

test("law 10: principals need not match: a worker discharges what another agent is obliged to", async () => {
  const scene = await openScene();
  const bob = scene.tenant.caller("agent", "bob");
  const { assignedReceiptId } = await hand(scene, { obligated: bob.principal });
  const lease = await claim(scene);
  granted(await complete(scene, lease, {}));
  expect(await openOf(scene, bob)).toEqual([assignedReceiptId]);
  expect(await openOf(scene, scene.agent)).toEqual([]);
  const supplied = granted(await append(scene, scene.worker, { parents: [assignedReceiptId], artifacts: [artifact] }));
  expect(supplied.closedReceiptIds).toEqual([assignedReceiptId]);
  expect(await openOf(scene, bob)).toEqual([]);
});

test("neither a stranger nor the obliged principal nor an operator may supply a locator for the worker", async () => {
  const scene = await openScene();
  const bob = scene.tenant.caller("agent", "bob");
  const { assignedReceiptId } = await hand(scene, { obligated: bob.principal });
  granted(await complete(scene, await claim(scene), {}));
  const before = await readTables(scene.database.databaseUrl);
  const request = { parents: [assignedReceiptId], artifacts: [artifact] };
  // A stranger cannot even see the parent; the others can, and may not.
  await refused(append(scene, scene.tenant.caller("worker", "eve"), request), ErrorReason.PARENT_NOT_FOUND);
  await refused(append(scene, bob, request), ErrorReason.PERMISSION_DENIED);
  await refused(append(scene, scene.operator, request), ErrorReason.PERMISSION_DENIED);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test("a locator is refused for a task that has not succeeded", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId } = await hand(scene);
  const answer = append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: [artifact] });
  expect((await refused(answer, ErrorReason.INVALID_TRANSITION)).facts).toMatchObject({
    value: { taskId, requested: "AppendReceipt" },
  });
});

test("a parent of another task than the named one is refused", async () => {
  const scene = await openScene();
  const one = await succeedWithoutLocator(scene);
  const other = await succeedWithoutLocator(scene);
  const request = { taskId: one.taskId, parents: [other.assignedReceiptId], artifacts: [artifact] };
  await refused(append(scene, scene.agent, request), ErrorReason.INVALID_ARGUMENT);
  expect(await openOf(scene, scene.agent)).toEqual([one.assignedReceiptId, other.assignedReceiptId]);
});

test("law 5: a request id reused with other content is refused, and with the same content answered alike", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await succeedWithoutLocator(scene);
  const request = { parents: [assignedReceiptId], artifacts: [artifact], requestId: "r" };
  const first = granted(await append(scene, scene.agent, request));
  const before = await readTables(scene.database.databaseUrl);
  expect(await append(scene, scene.agent, request)).toEqual({ ...first, existed: true });
  const other = { ...request, artifacts: [{ ...artifact, uri: "s3://other" }] };
  await refused(append(scene, scene.agent, other), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test("law 5: a request id belongs to its principal: another's call under the same id is another call", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  granted(await complete(scene, await claim(scene), { requestId: "r" }));
  granted(await append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: [artifact], requestId: "r" }));
});

test("an operator's anomaly goes to the owner of its task, from the service, as reported", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId } = await hand(scene);
  const { receipt } = granted(
    await report(scene, { parents: [assignedReceiptId], anomaly: { kind: AnomalyKind.DEADLINE_MISSED } }),
  );
  expect(receipt).toMatchObject({ taskId, to: scene.agent.principal, sequence: 2n, parents: [assignedReceiptId] });
  expect(receipt.body?.body.value).toMatchObject({ kind: AnomalyKind.REPORTED });
  expect(await openOf(scene, scene.agent)).toEqual([assignedReceiptId]);
});

test("an anomaly needs its own scope, and a body", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const anomaly = { details: "{}", recommendedAction: "Look." };
  const type = ReceiptType.SYSTEM_ANOMALY;
  for (const caller of [scene.agent, scene.worker]) {
    const answer = await refused(append(scene, caller, { type, taskId, anomaly }), ErrorReason.PERMISSION_DENIED);
    expect(answer.facts).toMatchObject({ value: { scope: "receipts:report_anomaly" } });
  }
  await refused(append(scene, scene.operator, { type, taskId }), ErrorReason.INVALID_ARGUMENT);
  await refused(report(scene, { taskId: unknown }), ErrorReason.TASK_NOT_FOUND);
  await refused(report(scene, { parents: [unknown] }), ErrorReason.PARENT_NOT_FOUND);
});

test.each([
  ["of a task", true],
  ["of no task", false],
] as const)("law 5: an anomaly %s that says the same is stored once, also by rivals", async (_of, hasTask) => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const request = hasTask ? { taskId } : { to: scene.agent.principal };
  const answers = (await Promise.all([1, 2, 3].map(() => report(scene, request)))).map(granted);
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
  expect(new Set(answers.map(({ receipt }) => receipt.receiptId)).size).toBe(1);
  const other = granted(await report(scene, { ...request, anomaly: { details: '"other"' } }));
  expect(other.existed).toBe(false);
});

test.each([
  ["of a task", true],
  ["of no task", false],
] as const)("law 5: an anomaly %s under a request id that stands for another is refused", async (_of, hasTask) => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const request = { requestId: "r", ...(hasTask ? { taskId } : { to: scene.agent.principal }) };
  granted(await report(scene, request));
  const other = report(scene, { ...request, anomaly: { details: '"other"' } });
  await refused(other, ErrorReason.IDEMPOTENCY_CONFLICT);
});

const words = "Receipt bodies are contracts, not chat messages";
const limitOf = (limit: string, bound: number, value: number) => ({
  reason: ErrorReason.LIMIT_EXCEEDED,
  message: words,
  facts: { case: "limit", value: { limit, bound: BigInt(bound), value: BigInt(value), field: "" } },
});

function sizeOf(body: ReceiptBody | undefined): number {
  return body ? toBinary(ReceiptBodySchema, body).length : 0;
}

test("a receipt names up to 10 parents", async () => {
  const scene = await openScene();
  const handed = [];
  for (let count = 0; count < 11; count += 1) handed.push(await hand(scene));
  const ids = handed.map(({ assignedReceiptId }) => assignedReceiptId);
  const bound = defaultLimits.receipt_parents_max;
  for (const count of [bound - 1, bound]) {
    const { receipt } = granted(await report(scene, { parents: ids.slice(0, count) }));
    expect(receipt.parents).toHaveLength(count);
  }
  expect(await outcome(report(scene, { parents: ids }))).toMatchObject(limitOf("receipt_parents_max", 10, 11));
  const toMany = create(CreateTaskRequestSchema, { type: "t", parentReceipts: ids });
  const [created] = await scene.operations.createTasks(scene.agent, { tasks: [toMany], requestId: "" });
  expect(created).toMatchObject(limitOf("receipt_parents_max", 10, 11));
});

test("a receipt names up to 100 artifacts, by hand and by completion", async () => {
  const scene = await openScene();
  const artifacts = (count: number) => Array.from({ length: count }, (_, at) => ({ ...artifact, uri: `s3://${at}` }));
  const { assignedReceiptId } = await succeedWithoutLocator(scene);
  const supply = (count: number) =>
    append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: artifacts(count) });
  expect(await outcome(supply(101))).toMatchObject(limitOf("receipt_artifacts_max", 100, 101));
  granted(await supply(99));
  granted(await supply(100));
  for (const count of [99, 100, 101]) {
    await hand(scene);
    const done = await complete(scene, await claim(scene), { artifacts: artifacts(count) });
    if (count > 100) expect(done).toMatchObject(limitOf("receipt_artifacts_max", 100, 101));
    else expect(granted(done).discharged).toBe(true);
  }
});

test("a receipt's body has up to 64 KiB, by hand and by completion", async () => {
  const scene = await openScene();
  const bound = 64 * 1_024;
  expect(defaultLimits.receipt_body_bytes_max).toBe(bound);
  const { taskId, assignedReceiptId } = await succeedWithoutLocator(scene);
  const details = (length: number) => JSON.stringify("x".repeat(length - 2));
  // The bytes that a body has around its details, measured on a body that is nearly as long.
  const { receipt } = granted(await report(scene, { taskId, anomaly: { details: details(bound - 100) } }));
  const around = sizeOf(receipt.body) - (bound - 100);
  for (const size of [bound - 1, bound]) {
    const stored = granted(await report(scene, { taskId, anomaly: { details: details(size - around) } }));
    expect(sizeOf(stored.receipt.body)).toBe(size);
  }
  const tooLarge = limitOf("receipt_body_bytes_max", bound, bound + 1);
  const larger = report(scene, { taskId, anomaly: { details: details(bound + 1 - around) } });
  expect(await outcome(larger)).toMatchObject(tooLarge);
  const metadata = (length: number) => ({ ...artifact, metadata: { note: "x".repeat(length) } });
  const supplied = { parents: [assignedReceiptId], artifacts: [metadata(2 * bound)] };
  expect(await outcome(append(scene, scene.agent, supplied))).toMatchObject({ message: words });
  await hand(scene);
  expect(await complete(scene, await claim(scene), { artifacts: [metadata(2 * bound)] })).toMatchObject({
    reason: ErrorReason.LIMIT_EXCEEDED,
    message: words,
    facts: { value: { limit: "receipt_body_bytes_max", bound: BigInt(bound) } },
  });
});

test.each(["ledger_page", "ended", "obligation"])(
  "law 8: a late locator that fails at %s leaves neither receipt nor discharge behind",
  async (table) => {
    const scene = await openScene();
    const { databaseUrl } = scene.database;
    const { taskId, assignedReceiptId } = await succeedWithoutLocator(scene);
    const before = await readTables(databaseUrl);
    await breakTable(databaseUrl, table, "insert or update or delete");
    const request = { parents: [assignedReceiptId], artifacts: [artifact] };
    await expect(append(scene, scene.agent, request)).rejects.toThrow("broken by a test");
    expect(await readTables(databaseUrl)).toEqual(before);
    await mendTable(databaseUrl, table);
    const { receipt } = granted(await append(scene, scene.agent, request));
    expect(receiptOfType((await chainOf(scene, taskId)).slice(-1), ReceiptType.TASK_COMPLETED)).toEqual(receipt);
  },
);
