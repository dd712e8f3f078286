// StartTask by scenario.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { TaskState } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  chain,
  complete,
  createTask,
  everything,
  expectDoneOnce,
  expectExpired,
  expectFencedOff,
  expectNotHolder,
  granted,
  held,
  msOf,
  openScenario,
  read,
  refused,
  start,
  story,
} from "../../helpers/scenario.ts";

test("law 2: a stale worker's start is fenced off and changes nothing", () => expectFencedOff(start));
test("law 2: a lease that has run out starts nothing, even before the sweep sees it", () => expectExpired(start));
test("law 2: a token of another worker's lease, or of none, starts nothing", () => expectNotHolder(start));

test("a leased task that is started runs, with one receipt of its worker", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const { startTime, receiptId } = granted(await start(s, leased));
  expect(msOf(startTime)).toBe(s.clock.now().getTime());
  expect(await read(s, leased.task.taskId)).toMatchObject({ state: TaskState.RUNNING, startTime, version: 3n });
  expect((await chain(s, leased.task.taskId)).at(-1)).toMatchObject({
    receiptId,
    from: { id: "wanda" },
    to: { id: "alice" },
    parents: [leased.acceptedReceiptId],
    leaseId: leased.lease.leaseId,
    body: { body: { case: "taskStarted", value: { attempt: 1 } } },
  });
});

test("law 5: a repeated start, with the request id or without, answers with the first start time", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const first = await expectDoneOnce(s, () => start(s, leased, { requestId: "s1" }));
  const before = await everything(s);
  expect(await start(s, leased)).toEqual(first);
  expect(await start(s, leased, { requestId: "s2" })).toEqual(first);
  expect(await everything(s)).toEqual(before);
  granted(await complete(s, leased));
  expect(await start(s, leased, { requestId: "s1" })).toEqual(first);
  expect(await story(s, leased.task.taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_STARTED",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
});

test("a start that names a task other than its lease's is refused", async () => {
  const s = await openScenario();
  const leased = await held(s);
  const other = await createTask(s);
  const { facts } = await refused(start(s, leased, { taskId: other.taskId }), ErrorReason.INVALID_ARGUMENT);
  expect(facts).toMatchObject({ case: "violations", value: { violations: [{ field: "task_id" }] } });
  granted(await start(s, leased, { taskId: leased.task.taskId }));
});
