// GetTask by scenario: concurrent requests are read together, and each caller sees only what it may.

import { expect, test } from "vitest";
import { Role } from "../../../gen/typescript/asyncgate/v1/admin_service_pb.ts";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { openCountedServer } from "../../helpers/count-statements.ts";
import { createAll, createTask, granted, held, openScenario, outcome, refused } from "../../helpers/scenario.ts";

test("hundreds of concurrent reads take one transaction for every few of them", async () => {
  const s = await openScenario();
  const tasks = (
    await createAll(
      s,
      Array.from({ length: 200 }, () => ({})),
    )
  ).map((one) => granted(one).task);
  const { operations, counted } = openCountedServer(s);
  const read = await Promise.all(tasks.map(({ taskId }) => operations.getTask(s.agent, { taskId })));
  expect(read.map(granted)).toEqual(tasks);
  // The first read goes at once, and those behind it go 25 at a time.
  expect(counted.transactions).toBe(1 + Math.ceil(199 / 25));
});

test("each of the callers read together sees its own tasks; another's task looks like a missing one", async () => {
  const s = await openScenario();
  const stranger = s.tenant.caller("agent", "stranger", [Role.TASKER]);
  const leased = await held(s);
  const mine = await createTask(s);
  const theirs = await createTask(s, {}, stranger);
  const owed = await createTask(s, { obligated: { kind: PrincipalKind.AGENT, id: "stranger" } });
  const nowhere = "0190b0f0-0000-7000-8000-000000000000";
  const ask = [s.agent, stranger, s.worker, s.operator].flatMap((caller) =>
    [leased.task, mine, theirs, owed, { taskId: nowhere }].map(({ taskId }) =>
      outcome(s.operations.getTask(caller, { taskId })),
    ),
  );
  const seen = (await Promise.all(ask)).map((answer) => "taskId" in answer);
  expect(seen).toEqual([
    ...[true, true, false, true, false],
    ...[false, false, true, true, false],
    ...[true, false, false, false, false],
    ...[true, true, true, true, false],
  ]);
  const answers = await Promise.all(
    [theirs.taskId, nowhere].map((taskId) => outcome(s.operations.getTask(s.agent, { taskId }))),
  );
  for (const answer of answers) await refused(answer, ErrorReason.TASK_NOT_FOUND);
});

test("a caller that reads after an answer sees what was answered, however many read at that time", async () => {
  const s = await openScenario();
  const { taskId } = await createTask(s);
  let isOver = false;
  const crowd = Array.from({ length: 20 }, async () => {
    while (!isOver) granted(await s.operations.getTask(s.agent, { taskId }));
  });
  for (let round = 0; round < 30; round += 1) {
    const made = await createTask(s, { type: `t${round}` });
    expect(granted(await s.operations.getTask(s.agent, { taskId: made.taskId })).type).toBe(`t${round}`);
  }
  isOver = true;
  await Promise.all(crowd);
});
