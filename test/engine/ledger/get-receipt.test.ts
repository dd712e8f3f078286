// GetReceipt: who may read what, and that a delivery is noted and decides nothing.
import { readdir, readFile } from "node:fs/promises";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  AcknowledgeReceiptRequestSchema,
  TraceReceiptRequestSchema,
} from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { query } from "../../helpers/database.ts";
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
  refused,
  type Scene,
  succeedWithoutLocator,
  verify,
} from "../../helpers/ledger-scenario.ts";

test("a receipt is read by who said it, who was told, who may read its task, and who may read all", async () => {
  const scene = await openScene();
  const { operations, agent, worker, operator, tenant } = scene;
  const { taskId, assignedReceiptId } = await hand(scene);
  const eve = tenant.caller("agent", "eve");
  for (const caller of [agent, operator]) {
    expect(await operations.getReceipt(caller, { receiptId: assignedReceiptId })).toMatchObject({
      receiptId: assignedReceiptId,
      taskId,
    });
  }
  await refused(operations.getReceipt(worker, { receiptId: assignedReceiptId }), ErrorReason.RECEIPT_NOT_FOUND);
  const lease = await claim(scene);
  granted(await operations.getReceipt(worker, { receiptId: assignedReceiptId }));
  granted(await operations.getReceipt(agent, { receiptId: lease.acceptedReceiptId }));
  await complete(scene, lease);
  // The lease is over: what the worker was told itself stays readable, the rest of the task does not.
  granted(await operations.getReceipt(worker, { receiptId: lease.acceptedReceiptId }));
  await refused(operations.getReceipt(worker, { receiptId: assignedReceiptId }), ErrorReason.RECEIPT_NOT_FOUND);
  await refused(operations.getReceipt(eve, { receiptId: lease.acceptedReceiptId }), ErrorReason.RECEIPT_NOT_FOUND);
});

test("law 13: reading sets delivered_time once, for the addressee alone, and changes nothing else", async () => {
  const scene = await openScene();
  const { operations, agent, worker, operator, clock, database } = scene;
  const { taskId, assignedReceiptId, acceptedReceiptId } = await succeedWithoutLocator(scene);
  const before = await readTables(database.databaseUrl);
  expect(before["delivery"]).toEqual([]);
  const read = async (receiptId: string) => granted(await operations.getReceipt(operator, { receiptId })).deliveredTime;
  // Neither the sender nor an operator is the addressee.
  await chainOf(scene, taskId);
  expect(await read(acceptedReceiptId)).toBeUndefined();
  granted(await operations.getReceipt(worker, { receiptId: acceptedReceiptId }));
  const first = await read(acceptedReceiptId);
  expect(Number(first?.seconds)).toBe(Math.floor(clock.now().getTime() / 1_000));
  clock.advance(60_000);
  granted(await operations.getReceipt(worker, { receiptId: acceptedReceiptId }));
  expect(await read(acceptedReceiptId)).toEqual(first);
  expect(await read(assignedReceiptId)).toBeUndefined();
  await openOf(scene, agent);
  expect(await read(assignedReceiptId)).toBeDefined();
  const { delivery: _before, ...rest } = before;
  const { delivery: _after, ...restAfter } = await readTables(database.databaseUrl);
  expect(restAfter).toEqual(rest);
  expect(await verify(scene)).toMatchObject({ whole: true });
});

/** Everything one can ask about what is owed, and a call of each kind that writes after it. */
async function goThrough(scene: Scene, between: () => Promise<void>) {
  const { operations, agent, worker } = scene;
  const done = await succeedWithoutLocator(scene);
  await openOf(scene, agent);
  await between();
  const open = [await openOf(scene, agent), await openOf(scene, worker)];
  await between();
  const { receiptId } = done;
  const trace = granted(await operations.traceReceipt(agent, create(TraceReceiptRequestSchema, { receiptId })));
  const acknowledged = granted(
    await operations.acknowledgeReceipt(
      agent,
      create(AcknowledgeReceiptRequestSchema, { receiptId: done.anomalyReceiptId }),
    ),
  );
  await between();
  const explained = granted(await operations.explainObligation(agent, { receiptId: done.assignedReceiptId }));
  const supplied = granted(await append(scene, worker, { parents: [done.assignedReceiptId], artifacts: [artifact] }));
  await between();
  return {
    open: open.map((ids) => ids.map((id) => id === done.assignedReceiptId)),
    traced: [trace.ancestors.map(({ type }) => type), trace.descendants.map(({ type }) => type)],
    acknowledged: [acknowledged.existed, acknowledged.receipt.type, acknowledged.receipt.sequence],
    explained: [explained.open, explained.explanation, explained.nextStep],
    supplied: [supplied.existed, supplied.closedReceiptIds.length],
    left: await openOf(scene, agent),
    chain: (await chainOf(scene, done.taskId)).map(({ type, sequence }) => [type, sequence]),
  };
}

test("law 13: everything goes the same with what was noted of deliveries, and with all of it forgotten", async () => {
  const noted = await goThrough(await openScene(), () => Promise.resolve());
  const scene = await openScene();
  const forgotten = await goThrough(scene, async () => {
    await query(scene.database.databaseUrl, "truncate delivery");
  });
  expect(forgotten).toEqual(noted);
  expect(noted.chain.at(-1)?.[0]).toBe(ReceiptType.TASK_COMPLETED);
});

test("law 13: no statement touches deliveries but the one that notes them and those that show them", async () => {
  const directory = new URL("../../../src/store/", import.meta.url);
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql") && file !== "schema.sql");
  const touching: string[] = [];
  for (const file of files) {
    const text = await readFile(new URL(file, directory), "utf8");
    for (const statement of text.split(/^-- name: /m).slice(1)) {
      const [name = ""] = statement.split(" ");
      // How it is shown: joined to rows that were chosen without it, and named in the answer.
      const shown = statement
        .replaceAll(/left join lateral \(\s*select delivered_time from delivery where [^)]*\) d on true/g, "")
        .replaceAll(/, d\.delivered_time as "delivered_time\?"/g, "");
      if (/\bdelivery\b|delivered_time/.test(shown)) touching.push(name);
    }
  }
  // The last one forgets what is older than everything that is kept.
  expect(touching.sort()).toEqual(["DeleteOldDeliveries", "RecordDeliveries"]);
});
