// The sweep by scenario: lost leases, poison, deadlines: what a worker cannot do for itself.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { breakTable, mendTable } from "../../helpers/ledger-scenario.ts";
import {
  anomalies,
  type CreateInit,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createAll,
  createOne,
  createTask,
  everything,
  fail,
  granted,
  held,
  inMs,
  lose,
  lossRestMs,
  ms,
  openScenario,
  progress,
  read,
  refused,
  release,
  renew,
  type Scenario,
  sinceNowMs,
  start,
  story,
  ttlMs,
} from "../../helpers/scenario.ts";

test("law 3: a lease that is not renewed makes its task claimable again at the sweep, after a short rest", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased));
  s.clock.advance(ttlMs - 1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  s.clock.advance(1);
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 1, deliveries: 1 });
  expect([task.holder, task.startTime]).toEqual([undefined, undefined]);
  expect(sinceNowMs(s, task.eligibleTime)).toBe(lossRestMs);
  expect((await chain(s, task.taskId)).at(-1)).toMatchObject({
    from: { id: "asyncgate" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    leaseId: leased.lease.leaseId,
    body: {
      body: { case: "leaseExpired", value: { attempt: 1, leaseLosses: 1, expireTime: leased.lease.expireTime } },
    },
  });
  s.clock.advance(lossRestMs);
  expect(await claim(s, {}, s.rival)).toMatchObject({ task: { taskId: task.taskId }, lease: { fence: 2n } });
});

test("law 3: the rest after a lost lease is below 250 ms whatever is drawn, and goes with the draw", async () => {
  const draws = [0, 0.25, 0.999_999];
  const s = await openScenario({ random: () => draws[0] ?? 0 });
  const rests = [];
  while (draws.length > 0) {
    const { task } = await held(s);
    s.clock.advance(ttlMs);
    await s.sweep();
    rests.push(sinceNowMs(s, (await read(s, task.taskId)).eligibleTime));
    granted(await cancel(s, task.taskId));
    draws.shift();
  }
  expect(rests).toEqual([0, 62, 249]);
});

test("law 16: any server sweeps for all, and several at once lose nothing and count nothing twice", async () => {
  const s = await openScenario();
  const second = await openScenario({ databaseUrl: s.database.databaseUrl, clock: s.clock });
  await createAll(
    s,
    Array.from({ length: 250 }, () => ({})),
  );
  const leases = [...(await claimAll(s)), ...(await claimAll(s)), ...(await claimAll(s))];
  const kept = leases.slice(0, 10);
  s.clock.advance(ttlMs - 1);
  await renew(s, kept);
  s.clock.advance(1);
  const swept = await Promise.all([s.sweep(), second.sweep(), second.sweep()]);
  expect(swept.reduce((sum, { lost }) => sum + lost, 0)).toBe(240);
  s.clock.advance(lossRestMs);
  expect((await claimAll(second, {}, s.worker)).every(({ task }) => task.leaseLosses === 1)).toBe(true);
  expect((await everything(s))["ready"]).toHaveLength(140);
});

test("repeated_lease_expiry is raised at the 3rd loss and whenever it has doubled: 6, 12", async () => {
  const s = await openScenario();
  const { task } = await held(s);
  const raisedAt: number[] = [];
  for (let losses = 1, seen = 0; losses <= 13; losses += 1) {
    await lose(s);
    const raised = await anomalies(s, task.taskId);
    if (raised.length > seen) raisedAt.push(losses);
    seen = raised.length;
    await claim(s);
  }
  expect(raisedAt).toEqual([3, 6, 12]);
  expect(new Set(await anomalies(s, task.taskId))).toEqual(new Set(["REPEATED_LEASE_EXPIRY"]));
});

test("law 4: a poison task ends above its cap of losses with an anomaly, and a new task repeats its work", async () => {
  const s = await openScenario();
  const { task } = await held(s, { maxLeaseLosses: 2 });
  for (const left of [1, 2]) {
    await lose(s);
    expect(await read(s, task.taskId)).toMatchObject({ state: TaskState.QUEUED, leaseLosses: left });
    await claim(s);
  }
  s.clock.advance(ttlMs);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 1 });
  expect(await read(s, task.taskId)).toMatchObject({
    state: TaskState.FAILED,
    attempt: 1,
    leaseLosses: 3,
    outcome: { terminalReason: TerminalReason.LEASE_LOSSES_EXCEEDED },
  });
  expect(await anomalies(s, task.taskId)).toEqual(["LEASE_LOSSES_EXCEEDED"]);
  expect((await story(s, task.taskId)).slice(-3)).toEqual(["TASK_FAILED", "TASK_RESULT_READY", "SYSTEM_ANOMALY"]);
  expect((await everything(s))["obligation"]).toEqual([]);
  const again = granted(await createOne(s, { redriveOf: task.taskId }));
  expect(again.task.redriveOf).toBe(task.taskId);
  const [assigned] = await chain(s, again.task.taskId);
  expect(assigned?.body?.body.value).toMatchObject({ redriveOf: task.taskId });
  granted(await complete(s, await claim(s)));
});

test("law 4: without a cap a task outlives any number of losses; with a cap of one, the second ends it", async () => {
  const s = await openScenario();
  const { task: endless } = await held(s, { maxLeaseLosses: 0 });
  for (let losses = 1; losses <= 21; losses += 1) {
    await lose(s);
    await claim(s);
  }
  expect(await read(s, endless.taskId)).toMatchObject({ state: TaskState.LEASED, leaseLosses: 21 });
  const { task } = await held(s, { maxLeaseLosses: 1 }, s.rival);
  await lose(s);
  await claim(s, { maxTasks: 2 });
  s.clock.advance(ttlMs);
  await s.sweep();
  expect((await read(s, task.taskId)).state).toBe(TaskState.FAILED);
});

async function expectFailed(s: Scenario, taskId: string, terminalReason: TerminalReason, missed: string) {
  expect(await read(s, taskId)).toMatchObject({ state: TaskState.FAILED, outcome: { terminalReason } });
  const receipts = await chain(s, taskId);
  const failed = receipts.find(({ body }) => body?.body.case === "taskFailed");
  expect(failed).toMatchObject({ from: { id: "asyncgate" }, body: { body: { value: { terminalReason } } } });
  const [anomaly] = receipts.flatMap(({ body }) => (body?.body.case === "systemAnomaly" ? [body.body.value] : []));
  expect(await anomalies(s, taskId)).toEqual(["DEADLINE_MISSED"]);
  expect(JSON.parse(anomaly?.details ?? "")).toEqual({ task_id: taskId, missed });
  expect((await everything(s))["obligation"]).toEqual([]);
}

type Bring = (s: Scenario, request: CreateInit) => Promise<unknown>;

/** A task with a bound of 10 s, the state it is brought to, and the reason it fails for in that state. */
const bounds: readonly (readonly [string, Bring, (s: Scenario) => CreateInit, keyof typeof TerminalReason])[] = [
  ["waits beyond its deadline", createTask, (s) => ({ deadline: inMs(s, 10_000) }), "DEADLINE_EXCEEDED"],
  ["is held beyond its deadline", held, (s) => ({ deadline: inMs(s, 10_000) }), "DEADLINE_EXCEEDED"],
  [
    "runs beyond its deadline",
    async (s, request) => granted(await start(s, await held(s, request))),
    (s) => ({ deadline: inMs(s, 10_000), attemptTimeout: ms(11_000) }),
    "DEADLINE_EXCEEDED",
  ],
  [
    "rests after a failure beyond its deadline",
    async (s, request) => granted(await fail(s, await held(s, request))),
    (s) => ({ deadline: inMs(s, 10_000), startDeadline: inMs(s, 5_000) }),
    "DEADLINE_EXCEEDED",
  ],
  [
    "finds no worker by its start deadline",
    createTask,
    (s) => ({ startDeadline: inMs(s, 10_000) }),
    "START_DEADLINE_EXCEEDED",
  ],
  ["is held beyond its attempt timeout", held, () => ({ attemptTimeout: ms(10_000) }), "ATTEMPT_TIMEOUT"],
  [
    "runs beyond its attempt timeout",
    async (s, request) => granted(await progress(s, await held(s, request))),
    (s) => ({ attemptTimeout: ms(10_000), deadline: inMs(s, 11_000) }),
    "ATTEMPT_TIMEOUT",
  ],
];

test.each(bounds)("a task that %s fails by it, with an anomaly", async (_, bring, request, reason) => {
  const s = await openScenario();
  await bring(s, request(s));
  const [row] = (await everything(s))["task"] ?? [];
  const taskId = String((JSON.parse(row ?? "{}") as { task_id: string }).task_id);
  s.clock.advance(9_999);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  s.clock.advance(1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 1 });
  await expectFailed(s, taskId, TerminalReason[reason], reason.toLowerCase());
});

test("a holder whose task has failed by time is told how it stands", async () => {
  const s = await openScenario();
  const leased = await held(s, { attemptTimeout: ms(10_000) });
  s.clock.advance(10_000);
  await s.sweep();
  const { facts } = await refused(complete(s, leased), ErrorReason.INVALID_TRANSITION);
  expect(facts).toMatchObject({ case: "transition", value: { from: TaskState.FAILED } });
});

test("each attempt has its own timeout; no start deadline applies once a worker has held the task", async () => {
  const s = await openScenario();
  const first = await held(s, { attemptTimeout: ms(10_000), startDeadline: inMs(s, 12_000) });
  s.clock.advance(9_000);
  granted(await release(s, first));
  const second = await claim(s);
  s.clock.advance(9_999);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  granted(await complete(s, second));
});

test("law 8: a loss that cannot be written whole leaves the lease as it was", async () => {
  const s = await openScenario();
  await held(s);
  s.clock.advance(ttlMs);
  const before = await everything(s);
  for (const table of ["ready", "ledger_page"]) {
    await breakTable(s.database.databaseUrl, table, "insert");
    await expect(s.sweep()).rejects.toThrow("broken by a test");
    await mendTable(s.database.databaseUrl, table);
    expect(await everything(s)).toEqual(before);
  }
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
});
