// Bootstrap: the old form tells the same truth as ListOpenObligations, sorted into buckets.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import {
  ListOpenObligationsRequestSchema,
  type OpenObligation,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { claim, granted, hand, openScene, succeedWithoutLocator } from "../../helpers/ledger-scenario.ts";

const ids = (open: readonly OpenObligation[]) => open.map(({ receipt }) => receipt?.receiptId ?? "");

test("the buckets hold together what the list holds, each obligation once and in the list's order", async () => {
  const scene = await openScene();
  const { operations, agent, worker } = scene;
  const unlocated = await succeedWithoutLocator(scene);
  const held = await hand(scene);
  const lease = await claim(scene);
  const waiting = [await hand(scene), await hand(scene, { delay: { seconds: 60n } })];
  const list = granted(
    await operations.listOpenObligations(agent, create(ListOpenObligationsRequestSchema, { pageSize: 200 })),
  );
  const { server, relationship, attention } = granted(await operations.bootstrap(agent));
  expect({ server, relationship }).toEqual({ server: list.server, relationship: list.relationship });
  const { needsAction = [], inProgress = [], waiting: waits = [], anomalies = [] } = attention ?? {};
  expect(ids(needsAction)).toEqual([unlocated.assignedReceiptId]);
  expect(ids(inProgress)).toEqual([held.assignedReceiptId]);
  expect(ids(waits)).toEqual(waiting.map(({ assignedReceiptId }) => assignedReceiptId));
  expect(anomalies.map(({ receiptId }) => receiptId)).toEqual([unlocated.anomalyReceiptId]);
  expect(ids([...needsAction, ...inProgress, ...waits]).sort()).toEqual(ids(list.openObligations).sort());
  const mine = granted(await operations.bootstrap(worker)).attention;
  expect(ids(mine?.inProgress ?? [])).toEqual([lease.acceptedReceiptId]);
  expect(mine).toMatchObject({ needsAction: [], waiting: [], anomalies: [] });
});

test("the newest 20 anomalies are told, newest first", async () => {
  const scene = await openScene();
  const all: string[] = [];
  for (let count = 0; count < 22; count += 1) all.push((await succeedWithoutLocator(scene)).anomalyReceiptId);
  const { attention } = granted(await scene.operations.bootstrap(scene.agent));
  expect(attention?.anomalies.map(({ receiptId }) => receiptId)).toEqual(all.reverse().slice(0, 20));
});
