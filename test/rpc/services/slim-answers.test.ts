// Callers that ask for it get less: ids in place of tasks, and tasks without what their lease says.
import { createClient } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import type { LeasedTask } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { offers, welcome } from "../../helpers/work-stream.ts";
import { openEngineServer } from "../engine-server.ts";
import { openWork } from "../open-work.ts";

const batch = { tasks: [{ type: "work" }, { type: "" }, { type: "work", idempotencyKey: "key" }], requestId: "batch" };

test("a batch is answered with ids in place of tasks if it asks for that, also when it is repeated", async () => {
  const { tasks, tasker, read } = await openWork();
  const first = await tasks.createTasks({ ...batch, idsOnly: true }, tasker);
  expect(first.results.map(({ result }) => result.case)).toEqual(["createdIds", "error", "createdIds"]);
  const again = await tasks.createTasks({ ...batch, idsOnly: true }, tasker);
  const full = await tasks.createTasks(batch, tasker);
  for (const place of [0, 2]) {
    const [one, repeated, whole] = [first, again, full].map(({ results }) => results[place]?.result);
    if (one?.case !== "createdIds" || whole?.case !== "created") throw new Error("it was not created");
    const { taskId, assignedReceiptId } = one.value;
    expect(one.value.existed).toBe(false);
    expect((await read(taskId)).assignedReceiptId).toBe(assignedReceiptId);
    expect(repeated).toMatchObject({ case: "createdIds", value: { taskId, assignedReceiptId, existed: true } });
    // The same call may ask for more when it is repeated: what it does is the same.
    expect(whole.value).toMatchObject({ assignedReceiptId, existed: true, task: { taskId, type: "work" } });
  }
});

test("over REST, ids_only has the same effect", async () => {
  const { url, makeTenant, makeKey } = await openEngineServer();
  const key = await makeKey(await makeTenant("acme"), Role.TASKER);
  const response = await fetch(`${url}/v1/tasks:batchCreate`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ tasks: [{ type: "work" }], ids_only: true }),
  });
  const { results } = (await response.json()) as { results: unknown[] };
  const id = expect.stringMatching(/^[0-9a-f-]{36}$/);
  expect(results).toEqual([{ created_ids: { task_id: id, assigned_receipt_id: id, existed: false } }]);
});

/** What the lease says of the task's holder. */
function holderIn({ lease }: LeasedTask) {
  const { worker, leaseId, fence, grantTime, expireTime } = lease ?? {};
  return { worker, leaseId, fence, grantTime, expireTime };
}

const withoutState = ({ holder: _, ...task }: Task) => ({ ...task, taskId: "", createTime: 0, assignedReceiptId: "" });

test("claims get tasks without their holder if they ask for that, also repeated or after a wait", async () => {
  const work = await openWork();
  const leases = createClient(LeaseService, work.transport);
  const worker = { headers: { authorization: "Bearer worker-key" } };
  const claim = async (wish: object) => {
    const { tasks } = await leases.claimTasks({ maxTasks: 1, instance: "one", ...wish }, worker);
    if (!tasks[0]?.task) throw new Error("nothing was granted");
    return { ...tasks[0], task: tasks[0].task };
  };
  await work.create(3);
  const full = await claim({});
  const slim = await claim({ omitHolder: true });
  expect(full.task.holder).toMatchObject(holderIn(full));
  expect(slim.task.holder).toBeUndefined();
  expect(holderIn(slim)).toMatchObject({ worker: full.task.holder?.worker, fence: 1n });
  expect(withoutState(slim.task)).toEqual(withoutState(full.task));
  const once = { omitHolder: true, requestId: "claim" };
  expect((await claim(once)).task.holder).toBeUndefined();
  expect((await claim(once)).task.holder).toBeUndefined();
  const waiting = claim({ omitHolder: true, wait: { seconds: 20n } });
  await work.create(1);
  expect((await waiting).task.holder).toBeUndefined();
});

test("a stream is offered tasks without their holder if its own hello asks for that", async () => {
  const work = await openWork();
  const offered = async (hello: { readonly queues: string[]; readonly omitHolder?: boolean }) => {
    const stream = work.open();
    stream.send({ hello, credit: { tasks: 1 } });
    await stream.receive(welcome);
    await work.create(1, { queue: hello.queues[0] ?? "" });
    const [offer] = await stream.receive(offers(1));
    if (!offer?.leased?.task) throw new Error("nothing was offered");
    return offer.leased;
  };
  const slim = await offered({ queues: ["slim"], omitHolder: true });
  const full = await offered({ queues: ["full"] });
  expect(slim.task?.holder).toBeUndefined();
  expect(slim.lease?.worker?.principal).toEqual(full.lease?.worker?.principal);
  expect(full.task?.holder).toMatchObject(holderIn(full));
  // Its holder is on record all the same.
  expect((await work.read(slim.task?.taskId ?? "")).holder?.leaseId).toBe(slim.lease?.leaseId);
});
