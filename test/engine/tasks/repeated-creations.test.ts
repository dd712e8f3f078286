// Calls that create tasks and are repeated with their request id: what they made stays, what was refused is tried
// again.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { isRefusal } from "../../../src/core/refusal.ts";
import {
  cancel,
  createAll,
  createTask,
  everything,
  granted,
  openScenario,
  refused,
  secondMs,
} from "../../helpers/scenario.ts";

const limits = { live_tasks_max: 1 };

test("a creation that a quota has refused is made by the same call when there is room", async () => {
  const s = await openScenario({ limits });
  const first = await createTask(s);
  const again = async () => (await createAll(s, [{ type: "second" }], "r"))[0];
  await refused(again(), ErrorReason.LIMIT_EXCEEDED);
  await refused(again(), ErrorReason.LIMIT_EXCEEDED);
  granted(await cancel(s, first.taskId));
  s.clock.advance(secondMs);
  const made = granted(await again());
  expect(made).toMatchObject({ existed: false, task: { type: "second" } });
  const after = await everything(s);
  expect(granted(await again())).toMatchObject({ existed: true, task: { taskId: made.task.taskId } });
  expect(await everything(s)).toEqual(after);
  await refused(
    createAll(s, [{ type: "other" }], "r").then(([one]) => one),
    ErrorReason.IDEMPOTENCY_CONFLICT,
  );
});

test("of a batch, the items that were refused are tried again, and the others are not", async () => {
  const s = await openScenario({ limits });
  const types = (answers: Awaited<ReturnType<typeof createAll>>) =>
    answers.map((one) => (isRefusal(one) ? one.reason : `${one.task.type} ${one.existed}`));
  const { LIMIT_EXCEEDED } = ErrorReason;
  const two = [{ type: "one" }, { type: "two" }];
  const first = await createAll(s, two, "b");
  expect(types(first)).toEqual(["one false", LIMIT_EXCEEDED]);
  expect(types(await createAll(s, two, "b"))).toEqual(["one true", LIMIT_EXCEEDED]);
  granted(await cancel(s, granted(first[0]).task.taskId));
  s.clock.advance(secondMs);
  expect(types(await createAll(s, two, "b"))).toEqual(["one true", "two false"]);
  expect(types(await createAll(s, two, "b"))).toEqual(["one true", "two true"]);
});
