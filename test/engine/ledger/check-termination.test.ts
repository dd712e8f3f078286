// CheckTermination: gives the registry that every receipt is held to, and says whether one receipt is still open.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { CheckTerminationRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { receiptTypes } from "../../../src/core/termination.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  claim,
  complete,
  granted,
  hand,
  openScene,
  refused,
  type Scene,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

const { TASK_ASSIGNED, TASK_ACCEPTED, TASK_COMPLETED, TASK_FAILED, TASK_CANCELED } = ReceiptType;
const { LEASE_EXPIRED, LEASE_RELEASED, TASK_RETRY_SCHEDULED, TASK_SUSPENDED, TASK_HANDED_OFF } = ReceiptType;
const { TASK_REPORTED, INPUT_REQUESTED, INPUT_PROVIDED, INPUT_DECLINED, INPUT_EXPIRED, UNSPECIFIED } = ReceiptType;
const { NODE_CONFIG_ISSUED, NODE_CONFIG_ACKNOWLEDGED, NODE_CONFIG_WITHDRAWN } = ReceiptType;
const ofConfigs = [NODE_CONFIG_ISSUED, NODE_CONFIG_ACKNOWLEDGED, NODE_CONFIG_WITHDRAWN];
const givingUp = [TASK_RETRY_SCHEDULED, LEASE_EXPIRED, LEASE_RELEASED, TASK_SUSPENDED, TASK_HANDED_OFF, TASK_REPORTED];

function check({ operations }: Scene, caller: Caller, request: MessageInitShape<typeof CheckTerminationRequestSchema>) {
  return operations.checkTermination(caller, create(CheckTerminationRequestSchema, request));
}

test("law 10: the whole registry is what the specification says, pair by pair", async () => {
  const scene = await openScene();
  const { rules, open, closedBy } = granted(await check(scene, scene.agent, {}));
  expect(rules).toHaveLength(receiptTypes.length ** 2);
  const allowed = rules.filter((rule) => rule.allowed).map(({ type, parentType }) => [type, parentType]);
  const ends = [TASK_COMPLETED, TASK_FAILED, TASK_CANCELED];
  expect(new Set(allowed.map(String))).toEqual(
    new Set(
      [
        ...ends.flatMap((type) => [
          [type, TASK_ASSIGNED],
          [type, TASK_ACCEPTED],
        ]),
        ...[...givingUp, INPUT_REQUESTED].map((type) => [type, TASK_ACCEPTED]),
        ...[INPUT_PROVIDED, INPUT_DECLINED, INPUT_EXPIRED, TASK_FAILED, TASK_CANCELED].map((type) => [
          type,
          INPUT_REQUESTED,
        ]),
        ...ofConfigs.map((type) => [type, NODE_CONFIG_ISSUED]),
      ].map(String),
    ),
  );
  expect({ open, closedBy }).toEqual({ open: false, closedBy: "" });
});

test("one pair is answered by one rule, one type by a row of them", async () => {
  const scene = await openScene();
  const pair = granted(await check(scene, scene.agent, { type: LEASE_EXPIRED, parentType: TASK_ASSIGNED }));
  expect(pair.rules).toMatchObject([{ type: LEASE_EXPIRED, parentType: TASK_ASSIGNED, allowed: false }]);
  const row = granted(await check(scene, scene.agent, { parentType: TASK_ASSIGNED }));
  expect(row.rules).toHaveLength(receiptTypes.length);
  expect(row.rules.filter(({ allowed }) => allowed).map(({ type }) => type)).toEqual([
    TASK_COMPLETED,
    TASK_FAILED,
    TASK_CANCELED,
  ]);
});

test("a named receipt is open until one that may close it names it, and then tells which did", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  const lease = await claim(scene);
  const ofAccepted = () => check(scene, scene.worker, { parentReceiptId: lease.acceptedReceiptId });
  const ofAssigned = () => check(scene, scene.agent, { parentReceiptId: assignedReceiptId.toUpperCase() });
  expect(granted(await ofAssigned())).toMatchObject({ open: true, closedBy: "" });
  expect(granted(await ofAccepted())).toMatchObject({ open: true, closedBy: "" });
  const { receiptId } = granted(await complete(scene, lease));
  expect(granted(await ofAssigned())).toMatchObject({ open: false, closedBy: receiptId });
  expect(granted(await ofAccepted())).toMatchObject({ open: false, closedBy: receiptId });
});

test("a success without a locator has closed the accepted receipt and not the assigned one", async () => {
  const scene = await openScene();
  const done = await succeedWithoutLocator(scene);
  const ofAssigned = granted(await check(scene, scene.agent, { parentReceiptId: done.assignedReceiptId }));
  expect(ofAssigned).toMatchObject({ open: true, closedBy: "" });
  const ofAccepted = granted(await check(scene, scene.agent, { parentReceiptId: done.acceptedReceiptId }));
  expect(ofAccepted).toMatchObject({ open: false, closedBy: done.receiptId });
  // A receipt that obliges no principal is never open.
  const ofCompleted = granted(await check(scene, scene.agent, { parentReceiptId: done.receiptId }));
  expect(ofCompleted).toMatchObject({ open: false, closedBy: "" });
});

test("a caller that may not read the named receipt is told that there is none", async () => {
  const scene = await openScene();
  const { assignedReceiptId } = await hand(scene);
  const eve = scene.tenant.caller("agent", "eve");
  const request = { type: UNSPECIFIED, parentReceiptId: assignedReceiptId };
  await refused(check(scene, eve, request), ErrorReason.RECEIPT_NOT_FOUND);
});
