// ClaimTasks by scenario: which worker is given which task, when, and never twice.
import { create } from "@bufbuild/protobuf";
import { expect, test, vi } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { claimBatch } from "../../../src/engine/claims/claim-batch.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { patience } from "../../helpers/patience.ts";
import {
  type ClaimInit,
  type CreateInit,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createTask,
  everything,
  expectDoneOnce,
  fail,
  granted,
  held,
  inMs,
  json,
  lossRestMs,
  ms,
  openScenario,
  read,
  refused,
  release,
  result,
  type Scenario,
  secondMs,
  sinceNowMs,
  ttlMs,
} from "../../helpers/scenario.ts";

const typesOf = async (s: Scenario, request: ClaimInit = {}) =>
  (await claimAll(s, request)).map(({ task }) => task.type);

test("law 1: claimers of two servers that race share the tasks, and none is leased twice", async () => {
  const s = await openScenario();
  const second = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  await createAll(
    s,
    Array.from({ length: 30 }, () => ({})),
  );
  const racers = Array.from({ length: 8 }, (_, place) =>
    claimAll(place % 2 ? { ...second } : s, { maxTasks: 6 }, s.tenant.caller("worker", `w${place}`)),
  );
  const leases = [...(await Promise.all(racers)).flat(), ...(await claimAll(s))];
  expect(leases).toHaveLength(30);
  expect(new Set(leases.map(({ task }) => task.taskId)).size).toBe(30);
  expect(new Set(leases.map(({ lease }) => lease.token)).size).toBe(30);
  expect((await everything(s))["lease"]).toHaveLength(30);
  expect(await claimAll(s)).toEqual([]);
});

test("no claimer comes back empty while more tasks wait than all claimers ask for", async () => {
  const s = await openScenario();
  await createAll(
    s,
    Array.from({ length: 50 }, () => ({})),
  );
  const racers = Array.from({ length: 8 }, () => claimAll(s, { maxTasks: 1 }));
  expect((await Promise.all(racers)).map((leases) => leases.length)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
});

test("law 8: a grant and its accepted receipt are one, and the fence rises with every grant", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await release(s, first));
  const second = await claim(s, { instance: "host:7" }, s.rival);
  expect([first.lease.fence, second.lease.fence]).toEqual([1n, 2n]);
  expect(second.task).toMatchObject({ state: TaskState.LEASED, attempt: 1, deliveries: 2, leaseLosses: 0 });
  const accepted = (await chain(s, second.task.taskId)).at(-1);
  expect(accepted).toMatchObject({
    receiptId: second.acceptedReceiptId,
    leaseId: second.lease.leaseId,
    from: { id: "asyncgate" },
    to: { id: "rita" },
    parents: [second.task.assignedReceiptId],
    body: { body: { case: "taskAccepted", value: { fence: 2n, delivery: 2, worker: { instance: "host:7" } } } },
  });
  expect((await read(s, second.task.taskId)).holder).toMatchObject({
    leaseId: second.lease.leaseId,
    fence: 2n,
    expireTime: second.lease.expireTime,
    worker: { principal: { id: "rita" }, instance: "host:7" },
  });
});

/** Brings a task to where it may be leased after so many ms and not before. */
const rests: readonly (readonly [string, number, (s: Scenario) => Promise<unknown>])[] = [
  ["a delay", 7_000, (s) => createTask(s, { delay: ms(7_000) })],
  ["a delay finer than milliseconds", 8, (s) => createTask(s, { delay: { seconds: 0n, nanos: 7_000_001 } })],
  ["not_before", 9_000, (s) => createTask(s, { notBefore: inMs(s, 9_000) })],
  ["a not_before finer than milliseconds", 10, (s) => createTask(s, { notBefore: finer(inMs(s, 9)) })],
  ["the backoff of a retry", 30_000, async (s) => granted(await fail(s, await held(s)))],
  ["the retry_after of a worker", 11, async (s) => granted(await fail(s, await held(s), { retryAfter: ms(11) }))],
  [
    "a retry_after finer than milliseconds",
    12,
    async (s) => granted(await fail(s, await held(s), { retryAfter: finer(ms(11)) })),
  ],
  ["the delay of a release", 13, async (s) => granted(await release(s, await held(s), { delay: ms(13) }))],
  ["the rest after a lost lease", lossRestMs, loseTo],
];

function finer<Time extends { seconds: bigint; nanos: number }>({ seconds, nanos }: Time) {
  return { seconds, nanos: nanos + 999_999 };
}

async function loseTo(s: Scenario): Promise<void> {
  await held(s);
  s.clock.advance(ttlMs);
  expect(await s.sweep()).toMatchObject({ lost: 1 });
}

test.each(rests)("law 7: a task is not leased before its eligible_time: %s", async (_, restMs, bring) => {
  const s = await openScenario();
  await bring(s);
  s.clock.advance(restMs - 1);
  expect(await claimAll(s)).toEqual([]);
  s.clock.advance(1);
  expect(await claimAll(s)).toHaveLength(1);
});

test("a not_before that has passed delays nothing", async () => {
  const s = await openScenario();
  await createTask(s, { notBefore: inMs(s, -5_000) });
  expect(sinceNowMs(s, (await claim(s)).task.eligibleTime)).toBeNaN();
});

test("priority goes first, then the task that has been eligible longest, whatever was created first", async () => {
  const s = await openScenario();
  const plan: CreateInit[] = [
    { type: "low-old", priority: 1 },
    { type: "mid-late", delay: ms(300) },
    { type: "mid-early", delay: ms(100) },
    { type: "high-late", priority: 9, delay: ms(400) },
    { type: "high-early", priority: 9, delay: ms(200) },
    { type: "mid-first" },
    { type: "mid-second" },
  ];
  await createAll(s, plan);
  s.clock.advance(400);
  expect(await typesOf(s, { maxTasks: 2 })).toEqual(["high-early", "high-late"]);
  expect(await typesOf(s, { maxTasks: 0 })).toEqual(["mid-first"]);
  expect(await typesOf(s)).toEqual(["mid-second", "mid-early", "mid-late", "low-old"]);
});

test("a worker is given only what it can do, of the queues and types it asked for", async () => {
  const s = await openScenario();
  await createAll(s, [
    { type: "both", requirements: { capabilities: ["gpu", "eu"] } },
    { type: "gpu", requirements: { capabilities: ["gpu"] } },
    { type: "plain" },
    { type: "aside", queue: "aside" },
  ]);
  expect(await typesOf(s, { acceptTypes: ["nothing"] })).toEqual([]);
  expect(await typesOf(s, { capabilities: ["eu", "cpu"], acceptTypes: ["both", "gpu"] })).toEqual([]);
  expect(await typesOf(s, { queues: ["elsewhere", "aside"] })).toEqual(["aside"]);
  expect(await typesOf(s, {})).toEqual(["plain"]);
  expect(await typesOf(s, { capabilities: ["gpu"] })).toEqual(["gpu"]);
  expect(await typesOf(s, { capabilities: ["cpu", "eu", "gpu"] })).toEqual(["both"]);
});

test("10,000 tasks that a worker cannot do are ahead of the one that it can do, and do not block it", async () => {
  const s = await openScenario({ ledgerMayDiffer: true });
  const requirements = { capabilities: ["gpu"] };
  const batch = Array.from({ length: 500 }, () => ({ priority: 9, requirements }));
  for (let made = 0; made < 10_000; made += batch.length) await createAll(s, batch);
  s.clock.advance(secondMs);
  const { taskId } = await createTask(s, { priority: 0 });
  const found = await claimAll(s);
  expect(found.map(({ task }) => task.taskId)).toEqual([taskId]);
  expect(await claimAll(s, { capabilities: ["gpu"] })).toHaveLength(100);
}, 90_000);

test("law 5: a claim repeated with its request id answers with the same leases and takes no others", async () => {
  const s = await openScenario();
  await createAll(s, [{ payload: json("1") }, { priority: 9 }, {}]);
  const request = { requestId: "c1", maxTasks: 2, leaseTtl: ms(7_000), instance: "host:1" };
  const first = await expectDoneOnce(s, () => claimAll(s, request));
  expect(first).toHaveLength(2);
  const call = create(ClaimTasksRequestSchema, { ...request, maxTasks: 3 });
  await refused(s.operations.claimTasks(s.worker, call), ErrorReason.IDEMPOTENCY_CONFLICT);
  granted(await complete(s, first[0] as (typeof first)[0]));
  const again = await claimAll(s, request);
  expect(again.map(({ lease }) => lease)).toEqual(first.map(({ lease }) => lease));
});

test("an empty claim is not recorded: a repeat takes what is there by then", async () => {
  const s = await openScenario();
  const request = { requestId: "c1" };
  expect(await claimAll(s, request)).toEqual([]);
  await createTask(s);
  const leased = await expectDoneOnce(s, () => claimAll(s, request));
  expect(leased).toHaveLength(1);
});

test("law 5: two workers that use one request id are each answered with their own lease", async () => {
  const s = await openScenario();
  const request = { requestId: "same" };
  await createTask(s);
  granted(await release(s, await claim(s, request)));
  const mine = await claim(s, request, s.rival);
  expect(await claim(s, request, s.rival)).toEqual(mine);
  granted(await complete(s, mine, result, s.rival));
});

test("law 5: identical claims that race take one task between them", async () => {
  const s = await openScenario();
  await createAll(s, [{}, {}, {}, {}]);
  const request = { requestId: "c1", maxTasks: 1 };
  const twins = (await Promise.all([1, 2, 3].map(() => claimAll(s, request)))).flat();
  // A twin that found the task busy may come back empty; a repeat is answered with the lease.
  const [lease] = await claimAll(s, request);
  expect(new Set([lease, ...twins].map((leased) => leased?.lease.token)).size).toBe(1);
  expect(await claimAll(s)).toHaveLength(3);
});

test("a lease lasts as the worker wishes, else as the task does, else 60 s, within the server's bounds", async () => {
  const s = await openScenario();
  const lastsMs = async (task: CreateInit, wish: ClaimInit) => {
    await createTask(s, task);
    const { lease } = await claim(s, wish);
    expect(lease.ttl).toEqual(ms(sinceNowMs(s, lease.expireTime)));
    return sinceNowMs(s, lease.expireTime);
  };
  expect(await lastsMs({}, {})).toBe(60_000);
  expect(await lastsMs({ leaseTtl: ms(20_000) }, {})).toBe(20_000);
  expect(await lastsMs({ leaseTtl: ms(20_000) }, { leaseTtl: ms(30_000) })).toBe(30_000);
  expect(await lastsMs({}, { leaseTtl: ms(4_999) })).toBe(5_000);
  expect(await lastsMs({}, { leaseTtl: ms(5_001) })).toBe(5_001);
  expect(await lastsMs({ leaseTtl: ms(1) }, {})).toBe(5_000);
  expect(await lastsMs({}, { leaseTtl: ms(1_800_001) })).toBe(1_800_000);
});

test("claims of one kind share one look: the best go round, each to its own worker, for its own time", async () => {
  const s = await openScenario();
  await createAll(s, [{ priority: 1 }, { priority: 9 }, { priority: 5 }, { priority: 7 }]);
  const kind = { queues: ["default"], acceptTypes: [], capabilities: [] };
  const claimed = await claimBatch(s.engine, s.tenant.tenantId, [
    { caller: s.worker, kind, tasks: 3, instance: "one", ttlWishMs: 7_000 },
    { caller: s.rival, kind, tasks: 1, instance: "two" },
  ]);
  const prioritiesOf = (place: number) => claimed[place]?.leased.map(({ task }) => task.priority);
  expect([prioritiesOf(0), prioritiesOf(1)]).toEqual([[9, 5, 1], [7]]);
  const [mine, theirs] = claimed.map(({ leased }) => leased[0]) as [GrantedTask, GrantedTask];
  expect([mine.lease.ttl, theirs.lease.ttl]).toEqual([ms(7_000), ms(60_000)]);
  expect([mine.lease.worker?.instance, theirs.lease.worker?.instance]).toEqual(["one", "two"]);
  await refused(complete(s, theirs, result, s.worker), ErrorReason.NOT_HOLDER);
  granted(await complete(s, theirs, result, s.rival));
  granted(await complete(s, mine));
});

const largeBytes = 200_000;
const bytesOfAll = (leased: readonly GrantedTask[]) => leased.length * largeBytes;

async function createLarge(s: Scenario, count: number): Promise<void> {
  const payload = json(JSON.stringify("x".repeat(largeBytes - 2)));
  for (let made = 0; made < count; made += 10) {
    await createAll(
      s,
      Array.from({ length: 10 }, () => ({ payload })),
    );
  }
}

test("a look grants no more than one transaction should weigh, and says that there was more", async () => {
  const s = await openScenario();
  await createLarge(s, 100);
  const kind = { queues: ["default"], acceptTypes: [], capabilities: [] };
  const claimed = await claimBatch(s.engine, s.tenant.tenantId, [
    { caller: s.worker, kind, tasks: 90, instance: "one", bytesMax: 10 * largeBytes },
    { caller: s.rival, kind, tasks: 90, instance: "two" },
  ]);
  const [mine, theirs] = claimed.map(({ leased }) => leased) as [GrantedTask[], GrantedTask[]];
  expect(mine.length).toBe(9); // a task weighs more than its payload alone
  const all = bytesOfAll(mine) + bytesOfAll(theirs);
  expect(all).toBeLessThanOrEqual(16_777_216);
  expect(all).toBeGreaterThan(16_000_000);
  expect(claimed.map(({ isCut }) => isCut)).toEqual([true, true]);
  const [rest] = await claimBatch(s.engine, s.tenant.tenantId, [{ caller: s.worker, kind, tasks: 90, instance: "" }]);
  expect(rest).toMatchObject({ isCut: false });
  expect(mine.length + theirs.length + (rest?.leased.length ?? 0)).toBe(100);
}, 60_000);

test("one claim's answer stays small enough to be sent, and a task that is larger than that comes alone", async () => {
  const s = await openScenario({ claimBytesMax: 3.5 * largeBytes });
  await createLarge(s, 10);
  expect((await claimAll(s)).length).toBe(3);
  const tiny = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock, claimBytesMax: 1_000 });
  expect((await claimAll(tiny, {}, s.worker)).length).toBe(1);
});

test("no claim comes back empty because the claims beside it were granted large tasks", async () => {
  const s = await openScenario();
  const claimers = 100;
  await createLarge(s, claimers);
  const hands = await Promise.all(Array.from({ length: claimers }, () => claimAll(s, { maxTasks: 1 })));
  expect(hands.map((hand) => hand.length)).toEqual(hands.map(() => 1));
}, 60_000);

/** No poller runs here: only a hint, or the end of the wait, wakes a waiting caller. */
const hintsOnly = { oneServer: true };

test("a waiting claim holds no connection and is woken by a task that becomes eligible", async () => {
  const s = await openScenario(hintsOnly);
  const request = create(ClaimTasksRequestSchema, { wait: ms(50_000), queues: ["images"] });
  const waiting = s.operations.claimTasksWaiting(s.worker, request, new AbortController().signal);
  await createTask(s, { queue: "elsewhere" });
  await vi.waitFor(() => expect(s.database.busy()).toBe(0), patience);
  const { taskId } = await createTask(s, { queue: "images" });
  expect(granted(await waiting)).toMatchObject([{ task: { taskId } }]);
});

test("a waiting claim that finds no task ends empty when its wait is over or its call is canceled", async () => {
  const s = await openScenario(hintsOnly);
  const wait = (waitMs: number, signal: AbortSignal) =>
    s.operations.claimTasksWaiting(s.worker, create(ClaimTasksRequestSchema, { wait: ms(waitMs) }), signal);
  expect(await wait(20, new AbortController().signal)).toEqual([]);
  const gone = new AbortController();
  const abandoned = wait(50_000, gone.signal);
  gone.abort();
  expect(await abandoned).toEqual([]);
});
