// AcknowledgeReceipt: the addressee's acknowledgement is recorded once, and closes nothing.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { AcknowledgeReceiptRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  breakTable,
  chainOf,
  granted,
  hand,
  mendTable,
  openOf,
  openScene,
  outcome,
  readTables,
  refused,
  report,
  type Scene,
  succeedWithoutLocator,
  verify,
} from "../../helpers/ledger-scenario.ts";

function acknowledge(
  { operations }: Pick<Scene, "operations">,
  caller: Caller,
  request: MessageInitShape<typeof AcknowledgeReceiptRequestSchema>,
) {
  return operations.acknowledgeReceipt(caller, create(AcknowledgeReceiptRequestSchema, request));
}

test("an anomaly is acknowledged by its owner in the chain of its task, and nothing is closed", async () => {
  const scene = await openScene();
  const { taskId, anomalyReceiptId, assignedReceiptId } = await succeedWithoutLocator(scene);
  const done = granted(await acknowledge(scene, scene.agent, { receiptId: anomalyReceiptId, note: "seen" }));
  expect(done.existed).toBe(false);
  expect(done.receipt).toMatchObject({
    type: ReceiptType.RECEIPT_ACKNOWLEDGED,
    from: scene.agent.principal,
    to: { kind: PrincipalKind.SERVICE, id: "asyncgate" },
    parents: [anomalyReceiptId],
    taskId,
    body: { body: { value: { note: "seen" } } },
  });
  expect((await chainOf(scene, taskId)).at(-1)).toEqual(done.receipt);
  expect(await openOf(scene, scene.agent)).toEqual([assignedReceiptId]);
});

test("acknowledging an obligation does not close it", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  granted(await acknowledge(scene, scene.agent, { receiptId: assignedReceiptId }));
  expect(await openOf(scene, scene.agent)).toEqual([assignedReceiptId]);
});

test("law 5: a repeated acknowledgement, in whatever words, is recorded once and answered the same", async () => {
  const scene = await openScene();
  const { taskId, anomalyReceiptId: receiptId } = await succeedWithoutLocator(scene);
  const first = granted(await acknowledge(scene, scene.agent, { receiptId, note: "one", requestId: "r" }));
  const before = await readTables(scene.database.databaseUrl);
  for (const words of [{ note: "one", requestId: "r" }, { note: "two" }, { requestId: "other" }]) {
    const again = granted(await acknowledge(scene, scene.agent, { receiptId, ...words }));
    expect(again).toEqual({ receipt: first.receipt, existed: true });
  }
  const capitals = granted(await acknowledge(scene, scene.agent, { receiptId: receiptId.toUpperCase() }));
  expect(capitals).toEqual({ receipt: first.receipt, existed: true });
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
  const ofType = (await chainOf(scene, taskId)).filter(({ type }) => type === ReceiptType.RECEIPT_ACKNOWLEDGED);
  expect(ofType).toHaveLength(1);
});

test("law 5: a request id that stands for the acknowledgement of one receipt is refused for another", async () => {
  const scene = await openScene();
  const { anomalyReceiptId, assignedReceiptId } = await succeedWithoutLocator(scene);
  granted(await acknowledge(scene, scene.agent, { receiptId: anomalyReceiptId, requestId: "r" }));
  const before = await readTables(scene.database.databaseUrl);
  const other = acknowledge(scene, scene.agent, { receiptId: assignedReceiptId, requestId: "r" });
  await refused(other, ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test("an acknowledgement of an id in capitals leaves the ledger intact", async () => {
  const scene = await openScene();
  const { anomalyReceiptId } = await succeedWithoutLocator(scene);
  const done = granted(await acknowledge(scene, scene.agent, { receiptId: anomalyReceiptId.toUpperCase() }));
  expect(done.receipt.parents).toEqual([anomalyReceiptId]);
  expect(await verify(scene)).toMatchObject({ whole: true });
});

test("law 5: of rivals that acknowledge at once, one writes and all are answered with its receipt", async () => {
  const scene = await openScene();
  const { anomalyReceiptId: receiptId } = await succeedWithoutLocator(scene);
  const answers = await Promise.all([1, 2, 3, 4].map(() => acknowledge(scene, scene.agent, { receiptId })));
  const written = answers.map(granted).filter(({ existed }) => !existed);
  expect(written).toHaveLength(1);
  expect(new Set(answers.map((answer) => granted(answer).receipt.receiptId)).size).toBe(1);
});

test("law 5: a receipt of no task is acknowledged once, too, in a chain of its own", async () => {
  const scene = await openScene();
  const { receipt } = granted(await report(scene, { to: scene.agent.principal }));
  const answers = await Promise.all(
    [1, 2, 3].map(() => acknowledge(scene, scene.agent, { receiptId: receipt.receiptId })),
  );
  expect(new Set(answers.map((answer) => granted(answer).receipt.receiptId)).size).toBe(1);
  const again = granted(await acknowledge(scene, scene.agent, { receiptId: receipt.receiptId }));
  expect(again).toMatchObject({ existed: true, receipt: { taskId: "", sequence: 1n, parents: [receipt.receiptId] } });
});

test("only the addressee can acknowledge; other callers get the answer for an id that does not exist", async () => {
  const scene = await openScene();
  const { assignedReceiptId, acceptedReceiptId } = await succeedWithoutLocator(scene);
  const before = await readTables(scene.database.databaseUrl);
  const unknown = "01900000-0000-7000-8000-000000000000";
  const nowhere = await refused(acknowledge(scene, scene.agent, { receiptId: unknown }), ErrorReason.RECEIPT_NOT_FOUND);
  // The operator may read the receipt, but is not its addressee.
  for (const [caller, receiptId] of [
    [scene.agent, acceptedReceiptId],
    [scene.worker, assignedReceiptId],
    [scene.operator, assignedReceiptId],
  ] as const) {
    const answer = await outcome(acknowledge(scene, caller, { receiptId }));
    expect(JSON.parse(JSON.stringify(answer).replaceAll(receiptId, unknown))).toEqual(
      JSON.parse(JSON.stringify(nowhere)),
    );
  }
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
});

test.each(["ledger_page", "ended"])(
  "law 8: an acknowledgement that fails at %s leaves nothing behind",
  async (table) => {
    const scene = await openScene();
    const { databaseUrl } = scene.database;
    const { anomalyReceiptId: receiptId } = await succeedWithoutLocator(scene);
    const before = await readTables(databaseUrl);
    await breakTable(databaseUrl, table, "insert or update");
    await expect(acknowledge(scene, scene.agent, { receiptId })).rejects.toThrow("broken by a test");
    expect(await readTables(databaseUrl)).toEqual(before);
    await mendTable(databaseUrl, table);
    expect(granted(await acknowledge(scene, scene.agent, { receiptId })).existed).toBe(false);
  },
);
