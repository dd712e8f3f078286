import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ConditionStatus, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  afterMs,
  cancel,
  claim,
  claimAll,
  createAll,
  everything,
  expectDoneOnce,
  fail,
  granted,
  json,
  minuteMs,
  ms,
  openScenario,
  read,
  refused,
  secondMs,
  story,
  waitFor,
} from "../../helpers/scenario.ts";
import { list, onSignal, payloads, send, sendNumber, sides, toTask, waiting } from "../../helpers/signals.ts";

const { BLOCKED, QUEUED } = TaskState;
const { MET, PENDING } = ConditionStatus;

test("a broadcast meets all that wait now, whatever they count, and is not kept", async () => {
  const s = await openScenario();
  const [one, two] = [await waiting(s), await waiting(s, waitFor(onSignal("news", { count: 5 })))];
  const sent = await expectDoneOnce(s, () => send(s, "news", { broadcast: true, payload: json("7"), requestId: "b" }));
  expect(sent).toMatchObject({ waiting: 2, takenByTaskId: "" });
  expect(await sides(s, "news")).toEqual({ kept: [], waiting: [] });
  const leased = await claimAll(s);
  expect(leased.map(({ task }) => task.taskId)).toEqual([one.taskId, two.taskId]);
  expect(leased.map(payloads)).toEqual([[["7"]], [["7"]]]);
  expect(leased[0]?.waitResults[0]?.signals[0]).toMatchObject({ broadcast: true, expireTime: undefined });
  expect((await waiting(s)).state).toBe(BLOCKED);
  // Stored once, as long as a task has it.
  for (const one of leased) {
    s.clock.advance(2 * 3_600 * secondMs);
    await s.sweep();
    expect((await everything(s))["signal"]).toHaveLength(1);
    await refused(fail(s, one), ErrorReason.LEASE_EXPIRED).catch(() => undefined);
  }
  for (const { task } of leased) granted(await cancel(s, task.taskId));
  s.clock.advance(25 * 3_600 * secondMs);
  await s.sweep();
  expect((await everything(s))["signal"]).toEqual([]);
});

test("a broadcast to none is sent, and nothing of it is stored but the receipt", async () => {
  const s = await openScenario();
  expect(granted(await send(s, "news", { broadcast: true }))).toMatchObject({ waiting: 0 });
  expect((await everything(s))["signal"]).toEqual([]);
  expect((await waiting(s)).state).toBe(BLOCKED);
});

test("a broadcast to many goes on in batches: none that waits is forgotten, and no later signal is lost", async () => {
  const s = await openScenario();
  const many = 300;
  const created = await createAll(
    s,
    Array.from({ length: many }, () => ({ wait: waitFor([onSignal("news"), afterMs(minuteMs)]) })),
  );
  const ids = created.map((one) => granted(one).task.taskId);
  expect(granted(await send(s, "news", { broadcast: true }))).toMatchObject({ waiting: many });
  expect((await sides(s, "news")).waiting.length).toBeGreaterThan(0);
  // It is not for one of those that the broadcast is for.
  expect(granted(await sendNumber(s, "news", 9)).takenByTaskId).toBe("");
  const late = await waiting(s);
  await s.sweep();
  const left = await sides(s, "news");
  expect(left).toEqual({ kept: [], waiting: [] });
  for (const taskId of [ids[0], ids[many - 1]]) expect((await read(s, taskId ?? "")).state).toBe(QUEUED);
  s.clock.advance(minuteMs);
  await s.sweep();
  const results = await claimAll(s, { maxTasks: 100 });
  for (const { task, waitResults } of results) {
    if (task.taskId !== late.taskId) expect(waitResults.map(({ status }) => status)).toEqual([MET, PENDING]);
  }
  expect(await story(s, late.taskId)).toContain("TASK_RESUMED");
  expect((await checkLedger(s.engine)).differences).toEqual([]);
});

test("a kept signal is dropped when its time has passed, and not taken after that", async () => {
  const s = await openScenario();
  granted(await send(s, "news", { ttl: ms(minuteMs) }));
  s.clock.advance(minuteMs);
  expect((await waiting(s)).state).toBe(BLOCKED);
  expect((await sides(s, "news")).kept).toEqual([]);
  // Not before all transactions are over that may think that it is earlier.
  s.clock.advance(minuteMs);
  await s.sweep();
  const tables = await everything(s);
  expect([tables["signal"], tables["kept_signal"]]).toEqual([[], []]);
});

test("a signal is kept for 7 days, and no longer than tasks that have ended", async () => {
  const s = await openScenario();
  const dayMs = 86_400 * secondMs;
  const keptMs = async (ttl?: number, by = s.agent) => {
    const { keepUntil } = granted(await send(s, "news", ttl ? { ttl: ms(ttl) } : {}, by));
    return Number(keepUntil?.seconds) * secondMs - s.clock.now().getTime();
  };
  expect(await keptMs()).toBeCloseTo(7 * dayMs, -4);
  const short = { ...s.agent, retentionMs: dayMs };
  expect(await keptMs(undefined, short)).toBeCloseTo(dayMs, -4);
  expect(await keptMs(3 * dayMs, short)).toBeCloseTo(dayMs, -4);
  expect(await keptMs(30 * dayMs, { ...s.agent, retentionMs: 0 })).toBeCloseTo(30 * dayMs, -4);
});

test("a channel, a tenant and a payload have their bounds, and what is taken makes room", async () => {
  const s = await openScenario({
    limits: { channel_kept_signals_max: 2, kept_signals_max: 4, signal_payload_bytes_max: 4 },
  });
  for (const number of [1, 2]) granted(await sendNumber(s, "news", number));
  const before = await everything(s);
  const full = await refused(send(s, "news", { requestId: "r" }), ErrorReason.LIMIT_EXCEEDED);
  expect(full.facts).toMatchObject({ value: { limit: "channel_kept_signals_max", bound: 2n, value: 3n } });
  expect(full.retryAfterMs).toBeGreaterThan(0);
  expect(await everything(s)).toEqual(before);
  granted(await send(s, "news", { broadcast: true }));
  const large = await refused(send(s, "other", { payload: json("12345") }), ErrorReason.LIMIT_EXCEEDED);
  expect(large.facts).toMatchObject({ value: { limit: "signal_payload_bytes_max", field: "payload" } });
  for (const channel of ["a", "b"]) granted(await send(s, channel));
  const tenant = await refused(send(s, "c"), ErrorReason.LIMIT_EXCEEDED);
  expect(tenant.facts).toMatchObject({ value: { limit: "kept_signals_max", bound: 4n } });
  // A task that waits gets its signal all the same.
  await waiting(s, waitFor(onSignal("c")));
  granted(await send(s, "c"));
  await waiting(s);
  s.clock.advance(secondMs);
  granted(await send(s, "news", { requestId: "r" }));
});

test("two tenants with channels of one name hear nothing of each other", async () => {
  const s = await openScenario();
  const theirs = (await s.makeTenant()).caller("agent", "alice");
  const task = await waiting(s);
  granted(await send(s, "news", {}, theirs));
  expect((await read(s, task.taskId)).state).toBe(BLOCKED);
  await refused(send(s, toTask(task.taskId), {}, theirs), ErrorReason.TASK_NOT_FOUND);
  await refused(list(s, { case: "taskId", value: task.taskId }, {}, theirs), ErrorReason.TASK_NOT_FOUND);
});

test("payloads beyond 64 KiB together are left out of the lease, and listed", async () => {
  const s = await openScenario();
  const text = (letter: string) => json(JSON.stringify(letter.repeat(40_000)));
  for (const letter of ["a", "b"]) granted(await send(s, "news", { payload: text(letter) }));
  await waiting(s, waitFor(onSignal("news", { count: 2 })));
  const leased = await claim(s);
  const [first] = leased.waitResults;
  expect(first).toMatchObject({ status: MET, omitted: true });
  expect(first?.signals.map(({ payload }) => payload?.content.value)).toEqual([text("a").content.value, undefined]);
  const of = { case: "takenByTaskId", value: leased.task.taskId } as const;
  const page = granted(await list(s, of, { pageSize: 1 }, s.worker));
  expect(page.signals[0]?.payload).toMatchObject(text("a"));
  const { nextPageToken: pageToken } = page;
  const rest = granted(await list(s, of, { pageSize: 1, pageToken }, s.worker));
  expect(rest).toMatchObject({ signals: [{ payload: text("b") }], nextPageToken: "" });
  await refused(list(s, of, {}, s.rival), ErrorReason.TASK_NOT_FOUND);
});

test("the list of a channel goes page by page through both of its sides", async () => {
  const s = await openScenario();
  const tasks = [];
  for (let number = 0; number < 3; number += 1) {
    granted(await sendNumber(s, "news", number));
    if (number === 0) tasks.push(await waiting(s, waitFor(onSignal("news", { count: 9 }, "nine"))));
  }
  const pages = [];
  let pageToken = "";
  do {
    const page = granted(await list(s, { case: "channel", value: "news" }, { pageSize: 2, pageToken }));
    pages.push(
      page.signals.map(({ payload }) => payload?.content.value),
      page.waiting,
    );
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  expect(pages).toMatchObject([["0"], [{ taskId: tasks[0]?.taskId, name: "nine", count: 9 }], ["1", "2"], []]);
  await refused(
    list(
      s,
      { case: "channel", value: "other" },
      { pageToken: granted(await list(s, { case: "channel", value: "news" }, { pageSize: 1 })).nextPageToken },
    ),
    ErrorReason.INVALID_ARGUMENT,
  );
});
