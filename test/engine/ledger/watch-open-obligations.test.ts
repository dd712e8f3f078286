// WatchOpenObligations: the whole picture first, then each obligation that opens or closes.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, onTestFinished, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import {
  WatchOpenObligationsRequestSchema,
  type WatchOpenObligationsResponse,
} from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import {
  CancelTaskRequestSchema,
  CreateTaskRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { Refused } from "../../../src/core/refusal.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import { claim, complete, granted, hand, openScene, type Scene } from "../../helpers/ledger-scenario.ts";

type Request = Omit<MessageInitShape<typeof WatchOpenObligationsRequestSchema>, "$typeName" | "$unknown">;

function watch({ operations }: Scene, caller: Caller, request: Request = {}) {
  const controller = new AbortController();
  const news = operations
    .watchOpenObligations(caller, create(WatchOpenObligationsRequestSchema, request), controller.signal)
    [Symbol.asyncIterator]();
  const close = async () => {
    controller.abort();
    while (!(await news.next()).done);
  };
  onTestFinished(close);
  return { next: async () => told((await news.next()).value), close };
}

function told(news: WatchOpenObligationsResponse | undefined) {
  return {
    opened: news?.opened.map(({ receipt }) => receipt?.receiptId ?? ""),
    closed: news?.closedReceiptIds,
    caughtUp: news?.caughtUp,
  };
}

test("first all that is open and a mark that this is all, then what opens, then what closes", async () => {
  const scene = await openScene();
  const first = await hand(scene);
  const news = watch(scene, scene.agent);
  expect(await news.next()).toEqual({ opened: [first.assignedReceiptId], closed: [], caughtUp: true });
  const opening = news.next();
  const second = await hand(scene);
  expect(await opening).toEqual({ opened: [second.assignedReceiptId], closed: [], caughtUp: true });
  const closing = news.next();
  granted(await scene.operations.cancelTask(scene.agent, create(CancelTaskRequestSchema, { taskId: first.taskId })));
  expect(await closing).toEqual({ opened: [], closed: [first.assignedReceiptId], caughtUp: true });
});

test("a caller that owes nothing is told so at once", async () => {
  const scene = await openScene();
  expect(await watch(scene, scene.agent).next()).toEqual({ opened: [], closed: [], caughtUp: true });
});

test("a worker sees its leases open and close", async () => {
  const scene = await openScene();
  await hand(scene);
  const news = watch(scene, scene.worker);
  expect(await news.next()).toMatchObject({ opened: [] });
  const opening = news.next();
  const lease = await claim(scene);
  expect(await opening).toMatchObject({ opened: [lease.acceptedReceiptId] });
  const closing = news.next();
  await complete(scene, lease);
  expect(await closing).toMatchObject({ closed: [lease.acceptedReceiptId] });
});

test("law 16: what another server does is seen without any hint from it", async () => {
  const scene = await openScene({ pollsWaits: true });
  const { clock, database } = scene;
  const other = await openScene({ databaseUrl: database.databaseUrl, clock });
  const news = watch(scene, scene.agent);
  await news.next();
  const opening = news.next();
  const { assignedReceiptId } = await hand({ operations: other.operations, agent: scene.agent });
  expect(await opening).toMatchObject({ opened: [assignedReceiptId] });
});

test("more than a page of obligations comes in one picture", async () => {
  const scene = await openScene();
  const pageAndMore = 201;
  const requests = Array.from({ length: pageAndMore }, () => create(CreateTaskRequestSchema, { type: "t" }));
  const created = await scene.operations.createTasks(scene.agent, { tasks: requests, requestId: "" });
  const ids = created.map((one) => granted(one).assignedReceiptId);
  expect(await watch(scene, scene.agent).next()).toMatchObject({ opened: ids });
});

test("a watch ends when its caller cancels it, and watching another principal needs a scope", async () => {
  const scene = await openScene();
  const news = watch(scene, scene.agent);
  await news.next();
  await news.close();
  const foreign = watch(scene, scene.worker, { principal: scene.agent.principal });
  const refusal = foreign.next();
  await expect(refusal).rejects.toBeInstanceOf(Refused);
  await expect(refusal).rejects.toMatchObject({ refusal: { reason: ErrorReason.PERMISSION_DENIED } });
  const allowed = watch(scene, scene.operator, { principal: scene.agent.principal });
  expect(await allowed.next()).toMatchObject({ caughtUp: true });
});
