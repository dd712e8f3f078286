// The wait poller: one statement finds, for all waiting callers, what they got no hint of, and what the sweep is to do.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ClaimTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { NodeState } from "../../../gen/typescript/asyncgate/v1/node_pb.ts";
import { WatchOpenObligationsRequestSchema } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { WatchTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { durationOfMs } from "../../../src/core/duration.ts";
import type { Operations } from "../../../src/engine/index.ts";
import { topics } from "../../../src/engine/runtime/wakeups.ts";
import { type Counted, openCountedServer, whenTransactionsEnded } from "../../helpers/count-statements.ts";
import { configure, getConfig, registered } from "../../helpers/nodes.ts";
import {
  cancel,
  claim,
  complete,
  createTask,
  granted,
  held,
  inMs,
  minuteMs,
  ms,
  openScenario,
  progress,
  type Scenario,
  secondMs,
  ttlMs,
} from "../../helpers/scenario.ts";
import { openSession } from "../../helpers/work.ts";

const longMs = 50_000;
const never = new AbortController().signal;
const forTopics = { topics: true, due: false };
const forAll = { topics: true, due: true };

/** The server where things happen, and one whose callers wait and get no hint of them. */
async function openTwo() {
  const s = await openScenario({ oneServer: true });
  const { databaseUrl } = s.database;
  const deaf = await openScenario({ databaseUrl, clock: s.clock, oneServer: true });
  return { s, deaf: { ...deaf, ...openCountedServer(deaf) } };
}

const pollWaits = ({ operations }: { readonly operations: Operations }) => operations.pollWaits(forTopics, never);

function waitForWork({ operations }: Scenario, { worker }: Scenario) {
  const request = create(ClaimTasksRequestSchema, { wait: ms(longMs) });
  return operations.claimTasksWaiting(worker, request, never);
}

/** The waiting callers have finished this many looks, and found nothing. */
const parked = ({ database, counted }: Scenario & { counted: Counted }, looks: number) =>
  whenTransactionsEnded(database, counted, looks);

test("law 16: a task created on another server wakes a waiting claim", async () => {
  const { s, deaf } = await openTwo();
  const waiting = waitForWork(deaf, s);
  await parked(deaf, 1);
  const { taskId } = await createTask(s);
  expect(await pollWaits(deaf)).toEqual({ woken: 1, isDue: false });
  expect(granted(await waiting)).toMatchObject([{ task: { taskId } }]);
});

test("law 16: an end on another server wakes AwaitTask, and every change, progress too, wakes WatchTask", async () => {
  const { s, deaf } = await openTwo();
  const leased = await held(s);
  const { taskId } = leased.task;
  const awaiting = deaf.operations.awaitTask(s.agent, { taskId, wait: durationOfMs(longMs) }, never);
  const watching = deaf.operations.watchTask(s.agent, create(WatchTaskRequestSchema, { taskId }), never);
  const messages = watching[Symbol.asyncIterator]();
  const versions = [(await messages.next()).value?.task?.version];
  for (const change of [() => progress(s, leased, { progress: { percent: 5 } }), () => complete(s, leased)]) {
    const { transactions } = deaf.counted;
    const next = messages.next();
    await parked(deaf, transactions + 1);
    granted(await change());
    await pollWaits(deaf);
    versions.push((await next).value?.task?.version);
  }
  expect(granted(await awaiting).state).toBe(TaskState.SUCCEEDED);
  expect(versions).toEqual([2n, 4n, 5n]);
  expect((await messages.next()).done).toBe(true);
});

test("law 16: an obligation opened or closed on another server wakes the caller that watches obligations", async () => {
  const { s, deaf } = await openTwo();
  const gone = new AbortController();
  const request = create(WatchOpenObligationsRequestSchema, {});
  const messages = deaf.operations.watchOpenObligations(s.agent, request, gone.signal)[Symbol.asyncIterator]();
  await messages.next();
  const next = async (change: () => Promise<unknown>) => {
    const { transactions } = deaf.counted;
    const pending = messages.next();
    await parked(deaf, transactions + 1);
    await change();
    await pollWaits(deaf);
    return (await pending).value;
  };
  const opened = await next(() => createTask(s));
  expect(opened?.opened).toHaveLength(1);
  const closed = await next(async () => granted(await cancel(s, opened?.opened[0]?.receipt?.taskId ?? "")));
  expect(closed?.closedReceiptIds).toEqual([opened?.opened[0]?.receipt?.receiptId]);
  gone.abort();
  await messages.return?.();
});

test("law 16: a configuration that is issued on another server wakes the node that waits for one", async () => {
  const { s, deaf } = await openTwo();
  const node = await registered(s);
  const known = { version: node.configVersion, state: NodeState.REGISTERED, wait: ms(longMs) };
  const waiting = getConfig(deaf, node, known);
  await parked(deaf, 1);
  const { version } = await configure(s, node.nodeId);
  expect(await pollWaits(deaf)).toMatchObject({ woken: 1 });
  expect((await waiting).config?.version).toBe(version);
});

test("a wait that begins while a look is under way misses nothing, however old the version it saw", async () => {
  const { s, deaf } = await openTwo();
  const { taskId } = await createTask(s);
  const { wakeups } = deaf.engine;
  const topic = topics.task(s.tenant.tenantId, taskId);
  const early = wakeups.wait([topic], longMs, never);
  await claim(s);
  const late = wakeups.wait([topic], longMs, never);
  // The later wait has seen the claim; the earlier one reports afterwards that it has not.
  wakeups.noteSeenVersion(topic, 2);
  expect(await pollWaits(deaf)).toMatchObject({ woken: 0 });
  wakeups.noteSeenVersion(topic, 1);
  expect(await pollWaits(deaf)).toMatchObject({ woken: 1 });
  expect(await Promise.all([early, late])).toEqual([true, true]);
});

test("five thousand waits cost one statement a pass, and a wait for an unchanged task is not woken", async () => {
  const { s } = await openTwo();
  const { operations, counted } = openCountedServer(s);
  const { wakeups } = s.engine;
  const { taskId } = await createTask(s);
  const gone = new AbortController();
  const ids = Array.from({ length: 4_999 }, (_, place) => `0190b0f0-0000-7000-8000-${String(place).padStart(12, "0")}`);
  const waiting = [taskId, ...ids].map((id) => {
    const topic = topics.task(s.tenant.tenantId, id);
    const heard = wakeups.wait([topic], longMs, gone.signal);
    wakeups.noteSeenVersion(topic, 1);
    return heard;
  });
  Object.assign(counted, { statements: 0, transactions: 0 });
  for (let pass = 0; pass < 2; pass += 1) expect(await operations.pollWaits(forAll, never)).toMatchObject({ woken: 0 });
  expect(counted).toMatchObject({ statements: 2, transactions: 0 });
  const { operations: elsewhere } = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  granted(await cancel({ ...s, operations: elsewhere }, taskId));
  expect(await operations.pollWaits(forTopics, never)).toMatchObject({ woken: 1 });
  expect(await waiting[0]).toBe(true);
  gone.abort();
  expect((await Promise.all(waiting)).filter(Boolean)).toHaveLength(1);
});

test("a hundred parked workers and the sweep's question cost one statement a pass; no waits, none", async () => {
  const { s } = await openTwo();
  const { operations, counted } = openCountedServer(s);
  const gone = new AbortController();
  const request = create(ClaimTasksRequestSchema, { wait: ms(longMs) });
  const waiting = Array.from({ length: 100 }, () => operations.claimTasksWaiting(s.worker, request, gone.signal));
  await whenTransactionsEnded(s.database, counted, 1);
  Object.assign(counted, { statements: 0, transactions: 0 });
  for (let pass = 0; pass < 10; pass += 1) await operations.pollWaits(forAll, never);
  expect(counted).toMatchObject({ statements: 10, transactions: 0 });
  gone.abort();
  await Promise.all(waiting);
  await operations.pollWaits(forTopics, never);
  expect(counted.statements).toBe(10);
});

test("an eligible task that no worker takes is announced a few times, and then only now and then", async () => {
  const { s, deaf } = await openTwo();
  const queue = topics.queue(s.tenant.tenantId, "default");
  let told = 0;
  const subscription = deaf.engine.wakeups.subscribe(() => void told++);
  subscription.add(queue);
  await createTask(s);
  const toldIn = async (passes: number) => {
    told = 0;
    for (let pass = 0; pass < passes; pass += 1) await pollWaits(deaf);
    return told;
  };
  expect(await toldIn(9)).toBe(3);
  expect(await toldIn(10)).toBe(1);
  await createTask(s, { type: "another" });
  expect(await toldIn(1)).toBe(1);
  // The tasks are now older than an ordinary look reaches back: only the wide look sees them.
  s.clock.advance(10 * minuteMs);
  expect(await toldIn(10)).toBe(1);
  subscription.close();
});

test("a task that becomes eligible soon wakes its queue in time, from this server or another", async () => {
  const { s, deaf } = await openTwo();
  const queue = topics.queue(s.tenant.tenantId, "default");
  const here = s.engine.wakeups.wait([queue], longMs, never);
  const elsewhere = deaf.engine.wakeups.wait([queue], longMs, never);
  await createTask(s, { delay: ms(30) });
  expect(await pollWaits(deaf)).toEqual({ woken: 0, isDue: false });
  expect(await Promise.all([here, elsewhere])).toEqual([true, true]);
});

test("the poller does not look for topics whose subscriber wants hints only", async () => {
  const { s, deaf } = await openTwo();
  const { taskId } = await createTask(s);
  const heard: string[] = [];
  const subscription = deaf.engine.wakeups.subscribe((topic) => void heard.push(topic), "hints only");
  const topic = topics.task(s.tenant.tenantId, taskId);
  subscription.add(topic);
  expect(deaf.engine.wakeups.takePolledTopics()).toEqual([]);
  deaf.engine.wakeups.wakeHere(topic);
  expect(heard).toEqual([topic]);
  subscription.close();
});

test.each<[string, number, (s: Scenario) => Promise<unknown>]>([
  ["a lease", ttlMs, (s) => held(s)],
  ["a deadline of what waits", minuteMs, (s) => createTask(s, { deadline: inMs(s, minuteMs) })],
  ["a deadline of what is held", secondMs, (s) => held(s, { deadline: inMs(s, secondMs) })],
  ["a grace", secondMs, async (s) => cancel(s, (await held(s)).task.taskId, { gracePeriod: ms(secondMs) })],
  ["a session", ttlMs, (s) => openSession(s.operations, s.worker)],
])("the sweep is due when %s is over, not before, and not after", async (_what, lastsMs, arrange) => {
  const { s } = await openTwo();
  const isDue = async () => (await s.operations.pollWaits({ topics: false, due: true }, never)).isDue;
  await arrange(s);
  s.clock.advance(lastsMs - 1);
  expect(await isDue()).toBe(false);
  s.clock.advance(1);
  expect(await isDue()).toBe(true);
  await s.sweep();
  expect(await isDue()).toBe(false);
});
