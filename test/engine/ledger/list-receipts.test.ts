// ListReceipts: the chain of a task, or the receipts addressed to a principal; filters before pages.
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { type Receipt, ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ListReceiptsRequestSchema } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { CreateTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import type { Caller } from "../../../src/engine/caller.ts";
import {
  claim,
  complete,
  granted,
  hand,
  openScene,
  refused,
  report,
  type Scene,
  succeedWithoutLocator,
} from "../../helpers/ledger-scenario.ts";

type Request = Omit<MessageInitShape<typeof ListReceiptsRequestSchema>, "$typeName" | "$unknown">;

function list({ operations }: Pick<Scene, "operations">, caller: Caller, request: Request = {}) {
  return operations.listReceipts(caller, create(ListReceiptsRequestSchema, request));
}

async function pages(scene: Scene, caller: Caller, request: Request): Promise<Receipt[][]> {
  const all: Receipt[][] = [];
  for (let pageToken = ""; ; ) {
    const page = granted(await list(scene, caller, { ...request, pageToken }));
    all.push(page.receipts);
    pageToken = page.nextPageToken;
    if (pageToken === "") return all;
    if (all.length > 50) throw new Error("the pages do not end");
  }
}

const { TASK_ASSIGNED, TASK_ACCEPTED, TASK_COMPLETED, TASK_RESULT_READY, SYSTEM_ANOMALY } = ReceiptType;
const typesOf = (receipts: readonly Receipt[]) => receipts.map(({ type }) => type);

test("a task's receipts come in the order of its chain, page by page, full until the end", async () => {
  const scene = await openScene();
  const { taskId } = await succeedWithoutLocator(scene);
  const paged = await pages(scene, scene.agent, { taskId, pageSize: 2 });
  expect(paged.map((page) => page.length)).toEqual([2, 2, 1]);
  expect(paged.flat().map(({ sequence }) => sequence)).toEqual([1n, 2n, 3n, 4n, 5n]);
  expect(typesOf(paged.flat())).toEqual([
    TASK_ASSIGNED,
    TASK_ACCEPTED,
    TASK_COMPLETED,
    TASK_RESULT_READY,
    SYSTEM_ANOMALY,
  ]);
});

test("an inbox comes newest first, and a page is short only at the end, whatever is filtered out between", async () => {
  const scene = await openScene();
  for (let count = 0; count < 3; count += 1) await succeedWithoutLocator(scene);
  const inbox = (await pages(scene, scene.agent, { pageSize: 5 })).flat();
  const ids = inbox.map(({ receiptId }) => receiptId);
  expect(ids).toEqual([...ids].sort().reverse());
  expect(inbox.every(({ to }) => to?.id === "alice")).toBe(true);
  // To the agent, three each: assigned (it owes itself), completed, result ready, anomaly.
  expect(inbox).toHaveLength(12);
  const anomalies = await pages(scene, scene.agent, { types: [SYSTEM_ANOMALY], pageSize: 2 });
  expect(anomalies.map(typesOf)).toEqual([[SYSTEM_ANOMALY, SYSTEM_ANOMALY], [SYSTEM_ANOMALY]]);
});

test("conditions hold together: a task's receipts to one principal are those addressed to it", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  await complete(scene, await claim(scene));
  const to = async (caller: Caller, principal: Caller) =>
    typesOf(granted(await list(scene, caller, { taskId, principal: principal.principal })).receipts);
  expect(await to(scene.operator, scene.worker)).toEqual([TASK_ACCEPTED]);
  expect(await to(scene.agent, scene.agent)).toEqual([TASK_ASSIGNED, TASK_COMPLETED, TASK_RESULT_READY]);
});

test("a caller that may not read a task sees only the receipts of it that it sent or was sent", async () => {
  const scene = await openScene();
  const { taskId } = await hand(scene);
  const lease = await claim(scene);
  expect(granted(await list(scene, scene.worker, { taskId })).receipts).toHaveLength(2);
  await complete(scene, lease);
  const own = granted(await list(scene, scene.worker, { taskId })).receipts;
  expect(typesOf(own)).toEqual([TASK_ACCEPTED, TASK_COMPLETED]);
  const eve = scene.tenant.caller("agent", "eve");
  expect(granted(await list(scene, eve, { taskId }))).toEqual({ receipts: [], nextPageToken: "" });
});

test("reading another principal's inbox needs a scope", async () => {
  const scene = await openScene();
  const { receipt } = granted(await report(scene, { to: scene.agent.principal }));
  const request = { principal: scene.agent.principal };
  await refused(list(scene, scene.worker, request), ErrorReason.PERMISSION_DENIED);
  const page = granted(await list(scene, scene.operator, request));
  expect(page.receipts.map(({ receiptId }) => receiptId)).toEqual([receipt.receiptId]);
});

test("a page token is refused with another question, another caller's inbox, and when it is made up", async () => {
  const scene = await openScene();
  const { taskId } = await succeedWithoutLocator(scene);
  await succeedWithoutLocator(scene);
  const { nextPageToken: pageToken } = granted(await list(scene, scene.agent, { pageSize: 1 }));
  const ofTask = granted(await list(scene, scene.agent, { taskId, pageSize: 1 })).nextPageToken;
  for (const [caller, request] of [
    [scene.agent, { pageToken, types: [SYSTEM_ANOMALY] }],
    [scene.agent, { pageToken, taskId }],
    [scene.agent, { pageToken: ofTask }],
    [scene.agent, { pageToken: "made up" }],
    [scene.operator, { pageToken, principal: scene.agent.principal }],
  ] as const) {
    await refused(list(scene, caller, request as Request), ErrorReason.INVALID_ARGUMENT);
  }
  // The size of a page may change from one to the next.
  expect(granted(await list(scene, scene.agent, { pageToken, pageSize: 200 })).nextPageToken).toBe("");
});

test("an inbox is read whole, by pages of any size, from transactions of one receipt and of many", async () => {
  const scene = await openScene();
  const handed = [];
  for (let count = 0; count < 7; count += 1) handed.push(await hand(scene));
  const request = create(CreateTaskRequestSchema, { type: "t" });
  const together = await scene.operations.createTasks(scene.agent, { tasks: Array(5).fill(request), requestId: "" });
  for (let count = 0; count < 2; count += 1) handed.push(await hand(scene));
  const ids = [...handed, ...together.map(granted)].map(({ assignedReceiptId }) => assignedReceiptId);
  for (const pageSize of [1, 2, 3, 4, 5, 13, 14, 15]) {
    const read = await pages(scene, scene.agent, { pageSize });
    expect(read.flat().map(({ receiptId }) => receiptId)).toEqual(ids.toSorted().reverse());
    expect(read.slice(0, -1).every((page) => page.length === pageSize)).toBe(true);
  }
});
