// A server settles the leases that it knows in one flight: decided from memory, locked and compared by a guard in SQL.
// Whatever else has changed a lease meanwhile, the call is answered as if nothing had been remembered.
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { CompleteTaskRequestSchema } from "../../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import type { GrantedTask } from "../../../src/engine/views/granted-task.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { openTestEngine } from "../../helpers/engine.ts";
import {
  cancel,
  claim,
  complete,
  createTask,
  everything,
  granted,
  held,
  lose,
  ms,
  onTask,
  openScenario,
  read,
  refused,
  release,
  renew,
  result,
  type Scenario,
  start,
  story,
  ttlMs,
  waitFor,
} from "../../helpers/scenario.ts";

/** A server whose statements are counted, and another one on its database. */
async function openTwo() {
  const one = await openScenario({ oneServer: true });
  const { operations, counted } = openCountedServer(one);
  const s: Scenario = { ...one, operations };
  const { databaseUrl } = one.database;
  const second = await openTestEngine({ databaseUrl, clock: one.clock, oneServer: true });
  const other: Scenario = { ...one, operations: second.operations, engine: second.engine };
  return {
    s,
    other,
    /** What a call costs. */
    async cost<Answer>(call: Promise<Answer>) {
      const before = { ...counted };
      const answer = await call;
      const { transactions, flights } = counted;
      return { answer, transactions: transactions - before.transactions, flights: flights - before.flights };
    },
  };
}

function completeAll(s: Scenario, all: readonly GrantedTask[]) {
  const requests = all.map(({ lease }) => create(CompleteTaskRequestSchema, { leaseToken: lease.token, ...result }));
  return s.operations.completeTasks(s.worker, requests);
}

test("a lease that was granted here is completed in one flight, and forgotten", async () => {
  const { s, cost } = await openTwo();
  const leased = await held(s);
  const { answer, flights } = await cost(complete(s, leased));
  granted(answer);
  expect(flights).toBe(1);
  expect(s.engine.knownLeases.size).toBe(0);
  expect((await read(s, leased.task.taskId)).state).toBe(TaskState.SUCCEEDED);
});

test("so is one that was started here", async () => {
  const { s, cost } = await openTwo();
  const leased = await held(s);
  expect((await cost(start(s, leased))).flights).toBe(1);
  const { answer, flights } = await cost(complete(s, leased));
  granted(answer);
  expect(flights).toBe(1);
});

test("one that was renewed elsewhere is what it was, and lives as long as it was renewed", async () => {
  const { s, other, cost } = await openTwo();
  const leased = await held(s);
  s.clock.advance(ttlMs - 1);
  await renew(other, [leased]);
  s.clock.advance(ttlMs - 1);
  const { answer, transactions } = await cost(complete(s, leased));
  granted(answer);
  expect(transactions).toBe(1);
});

test("one whose task is to be canceled is completed as it stands now", async () => {
  const { s, other, cost } = await openTwo();
  const leased = await held(s);
  await cancel(other, leased.task.taskId, { gracePeriod: ms(10_000), reason: "no longer needed" });
  await start(other, leased);
  const { answer, transactions } = await cost(complete(s, leased));
  granted(answer);
  expect(transactions).toBe(2);
  expect(await story(s, leased.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_STARTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
});

test("one that another task has begun to wait for resumes that task when it is completed", async () => {
  const { s, other, cost } = await openTwo();
  const leased = await held(s);
  const { taskId } = await createTask(other, { wait: waitFor(onTask(leased.task.taskId)) });
  const { answer, transactions } = await cost(complete(s, leased));
  granted(answer);
  expect(transactions).toBe(2);
  expect((await read(s, taskId)).state).toBe(TaskState.QUEUED);
});

test("one that has expired is refused, and what a guard has undone leaves nothing", async () => {
  const { s, cost } = await openTwo();
  const late = await held(s);
  s.clock.advance(ttlMs);
  const before = await everything(s);
  const { answer, transactions } = await cost(complete(s, late));
  await refused(answer, ErrorReason.LEASE_EXPIRED);
  expect(transactions).toBe(2);
  expect(await everything(s)).toEqual(before);
});

test("one that was lost and granted again elsewhere is refused, and the next time by one transaction", async () => {
  const { s, other, cost } = await openTwo();
  const stale = await held(s);
  await lose(other);
  const next = await claim(other, {}, other.rival);
  const before = await everything(s);
  const { answer, transactions } = await cost(complete(s, stale));
  await refused(answer, ErrorReason.FENCED);
  expect(transactions).toBe(2);
  expect((await cost(complete(s, stale))).transactions).toBe(1);
  expect(await everything(s)).toEqual(before);
  granted(await complete(other, next, result, other.rival));
});

test("a repeated completion is answered as before, in one transaction", async () => {
  const { s, cost } = await openTwo();
  const leased = await held(s);
  const first = granted(await complete(s, leased));
  const { answer, transactions } = await cost(complete(s, leased));
  expect(granted(answer)).toEqual(first);
  expect(transactions).toBe(1);
});

test("a batch with one lease that has changed is settled in turn, and the others are completed", async () => {
  const { s, other, cost } = await openTwo();
  const all = [await held(s), await held(s), await held(s)] as const;
  granted(await release(other, all[1]));
  const { answer, transactions } = await cost(completeAll(s, all));
  expect(answer.map(isRefusal)).toEqual([false, true, false]);
  await refused(answer[1], ErrorReason.FENCED);
  expect(transactions).toBe(2);
});

test("of two servers that both remember a lease and settle it at once, one does", async () => {
  const { s, other } = await openTwo();
  for (let round = 0; round < 20; round += 1) {
    const leased = await held(s);
    for (const [leaseId, lease] of s.engine.knownLeases) other.engine.knownLeases.set(leaseId, lease);
    const by = (server: Scenario, uri: string) => complete(server, leased, { artifacts: [{ kind: "s3", uri }] });
    const answers = await Promise.all([by(s, "s3://bucket/one"), by(other, "s3://bucket/other")]);
    expect(answers.filter((answer) => !isRefusal(answer))).toHaveLength(1);
    await refused(answers.find(isRefusal), ErrorReason.INVALID_TRANSITION);
    expect(await story(s, leased.task.taskId)).toHaveLength(4);
    expect([s, other].map(({ engine }) => engine.knownLeases.size)).toEqual([0, 0]);
  }
});

test("what a server remembers is bounded", async () => {
  const { s } = await openTwo();
  const leased = await held(s);
  const one = s.engine.knownLeases.get(leased.lease.leaseId);
  if (!one) throw new Error("the lease is not known");
  for (let count = 0; count < 9_999; count += 1) s.engine.knownLeases.set(`other ${count}`, one);
  await createTask(s);
  const next = await claim(s);
  expect(s.engine.knownLeases.size).toBe(10_000);
  expect(s.engine.knownLeases.has(leased.lease.leaseId)).toBe(false);
  for (const lease of [leased, next]) granted(await complete(s, lease));
});
