// Work sessions by scenario: opened, kept by heartbeats, broken, resumed, ended; and what becomes of their leases.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { StreamEndReason } from "../../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { OpenedSession } from "../../../src/engine/sessions/work-sessions.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import {
  cancel,
  claimAll,
  complete,
  createAll,
  everything,
  granted,
  lossRestMs,
  ms,
  openScenario,
  read,
  refused,
  renew,
  type Scenario,
  sinceNowMs,
  story,
  ttlMs,
} from "../../helpers/scenario.ts";
import { openSession, reportedOf, subscribeWorker } from "../../helpers/work.ts";

const graceMs = 10_000;

/** A session with leases on this many new tasks. */
async function working(s: Scenario, count: number): Promise<{ opened: OpenedSession; offers: readonly GrantedTask[] }> {
  await createAll(
    s,
    Array.from({ length: count }, () => ({})),
  );
  const opened = await openSession(s.operations, s.worker);
  const subscription = subscribeWorker(s.operations, s.worker, opened.session);
  subscription.credit(count);
  const offers = await subscription.offered(count);
  await subscription.leave();
  return { opened, offers };
}

const leasesOf = (offers: readonly GrantedTask[]) => offers.map(({ lease }) => lease);
const tokensOf = (offers: readonly GrantedTask[]) => offers.map(({ lease }) => lease.token);
const offeredOf = (offers: readonly GrantedTask[]) =>
  offers.map(({ lease: { taskId, leaseId } }) => ({ taskId, leaseId }));

function heartbeat(s: Scenario, { session }: OpenedSession, offers: readonly GrantedTask[]) {
  return s.operations.keepWorkSession(s.worker, { session, reported: reportedOf(s.worker, leasesOf(offers)) });
}

test("one heartbeat keeps all leases of a session, and writes one row", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 20);
  expect(offers.map(({ lease }) => [sinceNowMs(s, lease.expireTime), lease.ttl])).toEqual(
    offers.map(() => [ttlMs, ms(ttlMs)]),
  );
  for (let round = 1; round <= 3; round += 1) {
    const before = await everything(s);
    s.clock.advance(ttlMs - 1);
    expect(await heartbeat(s, opened, offers)).toMatchObject({ canceled: [], lost: [] });
    const after = await everything(s);
    expect(after["session"]).not.toEqual(before["session"]);
    expect({ ...after, session: [] }).toEqual({ ...before, session: [] });
    expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  }
  for (const one of offers) granted(await complete(s, one));
  await s.operations.endWorkSession(s.worker, { session: opened.session, why: "bye" });
  expect((await everything(s))["session"]).toEqual([]);
});

test("law 3: a session without heartbeats expires and loses all its leases, attempts unchanged", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 250);
  s.clock.advance(ttlMs);
  expect(await heartbeat(s, opened, offers)).toEqual({ ended: StreamEndReason.EXPIRED });
  expect(await s.sweep()).toEqual({ lost: 250, ended: 0 });
  expect(await heartbeat(s, opened, offers)).toEqual({ ended: StreamEndReason.EXPIRED });
  expect((await everything(s))["session"]).toEqual([]);
  for (const { task } of offers.slice(0, 3)) {
    expect(await read(s, task.taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 1 });
  }
  s.clock.advance(lossRestMs);
  expect(await claimAll(s)).toHaveLength(100);
});

test("a heartbeat reports lost and canceled leases, and attaches one that was renewed on its own", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 4);
  const [canceled, wished, renewed, kept] = offers as [GrantedTask, GrantedTask, GrantedTask, GrantedTask];
  granted(await cancel(s, canceled.task.taskId));
  granted(await cancel(s, wished.task.taskId, { gracePeriod: ms(2 * ttlMs), reason: "enough" }));
  granted((await renew(s, [renewed]))[0]);
  expect(await heartbeat(s, opened, offers)).toMatchObject({
    canceled: [{ leaseId: wished.lease.leaseId, cancelReason: "enough" }],
    lost: [{ leaseId: canceled.lease.leaseId, loss: LeaseLoss.CANCELED, leaseToken: canceled.lease.token }],
  });
  s.clock.advance(ttlMs - 1);
  const left = [wished, renewed, kept];
  expect(await heartbeat(s, opened, left)).toMatchObject({ lost: [] });
  s.clock.advance(ttlMs - 1);
  for (const one of left) granted(await complete(s, one));
});

test("offers that were not accepted are returned, and count neither as attempts nor as losses", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 3);
  const [accepted, ...rest] = offers as [GrantedTask, GrantedTask, GrantedTask];
  const returned = await s.operations.returnOffers(s.worker, {
    session: opened.session,
    offers: offeredOf(rest),
    why: "not accepted",
  });
  expect(returned.sort()).toEqual(rest.map(({ lease }) => lease.leaseId).sort());
  expect(
    await s.operations.returnOffers(s.worker, { session: opened.session, offers: offeredOf(rest), why: "again" }),
  ).toEqual([]);
  for (const { task } of rest) {
    expect(await read(s, task.taskId)).toMatchObject({ state: TaskState.QUEUED, attempt: 1, leaseLosses: 0 });
    expect(await story(s, task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "LEASE_RELEASED"]);
  }
  expect(await claimAll(s, {}, s.rival)).toHaveLength(2);
  // A session returns only its own leases, not those of another worker.
  expect(
    await s.operations.returnOffers(s.worker, { session: opened.session, offers: offeredOf(rest), why: "late" }),
  ).toEqual([]);
  granted(await complete(s, accepted));
});

test("a broken session lives on for the grace, and then its leases are lost", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 2);
  await s.operations.breakWorkSession(s.worker, opened.session);
  s.clock.advance(graceMs - 1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  granted(await complete(s, offers[0] as GrantedTask));
  s.clock.advance(1);
  await refused(complete(s, offers[1] as GrantedTask), ErrorReason.LEASE_EXPIRED);
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
  expect(await read(s, offers[1]?.task.taskId ?? "")).toMatchObject({ attempt: 1, leaseLosses: 1 });
});

test("a break never extends leases", async () => {
  const s = await openScenario();
  const { opened } = await working(s, 1);
  s.clock.advance(ttlMs - 5);
  await s.operations.breakWorkSession(s.worker, opened.session);
  s.clock.advance(5);
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
});

test("a session resumed in time keeps its leases and fences, and its earlier stream has lost it", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 3);
  granted(await cancel(s, offers[0]?.task.taskId ?? "", { gracePeriod: ms(3 * ttlMs), reason: "enough" }));
  await s.operations.breakWorkSession(s.worker, opened.session);
  s.clock.advance(graceMs - 1);
  const again = await openSession(s.operations, s.worker, { resumeToken: opened.resumeToken });
  const { sessionId } = opened.session;
  expect(again).toMatchObject({ resumed: true, resumeToken: opened.resumeToken, lost: [], session: { sessionId } });
  expect(tokensOf(again.leases.map((lease) => ({ lease }) as GrantedTask)).sort()).toEqual(tokensOf(offers).sort());
  expect(sinceNowMs(s, again.leases[0]?.expireTime)).toBe(ttlMs);
  const receipts = offers.map(({ lease, acceptedReceiptId }) => [lease.leaseId, acceptedReceiptId] as const);
  expect(again.acceptedReceiptIds).toEqual(new Map(receipts));
  expect(again.canceled).toMatchObject([{ leaseId: offers[0]?.lease.leaseId, cancelReason: "enough" }]);
  expect(await heartbeat(s, opened, offers)).toEqual({ ended: StreamEndReason.RESUMED_ELSEWHERE });
  expect(
    await s.operations.returnOffers(s.worker, { session: opened.session, offers: offeredOf(offers), why: "late" }),
  ).toEqual([]);
  await s.operations.breakWorkSession(s.worker, opened.session);
  await s.operations.endWorkSession(s.worker, { session: opened.session, why: "late" });
  s.clock.advance(ttlMs - 1);
  expect(await heartbeat(s, again, offers)).toMatchObject({ lost: [] });
  for (const one of offers) granted(await complete(s, one));
});

test("leases that a resuming worker does not report are returned, however many, and count as nothing", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 1_100);
  const held = offers[1_000] as GrantedTask;
  const hello = { resumeToken: opened.resumeToken, held: [held.lease.token] };
  const again = await openSession(s.operations, s.worker, hello);
  expect(again).toMatchObject({ resumed: true, lost: [], leases: [{ leaseId: held.lease.leaseId }] });
  expect((await everything(s))["ready"]).toHaveLength(1_099);
  expect(await read(s, offers[0]?.task.taskId ?? "")).toMatchObject({ attempt: 1, leaseLosses: 0 });
  granted(await complete(s, held));
}, 30_000);

test("an offer that was returned while its worker was away is lost, though the worker reports it", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 2);
  const [returned, held] = offers as [GrantedTask, GrantedTask];
  await s.operations.breakWorkSession(s.worker, opened.session);
  await s.operations.returnOffers(s.worker, {
    session: opened.session,
    offers: offeredOf([returned]),
    why: "not accepted",
  });
  const again = await openSession(s.operations, s.worker, { resumeToken: opened.resumeToken, held: tokensOf(offers) });
  expect(again).toMatchObject({
    resumed: true,
    leases: [{ leaseId: held.lease.leaseId }],
    lost: [{ leaseId: returned.lease.leaseId, loss: LeaseLoss.FENCED }],
  });
  await refused(complete(s, returned), ErrorReason.FENCED);
  expect(await read(s, returned.task.taskId)).toMatchObject({ attempt: 1, leaseLosses: 0 });
});

test("a worker that comes back too late gets a new session, and keeps only what it renewed on its own", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 2);
  const [lost, renewed] = offers as [GrantedTask, GrantedTask];
  s.clock.advance(ttlMs - 1);
  granted((await renew(s, [renewed]))[0]);
  s.clock.advance(1);
  const again = await openSession(s.operations, s.worker, { resumeToken: opened.resumeToken, held: tokensOf(offers) });
  expect(again).toMatchObject({
    resumed: false,
    leases: [{ leaseId: renewed.lease.leaseId }],
    lost: [{ leaseId: lost.lease.leaseId, loss: LeaseLoss.EXPIRED }],
  });
  expect(again.session.sessionId).not.toBe(opened.session.sessionId);
  s.clock.advance(ttlMs - 1);
  granted(await complete(s, renewed));
});

test("a resume token works only for its principal", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 1);
  const stolen = await openSession(s.operations, s.rival, { resumeToken: opened.resumeToken, held: tokensOf(offers) });
  expect(stolen).toMatchObject({ resumed: false, leases: [], lost: [{ loss: LeaseLoss.FENCED }] });
  expect(await heartbeat(s, opened, offers)).toMatchObject({ lost: [] });
});

test("ending a session returns its leases, however many, and counts nothing", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 501);
  await s.operations.endWorkSession(s.worker, { session: opened.session, why: "bye" });
  const rows = await everything(s);
  expect([rows["session"], rows["lease"], rows["ready"]?.length]).toEqual([[], [], 501]);
  expect(await read(s, offers[0]?.task.taskId ?? "")).toMatchObject({ attempt: 1, leaseLosses: 0 });
  const again = await openSession(s.operations, s.worker, { resumeToken: opened.resumeToken });
  expect(again).toMatchObject({ resumed: false, leases: [] });
}, 30_000);

test("ending an expired session returns nothing: its leases are lost, and counted as lost", async () => {
  const s = await openScenario();
  const { opened, offers } = await working(s, 1);
  s.clock.advance(ttlMs);
  await s.operations.endWorkSession(s.worker, { session: opened.session, why: "bye" });
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
  expect(await read(s, offers[0]?.task.taskId ?? "")).toMatchObject({ attempt: 1, leaseLosses: 1 });
  expect((await everything(s))["session"]).toEqual([]);
});

test("a heartbeat of a session without leases writes its row and reads nothing else", async () => {
  const s = await openScenario();
  const { operations, counted } = openCountedServer(s);
  const opened = await openSession(operations, s.worker);
  const before = { ...counted };
  expect(await operations.keepWorkSession(s.worker, { session: opened.session, reported: new Map() })).toMatchObject({
    lost: [],
  });
  // Begin, the row, commit.
  expect(counted.statements - before.statements).toBe(3);
  expect(counted.rowsWritten - before.rowsWritten).toBe(1);
});

test("nothing is granted into a session that has ended, and its subscription is told", async () => {
  const s = await openScenario();
  const first = await openSession(s.operations, s.worker);
  const second = await openSession(s.operations, s.worker, { resumeToken: first.resumeToken });
  await createAll(s, [{}]);
  const stale = subscribeWorker(s.operations, s.worker, first.session);
  stale.credit(1);
  expect(await stale.sessionEnd()).toBe(StreamEndReason.RESUMED_ELSEWHERE);
  expect(stale.offers).toEqual([]);
  s.clock.advance(ttlMs);
  const late = subscribeWorker(s.operations, s.worker, second.session);
  late.credit(1);
  expect(await late.sessionEnd()).toBe(StreamEndReason.EXPIRED);
  expect(await claimAll(s)).toHaveLength(1);
});

test("a thousand leases over a hundred sessions: a round of heartbeats writes one row a session", async () => {
  const s = await openScenario();
  const { operations, counted } = openCountedServer(s);
  await createAll(
    s,
    Array.from({ length: 500 }, () => ({})),
  );
  await createAll(
    s,
    Array.from({ length: 500 }, () => ({})),
  );
  const workers = await Promise.all(
    Array.from({ length: 100 }, async () => {
      const opened = await openSession(operations, s.worker);
      const subscription = subscribeWorker(operations, s.worker, opened.session);
      subscription.credit(10);
      return { opened, subscription };
    }),
  );
  const held = await Promise.all(
    workers.map(async ({ opened, subscription }) => {
      const offers = await subscription.offered(10);
      await subscription.leave();
      return { opened, reported: reportedOf(s.worker, leasesOf(offers)) };
    }),
  );
  s.clock.advance(ttlMs - 1);
  const before = { ...counted };
  const results = await Promise.all(
    held.map(({ opened: { session }, reported }) => operations.keepWorkSession(s.worker, { session, reported })),
  );
  expect(results.every((one) => one.ended === undefined && one.lost.length === 0)).toBe(true);
  expect(counted.rowsWritten - before.rowsWritten).toBe(100);
  expect(counted.transactions - before.transactions).toBeLessThanOrEqual(3);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
}, 60_000);
