// KeepLeases by scenario: one heartbeat keeps a set of leases, and reports which are lost and why.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import {
  type KeepLeasesRequest,
  KeepLeasesRequestSchema,
  type KeepLeasesResponse,
} from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import {
  cancel,
  claim,
  claimAll,
  complete,
  createAll,
  everything,
  granted,
  held,
  lose,
  ms,
  openScenario,
  read,
  refused,
  renew,
  type Scenario,
  sinceNowMs,
  start,
  ttlMs,
  wordOf,
} from "../../helpers/scenario.ts";

/** A holder's stream. The engine reads one message for each answer. */
function keeper(s: Scenario, by = s.worker) {
  const outbox: KeepLeasesRequest[] = [];
  async function* requests() {
    for (let next = outbox.shift(); next; next = outbox.shift()) yield next;
  }
  const answers = s.operations.keepLeases(by, requests())[Symbol.asyncIterator]();
  let sequence = 0n;
  return {
    async heartbeat(keep?: readonly GrantedTask[]): Promise<KeepLeasesResponse> {
      sequence += 1n;
      const set = keep && { keep: { leaseTokens: keep.map(({ lease }) => lease.token) } };
      outbox.push(create(KeepLeasesRequestSchema, { sequence, ...set }));
      const { value, done } = await answers.next();
      if (done) throw new Error("the stream has ended");
      expect(value.sequence).toBe(sequence);
      return value;
    },
    /** Ends the requests. */
    hangUp: async () => (await answers.next()).done,
  };
}

const lossesOf = ({ lost }: KeepLeasesResponse) =>
  lost.map(({ leaseId, loss }) => [leaseId, wordOf(LeaseLoss, loss)] as const);

async function holdAll(s: Scenario, count: number): Promise<GrantedTask[]> {
  await createAll(
    s,
    Array.from({ length: count }, () => ({})),
  );
  return await claimAll(s);
}

test("one heartbeat keeps all leases for a TTL and writes one row, however many there are", async () => {
  const s = await openScenario();
  const leases = await holdAll(s, 20);
  const { heartbeat } = keeper(s);
  expect(sinceNowMs(s, (await heartbeat(leases)).expireTime)).toBe(ttlMs);
  for (let round = 1; round <= 3; round += 1) {
    const before = await everything(s);
    s.clock.advance(ttlMs - 1);
    const answer = await heartbeat();
    expect(answer).toMatchObject({ lost: [], directives: [], heartbeatInterval: ms(20_000) });
    const after = await everything(s);
    expect(after["session"]).toHaveLength(1);
    expect(after["session"]).not.toEqual(before["session"]);
    expect({ ...after, session: [] }).toEqual({ ...before, session: [] });
    expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
    const { holder } = await read(s, leases[0]?.task.taskId ?? "");
    expect(sinceNowMs(s, holder?.expireTime)).toBe(ttlMs);
  }
  for (const leased of leases) granted(await complete(s, leased));
});

test("leases join and leave the set: those that join are kept, and those that leave expire", async () => {
  const s = await openScenario();
  const [one, two, three] = (await holdAll(s, 3)) as [GrantedTask, GrantedTask, GrantedTask];
  const { heartbeat } = keeper(s);
  await heartbeat([one, two]);
  s.clock.advance(ttlMs / 2);
  expect(await heartbeat([two, three])).toMatchObject({ lost: [] });
  s.clock.advance(ttlMs / 2);
  await heartbeat();
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  s.clock.advance(ttlMs / 2);
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
  await refused(complete(s, one), ErrorReason.FENCED);
  expect(await heartbeat([])).toMatchObject({ lost: [] });
  for (const leased of [two, three]) granted(await complete(s, leased));
});

test("a lost lease is reported once with its reason, and the others are kept", async () => {
  const s = await openScenario();
  const [canceled, done, kept] = (await holdAll(s, 3)) as [GrantedTask, GrantedTask, GrantedTask];
  const { heartbeat } = keeper(s);
  await heartbeat([canceled, done, kept]);
  granted(await cancel(s, canceled.task.taskId));
  granted(await complete(s, done));
  expect(new Map(lossesOf(await heartbeat()))).toEqual(
    new Map([
      [canceled.lease.leaseId, "CANCELED"],
      [done.lease.leaseId, "FENCED"],
    ]),
  );
  expect((await heartbeat()).lost).toEqual([]);
  s.clock.advance(ttlMs - 1);
  await heartbeat();
  s.clock.advance(ttlMs - 1);
  granted(await complete(s, kept));
});

test("leases lost before they joined are reported: expired, swept, granted again, never granted", async () => {
  const s = await openScenario();
  const regranted = await held(s);
  await lose(s);
  const rivals = await claim(s, {}, s.rival);
  s.clock.advance(1);
  const swept = await held(s);
  s.clock.advance(ttlMs - 1);
  await renew(s, [rivals], {}, s.rival);
  const late = await held(s);
  s.clock.advance(1);
  await s.sweep();
  s.clock.advance(ttlMs - 1);
  const answer = await keeper(s).heartbeat([regranted, rivals, swept, late]);
  expect(answer.lost.find(({ leaseToken }) => leaseToken === rivals.lease.token)).toMatchObject({
    leaseId: "",
    taskId: "",
    loss: LeaseLoss.FENCED,
  });
  expect(new Map(lossesOf(answer))).toEqual(
    new Map([
      ["", "FENCED"],
      [regranted.lease.leaseId, "FENCED"],
      [swept.lease.leaseId, "EXPIRED"],
      [late.lease.leaseId, "EXPIRED"],
    ]),
  );
});

test.each([
  ["before the sweep sees it", false],
  ["after the sweep", true],
])("law 3: a session that misses its time loses all its leases, %s, and goes on with new ones", async (_, isSwept) => {
  const s = await openScenario();
  const leases = await holdAll(s, 3);
  const { heartbeat } = keeper(s);
  await heartbeat(leases);
  s.clock.advance(ttlMs);
  if (isSwept) expect(await s.sweep()).toEqual({ lost: 3, ended: 0 });
  expect(lossesOf(await heartbeat()).sort()).toEqual(leases.map(({ lease }) => [lease.leaseId, "EXPIRED"]).sort());
  if (!isSwept) expect(await s.sweep()).toEqual({ lost: 3, ended: 0 });
  s.clock.advance(3_000);
  const again = await claimAll(s, {}, s.worker);
  expect(again).toHaveLength(3);
  expect(await heartbeat(again)).toMatchObject({ lost: [] });
  s.clock.advance(ttlMs - 1);
  for (const leased of again) granted(await complete(s, leased));
  expect((await everything(s))["session"]).toHaveLength(1);
});

test("after a break the leases last until the session expires, and are lost then", async () => {
  const s = await openScenario();
  const leases = await holdAll(s, 2);
  const stream = keeper(s);
  s.clock.advance(30_000);
  await stream.heartbeat(leases);
  expect(await stream.hangUp()).toBe(true);
  s.clock.advance(ttlMs - 1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  granted(await start(s, leases[0] as GrantedTask));
  s.clock.advance(1);
  expect(await s.sweep()).toEqual({ lost: 2, ended: 0 });
  expect((await everything(s))["session"]).toEqual([]);
});

test("after a break the worker may continue with a new stream or with renewals, and loses nothing", async () => {
  const s = await openScenario();
  const [one, two] = (await holdAll(s, 2)) as [GrantedTask, GrantedTask];
  await keeper(s).heartbeat([one, two]);
  s.clock.advance(ttlMs - 1);
  const second = keeper(s);
  expect(await second.heartbeat([one])).toMatchObject({ lost: [] });
  granted((await renew(s, [two]))[0]);
  s.clock.advance(ttlMs - 1);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 0 });
  expect(await second.heartbeat([one, two])).toMatchObject({ lost: [] });
  granted((await renew(s, [two]))[0]);
  s.clock.advance(ttlMs / 2);
  expect(await second.heartbeat()).toMatchObject({ lost: [] });
  s.clock.advance(ttlMs - 1);
  for (const leased of [one, two]) granted(await complete(s, leased));
});

test("a heartbeat reports that an owner has asked for cancellation", async () => {
  const s = await openScenario();
  const [one, two] = (await holdAll(s, 2)) as [GrantedTask, GrantedTask];
  const { heartbeat } = keeper(s);
  await heartbeat([one, two]);
  granted(await cancel(s, two.task.taskId, { gracePeriod: ms(90_000) }));
  const { directives, expireTime } = await heartbeat();
  const { taskId, leaseId } = two.lease;
  expect(directives).toMatchObject([{ taskId, leaseId, cancelRequested: true, expireTime }]);
  s.clock.advance(ttlMs - 1);
  await heartbeat();
  s.clock.advance(30_001);
  expect(await s.sweep()).toEqual({ lost: 0, ended: 1 });
  expect(lossesOf(await heartbeat())).toEqual([[leaseId, "CANCELED"]]);
  expect((await read(s, taskId)).state).toBe(TaskState.CANCELED);
});

test("the first message must name the leases to keep", async () => {
  const s = await openScenario();
  await expect(keeper(s).heartbeat()).rejects.toMatchObject({ refusal: { reason: ErrorReason.INVALID_ARGUMENT } });
});
