// Unary calls are scheduled by tenant. The calls of a single tenant never wait. Beside others, a tenant with few calls
// starts them at once; a tenant with many gets batches and is throttled.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  createTenantScheduler,
  quantum,
  type TenantScheduler,
  weightOf,
} from "../../../src/rpc/admission/tenant-scheduler.ts";
import { identity, openTestServer } from "../test-server.ts";

const light = 2;
const other = 6;

const open = () => createTenantScheduler({ monotonicMs: () => performance.now() });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Makes calls of a tenant, and collects what ends those that have started. */
function call(scheduler: TenantScheduler, tenantId: string, count: number, weight = light) {
  const running: (() => void)[] = [];
  for (let one = 0; one < count; one += 1) void scheduler.enter(tenantId, weight).then((leave) => running.push(leave));
  return running;
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function end(running: (() => void)[]): void {
  for (const leave of running.splice(0)) leave();
}

/** One call of another tenant, so that it counts as calling. */
async function callOfAnother(scheduler: TenantScheduler): Promise<void> {
  const running = call(scheduler, "b", 1);
  await settled();
  end(running);
}

test("a batch is twelve batched calls, four single ones, two pages or one bulk call; waiting calls are in none", () => {
  const { createTask, createTasks, cancelTask, getTask, listTasks, awaitTask, watchTask } = TaskService.method;
  const { listReceipts, traceReceipt } = ReceiptService.method;
  const methods = [createTask, getTask, cancelTask, listTasks, listReceipts, createTasks, traceReceipt];
  expect(methods.map((method) => quantum / (weightOf(method) ?? 0))).toEqual([12, 12, 4, 2, 2, 1, 1]);
  expect([getTask, cancelTask].map(weightOf)).toEqual([light, other]);
  expect([awaitTask, watchTask].map(weightOf)).toEqual([undefined, undefined]);
});

test("while one tenant calls alone, none of its calls waits", async () => {
  const scheduler = open();
  const running = call(scheduler, "a", 100, quantum);
  await settled();
  expect(running).toHaveLength(100);
});

test("beside another tenant, a tenant with few calls starts them at once", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  const few = call(scheduler, "a", 6);
  const others = call(scheduler, "c", 2, other);
  await settled();
  expect([few.length, others.length]).toEqual([6, 2]);
  const more = call(scheduler, "a", 1);
  await settled();
  expect(more).toHaveLength(0);
  end(few);
  await settled();
  expect(more).toHaveLength(1);
});

test("a tenant with many calls gets batches: the next one starts when the calls of this one have ended", async () => {
  const scheduler = open();
  const alone = call(scheduler, "a", 3, quantum);
  const bulk = call(scheduler, "b", 4, quantum);
  const many = call(scheduler, "b", 40);
  await settled();
  expect([alone.length, bulk.length, many.length]).toEqual([3, 1, 0]);
  for (let ended = 0; ended < 4; ended += 1) {
    expect([bulk.length, many.length]).toEqual([1, 0]);
    end(bulk);
    await pass(100); // longer than any pause
  }
  expect(many).toHaveLength(12);
  for (const leave of many.splice(0, 11)) leave();
  await pass(100);
  expect(many).toHaveLength(1);
  end(many);
  await pass(100);
  expect(many).toHaveLength(12);
});

test("beside a tenant with few calls, one that asks for four batches pauses three times as long", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  const batches = call(scheduler, "a", 9, quantum);
  await settled();
  expect(batches).toHaveLength(1);
  await pass(10);
  end(batches);
  await pass(29);
  expect(batches).toHaveLength(0);
  // A new call of the same tenant is behind those that wait.
  const late = call(scheduler, "a", 1);
  await pass(1);
  expect([batches.length, late.length]).toEqual([1, 0]);
  // Never longer than 100 ms.
  await pass(200);
  await callOfAnother(scheduler);
  end(batches);
  await pass(99);
  expect(batches).toHaveLength(0);
  await pass(1);
  expect(batches).toHaveLength(1);
});

test("a tenant that asks for two batches pauses a third as long, one that asks for one batch not at all", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  const two = call(scheduler, "a", 2, quantum);
  await settled();
  await pass(10);
  end(two);
  await pass(9);
  expect(two).toHaveLength(0);
  await pass(1);
  expect(two).toHaveLength(1);
  const anew = open();
  await callOfAnother(anew);
  const one = call(anew, "a", 1, quantum);
  await settled();
  await pass(10);
  end(one);
  const next = call(anew, "a", 1, quantum);
  await settled();
  expect(next).toHaveLength(1);
});

test("what a tenant asked for lately counts: it does not look light between its answers", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  const running = call(scheduler, "a", 18, other);
  for (const calls of [2, 4, 4, 4, 4]) {
    await pass(100);
    expect(running).toHaveLength(calls);
    await pass(10);
    await callOfAnother(scheduler);
    end(running);
  }
  const next = call(scheduler, "a", 1, other);
  await settled();
  expect(next).toHaveLength(0);
  await pass(100);
  expect(next).toHaveLength(1);
});

test("when all tenants have many calls, none is throttled", async () => {
  const scheduler = open();
  const tenants = ["a", "b"].map((tenantId) => ({ tenantId, running: call(scheduler, tenantId, 1, quantum) }));
  const waiting = tenants.map(({ tenantId }) => call(scheduler, tenantId, 30, quantum));
  await pass(60);
  expect(waiting.map(({ length }) => length)).toEqual([0, 0]);
  for (const { running } of tenants) end(running);
  for (const one of waiting) {
    await pass(10);
    expect(one).toHaveLength(1);
    end(one);
    await settled();
    expect(one).toHaveLength(1);
  }
});

test("waiting calls start when no other tenant has called for a second", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  await pass(900);
  const running = call(scheduler, "a", 12, quantum);
  await settled();
  expect(running).toHaveLength(1);
  await pass(99);
  expect(running).toHaveLength(1);
  // Noticed when the running call becomes slow, at the latest.
  await pass(151);
  expect(running).toHaveLength(12);
});

test("a slow call leaves its batch: the calls behind it do not wait for its end", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  const slow = call(scheduler, "a", 1, quantum);
  const behind = call(scheduler, "a", 1, quantum);
  await pass(200);
  await callOfAnother(scheduler);
  await pass(49);
  expect([slow.length, behind.length]).toEqual([1, 0]);
  await pass(1);
  await pass(100);
  expect(behind).toHaveLength(1);
  // Its end does not start another batch.
  const later = call(scheduler, "a", 2, quantum);
  await callOfAnother(scheduler);
  end(slow);
  await settled();
  expect(later).toHaveLength(0);
  end(behind);
  await pass(100);
  expect(later).toHaveLength(1);
});

test("beyond ten thousand waiting calls, callers are told to retry", async () => {
  const scheduler = open();
  await callOfAnother(scheduler);
  call(scheduler, "a", 10_001, quantum);
  await settled();
  await expect(scheduler.enter("a", light)).rejects.toMatchObject({ refusal: { retryAfterMs: 1_000 } });
  await callOfAnother(scheduler);
});

test("over the wire, hanging calls of one tenant do not delay those of another", async () => {
  vi.useRealTimers();
  const tenants = ["0190b0f0-0000-7000-8000-00000000000a", "0190b0f0-0000-7000-8000-00000000000b"];
  const hanging: (() => void)[] = [];
  const endpoint = await openTestServer({
    services: (router) =>
      router.service(TaskService, {
        getTask: async ({ taskId }) => {
          if (taskId === hangs) await new Promise<void>((resolve) => hanging.push(resolve));
          return {};
        },
      }),
    // Nothing is ever slow by this clock, however slow the machine is.
    more: { scheduler: createTenantScheduler({ monotonicMs: () => 0 }) },
    authenticate: async (key) => ({ ...identity(["tasks:read"]), tenantId: tenants[Number(key)] ?? "" }),
  });
  onTestFinished(() => endpoint.server.close({ graceMs: 0 }));
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: endpoint.url }));
  const hangs = "0190b0f0-0000-7000-8000-000000000001";
  const quick = "0190b0f0-0000-7000-8000-000000000002";
  const ask = (tenant: 0 | 1, taskId: string, signal?: AbortSignal) =>
    client.getTask({ taskId }, { headers: { authorization: `Bearer ${tenant}` }, ...(signal && { signal }) });
  await ask(1, quick);
  await ask(0, quick);
  const flood = Array.from({ length: 12 }, () => ask(0, hangs));
  await expect.poll(() => hanging.length).toBe(6);
  await ask(1, quick);
  expect(hanging).toHaveLength(6);
  // A call that is canceled while it waits takes no other call's place in a batch.
  const going = new AbortController();
  const gone = ask(0, hangs, going.signal).catch(() => "gone");
  going.abort();
  expect(await gone).toBe("gone");
  let answered = 0;
  for (const one of flood) void one.then(() => (answered += 1));
  await expect
    .poll(() => {
      for (const end of hanging.splice(0)) end();
      return answered;
    })
    .toBe(12);
});
