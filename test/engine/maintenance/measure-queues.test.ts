// What a server measures for its metrics: the queues of all tenants in which most waits, and what was recorded.
import { expect, test } from "vitest";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import type { RecordedNews } from "../../../src/engine/index.ts";
import { measureQueues } from "../../../src/engine/maintenance/measure-queues.ts";
import { cancel, claim, complete, createTask, granted, inMs, openScenario } from "../../helpers/scenario.ts";

test("the queues in which most waits come first, each with the age of its oldest task", async () => {
  const s = await openScenario();
  await createTask(s, { queue: "few" });
  s.clock.advance(5_000);
  for (const queue of ["many", "many", "few", "many"]) await createTask(s, { queue });
  await createTask(s, { queue: "later", notBefore: inMs(s, 60_000) });
  s.clock.advance(1_000);
  const measured = await measureQueues(s.engine, 2);
  expect(measured.map(({ queue, waiting, oldestSeconds }) => [queue, waiting, oldestSeconds])).toEqual([
    ["many", 3, 1],
    ["few", 2, 6],
  ]);
  expect(await measureQueues(s.engine, 1)).toHaveLength(1);
});

test("what is recorded is told by type, once it is committed, with the time that leased tasks had waited", async () => {
  const s = await openScenario();
  const heard: RecordedNews[] = [];
  s.engine.recorded.onRecorded((news) => heard.push(news));
  const task = await createTask(s, {});
  s.clock.advance(2_500);
  const leased = await claim(s);
  granted(await complete(s, leased));
  const counts = new Map<ReceiptType, number>();
  for (const { receipts } of heard) {
    for (const [type, count] of receipts) counts.set(type, (counts.get(type) ?? 0) + count);
  }
  expect(Object.fromEntries(counts)).toEqual({
    [ReceiptType.TASK_ASSIGNED]: 1,
    [ReceiptType.TASK_ACCEPTED]: 1,
    [ReceiptType.TASK_COMPLETED]: 1,
    [ReceiptType.TASK_RESULT_READY]: 1,
  });
  expect(heard.flatMap(({ waitedSeconds }) => waitedSeconds)).toEqual([2.5]);
  heard.length = 0;
  await expect(cancel(s, task.taskId)).rejects.toThrow("comes too late");
  expect(heard).toEqual([]);
});
