// ExplainObligation: in each situation, whether something is open, why, what would close it, what to do.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  FailTaskRequestSchema,
  ReleaseLeaseRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { CancelTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  append,
  artifact,
  chainOf,
  claim,
  complete,
  granted,
  hand,
  openScene,
  receiptOfType,
  refused,
  type Scene,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

const { TASK_COMPLETED, TASK_FAILED, TASK_CANCELED } = ReceiptType;
const { LEASE_EXPIRED, LEASE_RELEASED, TASK_RETRY_SCHEDULED, TASK_SUSPENDED, TASK_HANDED_OFF } = ReceiptType;
const { TASK_REPORTED, INPUT_REQUESTED } = ReceiptType;
const givingUp = [TASK_RETRY_SCHEDULED, LEASE_EXPIRED, LEASE_RELEASED, TASK_SUSPENDED, TASK_HANDED_OFF, TASK_REPORTED];
const ends = [TASK_COMPLETED, TASK_FAILED, TASK_CANCELED];

async function explain({ operations }: Scene, caller: Caller, receiptId: string) {
  return granted(await operations.explainObligation(caller, { receiptId }));
}

test("a task that waits is open: wait, or cancel it", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId } = await hand(scene);
  expect(await explain(scene, scene.agent, assignedReceiptId)).toMatchObject({
    receipt: { receiptId: assignedReceiptId },
    open: true,
    explanation: "It is open: waiting for a worker.",
    task: { taskId, state: TaskState.QUEUED },
    closableBy: ends,
    notClosing: [],
    nextStep: "Wait for a worker to end the task, or cancel it.",
  });
});

test("a task that is held is open for its owner and for its holder, each with its own way out", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  const { acceptedReceiptId } = await claim(scene);
  const owner = await explain(scene, scene.agent, assignedReceiptId);
  expect(owner.explanation).toMatch(/^It is open: held by worker:wanda until \d{4}-.*Z\.$/);
  const holder = await explain(scene, scene.worker, acceptedReceiptId);
  expect(holder).toMatchObject({ open: true, task: { state: TaskState.LEASED } });
  expect(new Set(holder.closableBy)).toEqual(new Set([...ends, ...givingUp, INPUT_REQUESTED]));
  expect(holder.nextStep).toMatch(/Complete, fail or release/);
});

test("a success without a locator is open: its completion did not close it, a locator will", async () => {
  const scene = await openScene();
  const { assignedReceiptId, receiptId } = await succeedWithoutLocator(scene);
  const open = await explain(scene, scene.agent, assignedReceiptId);
  expect(open).toMatchObject({
    open: true,
    explanation: "It is open: succeeded without saying where the result is.",
    notClosing: [{ receiptId }],
    nextStep: expect.stringContaining("AppendReceipt"),
  });
  const { receipt } = granted(
    await append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: [artifact] }),
  );
  const second = granted(
    await append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: [{ ...artifact, uri: "s3://2" }] }),
  );
  const closed = await explain(scene, scene.agent, assignedReceiptId);
  expect(closed).toMatchObject({
    open: false,
    closedBy: { receiptId: receipt.receiptId },
    closableBy: [],
    nextStep: "",
  });
  expect(closed.notClosing.map((one) => one.receiptId)).toEqual([receiptId, second.receipt.receiptId]);
});

test("what is closed tells by which receipt and when", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId } = await hand(scene);
  granted(await scene.operations.cancelTask(scene.agent, create(CancelTaskRequestSchema, { taskId })));
  const closed = await explain(scene, scene.agent, assignedReceiptId);
  expect(closed.explanation).toBe(`It was closed by task.canceled at ${scene.clock.now().toISOString()}.`);
  expect(closed).toMatchObject({ open: false, closedBy: { type: TASK_CANCELED }, notClosing: [] });
});

const waysOut: readonly [string, ReceiptType, (scene: Scene, token: string) => Promise<unknown>][] = [
  [
    "lease.expired",
    LEASE_EXPIRED,
    async ({ clock, sweep }) => {
      clock.advance(3_600_000);
      await sweep();
    },
  ],
  [
    "lease.released",
    LEASE_RELEASED,
    ({ operations, worker }, leaseToken) =>
      operations.releaseLeases(worker, [create(ReleaseLeaseRequestSchema, { leaseToken })]),
  ],
  [
    "task.retry_scheduled",
    TASK_RETRY_SCHEDULED,
    ({ operations, worker }, leaseToken) =>
      operations.failTasks(worker, [
        create(FailTaskRequestSchema, { leaseToken, error: { type: "oops", message: "no", retryable: true } }),
      ]),
  ],
];

test.each(waysOut)(
  "law 10: %s closes what the worker owed and never what was handed over",
  async (name, type, leave) => {
    const scene = await openScene();
    const { taskId, assignedReceiptId } = await hand(scene);
    const { token, acceptedReceiptId } = await claim(scene);
    await leave(scene, token);
    const closing = receiptOfType(await chainOf(scene, taskId), type);
    const held = await explain(scene, scene.worker, acceptedReceiptId);
    expect(held).toMatchObject({ open: false, closedBy: { receiptId: closing.receiptId }, notClosing: [] });
    expect(held.explanation).toContain(`closed by ${name} at`);
    expect(await explain(scene, scene.agent, assignedReceiptId)).toMatchObject({ open: true, closableBy: ends });
  },
);

test("a second holder's completion is no terminator of what the first holder owed", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const first = await claim(scene);
  await scene.operations.releaseLeases(scene.worker, [create(ReleaseLeaseRequestSchema, { leaseToken: first.token })]);
  await complete(scene, await claim(scene));
  const released = receiptOfType(await chainOf(scene, taskId), LEASE_RELEASED);
  expect(await explain(scene, scene.agent, first.acceptedReceiptId)).toMatchObject({
    open: false,
    closedBy: { receiptId: released.receiptId },
  });
});

test("receipts that oblige to nothing, that are nowhere, or that the caller may not read are not found", async () => {
  const scene = await openScene();
  const { assignedReceiptId, receiptId, anomalyReceiptId } = await succeedWithoutLocator(scene);
  const eve = scene.tenant.caller("agent", "eve");
  for (const [caller, id] of [
    [scene.agent, receiptId],
    [scene.agent, anomalyReceiptId],
    [scene.agent, "01900000-0000-7000-8000-000000000000"],
    [eve, assignedReceiptId],
  ] as const) {
    await refused(scene.operations.explainObligation(caller, { receiptId: id }), ErrorReason.RECEIPT_NOT_FOUND);
  }
  granted(await scene.operations.explainObligation(scene.operator, { receiptId: assignedReceiptId }));
});
