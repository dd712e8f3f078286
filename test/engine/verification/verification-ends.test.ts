// Verification by scenario: what else may happen to a task that is being verified, and to its verification tasks.
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { OnVerificationTimeout, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { VerdictDecision } from "../../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { pauseTask, resumeTask } from "../../helpers/operate.ts";
import {
  anomalies,
  cancel,
  chain,
  claim,
  claimAll,
  complete,
  createTask,
  everything,
  expectDoneOnce,
  fail,
  granted,
  handOff,
  inMs,
  lose,
  minuteMs,
  ms,
  onTask,
  read,
  refused,
  result,
  waitFor,
} from "../../helpers/scenario.ts";
import { accept, claimReview, claimReviews, give, judge, openReview, reject, reported, verified } from "./scenes.ts";

const { CANCELED, FAILED, QUEUED, SUCCEEDED, VERIFYING } = TaskState;

test("a canceled task takes its verifications with it, and a verdict that comes later changes nothing", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, { verifiers: 2 });
  const leased = await claimReview(s);
  granted(await cancel(s, taskId));
  expect((await read(s, taskId)).state).toBe(CANCELED);
  const before = await everything(s);
  await refused(judge(s, leased, accept), ErrorReason.INVALID_TRANSITION);
  expect(await everything(s)).toEqual(before);
  await s.sweep();
  expect((await read(s, leased.task.taskId)).state).toBe(CANCELED);
  expect(await claimReviews(s)).toEqual([]);
  await refused(judge(s, leased, accept), ErrorReason.INVALID_TRANSITION);
});

test("the deadline of a task counts while it is verified", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, { timeout: ms(10 * minuteMs) }, { deadline: inMs(s, 5 * minuteMs) });
  s.clock.advance(5 * minuteMs - 1);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(VERIFYING);
  s.clock.advance(1);
  await s.sweep();
  expect(await read(s, taskId)).toMatchObject({
    state: FAILED,
    outcome: { terminalReason: TerminalReason.DEADLINE_EXCEEDED },
  });
  await s.sweep();
  expect(await claimReviews(s)).toEqual([]);
});

const overdue = [
  { onTimeout: OnVerificationTimeout.UNSPECIFIED, state: FAILED, reason: TerminalReason.VERIFICATION_FAILED },
  { onTimeout: OnVerificationTimeout.FAIL, state: FAILED, reason: TerminalReason.VERIFICATION_FAILED },
  { onTimeout: OnVerificationTimeout.ACCEPT, state: SUCCEEDED, reason: TerminalReason.COMPLETED },
];
test.each(overdue)("verdicts that take too long: $onTimeout", async ({ onTimeout, state, reason }) => {
  const s = await openReview();
  const { taskId } = await reported(s, { timeout: ms(minuteMs), onTimeout }, {});
  s.clock.advance(minuteMs - 1);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(VERIFYING);
  s.clock.advance(1);
  await s.sweep();
  expect(await read(s, taskId)).toMatchObject({ state, outcome: { terminalReason: reason } });
  await s.sweep();
  expect(await claimReviews(s)).toEqual([]);
  const last = (await chain(s, taskId)).at(-2)?.body?.body;
  if (last?.case === "taskCompleted") expect(last.value).toMatchObject({ unverified: true, verdicts: [] });
  else expect(last).toMatchObject({ value: { error: { type: "VerificationTimedOut" } } });
});

test("an owner that is asked decides alone, by a verification task that no other principal may lease", async () => {
  const s = await openReview();
  const asking = { timeout: ms(minuteMs), onTimeout: OnVerificationTimeout.ASK_OWNER };
  const { taskId } = await reported(s, asking);
  const leased = await claimReview(s);
  s.clock.advance(minuteMs);
  await s.sweep();
  const task = await read(s, taskId);
  expect(task.state).toBe(VERIFYING);
  expect(await anomalies(s, taskId)).toEqual(["VERIFICATION_OVERDUE"]);
  await refused(judge(s, leased, accept), ErrorReason.INVALID_TRANSITION);
  await s.sweep();
  expect((await read(s, leased.task.taskId)).state).toBe(CANCELED);
  expect(await claimReviews(s)).toEqual([]);
  const own = await claimReview(s, s.agent);
  expect(own.task).toMatchObject({ taskId: task.review?.report?.ownerTaskId, addressee: { id: "alice" } });
  s.clock.advance(minuteMs / 2);
  granted(await judge(s, own, accept, s.agent));
  expect(await read(s, taskId)).toMatchObject({
    state: SUCCEEDED,
    review: { verdicts: [{ verifier: { id: "alice" }, taskId: own.task.taskId }] },
  });
});

test("an owner that has held the task itself is not asked", async () => {
  const s = await openReview();
  const asking = { timeout: ms(minuteMs), onTimeout: OnVerificationTimeout.ASK_OWNER };
  const { taskId } = await createTask(s, verified(asking));
  granted(await complete(s, await claim(s, {}, s.agent), result, s.agent));
  s.clock.advance(minuteMs);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(FAILED);
});

test("a verification that ends without a verdict counts as unverifiable", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, { verifiers: 3, acceptAt: 2 });
  const [failing, canceled, lost] = await claimReviews(s);
  granted(await fail(s, failing as never, { error: { type: "Broken", retryable: false } }, s.verifier));
  await s.sweep();
  const task = await read(s, taskId);
  expect(task).toMatchObject({
    state: VERIFYING,
    review: { verdicts: [{ taskId: failing?.task.taskId, verdict: { decision: VerdictDecision.UNVERIFIABLE } }] },
  });
  expect(task.review?.verdicts[0]?.verifier).toBeUndefined();
  const end = (await chain(s, failing?.task.taskId ?? "")).find(({ body }) => body?.body.case === "taskFailed");
  const report = task.review?.report?.receiptId;
  expect((await chain(s, taskId)).at(-1)).toMatchObject({
    from: { kind: PrincipalKind.SERVICE },
    parents: [report, end?.receiptId],
  });
  granted(await cancel(s, canceled?.task.taskId ?? ""));
  await s.sweep();
  expect(await read(s, taskId)).toMatchObject({ state: QUEUED, attempt: 2, review: { verdicts: [{}, {}] } });
  await s.sweep();
  expect((await read(s, lost?.task.taskId ?? "")).state).toBe(CANCELED);
});

test("a lost lease on a verification is no verdict", async () => {
  const s = await openReview();
  const { taskId } = await reported(s);
  await claimReview(s);
  await lose(s);
  expect((await read(s, taskId)).state).toBe(VERIFYING);
  await give(s, accept, s.second);
  expect((await read(s, taskId)).state).toBe(SUCCEEDED);
});

test("a task that is verified cannot be paused, and its verifications can", async () => {
  const s = await openReview();
  const { taskId, done } = await reported(s);
  await refused(pauseTask(s, taskId), ErrorReason.INVALID_TRANSITION);
  const verification = done.verifications[0]?.taskId ?? "";
  granted(await pauseTask(s, verification));
  expect(await claimReviews(s)).toEqual([]);
  granted(await resumeTask(s, verification));
  await give(s, reject);
  expect((await read(s, taskId)).state).toBe(QUEUED);
});

test("an executor whose owner wants the task to end reports nothing", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified());
  const leased = await claim(s);
  granted(await cancel(s, taskId, { gracePeriod: ms(minuteMs) }));
  const done = await expectDoneOnce(s, () => complete(s, leased, result));
  expect(done).toMatchObject({ state: CANCELED, verifications: [] });
  expect((await read(s, taskId)).state).toBe(CANCELED);
});

test("a contract is checked with the report", async () => {
  const s = await openReview();
  const expectedOutcome = { enforce: true, required: [{ kind: "pdf" }] };
  const { taskId } = await createTask(s, verified({}, { expectedOutcome } as never));
  const leased = await claim(s);
  await refused(complete(s, leased, result), ErrorReason.OUTCOME_INCOMPLETE);
  const artifacts = [{ kind: "pdf", uri: "s3://b/draft.pdf" }];
  granted(await complete(s, leased, { artifacts }));
  await give(s, accept);
  expect(await read(s, taskId)).toMatchObject({ state: SUCCEEDED, outcome: { artifacts } });
});

test("what goes on from a verified task is created when it is accepted, in the name of its executor", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified());
  const first = await claim(s);
  const refusal = await refused(
    complete(s, first, { ...result, next: [{ type: "b", parentReceipts: [taskId] }] }),
    ErrorReason.PARENT_NOT_FOUND,
  );
  expect(refusal.item).toBe("next[0]");
  const next = [
    { type: "a", queue: "later", idempotencyKey: "a" },
    {
      type: "b",
      queue: "later",
      wait: { allOf: [{ anyOf: [{ condition: { case: "task", value: { of: { case: "item", value: 0 } } } }] }] },
    },
  ];
  granted(await complete(s, first, { ...result, next } as never));
  expect(await claimAll(s, { queues: ["later"] })).toEqual([]);
  await give(s, reject);
  expect(await claimAll(s, { queues: ["later"] })).toEqual([]);
  granted(await complete(s, await claim(s), { ...result, next } as never));
  const accepted = await claimReview(s);
  await expectDoneOnce(s, () => judge(s, accepted, accept));
  const completed = (await chain(s, taskId)).find(({ body }) => body?.body.case === "taskCompleted");
  const body = completed?.body?.body;
  const created = body?.case === "taskCompleted" ? body.value.next : [];
  expect(created).toHaveLength(2);
  const [a] = await claimAll(s, { queues: ["later"] });
  expect(a?.task).toMatchObject({ taskId: created[0]?.taskId, createdBy: { id: "alice" }, obligated: { id: "alice" } });
  expect((await chain(s, a?.task.taskId ?? ""))[0]).toMatchObject({
    from: { id: "wanda" },
    parents: [completed?.receiptId],
  });
  granted(await complete(s, a as never));
  expect(await claimAll(s, { queues: ["later"] })).toHaveLength(1);
});

test("what goes on is created, too, when time is over and the policy accepts", async () => {
  const s = await openReview();
  const policy = { timeout: ms(minuteMs), onTimeout: OnVerificationTimeout.ACCEPT };
  const { taskId } = await createTask(s, verified(policy));
  const next = [{ type: "a", queue: "later" }];
  granted(await complete(s, await claim(s), { ...result, next } as never));
  s.clock.advance(minuteMs);
  await s.sweep();
  expect((await read(s, taskId)).state).toBe(SUCCEEDED);
  const [a] = await claimAll(s, { queues: ["later"] });
  expect((await chain(s, a?.task.taskId ?? ""))[0]).toMatchObject({ from: { id: "wanda" } });
});

test("a task that was handed off is verified by none of its holders, and stays where it was handed", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified());
  granted(await handOff(s, await claim(s), { to: { queue: "editing" } }));
  granted(await complete(s, await claim(s, { queues: ["editing"] }, s.rival), result, s.rival));
  for (const holder of [s.worker, s.rival]) expect(await claimReviews(s, holder)).toEqual([]);
  await give(s, reject);
  expect(await claimAll(s)).toEqual([]);
  expect((await claim(s, { queues: ["editing"] })).task.taskId).toBe(taskId);
});

test("what waits for the success of a verified task is told of its failure", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified({}, { maxAttempts: 1 }));
  const dependent = await createTask(s, { queue: "later", wait: waitFor(onTask(taskId)) });
  granted(await complete(s, await claim(s), result));
  await give(s, reject);
  expect((await read(s, taskId)).state).toBe(FAILED);
  expect((await read(s, dependent.taskId)).outcome?.terminalReason).toBe(TerminalReason.DEPENDENCY_FAILED);
});
