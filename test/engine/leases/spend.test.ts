// What tasks spend: sums that are exact under retries and lost leases, and what happens beyond a budget.
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ReceiptType } from "../../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { OnExceeded, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { ListTasksRequestSchema } from "../../../gen/typescript/asyncgate/v1/task_service_pb.ts";
import { type Amounts, addAmounts, amountsOf, formatAmount } from "../../../src/core/amounts.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { createRandom, seed } from "../../helpers/random.ts";
import {
  anomalies,
  broken,
  cancel,
  chain,
  claim,
  complete,
  everything,
  expectDoneOnce,
  fail,
  granted,
  held,
  lose,
  ms,
  openScenario,
  progress,
  read,
  refused,
  release,
  renew,
  result,
  type Scenario,
} from "../../helpers/scenario.ts";

const { TELL, FAIL } = OnExceeded;
const spent = async (s: Scenario, taskId: string) => (await read(s, taskId)).spent?.amounts;

describe("what is spent", () => {
  test("is added up by unit, from reports, failures and the completion, also over attempts and holders", async () => {
    const s = await openScenario();
    const first = await held(s);
    const { taskId } = first.task;
    expect((await read(s, taskId)).spent).toBeUndefined();
    granted(await progress(s, first, { spend: { usd: "0.10", tokens: "1200" } }));
    granted(await progress(s, first, { spend: { usd: "0.2" } }));
    expect(await spent(s, taskId)).toEqual({ usd: "0.3", tokens: "1200" });
    granted(await fail(s, first, { error: broken, spend: { usd: "1" } }));
    s.clock.advance(60_000);
    const second = await claim(s);
    await lose(s);
    const third = await claim(s);
    granted(await complete(s, third, { ...result, spend: { usd: "0.000000001", calls: "1" } }));
    expect(second.task.taskId).toBe(taskId);
    expect((await read(s, taskId)).spent).toMatchObject({
      amounts: { usd: "1.300000001", tokens: "1200", calls: "1" },
      overBudget: false,
    });
    const { tasks } = await s.operations.listTasks(s.agent, create(ListTasksRequestSchema, {}));
    expect(tasks[0]?.spent?.amounts).toEqual({ usd: "1.300000001", tokens: "1200", calls: "1" });
  });

  test("is on record with the receipt of its report; a task that spends nothing has no row", async () => {
    const s = await openScenario();
    const leased = await held(s);
    const { taskId } = leased.task;
    granted(await progress(s, leased, { spend: { usd: "0.5" } }));
    granted(await progress(s, leased, {}));
    granted(await complete(s, leased, { ...result, spend: { usd: "1" } }));
    const spends = (await chain(s, taskId)).flatMap(({ type, body }) => {
      const value = body?.body.value;
      return value && "spend" in value && Object.keys(value.spend).length > 0 ? [[type, value.spend]] : [];
    });
    expect(spends).toEqual([
      [ReceiptType.TASK_PROGRESS, { usd: "0.5" }],
      [ReceiptType.TASK_COMPLETED, { usd: "1" }],
    ]);
    const other = await held(s);
    granted(await progress(s, other, {}));
    granted(await complete(s, other));
    expect((await everything(s))["spend"]).toHaveLength(1);
    expect((await read(s, other.task.taskId)).spent).toBeUndefined();
  });

  test("law 25: counts once, also when the report is repeated after another one and after the end", async () => {
    const s = await openScenario();
    const leased = await held(s);
    const { taskId } = leased.task;
    const report = (requestId: string) => progress(s, leased, { spend: { usd: "0.1" }, requestId });
    const first = granted(await report("a"));
    granted(await report("b"));
    granted(await progress(s, leased, { requestId: "c" }));
    expect(granted(await report("a"))).toMatchObject({ sequence: first.sequence, receiptId: first.receiptId });
    expect(await spent(s, taskId)).toEqual({ usd: "0.2" });
    const ending = () => complete(s, leased, { ...result, spend: { usd: "0.05" } });
    await expectDoneOnce(s, ending);
    expect(granted(await report("b")).receiptId).not.toBe("");
    expect(await spent(s, taskId)).toEqual({ usd: "0.25" });
    await refused(progress(s, leased, { spend: { usd: "9" }, requestId: "a" }), ErrorReason.IDEMPOTENCY_CONFLICT);
  });

  test("counts for a canceled task too, and not for a holder that has lost its lease", async () => {
    const s = await openScenario();
    const leased = await held(s);
    await cancel(s, leased.task.taskId, { gracePeriod: ms(60_000) });
    const { state } = granted(await fail(s, leased, { error: broken, spend: { usd: "2" } }));
    expect([state, await spent(s, leased.task.taskId)]).toEqual([TaskState.CANCELED, { usd: "2" }]);
    const stale = await held(s);
    await lose(s);
    const before = await everything(s);
    await refused(progress(s, stale, { spend: { usd: "1" } }), ErrorReason.FENCED);
    await refused(complete(s, stale, { ...result, spend: { usd: "1" } }), ErrorReason.FENCED);
    expect(await everything(s)).toEqual(before);
  });

  test("has a bound on its units", async () => {
    const s = await openScenario();
    const leased = await held(s);
    const units = (from: number) =>
      Object.fromEntries(Array.from({ length: 16 }, (_, place) => [`unit-${from + place}`, "1"]));
    granted(await progress(s, leased, { spend: units(0) }));
    granted(await progress(s, leased, { spend: units(16) }));
    const { facts } = await refused(progress(s, leased, { spend: { more: "1" } }), ErrorReason.LIMIT_EXCEEDED);
    expect(facts).toMatchObject({ value: { limit: "spend_units_max", bound: 32n, value: 33n } });
    granted(await progress(s, leased, { spend: units(8) }));
  });
});

test("law 25: the sum of accepted spends is the sum that is shown, under retries and lost leases", async () => {
  const s = await openScenario();
  const random = createRandom(seed);
  const leased = await held(s, { maxAttempts: 1_000, maxLeaseLosses: 0, retry: { initialInterval: ms(1) } });
  const { taskId } = leased.task;
  let holder: GrantedTask = leased;
  let accepted: Amounts = new Map();
  const sent: { readonly holder: GrantedTask; readonly request: Parameters<typeof progress>[2] }[] = [];
  for (let step = 0; step < 120; step += 1) {
    const draw = random();
    const spend = { [random() < 0.5 ? "usd" : "tokens"]: `${Math.floor(random() * 9)}.${Math.floor(random() * 1e6)}` };
    const requestId = `call-${step}`;
    if (draw < 0.5) {
      const receipted = random() < 0.3;
      const answer = await progress(s, holder, { spend, requestId, receipted });
      if (!isRefusal(answer)) accepted = addAmounts(accepted, amountsOf(spend));
      sent.push({ holder, request: { spend, requestId, receipted } });
    } else if (draw < 0.75 && sent.length > 0) {
      // Repeated, perhaps with a lease that has ended: answered, and not counted.
      const again = sent[Math.floor(random() * sent.length)];
      if (again) granted(await progress(s, again.holder, again.request));
    } else if (draw < 0.85) {
      await lose(s);
      expect(isRefusal(await progress(s, holder, { spend, requestId }))).toBe(true);
      holder = await claim(s);
    } else if (draw < 0.95) {
      granted(await fail(s, holder, { error: broken, spend, requestId }));
      granted(await fail(s, holder, { error: broken, spend, requestId }));
      accepted = addAmounts(accepted, amountsOf(spend));
      s.clock.advance(3_600_000);
      holder = await claim(s);
    } else {
      granted(await release(s, holder));
      holder = await claim(s);
    }
  }
  const shown = Object.fromEntries([...accepted].map(([unit, amount]) => [unit, formatAmount(amount)]));
  expect(await spent(s, taskId)).toEqual(shown);
  granted(await complete(s, holder, { ...result, spend: { usd: "1" } }));
  expect(await spent(s, taskId)).toEqual({ ...shown, usd: formatAmount((accepted.get("usd") ?? 0n) + 1_000_000_000n) });
});

describe("a budget", () => {
  const budget = (onExceeded: OnExceeded) => ({ budget: { amounts: { usd: "1" }, onExceeded } });

  test("tells the holder and the owner when more is spent, and nothing before", async () => {
    const s = await openScenario();
    const leased = await held(s, budget(TELL));
    const { taskId } = leased.task;
    expect(leased.task.budget).toMatchObject({ amounts: { usd: "1" }, onExceeded: TELL });
    expect(granted(await progress(s, leased, { spend: { usd: "1", tokens: "1000000" } })).overBudget).toBe(false);
    expect(await anomalies(s, taskId)).toEqual([]);
    expect(granted(await progress(s, leased, { spend: { usd: "0.000000001" } })).overBudget).toBe(true);
    expect(await anomalies(s, taskId)).toEqual(["BUDGET_EXCEEDED"]);
    expect((await read(s, taskId)).spent?.overBudget).toBe(true);
    // It stays so, and the owner is told once.
    expect(granted(await progress(s, leased, {})).overBudget).toBe(true);
    expect(granted(await progress(s, leased, { spend: { usd: "1" } })).overBudget).toBe(true);
    expect(await anomalies(s, taskId)).toEqual(["BUDGET_EXCEEDED"]);
    const [kept] = await renew(s, [leased]);
    expect(kept).toMatchObject({ overBudget: true });
    granted(await complete(s, leased));
    expect(await read(s, taskId)).toMatchObject({ state: TaskState.SUCCEEDED, spent: { overBudget: true } });
  });

  test("law 25: a stop by the budget is a failure: the report ends the task and fences its holder off", async () => {
    const s = await openScenario();
    const leased = await held(s, { ...budget(FAIL), maxAttempts: 5 });
    const { taskId } = leased.task;
    const report = () => progress(s, leased, { spend: { usd: "1.5" }, requestId: "over" });
    const first = granted(await report());
    expect(first).toMatchObject({ overBudget: true });
    expect(first.expireTime).toBeUndefined();
    const task = await read(s, taskId);
    expect(task).toMatchObject({
      state: TaskState.FAILED,
      outcome: { terminalReason: TerminalReason.BUDGET_EXCEEDED },
      spent: { amounts: { usd: "1.5" }, overBudget: true },
    });
    expect(await anomalies(s, taskId)).toEqual(["BUDGET_EXCEEDED"]);
    expect(granted(await report())).toMatchObject({ receiptId: first.receiptId });
    await refused(complete(s, leased), ErrorReason.INVALID_TRANSITION);
    await refused(progress(s, leased, { spend: { usd: "1" } }), ErrorReason.INVALID_TRANSITION);
    expect(await spent(s, taskId)).toEqual({ usd: "1.5" });
  });

  test("law 25: a failed attempt that goes beyond it is the last one", async () => {
    const s = await openScenario();
    const leased = await held(s, { ...budget(FAIL), maxAttempts: 5 });
    granted(await fail(s, leased, { error: broken, spend: { usd: "2" } }));
    expect(await read(s, leased.task.taskId)).toMatchObject({
      state: TaskState.FAILED,
      outcome: { terminalReason: TerminalReason.BUDGET_EXCEEDED, error: broken },
    });
    // The control: with the other policy the next attempt comes.
    const other = await held(s, { ...budget(TELL), maxAttempts: 5 });
    expect(granted(await fail(s, other, { error: broken, spend: { usd: "2" } })).state).toBe(TaskState.QUEUED);
    expect(await anomalies(s, other.task.taskId)).toEqual(["BUDGET_EXCEEDED"]);
  });

  test("a completion that goes beyond it is taken: the work is done", async () => {
    const s = await openScenario();
    const leased = await held(s, budget(FAIL));
    granted(await complete(s, leased, { ...result, spend: { usd: "3" } }));
    expect(await read(s, leased.task.taskId)).toMatchObject({
      state: TaskState.SUCCEEDED,
      spent: { amounts: { usd: "3" }, overBudget: true },
    });
  });
});
