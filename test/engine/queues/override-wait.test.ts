// OverrideWait: an operator lets a blocked task go on; what was pending is marked.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ConditionStatus, OnImpossible, TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { overrideWait, pauseTask } from "../../helpers/operate.ts";
import {
  afterMs,
  cancel,
  chain,
  claim,
  complete,
  createTask,
  granted,
  onTask,
  openScenario,
  outcome,
  read,
  refused,
  sleep,
  waitFor,
} from "../../helpers/scenario.ts";

const { MET, OVERRIDDEN, IMPOSSIBLE } = ConditionStatus;
const otherQueue = { queue: "other" };

test("a blocked task goes on, its holder sees what was overridden, and later ends change nothing", async () => {
  const s = await openScenario();
  const [done, open] = [await createTask(s, otherQueue), await createTask(s, otherQueue)];
  const wait = waitFor(onTask(done.taskId, {}, "done"), onTask(open.taskId, {}, "open"), afterMs(60_000, "late"));
  const { taskId, assignedReceiptId } = await createTask(s, { wait });
  granted(await complete(s, await claim(s, { queues: ["other"] })));
  const { task, receiptId } = await overrideWait(s, taskId, { reason: "we go without", requestId: "o" });
  expect(task.state).toBe(TaskState.QUEUED);
  const last = (await chain(s, taskId)).at(-1);
  expect(last).toMatchObject({ receiptId, from: s.operator.principal, to: s.agent.principal });
  expect(last?.parents[0]).toBe(assignedReceiptId);
  expect(last?.body?.body).toMatchObject({
    case: "taskResumed",
    value: { overridden: true, reason: "we go without", settled: 3, state: TaskState.QUEUED },
  });
  const leased = await claim(s);
  expect(leased.waitResults?.map(({ name, status }) => [name, status])).toEqual([
    ["done", MET],
    ["open", OVERRIDDEN],
    ["late", OVERRIDDEN],
  ]);
  granted(await complete(s, await claim(s, { queues: ["other"] })));
  s.clock.advance(61_000);
  await s.sweep();
  expect((await overrideWait(s, taskId, { requestId: "o", reason: "we go without" })).receiptId).toBe(receiptId);
});

test("a wait that has become impossible and was kept can be overridden", async () => {
  const s = await openScenario();
  const first = await createTask(s, otherQueue);
  const wait = { ...waitFor(onTask(first.taskId)), onImpossible: OnImpossible.KEEP };
  const { taskId } = await createTask(s, { wait });
  granted(await cancel(s, first.taskId));
  expect((await read(s, taskId)).state).toBe(TaskState.BLOCKED);
  await overrideWait(s, taskId);
  expect((await claim(s)).waitResults).toMatchObject([{ status: IMPOSSIBLE }]);
});

test("only the wait of a blocked task can be overridden", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  await refused(outcome(overrideWait(s, taskId)), ErrorReason.INVALID_TRANSITION);
  const waiter = await createTask(s, { wait: sleep(60_000) });
  await pauseTask(s, waiter.taskId);
  await refused(outcome(overrideWait(s, waiter.taskId)), ErrorReason.INVALID_TRANSITION);
  const tenant = await s.makeTenant();
  const there = { ...s, operator: tenant.caller("human", "olga") };
  await refused(outcome(overrideWait(there, waiter.taskId)), ErrorReason.TASK_NOT_FOUND);
});
