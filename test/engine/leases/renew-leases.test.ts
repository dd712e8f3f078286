// RenewLeases by scenario.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { isRefusal, type Refusal } from "../../../src/core/refusal.ts";
import {
  cancel,
  claim,
  claimAll,
  complete,
  createAll,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  granted,
  type HolderCall,
  held,
  lose,
  ms,
  openScenario,
  read,
  renew,
  sinceNowMs,
  ttlMs,
} from "../../helpers/scenario.ts";

const renewing: HolderCall = async (s, leased) => (await renew(s, [leased]))[0] as object;

test("law 2: a stale worker's renewal is fenced off and changes nothing", () => expectFencedOff(renewing));
test("law 2: a lease that has run out is not renewed, even before the sweep sees it", () => expectExpired(renewing));
test("law 2: a token of another worker's lease, or of none, renews nothing", () => expectNotHolder(renewing));

test("a renewal lasts a full TTL from now, within the server's bounds", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const lastsMs = async (wishMs?: number) => {
    const [kept] = await renew(s, [leased], wishMs === undefined ? {} : { leaseTtl: ms(wishMs) });
    const { holder } = await read(s, leased.task.taskId);
    expect(holder?.expireTime).toEqual((kept as { expireTime: unknown }).expireTime);
    return sinceNowMs(s, holder?.expireTime);
  };
  s.clock.advance(ttlMs - 1);
  expect(await lastsMs()).toBe(ttlMs);
  expect(await lastsMs(1)).toBe(5_000);
  expect(await lastsMs(90_000)).toBe(90_000);
  expect(await lastsMs(90_000_000)).toBe(1_800_000);
  s.clock.advance(1_799_999);
  expect(await lastsMs()).toBe(ttlMs);
});

test("law 3: a lease that is renewed in time is kept, and one that is not is claimable again", async () => {
  const s = await openScenario();
  const kept = await held(s);
  await held(s, {}, s.rival);
  s.clock.advance(ttlMs / 2);
  granted((await renew(s, [kept]))[0]);
  s.clock.advance(ttlMs / 2);
  expect(await s.sweep()).toEqual({ lost: 1, ended: 0 });
  s.clock.advance(3_000);
  expect(await claimAll(s)).toHaveLength(1);
  granted(await complete(s, kept));
});

test("bad tokens of a batch do not fail their neighbours, and the answers are in order", async () => {
  const s = await openScenario();
  const stale = await held(s);
  await lose(s);
  const foreign = await claim(s, {}, s.rival);
  await createAll(s, [{}, {}]);
  const [one, other] = await claimAll(s);
  if (!one || !other) throw new Error("two tasks wait");
  const answers = await renew(s, [other, foreign, stale, one, other]);
  const wordOf = (answer: Refusal | { leaseId: string }) => (isRefusal(answer) ? answer.reason : answer.leaseId);
  const { NOT_HOLDER, FENCED } = ErrorReason;
  const { leaseId } = other.lease;
  expect(answers.map(wordOf)).toEqual([leaseId, NOT_HOLDER, FENCED, one.lease.leaseId, leaseId]);
  expect(answers[4]).toEqual(answers[0]);
});

test("a renewal tells that the owner wants the work to end", async () => {
  const s = await openScenario();
  const leased = await held(s);
  expect((await renew(s, [leased]))[0]).toMatchObject({ cancelRequested: false });
  granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(9_000) }));
  expect((await renew(s, [leased]))[0]).toMatchObject({ cancelRequested: true, taskId: leased.task.taskId });
});
