// ReportProgress by scenario: notes of holders, and what they leave to the next holder.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  cancel,
  chain,
  claim,
  complete,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  fail,
  granted,
  held,
  json,
  lose,
  ms,
  openScenario,
  progress,
  read,
  refused,
  release,
  start,
  story,
} from "../../helpers/scenario.ts";

const half = { progress: { percent: 50, message: "half" } };

test("law 2: a stale worker's note is fenced off and changes nothing", () => expectFencedOff(progress));
test("law 2: a lease that has run out takes no note, even before the sweep sees it", () => expectExpired(progress));
test("law 2: a token of another worker's lease, or of none, takes no note", () => expectNotHolder(progress));

test("the first note starts the task, with its receipt", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const noted = granted(await progress(s, leased, half));
  expect(noted).toMatchObject({ sequence: 1n, expireTime: leased.lease.expireTime, receiptId: "" });
  const task = await read(s, leased.task.taskId);
  expect(task).toMatchObject({ state: TaskState.RUNNING, progress: { percent: 50, message: "half", sequence: 1n } });
  expect(task.startTime).toEqual(task.progress?.updateTime);
  const beginning = granted(await start(s, leased));
  expect(beginning.startTime).toEqual(task.startTime);
  expect(await story(s, leased.task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "TASK_STARTED"]);
});

test("each note raises the version and its number; the latest counts, and one without words keeps them", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await start(s, leased));
  const versions = [(await read(s, leased.task.taskId)).version];
  for (const note of [half, { progress: { percent: 60, detail: '{"page":6}' } }, { checkpoint: json("6") }]) {
    s.clock.advance(1);
    granted(await progress(s, leased, note));
    versions.push((await read(s, leased.task.taskId)).version);
  }
  expect(versions).toEqual([3n, 4n, 5n, 6n]);
  const { progress: last, checkpoint, holder } = await read(s, leased.task.taskId);
  expect(last).toMatchObject({ percent: 60, message: "", detail: '{"page":6}', sequence: 3n });
  expect(checkpoint).toMatchObject(json("6"));
  expect(holder?.expireTime).toEqual(leased.lease.expireTime);
});

test("law 5: a note repeated with its request id is taken once and answered the same", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const first = await expectDoneOnce(s, () => progress(s, leased, { ...half, requestId: "p1" }));
  expect(first.sequence).toBe(1n);
  const receipted = { ...half, receipted: true, requestId: "p2" };
  const second = await expectDoneOnce(s, () => progress(s, leased, receipted));
  expect(second).toMatchObject({ sequence: 2n, receiptId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  const before = await everything(s);
  await refused(progress(s, leased, { ...receipted, checkpoint: json("1") }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(await everything(s)).toEqual(before);
  granted(await progress(s, leased, half));
  expect((await read(s, leased.task.taskId)).progress?.sequence).toBe(3n);
});

test("law 5: a note repeated after the end of its lease is answered as the one that was taken", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const receipted = { ...half, receipted: true, requestId: "p1" };
  const noted = { ...half, requestId: "p2" };
  const onRecord = granted(await progress(s, leased, receipted));
  const latest = granted(await progress(s, leased, noted));
  granted(await complete(s, leased));
  const before = await everything(s);
  for (const [note, { sequence, receiptId }] of [
    [receipted, onRecord],
    [noted, latest],
  ] as const) {
    expect(await progress(s, leased, note)).toEqual({ sequence, receiptId, cancelRequested: false, overBudget: false });
  }
  refused(await progress(s, leased, { ...noted, checkpoint: json("1") }), ErrorReason.IDEMPOTENCY_CONFLICT);
  refused(await progress(s, leased, { ...noted, requestId: "p3" }), ErrorReason.INVALID_TRANSITION);
  expect(await everything(s)).toEqual(before);
});

test("law 5: a receipted note is taken once, also when it is repeated after later notes", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const receipted = { ...half, receipted: true, requestId: "p1" };
  const first = granted(await progress(s, leased, receipted));
  granted(await progress(s, leased, { progress: { percent: 60 }, requestId: "p2" }));
  const before = await everything(s);
  expect(await progress(s, leased, receipted)).toEqual(first);
  refused(await progress(s, leased, { ...receipted, checkpoint: json("1") }), ErrorReason.IDEMPOTENCY_CONFLICT);
  expect(await everything(s)).toEqual(before);
});

test("only the latest note is known again: the next holder's replaces it, a receipt stays", async () => {
  const s = await openScenario();
  const first = await held(s);
  const receipted = { ...half, receipted: true, requestId: "p1" };
  const { sequence, receiptId } = granted(await progress(s, first, receipted));
  granted(await progress(s, first, { ...half, requestId: "p2" }));
  await lose(s);
  granted(await progress(s, await claim(s, {}, s.rival), { ...half, requestId: "p2" }, s.rival));
  refused(await progress(s, first, { ...half, requestId: "p2" }), ErrorReason.FENCED);
  expect(await progress(s, first, receipted)).toEqual({
    sequence,
    receiptId,
    cancelRequested: false,
    overBudget: false,
  });
});

test("law 5: a request id used by the previous holder counts as a new id", async () => {
  const s = await openScenario();
  const first = await held(s);
  granted(await progress(s, first, { ...half, requestId: "p1" }));
  granted(await release(s, first));
  const next = await claim(s, {}, s.rival);
  expect(granted(await progress(s, next, { ...half, requestId: "p1" }, s.rival)).sequence).toBe(2n);
  expect((await read(s, next.task.taskId)).state).toBe(TaskState.RUNNING);
});

test("a note that asks for a receipt is in the ledger, from the worker to the owner", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { receiptId, sequence } = granted(await progress(s, leased, { ...half, receipted: true }));
  const receipts = await chain(s, leased.task.taskId);
  expect(receipts).toHaveLength(4);
  expect(receipts[3]).toMatchObject({
    receiptId,
    from: { id: "wanda" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    body: { body: { case: "taskProgress", value: { attempt: 1, progress: { percent: 50, sequence } } } },
    taskVersion: (await read(s, leased.task.taskId)).version,
  });
});

test("a checkpoint that is too large is refused and changes nothing", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const before = await everything(s);
  const sized = (bytes: number) => json(`"${"x".repeat(bytes - 2)}"`);
  const { facts } = await refused(progress(s, leased, { checkpoint: sized(65_537) }), ErrorReason.LIMIT_EXCEEDED);
  expect(facts).toMatchObject({ case: "limit", value: { limit: "checkpoint_bytes_max", bound: 65_536n } });
  expect(await everything(s)).toEqual(before);
  granted(await progress(s, leased, { checkpoint: sized(65_536) }));
});

test("a note tells that the owner wants the work to end", async () => {
  const s = await openScenario();
  const leased = await held(s);
  granted(await cancel(s, leased.task.taskId, { gracePeriod: ms(5_000) }));
  expect(granted(await progress(s, leased)).cancelRequested).toBe(true);
});

/** The ways in which a task passes from one holder to the next. */
const handovers = [
  ["a failure", async (s, leased) => granted(await fail(s, leased, { checkpoint: json("2"), retryAfter: ms(0) })), "2"],
  ["a failure that says nothing", async (s, leased) => granted(await fail(s, leased, { retryAfter: ms(0) })), "1"],
  ["a release", async (s, leased) => granted(await release(s, leased, { checkpoint: json("3") })), "3"],
  ["a lost lease", (s) => lose(s), "1"],
] as const satisfies (readonly [string, (...of: Parameters<typeof progress>) => Promise<unknown>, string])[];

test.each(handovers)("the next holder gets the last one's checkpoint after %s", async (_, handOver, left) => {
  const s = await openScenario();
  const first = await held(s);
  granted(await progress(s, first, { ...half, checkpoint: json("0") }));
  granted(await progress(s, first, { checkpoint: json("1") }));
  granted(await progress(s, first, { progress: { percent: 70 } }));
  await handOver(s, first);
  const next = await claim(s, {}, s.rival);
  expect(next.task.checkpoint).toMatchObject(json(left));
  expect((await read(s, next.task.taskId)).progress).toMatchObject({ percent: 70, sequence: 3n });
  granted(await progress(s, next, { progress: { percent: 71 } }, s.rival));
  expect((await read(s, next.task.taskId)).checkpoint).toMatchObject(json(left));
  granted(await complete(s, next, {}, s.rival));
});
