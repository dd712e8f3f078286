// Calls in turn by tenant: alone nobody waits, beside others each has a few under way.
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, test } from "vitest";
import { TaskService } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type CallTurns, createCallTurns } from "../../src/rpc/call-turns.ts";
import { identity, openDoor } from "./open-door.ts";

function open() {
  const clock = { ms: 0 };
  let tick = (_lateByMs: number) => {};
  let isWatched = false;
  const turns = createCallTurns({
    monotonicMs: () => clock.ms,
    watchLoop(onTick) {
      tick = onTick;
      isWatched = true;
      return () => {
        isWatched = false;
      };
    },
  });
  return { clock, turns, tick: (lateByMs: number) => tick(lateByMs), isWatched: () => isWatched };
}

/** So many calls of a tenant, those that may go on, and their ends. */
function call(turns: CallTurns, tenantId: string, count: number) {
  const going: (() => void)[] = [];
  for (let one = 0; one < count; one += 1) void turns.enter(tenantId).then((leave) => going.push(leave));
  return going;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("while one tenant calls, none of its calls waits, and nobody watches the event loop", async () => {
  const { turns, isWatched } = open();
  const going = call(turns, "a", 100);
  await settled();
  expect(going).toHaveLength(100);
  expect(isWatched()).toBe(false);
});

test("when another calls, it goes at once, and of the first one's calls four are under way", async () => {
  const { turns } = open();
  const first = call(turns, "a", 10);
  await settled();
  const other = call(turns, "b", 1);
  const later = call(turns, "a", 5);
  await settled();
  expect([first.length, other.length, later.length]).toEqual([10, 1, 0]);
  for (const leave of first.splice(0, 6)) leave();
  await settled();
  expect(later).toHaveLength(0);
  for (const leave of first.splice(0, 3)) leave();
  await settled();
  expect(later).toHaveLength(3);
});

test("who waits goes on when the other has not called for a second, and the event loop is left alone", async () => {
  const { turns, clock, tick, isWatched } = open();
  const other = call(turns, "b", 1);
  await settled();
  for (const leave of other) leave();
  clock.ms = 900;
  call(turns, "a", 12);
  await settled();
  const later = call(turns, "a", 5);
  clock.ms = 1_000;
  tick(0);
  await settled();
  expect([later.length, isWatched()]).toEqual([0, true]);
  clock.ms = 1_051;
  tick(0);
  await settled();
  expect([later.length, isWatched()]).toEqual([5, false]);
});

test("a call that takes long keeps no turn: those behind it do not wait for its end", async () => {
  const { turns, clock, tick } = open();
  call(turns, "b", 1);
  const slow = call(turns, "a", 4);
  const behind = call(turns, "a", 3);
  await settled();
  clock.ms = 249;
  tick(0);
  await settled();
  expect([slow.length, behind.length]).toEqual([4, 0]);
  clock.ms = 250;
  tick(0);
  await settled();
  expect(behind).toHaveLength(3);
  // Their ends let nobody on twice.
  const later = call(turns, "a", 3);
  for (const leave of slow) leave();
  await settled();
  expect(later).toHaveLength(1);
});

test("when the event loop comes late there are half as many, but one, and else by and by one more", async () => {
  const { turns, tick } = open();
  call(turns, "b", 1);
  const going = call(turns, "a", 30);
  await settled();
  expect(going).toHaveLength(4);
  const under = async (lateByMs: number) => {
    tick(lateByMs);
    for (const leave of going.splice(0)) leave();
    await settled();
    const { length } = going;
    return length;
  };
  expect([await under(50), await under(50), await under(50)]).toEqual([2, 1, 1]);
  for (let quiet = 0; quiet < 10; quiet += 1) tick(0);
  expect(await under(0)).toBe(1);
  for (let quiet = 0; quiet < 10; quiet += 1) tick(0);
  expect(await under(0)).toBe(2);
});

test("over the wire, one tenant's calls that hang leave another's to go on, and are let on in their turn", async () => {
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
    more: { turns: open().turns },
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
  await expect.poll(() => hanging.length).toBe(4);
  await ask(1, quick);
  expect(hanging).toHaveLength(4);
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
