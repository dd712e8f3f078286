// TraceReceipt: what led to a receipt and what came of it, across tasks, within bounds and within what one may read.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TraceReceiptRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  chainOf,
  claim,
  complete,
  granted,
  hand,
  openScene,
  refused,
  report,
  type Scene,
} from "../../helpers/ledger-scenario.ts";

async function trace({ operations }: Scene, caller: Caller, receiptId: string, depth = 0) {
  const request = create(TraceReceiptRequestSchema, { receiptId, depth });
  const { receipt, ancestors, descendants, truncated } = granted(await operations.traceReceipt(caller, request));
  expect(receipt?.receiptId.toLowerCase()).toBe(receiptId.toLowerCase());
  return {
    up: ancestors.map((one) => one.receiptId),
    down: descendants.map((one) => one.receiptId),
    truncated,
  };
}

/** Two tasks, the second handed over because of the first one's outcome. */
async function twoTasks(scene: Scene) {
  const first = await hand(scene);
  const done = granted(await complete(scene, await claim(scene)));
  const [, accepted, , ready] = await chainOf(scene, first.taskId);
  const second = await hand(scene, { parentReceipts: [done.receiptId] });
  const lease = await claim(scene);
  return {
    assigned: first.assignedReceiptId,
    accepted: accepted?.receiptId ?? "",
    completed: done.receiptId,
    ready: ready?.receiptId ?? "",
    second: second.assignedReceiptId,
    secondAccepted: lease.acceptedReceiptId,
    lease,
  };
}

test("a trace goes through two tasks by the parents that were named, nearest first, in both directions", async () => {
  const scene = await openScene();
  const chain = await twoTasks(scene);
  const { assigned, accepted, completed, ready, second, secondAccepted } = chain;
  expect(await trace(scene, scene.agent, secondAccepted)).toEqual({
    up: [second, completed, assigned, accepted],
    down: [],
    truncated: false,
  });
  const fromFirst = await trace(scene, scene.agent, assigned.toUpperCase());
  expect(fromFirst).toEqual({ up: [], down: [accepted, completed, ready, second, secondAccepted], truncated: false });
  const middle = await trace(scene, scene.agent, completed);
  expect(middle).toEqual({ up: [assigned, accepted], down: [ready, second, secondAccepted], truncated: false });
});

test("a trace ends where its depth does, and says that there was more", async () => {
  const scene = await openScene();
  const { assigned, accepted, completed, second, secondAccepted } = await twoTasks(scene);
  expect(await trace(scene, scene.agent, secondAccepted, 1)).toEqual({ up: [second], down: [], truncated: true });
  expect(await trace(scene, scene.agent, secondAccepted, 2)).toMatchObject({
    up: [second, completed],
    truncated: true,
  });
  expect(await trace(scene, scene.agent, secondAccepted, 3)).toMatchObject({ truncated: false });
  expect(await trace(scene, scene.agent, assigned, 1)).toEqual({
    up: [],
    down: [accepted, completed],
    truncated: true,
  });
});

test("what the caller may not read is left out, not followed, and not hinted at", async () => {
  const scene = await openScene();
  const { accepted, completed, lease } = await twoTasks(scene);
  granted(await complete(scene, lease));
  for (const depth of [1, 2, 10]) {
    expect(await trace(scene, scene.worker, completed, depth)).toEqual({ up: [accepted], down: [], truncated: false });
  }
  const eve = scene.tenant.caller("agent", "eve");
  const request = create(TraceReceiptRequestSchema, { receiptId: completed });
  await refused(scene.operations.traceReceipt(eve, request), ErrorReason.RECEIPT_NOT_FOUND);
});

test("an anomaly on one task that names a receipt of another is found from there", async () => {
  const scene = await openScene();
  const one = await hand(scene);
  const other = await hand(scene);
  const { receipt } = granted(await report(scene, { taskId: other.taskId, parents: [one.assignedReceiptId] }));
  expect(await trace(scene, scene.operator, one.assignedReceiptId)).toMatchObject({ down: [receipt.receiptId] });
  expect(await trace(scene, scene.operator, receipt.receiptId)).toMatchObject({ up: [one.assignedReceiptId] });
});

test("a trace answers at most 1,000 receipts and says so when there is one more", async () => {
  const scene = await openScene();
  const root = granted(await report(scene, { to: scene.agent.principal })).receipt.receiptId;
  const child = () => create(CreateTaskRequestSchema, { type: "t", parentReceipts: [root] });
  const handMany = (count: number) =>
    scene.operations.createTasks(scene.agent, { tasks: Array.from({ length: count }, child), requestId: "" });
  await handMany(1_000);
  const full = await trace(scene, scene.agent, root);
  expect([full.down.length, full.truncated]).toEqual([1_000, false]);
  await handMany(1);
  const cut = await trace(scene, scene.agent, root);
  expect([cut.down.length, cut.truncated]).toEqual([1_000, true]);
});
