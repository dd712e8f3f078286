// WorkerService.Work over the wire: a real door, a real engine, a raw client.
import { expect, test } from "vitest";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { beaten, gone, offers, resultOf, settled, tokenOf, welcome } from "../helpers/work-stream.ts";
import { openWork } from "./open-work.ts";

const result = { content: { case: "json" as const, value: '{"ok":true}' } };

test("a task's whole life goes over one stream", async () => {
  const work = await openWork();
  const [taskId = ""] = await work.create(1);
  const stream = work.open();
  stream.send({ hello: { workerName: "tester", slots: 1 }, credit: { tasks: 1 } });
  expect(await stream.hear(welcome)).toMatchObject({ resumed: false, leases: [], frameItemsMax: 500 });
  const [offer] = await stream.hear(offers(1));
  expect(offer?.leased?.task).toMatchObject({ taskId, state: TaskState.LEASED, deliveries: 1 });
  const leaseToken = offer ? tokenOf(offer) : "";
  stream.send({ accepts: [{ leaseToken }] });
  const accepted = await stream.hear(settled(leaseToken));
  expect(accepted.result).toMatchObject({ case: "accepted", value: { receiptId: offer?.leased?.acceptedReceiptId } });
  stream.send({ starts: [{ leaseToken, requestId: "start" }], beat: { sequence: 7n } });
  expect(resultOf(await stream.hear(settled(leaseToken, "start")))).toBe("started");
  await stream.hear(beaten(7n));
  stream.send({ progress: [{ leaseToken, requestId: "half", progress: { percent: 50 } }] });
  expect(resultOf(await stream.hear(settled(leaseToken, "half")))).toBe("progressed");
  stream.send({ completes: [{ leaseToken, requestId: "done", result }] });
  expect(resultOf(await stream.hear(settled(leaseToken, "done")))).toBe("completed");
  expect(await work.read(taskId)).toMatchObject({ state: TaskState.SUCCEEDED });
  stream.send({ bye: {} });
  expect(await stream.hear(gone)).toBe("BYE");
  expect(await stream.ended).toBe("ok");
});
