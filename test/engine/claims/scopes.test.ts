// Write scopes, by scenario: tasks whose scopes overlap are not leased at the same time, and go on when they are free.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ScopeMode } from "../../../gen/typescript/asyncgate/v1/scope_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { pauseTask, resumeTask } from "../../helpers/operate.ts";
import { patience } from "../../helpers/patience.ts";
import {
  broken,
  cancel,
  claim,
  complete,
  createOne,
  createTask,
  everything,
  fail,
  granted,
  type HolderCall,
  handOff,
  held,
  lose,
  minuteMs,
  ms,
  openScenario,
  read,
  refused,
  release,
  result,
  secondMs,
  sinceNowMs,
  suspend,
} from "../../helpers/scenario.ts";
import { claimIds, heldScopes, listScopes, reads, scoped, writes } from "../../helpers/scopes.ts";
import { openSession, subscribeWorker } from "../../helpers/work.ts";

const { QUEUED } = TaskState;

test.each([
  ["the same", writes("repo:a/b"), writes("repo:a/b")],
  ["what it covers", writes("repo:a"), writes("repo:a/b/c")],
  ["what covers it", writes("repo:a/b/c"), writes("repo:a")],
  ["a reader behind a writer", writes("repo:a"), reads("repo:a")],
  ["a reader below a writer", writes("repo:a"), reads("repo:a/b")],
  ["a reader above a writer", writes("repo:a/b"), reads("repo:a")],
  ["a writer behind a reader", reads("repo:a"), writes("repo:a")],
  ["a writer above a reader", reads("repo:a/b"), writes("repo:a")],
  ["a writer below a reader", reads("repo:a"), writes("repo:a/b")],
  ["one of several", writes("db:x", "repo:a/b"), [...reads("db:y"), ...writes("repo:a/b/c", "repo:z")]],
])("law 22: a task waits while another holds %s", async (_title, first, second) => {
  const s = await openScenario();
  const leased = await held(s, { scopes: first });
  const { taskId } = await scoped(s, second);
  expect(await claimIds(s)).toEqual([]);
  expect(await read(s, taskId)).toMatchObject({ state: QUEUED, scopeWait: { heldByTaskId: leased.task.taskId } });
  granted(await complete(s, leased));
  expect(await claimIds(s)).toEqual([taskId]);
  expect((await read(s, taskId)).scopeWait).toBeUndefined();
});

test.each([
  ["both read", reads("repo:a"), reads("repo:a/b")],
  ["the names only begin alike", writes("repo:a/b"), writes("repo:a/bc")],
  ["the next byte is behind the slash", writes("repo:a/b"), writes("repo:a/b0", "repo:a/b.c", "repo:a/b-c")],
  ["the kinds differ", writes("repo:a"), writes("db:a")],
  ["the case differs", writes("repo:a"), writes("repo:A")],
  ["the one has none", writes("repo:a"), []],
])("two tasks are leased together if %s", async (_title, first, second) => {
  const s = await openScenario();
  await held(s, { scopes: first });
  const { taskId } = await scoped(s, second);
  expect(await claimIds(s)).toEqual([taskId]);
});

const ends: Readonly<Record<string, HolderCall>> = {
  "is completed": (s, leased) => complete(s, leased),
  "fails for good": (s, leased) => fail(s, leased, { error: { ...broken, retryable: false } }),
  "fails and is tried again": (s, leased) => fail(s, leased, { retryAfter: ms(minuteMs) }),
  "is released": (s, leased) => release(s, leased, { delay: ms(minuteMs) }),
  "is suspended": (s, leased) => suspend(s, leased),
  "is handed off": (s, leased) => handOff(s, leased, { to: { queue: "elsewhere" } }),
  "is canceled": (s, leased) => cancel(s, leased.task.taskId),
  "is lost": async (s) => {
    await lose(s);
    return {};
  },
};

test.each(Object.entries(ends))("law 22: scopes end with the lease when the task %s", async (_title, end) => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a", "repo:b") });
  const { taskId } = await scoped(s, reads("repo:b/c"), { priority: 9 });
  expect(await claimIds(s)).toEqual([]);
  granted(await end(s, leased));
  expect(await heldScopes(s)).toEqual([]);
  expect(await claimIds(s, { maxTasks: 1 })).toEqual([taskId]);
  expect(await heldScopes(s)).toEqual(["repo:b/c READ"]);
});

test("law 22: scopes end with the lease when the work is reported and waits for verdicts", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a"), verification: {} });
  const { taskId } = await scoped(s, writes("repo:a"));
  expect(await claimIds(s)).toEqual([]);
  granted(await complete(s, leased));
  expect((await read(s, leased.task.taskId)).state).toBe(TaskState.VERIFYING);
  expect(await claimIds(s)).toEqual([taskId]);
});

test("tasks of one claim that overlap are leased one after the other, in their order", async () => {
  const s = await openScenario();
  const tasks = [
    await scoped(s, writes("repo:a")),
    await scoped(s, writes("repo:a/b")),
    await scoped(s, writes("repo:c")),
    await scoped(s, reads("repo:a/b/c")),
    await createTask(s),
  ].map(({ taskId }) => taskId);
  const [first, second, third, fourth, fifth] = tasks;
  expect(await claimIds(s)).toEqual([first, third, fifth]);
  expect((await read(s, second ?? "")).scopeWait).toMatchObject({ heldByTaskId: first, heldResource: "repo:a" });
  expect((await read(s, fourth ?? "")).scopeWait).toMatchObject({ heldByTaskId: first, mode: ScopeMode.READ });
});

test("tasks that wait for scopes do not stand in the way of those behind them", async () => {
  const s = await openScenario();
  await held(s, { scopes: writes("repo:a") });
  for (let count = 0; count < 40; count += 1) await scoped(s, writes(`repo:a/${count}`), { priority: 9 });
  const { taskId } = await createTask(s);
  expect(await claimIds(s, { maxTasks: 1 })).toEqual([taskId]);
  // They were set aside, and are not looked at again.
  const before = await everything(s);
  expect(await claimIds(s, { maxTasks: 1 })).toEqual([]);
  expect(await everything(s)).toEqual(before);
});

test("a task that has waited for a scope keeps its place before tasks that came later", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  const { taskId } = await scoped(s, writes("repo:a"));
  const { eligibleTime } = await read(s, taskId);
  s.clock.advance(secondMs);
  await createTask(s);
  await createTask(s);
  expect(await claimIds(s, { maxTasks: 1 })).toHaveLength(1);
  expect((await read(s, taskId)).eligibleTime).toEqual(eligibleTime);
  expect(sinceNowMs(s, eligibleTime)).toBe(-secondMs);
  granted(await complete(s, leased));
  expect(await claimIds(s, { maxTasks: 1 })).toEqual([taskId]);
});

test("a task waits for several holders one after the other", async () => {
  const s = await openScenario();
  const one = await held(s, { scopes: writes("repo:a") });
  const two = await held(s, { scopes: writes("repo:b") });
  const { taskId } = await scoped(s, writes("repo:a", "repo:b"));
  expect(await claimIds(s)).toEqual([]);
  granted(await complete(s, one));
  expect(await claimIds(s)).toEqual([]);
  expect((await read(s, taskId)).scopeWait).toMatchObject({ resource: "repo:b", heldByTaskId: two.task.taskId });
  granted(await complete(s, two));
  expect(await claimIds(s)).toEqual([taskId]);
});

test("tasks that read do not pass by one that has waited longer to write", async () => {
  const s = await openScenario();
  const reader = await held(s, { scopes: reads("repo:a") });
  const writer = await scoped(s, writes("repo:a/b"));
  expect(await claimIds(s)).toEqual([]);
  s.clock.advance(1);
  const later = await scoped(s, reads("repo:a"));
  const aside = await scoped(s, reads("repo:a/c"));
  expect(await claimIds(s)).toEqual([aside.taskId]);
  expect((await read(s, later.taskId)).scopeWait).toMatchObject({ heldByTaskId: reader.task.taskId });
  granted(await complete(s, reader));
  expect(await claimIds(s)).toEqual([writer.taskId]);
});

test("a reader that has waited longer than a writer goes before it", async () => {
  const s = await openScenario();
  const reader = await scoped(s, reads("repo:a"), { queue: "later" });
  s.clock.advance(1);
  await held(s, { scopes: reads("repo:a") });
  await scoped(s, writes("repo:a"));
  expect(await claimIds(s)).toEqual([]);
  expect(await claimIds(s, { queues: ["later"] })).toEqual([reader.taskId]);
});

test("a task that waits for a scope can be canceled, and misses its deadline", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  const first = await scoped(s, writes("repo:a"));
  const second = await scoped(s, writes("repo:a"), {
    startDeadline: { seconds: BigInt(Math.ceil(s.clock.now().getTime() / 1000) + 10), nanos: 0 },
  });
  expect(await claimIds(s)).toEqual([]);
  granted(await cancel(s, first.taskId));
  s.clock.advance(20 * secondMs);
  await s.sweep();
  expect((await read(s, first.taskId)).state).toBe(TaskState.CANCELED);
  expect((await read(s, second.taskId)).state).toBe(TaskState.FAILED);
  expect(await listScopes(s)).toMatchObject([{ taskId: leased.task.taskId, waiting: [] }]);
});

test("a pause of a task that waits for a scope ends where it stood", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  const { taskId } = await scoped(s, writes("repo:a"));
  expect(await claimIds(s)).toEqual([]);
  await pauseTask(s, taskId);
  granted(await complete(s, leased));
  expect(await claimIds(s)).toEqual([]);
  await resumeTask(s, taskId);
  expect(await claimIds(s)).toEqual([taskId]);
});

test("a worker that waits is given a task as soon as its scopes are free, and does not ask meanwhile", async () => {
  const s = await openScenario({ oneServer: true });
  const leased = await held(s, { scopes: writes("repo:a") });
  const { session } = await openSession(s.operations, s.rival);
  const worker = subscribeWorker(s.operations, s.rival, session);
  worker.credit(5);
  const { taskId } = await scoped(s, writes("repo:a"));
  await expect.poll(async () => (await read(s, taskId)).scopeWait, patience).toBeDefined();
  expect(worker.offers).toEqual([]);
  granted(await complete(s, leased));
  const [offer] = await worker.offered(1);
  expect(offer?.task).toMatchObject({ taskId, scopes: [{ resource: "repo:a", mode: ScopeMode.WRITE }] });
  await worker.leave();
});

test("law 22: a task is not granted as it is created while its scopes are held, though a worker waits", async () => {
  const s = await openScenario({ oneServer: true });
  await held(s, { scopes: writes("repo:a") });
  const { session } = await openSession(s.operations, s.rival);
  const worker = subscribeWorker(s.operations, s.rival, session);
  worker.credit(1);
  await worker.settled();
  await scoped(s, writes("repo:a"));
  const { taskId } = await scoped(s, writes("repo:b"));
  expect((await worker.offered(1)).map(({ task }) => task.taskId)).toEqual([taskId]);
  await worker.leave();
});

test("more waiters than one transaction lets go on are left to the sweep, and none is forgotten", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  const count = 70;
  for (let made = 0; made < count; made += 1) await scoped(s, writes(`repo:a/${made}`));
  expect(await claimIds(s)).toEqual([]);
  granted(await complete(s, leased));
  const first = await claimIds(s);
  expect(first).toHaveLength(64);
  await s.sweep();
  expect(await claimIds(s)).toHaveLength(count - 64);
});

test("a claim with a request id is answered the same again, and holds its scopes once", async () => {
  const s = await openScenario();
  const { taskId } = await scoped(s, writes("repo:a"));
  expect(await claimIds(s, { requestId: "one" })).toEqual([taskId]);
  expect(await claimIds(s, { requestId: "one" })).toEqual([taskId]);
  expect(await heldScopes(s)).toEqual(["repo:a WRITE"]);
});

test("scopes are told with the task, to write unless it says that it reads", async () => {
  const s = await openScenario();
  const { scopes, taskId } = await scoped(s, [{ resource: "repo:a" }, ...reads("db:x")]);
  expect(scopes).toMatchObject([
    { resource: "repo:a", mode: ScopeMode.WRITE },
    { resource: "db:x", mode: ScopeMode.READ },
  ]);
  expect((await read(s, taskId)).scopes).toEqual(scopes);
  expect((await claim(s)).task.scopes).toEqual(scopes);
});

test("a scope that is no resource is refused with the field", async () => {
  const s = await openScenario();
  const refusal = await refused(
    createOne(s, { scopes: writes("repo:a", "repo:a/../b") }),
    ErrorReason.INVALID_ARGUMENT,
  );
  expect(refusal.facts).toMatchObject({ value: { violations: [{ field: "scopes[1].resource" }] } });
});

test("the scopes of a task that is done again are held anew", async () => {
  const s = await openScenario();
  const leased = await held(s, { scopes: writes("repo:a") });
  granted(await release(s, leased));
  const again = await claim(s, {}, s.rival);
  expect(await listScopes(s)).toMatchObject([{ resource: "repo:a", holder: { principal: { id: "rita" } } }]);
  granted(await complete(s, again, result, s.rival));
  expect(await heldScopes(s)).toEqual([]);
});
