// Receipts appended concurrently: each is written once, and one closes the obligation.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  AppendReceiptRequestSchema,
} from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import { chainOf, granted as done, openOf, succeedWithoutLocator } from "../helpers/ledger-scenario.ts";
import { type Arena, race, together } from "../helpers/race.ts";

const supplying = (arena: Arena, server: Operations, parent: string, uri: string) => async () =>
  done(
    await server.appendReceipt(
      arena.agent,
      create(AppendReceiptRequestSchema, {
        type: ReceiptType.TASK_COMPLETED,
        parents: [parent],
        artifacts: [{ kind: "s3", uri }],
      }),
    ),
  );

race("law 5: one late locator supplied concurrently on two servers is stored once", async (arena) => {
  const { taskId, assignedReceiptId } = await succeedWithoutLocator(arena);
  const [one, other] = arena.servers;
  const answers = await together(
    arena.round,
    supplying(arena, one, assignedReceiptId, "s3://one"),
    supplying(arena, other, assignedReceiptId, "s3://one"),
  );
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
  expect(new Set(answers.map(({ receipt }) => receipt.receiptId)).size).toBe(1);
  for (const { closedReceiptIds } of answers) expect(closedReceiptIds).toEqual([assignedReceiptId]);
  const completed = (await chainOf(arena, taskId)).filter(({ type }) => type === ReceiptType.TASK_COMPLETED);
  expect(completed).toHaveLength(2);
});

race(
  "law 10: of two concurrent late locators the earlier closes, and the later is stored as superseded",
  async (arena) => {
    const { assignedReceiptId } = await succeedWithoutLocator(arena);
    const [one, other] = arena.servers;
    const answers = await together(
      arena.round,
      supplying(arena, one, assignedReceiptId, "s3://one"),
      supplying(arena, other, assignedReceiptId, "s3://other"),
    );
    const [first, second] = answers.toSorted((a, b) => Number((a.receipt.sequence ?? 0n) - (b.receipt.sequence ?? 0n)));
    expect(first).toMatchObject({
      existed: false,
      closedReceiptIds: [assignedReceiptId],
      receipt: { supersededBy: "" },
    });
    expect(second).toMatchObject({ closedReceiptIds: [], receipt: { supersededBy: first?.receipt.receiptId } });
    expect(await openOf(arena, arena.agent)).toEqual([]);
  },
);

race("law 5: one receipt acknowledged concurrently on two servers is acknowledged once", async (arena) => {
  const { anomalyReceiptId: receiptId } = await succeedWithoutLocator(arena);
  const acknowledging = (server: Operations) => async () =>
    done(await server.acknowledgeReceipt(arena.agent, create(AcknowledgeReceiptRequestSchema, { receiptId })));
  const [one, other] = arena.servers;
  const answers = await together(arena.round, acknowledging(one), acknowledging(other), acknowledging(one));
  expect(answers.filter(({ existed }) => !existed)).toHaveLength(1);
  expect(new Set(answers.map(({ receipt }) => receipt.receiptId)).size).toBe(1);
});
