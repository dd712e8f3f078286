// Success and the place of its result: what discharges, what does not, and how a missing place is supplied later.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { DeliveryMode, DeliveryStatus } from "../../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { AnomalyKind, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  append,
  artifact,
  chainOf,
  claim,
  complete,
  granted,
  hand,
  openOf,
  openScene,
  readTables,
  receiptOfType,
  refused,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

const pushed = { mode: DeliveryMode.PUSH, target: "https://example.test/in", status: DeliveryStatus.SUCCEEDED };

test("law 11: lenient success without a locator closes what the worker owed, and not the task", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId, acceptedReceiptId, receiptId, anomalyReceiptId } =
    await succeedWithoutLocator(scene);
  expect(await scene.operations.getTask(scene.agent, { taskId })).toMatchObject({
    state: TaskState.SUCCEEDED,
  });
  expect(await openOf(scene, scene.agent)).toEqual([assignedReceiptId]);
  expect(await openOf(scene, scene.worker)).toEqual([]);
  const chain = await chainOf(scene, taskId);
  const completed = receiptOfType(chain, ReceiptType.TASK_COMPLETED);
  expect(completed).toMatchObject({ receiptId, parents: [acceptedReceiptId] });
  const anomaly = receiptOfType(chain, ReceiptType.SYSTEM_ANOMALY);
  expect(anomaly).toMatchObject({ receiptId: anomalyReceiptId, parents: [receiptId], to: scene.agent.principal });
  expect(anomaly.body?.body.value).toMatchObject({ kind: AnomalyKind.SUCCESS_WITHOUT_LOCATABILITY });
});

test("law 11: strict mode refuses success without a locator, changes nothing, and the lease stays", async () => {
  const scene = await openScene({ mode: LocatabilityMode.STRICT });
  const { taskId } = await hand(scene);
  const lease = await claim(scene);
  const before = await readTables(scene.database.databaseUrl);
  await refused(complete(scene, lease, {}), ErrorReason.LOCATOR_REQUIRED);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
  expect(granted(await complete(scene, lease))).toMatchObject({ taskId, discharged: true });
  expect(await openOf(scene, scene.agent)).toEqual([]);
});

test.each([
  ["an artifact", { artifacts: [artifact] }],
  ["a delivery proof that succeeded", { deliveryProof: pushed }],
  ["a result that the server stores", { result: { content: { case: "json", value: "{}" } } }],
  ["an empty result that the server stores", { result: { content: { case: "data", value: new Uint8Array() } } }],
] as const)("in strict mode %s discharges", async (_what, evidence) => {
  const scene = await openScene({ mode: LocatabilityMode.STRICT });
  const { taskId, assignedReceiptId } = await hand(scene);
  const lease = await claim(scene);
  const done = granted(await complete(scene, lease, evidence as Parameters<typeof complete>[2]));
  expect(done).toMatchObject({ discharged: true, anomalyReceiptId: "" });
  const completed = receiptOfType(await chainOf(scene, taskId), ReceiptType.TASK_COMPLETED);
  expect(completed.parents).toEqual([assignedReceiptId, lease.acceptedReceiptId]);
  expect(await openOf(scene, scene.agent)).toEqual([]);
});

test("a stored result is proven by the server with its digest and the database's time", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  await complete(scene, await claim(scene), { result: { content: { case: "json", value: '{"a":1}' } } });
  const { body } = receiptOfType(await chainOf(scene, taskId), ReceiptType.TASK_COMPLETED);
  if (body?.body.case !== "taskCompleted") throw new Error("no completion");
  const { resultDigest, deliveryProof } = body.body.value;
  expect(deliveryProof).toMatchObject({
    mode: DeliveryMode.STORE,
    status: DeliveryStatus.SUCCEEDED,
    proof: { digest: `sha256:${Buffer.from(resultDigest).toString("hex")}` },
  });
  expect(Number(deliveryProof?.at?.seconds)).toBe(Math.floor(scene.clock.now().getTime() / 1_000));
});

const failed = { ...pushed, status: DeliveryStatus.FAILED };

test("law 11: a delivery proof that failed is no locator, is refused when strict and kept when lenient", async () => {
  const strict = await openScene({ mode: LocatabilityMode.STRICT });
  await hand(strict);
  const lease = await claim(strict);
  await refused(complete(strict, lease, { deliveryProof: failed }), ErrorReason.LOCATOR_REQUIRED);
  const lenient = await openScene();
  const { taskId, assignedReceiptId } = await hand(lenient);
  const done = granted(await complete(lenient, await claim(lenient), { deliveryProof: failed }));
  expect(done.discharged).toBe(false);
  expect(await openOf(lenient, lenient.agent)).toEqual([assignedReceiptId]);
  const completed = receiptOfType(await chainOf(lenient, taskId), ReceiptType.TASK_COMPLETED);
  expect(completed.body?.body.value).toMatchObject({ deliveryProof: { status: DeliveryStatus.FAILED } });
});

const nowhere = { content: { case: "uri", value: "" } } as const;

test.each([
  ["a result at an empty URI", { result: nowhere }],
  ["an artifact at an empty URI", { artifacts: [{ kind: "s3", uri: "" }] }],
  ["a delivery proof without a target", { deliveryProof: { ...pushed, target: "" } }],
] as const)("law 11: %s is no locator", async (_what, evidence) => {
  const strict = await openScene({ mode: LocatabilityMode.STRICT });
  await hand(strict);
  const lease = await claim(strict);
  await refused(complete(strict, lease, evidence as Parameters<typeof complete>[2]), ErrorReason.LOCATOR_REQUIRED);
  // The control: with a place for the same result, it discharges.
  granted(await complete(strict, lease, { result: { content: { case: "uri", value: "s3://bucket/result" } } }));
});

test.each(["worker", "agent"] as const)("a missing locator is supplied later by the %s and closes", async (who) => {
  const scene = await openScene();
  const { taskId, assignedReceiptId, receiptId } = await succeedWithoutLocator(scene);
  const before = await chainOf(scene, taskId);
  const supplied = granted(await append(scene, scene[who], { parents: [assignedReceiptId], artifacts: [artifact] }));
  expect(supplied).toMatchObject({ existed: false, closedReceiptIds: [assignedReceiptId] });
  expect(supplied.receipt).toMatchObject({
    taskId,
    from: scene[who].principal,
    to: scene.agent.principal,
    parents: [assignedReceiptId],
    supersededBy: "",
  });
  expect(supplied.receipt.receiptId).not.toBe(receiptId);
  expect(await openOf(scene, scene.agent)).toEqual([]);
  // The state never changes after the end: only the chain grows, by one.
  expect(await scene.operations.getTask(scene.agent, { taskId })).toMatchObject({
    state: TaskState.SUCCEEDED,
    attempt: 1,
  });
  expect(await chainOf(scene, taskId)).toHaveLength(before.length + 1);
});

test("a locator that is a failed proof, or nothing, is refused and leaves the obligation open", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await succeedWithoutLocator(scene);
  const before = await readTables(scene.database.databaseUrl);
  const parents = [assignedReceiptId];
  await refused(append(scene, scene.worker, { parents }), ErrorReason.LOCATOR_REQUIRED);
  await refused(append(scene, scene.worker, { parents, deliveryProof: failed }), ErrorReason.LOCATOR_REQUIRED);
  expect(await readTables(scene.database.databaseUrl)).toEqual(before);
  granted(await append(scene, scene.worker, { parents, deliveryProof: pushed }));
  expect(await openOf(scene, scene.agent)).toEqual([]);
});

test("supplied twice, the same content is the stored one and other content is kept behind the first", async () => {
  const scene = await openScene();
  const { taskId, assignedReceiptId } = await succeedWithoutLocator(scene);
  const parents = [assignedReceiptId];
  const first = granted(await append(scene, scene.worker, { parents, artifacts: [artifact] }));
  const again = granted(await append(scene, scene.worker, { parents, artifacts: [artifact] }));
  expect(again).toEqual({ ...first, existed: true });
  const later = granted(await append(scene, scene.agent, { parents, artifacts: [{ ...artifact, uri: "s3://other" }] }));
  expect(later).toMatchObject({ existed: false, closedReceiptIds: [] });
  expect(later.receipt.supersededBy).toBe(first.receipt.receiptId);
  const laterAgain = granted(
    await append(scene, scene.agent, { parents, artifacts: [{ ...artifact, uri: "s3://other" }] }),
  );
  expect(laterAgain).toEqual({ ...later, existed: true });
  const completions = (await chainOf(scene, taskId)).filter(({ type }) => type === ReceiptType.TASK_COMPLETED);
  expect(completions.map(({ supersededBy }) => supersededBy)).toEqual(["", "", first.receipt.receiptId]);
});

test("a locator for a task that was discharged at once is kept behind its completion", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  const { receiptId } = granted(await complete(scene, await claim(scene)));
  const later = granted(
    await append(scene, scene.agent, { parents: [assignedReceiptId], artifacts: [{ ...artifact, uri: "s3://copy" }] }),
  );
  expect(later).toMatchObject({ closedReceiptIds: [], receipt: { supersededBy: receiptId } });
});

test("of rivals that supply a locator at once, one closes and the others are behind it", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await succeedWithoutLocator(scene);
  const rivals = [1, 2, 3, 4].map((number) =>
    append(scene, number % 2 ? scene.worker : scene.agent, {
      parents: [assignedReceiptId],
      artifacts: [{ ...artifact, uri: `s3://${number}` }],
    }),
  );
  const answers = (await Promise.all(rivals)).map(granted);
  const [winner, ...others] = answers.filter(({ closedReceiptIds }) => closedReceiptIds.length > 0);
  expect(others).toEqual([]);
  const behind = answers.filter((answer) => answer !== winner).map(({ receipt }) => receipt.supersededBy);
  expect(new Set(behind)).toEqual(new Set([winner?.receipt.receiptId]));
});
