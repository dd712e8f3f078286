// Sessions that are resumed while their old stream is still at work: no lease stays without a holder, and none is taken
// from a worker that reported it as held.
import { create } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { ClaimTasksRequestSchema } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { CreateTaskRequestSchema } from "../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { StreamEndReason } from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Operations } from "../../src/engine/index.ts";
import type { SessionEpoch } from "../../src/engine/sessions/heartbeats.ts";
import type { GrantedTask } from "../../src/engine/views/granted-task.ts";
import { query } from "../helpers/database.ts";
import { complete, granted as done, hand } from "../helpers/ledger-scenario.ts";
import { type Arena, race, together } from "../helpers/race.ts";
import { openSession, reportedOf, subscribeWorker } from "../helpers/work.ts";

async function offerTo(arena: Arena, session: SessionEpoch, count: number): Promise<readonly GrantedTask[]> {
  for (let task = 0; task < count; task += 1) await hand(arena);
  const subscribed = subscribeWorker(arena.servers[0], arena.worker, session);
  subscribed.credit(count);
  const offers = await subscribed.offered(count);
  await subscribed.leave();
  return offers;
}

async function leasesOf(arena: Arena, { sessionId }: SessionEpoch): Promise<string[]> {
  const rows = await query<{ id: string }>(
    arena.database.databaseUrl,
    `select lease_id as id from lease where session_id = '${sessionId}' order by 1`,
  );
  return rows.map(({ id }) => id);
}

/** Completes all tasks, so that the next round starts empty. */
async function finish(arena: Arena, server: Operations, session: SessionEpoch): Promise<void> {
  await server.endWorkSession(arena.worker, { session, why: "the round is over" });
  const subscribed = subscribeWorker(server, arena.worker, (await openSession(server, arena.worker)).session);
  const waiting = await query(arena.database.databaseUrl, "select from ready");
  subscribed.credit(Math.max(waiting.length, 1));
  for (const { lease } of await subscribed.offered(waiting.length)) done(await complete(arena, lease, {}));
  await subscribed.leave();
}

race("a session is resumed while its old server returns offers that the worker holds", async (arena) => {
  const [one, other] = arena.servers;
  const { session, resumeToken } = await openSession(one, arena.worker);
  const offers = await offerTo(arena, session, 3);
  const [held, unheld] = offers as [GrantedTask, GrantedTask];
  const offered = offers.map(({ lease: { taskId, leaseId } }) => ({ taskId, leaseId }));
  const [returned, again] = await together(
    arena.round,
    () => one.returnOffers(arena.worker, { session, offers: offered, why: "not accepted" }),
    () => openSession(other, arena.worker, { resumeToken, held: [held.lease.token] }),
  );
  expect(again.resumed).toBe(true);
  // If the old stream was first, the worker learns that it lost the lease; otherwise it keeps the lease.
  const came = again.leases.map(({ leaseId }) => leaseId);
  if (returned.length > 0) expect([returned.length, came, again.lost.length]).toEqual([3, [], 1]);
  else expect([came, again.lost]).toEqual([[held.lease.leaseId], []]);
  expect(await leasesOf(arena, session)).toEqual(came);
  expect(came).not.toContain(unheld.lease.leaseId);
  expect(await one.returnOffers(arena.worker, { session, offers: offered, why: "late" })).toEqual([]);
  await finish(arena, other, again.session);
});

race("a session is resumed while its old server grants into it: every lease is known", async (arena) => {
  const [one, other] = arena.servers;
  const { session, resumeToken } = await openSession(one, arena.worker);
  const kept = await offerTo(arena, session, 1);
  await hand(arena);
  const subscribed = subscribeWorker(one, arena.worker, session);
  const [, again] = await together(
    arena.round,
    async () => subscribed.credit(1),
    () => openSession(other, arena.worker, { resumeToken }),
  );
  await subscribed.leave();
  const came = again.leases.map(({ leaseId }) => leaseId).sort();
  expect(await leasesOf(arena, session)).toEqual(came);
  expect(came).toEqual([...kept, ...subscribed.offers].map(({ lease }) => lease.leaseId).sort());
  await finish(arena, other, again.session);
});

race("a session is resumed while its old server ends what a task waits for: every lease is known", async (arena) => {
  const [one, other] = arena.servers;
  const { session, resumeToken } = await openSession(one, arena.worker);
  const subscribed = subscribeWorker(one, arena.worker, session);
  subscribed.credit(1);
  await subscribed.settled();
  const first = create(CreateTaskRequestSchema, { type: "t", queue: "first" });
  const next = create(CreateTaskRequestSchema, {
    type: "t",
    wait: { allOf: [{ anyOf: [{ condition: { case: "task", value: { of: { case: "item", value: 0 } } } }] }] },
  });
  await one.createTasks(arena.agent, { tasks: [first, next], requestId: "" });
  const claiming = create(ClaimTasksRequestSchema, { queues: ["first"], maxTasks: 1 });
  const held = done(done(await one.claimTasks(arena.worker, claiming))[0]);
  const [, again] = await together(
    arena.round,
    () => complete({ ...arena, operations: one }, held.lease),
    () => openSession(other, arena.worker, { resumeToken }),
  );
  await subscribed.leave();
  const came = again.leases.map(({ leaseId }) => leaseId);
  expect(await leasesOf(arena, session)).toEqual(came);
  expect(came).toEqual(subscribed.offers.map(({ lease }) => lease.leaseId));
  await finish(arena, other, again.session);
});

race(
  "a heartbeat on the old server while the session is resumed or broken: the old epoch has ended afterwards",
  async (arena) => {
    const [one, other] = arena.servers;
    const { session, resumeToken } = await openSession(one, arena.worker);
    const offers = await offerTo(arena, session, 2);
    const reported = reportedOf(
      arena.worker,
      offers.map(({ lease }) => lease),
    );
    const [, again] = await together(
      arena.round,
      () => one.keepWorkSession(arena.worker, { session, reported: reported }),
      () => openSession(other, arena.worker, { resumeToken }),
      () => one.breakWorkSession(arena.worker, session),
    );
    expect(again).toMatchObject({ resumed: true, lost: [] });
    expect(await one.keepWorkSession(arena.worker, { session, reported: reported })).toEqual({
      ended: StreamEndReason.RESUMED_ELSEWHERE,
    });
    // A late break of the old stream has not shortened the session.
    arena.clock.advance(again.session.ttlMs - 1);
    expect(await other.keepWorkSession(arena.worker, { session: again.session, reported: reported })).toMatchObject({
      lost: [],
    });
    await finish(arena, other, again.session);
  },
);

race("of two streams that resume one session concurrently, the later has it", async (arena) => {
  const [one, other] = arena.servers;
  const { session, resumeToken } = await openSession(one, arena.worker);
  await offerTo(arena, session, 1);
  const both = await together(
    arena.round,
    () => openSession(one, arena.worker, { resumeToken }),
    () => openSession(other, arena.worker, { resumeToken }),
  );
  const [earlier, later] = both.sort((a, b) => a.session.epoch - b.session.epoch);
  expect([earlier?.session.epoch, later?.session.epoch]).toEqual([2, 3]);
  const heartbeats = await Promise.all(
    both.map((opened) => one.keepWorkSession(arena.worker, { session: opened.session, reported: new Map() })),
  );
  expect(heartbeats.map(({ ended }) => ended)).toEqual([StreamEndReason.RESUMED_ELSEWHERE, undefined]);
  if (later) await finish(arena, other, later.session);
});

race("a session ends while the sweep finds it expired: its tasks are queued again, once", async (arena) => {
  const [one, other] = arena.servers;
  const { session } = await openSession(one, arena.worker);
  const offers = await offerTo(arena, session, 3);
  arena.clock.advance(session.ttlMs);
  const { signal } = new AbortController();
  await together(
    arena.round,
    () => one.endWorkSession(arena.worker, { session, why: "bye" }),
    () => other.sweep(signal),
  );
  for (let pass = 0; pass < 3; pass += 1) await one.sweep(signal);
  const url = arena.database.databaseUrl;
  expect(await query(url, "select from lease")).toHaveLength(0);
  expect(await query(url, `select from session where session_id = '${session.sessionId}'`)).toHaveLength(0);
  expect(await query(url, "select from ready")).toHaveLength(offers.length);
  arena.clock.advance(3_000);
  await finish(arena, other, session);
});
