// Calls in turn by tenant: alone nobody waits; beside others who asks for little goes at once, and who asks for much
// goes in turns and rests.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { LeaseService } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { ReceiptService } from "../../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskService } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import {
  createTenantScheduler,
  namedMethods,
  quantum,
  type TenantScheduler,
  weightOf,
} from "../../../src/rpc/admission/tenant-scheduler.ts";
import { methodName } from "../../../src/rpc/interceptors/authorize.ts";
import { identity, openDoor } from "../open-door.ts";

const light = 2;
const other = 6;

const open = () => createTenantScheduler({ monotonicMs: () => performance.now() });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** So many calls of a tenant: those that may go on, as their ends. */
function call(turns: TenantScheduler, tenantId: string, count: number, weight = light) {
  const going: (() => void)[] = [];
  for (let one = 0; one < count; one += 1) void turns.enter(tenantId, weight).then((leave) => going.push(leave));
  return going;
}

const settled = () => vi.advanceTimersByTimeAsync(0);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function end(going: (() => void)[]): void {
  for (const leave of going.splice(0)) leave();
}

/** Another tenant that calls now and then, one call at a time. */
async function beside(turns: TenantScheduler): Promise<void> {
  const going = call(turns, "b", 1);
  await settled();
  end(going);
}

test("the contract has every method that has a weight of its own", () => {
  const services = [TaskService, LeaseService, ReceiptService];
  const methods = services.flatMap((service) => service.methods.map(methodName));
  expect(namedMethods.filter((name) => !methods.includes(name))).toEqual([]);
});

test("many light calls make one turn up, two pages do, and one batch does; those that wait take none", () => {
  const { createTask, createTasks, cancelTask, getTask, listTasks, awaitTask, watchTask } = TaskService.method;
  const { listReceipts, traceReceipt } = ReceiptService.method;
  const methods = [createTask, getTask, cancelTask, listTasks, listReceipts, createTasks, traceReceipt];
  expect(methods.map((method) => quantum / (weightOf(method) ?? 0))).toEqual([12, 12, 4, 2, 2, 1, 1]);
  expect([getTask, cancelTask].map(weightOf)).toEqual([light, other]);
  expect([awaitTask, watchTask].map(weightOf)).toEqual([undefined, undefined]);
});

test("while one tenant calls, none of its calls waits, however many there are", async () => {
  const turns = open();
  const going = call(turns, "a", 100, quantum);
  await settled();
  expect(going).toHaveLength(100);
});

test("beside another, who asks for little goes at once", async () => {
  const turns = open();
  await beside(turns);
  const few = call(turns, "a", 6);
  const others = call(turns, "c", 2, other);
  await settled();
  expect([few.length, others.length]).toEqual([6, 2]);
  const more = call(turns, "a", 1);
  await settled();
  expect(more).toHaveLength(0);
  end(few);
  await settled();
  expect(more).toHaveLength(1);
});

test("who asks for more goes in turns: the next one begins when all calls of this one have ended", async () => {
  const turns = open();
  const alone = call(turns, "a", 3, quantum);
  const bulky = call(turns, "b", 4, quantum);
  const many = call(turns, "b", 40);
  await settled();
  expect([alone.length, bulky.length, many.length]).toEqual([3, 1, 0]);
  for (let ended = 0; ended < 4; ended += 1) {
    expect([bulky.length, many.length]).toEqual([1, 0]);
    end(bulky);
    await pass(100); // whatever rest there is
  }
  expect(many).toHaveLength(12);
  for (const leave of many.splice(0, 11)) leave();
  await pass(100);
  expect(many).toHaveLength(1);
  end(many);
  await pass(100);
  expect(many).toHaveLength(12);
});

test("beside somebody who asks for little, four turns at once rest three times as long as one takes", async () => {
  const turns = open();
  await beside(turns);
  const batches = call(turns, "a", 9, quantum);
  await settled();
  expect(batches).toHaveLength(1);
  await pass(10);
  end(batches);
  await pass(29);
  expect(batches).toHaveLength(0);
  // A newcomer of the same tenant is behind those who wait.
  const late = call(turns, "a", 1);
  await pass(1);
  expect([batches.length, late.length]).toEqual([1, 0]);
  // However slow it was.
  await pass(200);
  await beside(turns);
  end(batches);
  await pass(99);
  expect(batches).toHaveLength(0);
  await pass(1);
  expect(batches).toHaveLength(1);
});

test("who asks for two turns at once rests a third as long, and for one not at all", async () => {
  const turns = open();
  await beside(turns);
  const two = call(turns, "a", 2, quantum);
  await settled();
  await pass(10);
  end(two);
  await pass(9);
  expect(two).toHaveLength(0);
  await pass(1);
  expect(two).toHaveLength(1);
  const anew = open();
  await beside(anew);
  const one = call(anew, "a", 1, quantum);
  await settled();
  await pass(10);
  end(one);
  const next = call(anew, "a", 1, quantum);
  await settled();
  expect(next).toHaveLength(1);
});

test("what was asked for a moment ago counts: answers that have just come make nobody modest", async () => {
  const turns = open();
  await beside(turns);
  const going = call(turns, "a", 18, other);
  for (const calls of [2, 4, 4, 4, 4]) {
    await pass(100);
    expect(going).toHaveLength(calls);
    await pass(10);
    await beside(turns);
    end(going);
  }
  const next = call(turns, "a", 1, other);
  await settled();
  expect(next).toHaveLength(0);
  await pass(100);
  expect(next).toHaveLength(1);
});

test("nobody rests where all ask for much", async () => {
  const turns = open();
  const tenants = ["a", "b"].map((tenantId) => ({ tenantId, going: call(turns, tenantId, 1, quantum) }));
  const waiting = tenants.map(({ tenantId }) => call(turns, tenantId, 30, quantum));
  await pass(60);
  expect(waiting.map(({ length }) => length)).toEqual([0, 0]);
  for (const { going } of tenants) end(going);
  for (const one of waiting) {
    await pass(10);
    expect(one).toHaveLength(1);
    end(one);
    await settled();
    expect(one).toHaveLength(1);
  }
});

test("who waits goes on when nobody else has called for a second", async () => {
  const turns = open();
  await beside(turns);
  await pass(900);
  const going = call(turns, "a", 12, quantum);
  await settled();
  expect(going).toHaveLength(1);
  await pass(99);
  expect(going).toHaveLength(1);
  // Looked for now and then: when the call that runs is slow, at the latest.
  await pass(151);
  expect(going).toHaveLength(12);
});

test("a call that takes long keeps no turn: those behind it do not wait for its end", async () => {
  const turns = open();
  await beside(turns);
  const slow = call(turns, "a", 1, quantum);
  const behind = call(turns, "a", 1, quantum);
  await pass(200);
  await beside(turns);
  await pass(49);
  expect([slow.length, behind.length]).toEqual([1, 0]);
  await pass(1);
  await pass(100);
  expect(behind).toHaveLength(1);
  // Its end lets nobody on twice.
  const later = call(turns, "a", 2, quantum);
  await beside(turns);
  end(slow);
  await settled();
  expect(later).toHaveLength(0);
  end(behind);
  await pass(100);
  expect(later).toHaveLength(1);
});

test("beyond ten thousand that wait, callers are told to come again", async () => {
  const turns = open();
  await beside(turns);
  call(turns, "a", 10_001, quantum);
  await settled();
  await expect(turns.enter("a", light)).rejects.toMatchObject({ refusal: { retryAfterMs: 1_000 } });
  await beside(turns);
});

test("over the wire, one tenant's calls that hang leave another's to go on, and are let on in their turn", async () => {
  vi.useRealTimers();
  const tenants = ["0190b0f0-0000-7000-8000-00000000000a", "0190b0f0-0000-7000-8000-00000000000b"];
  const hanging: (() => void)[] = [];
  const door = await openDoor({
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
  onTestFinished(() => door.server.close({ graceMs: 0 }));
  const client = createClient(TaskService, createGrpcTransport({ baseUrl: door.url }));
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
  // A caller that goes while it waits takes nobody's turn.
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
