// Verification by scenario: reports, verdicts, and what they add up to.
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { ErrorReason } from "../../../gen/typescript/asyncgate/v1/error_pb.ts";
import { ListOpenObligationsRequestSchema } from "../../../gen/typescript/asyncgate/v1/obligation_service_pb.ts";
import { PrincipalKind } from "../../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { LocatabilityMode } from "../../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { OnReject, TaskState, TerminalReason } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import { checkLedger } from "../../../src/engine/maintenance/check-ledger.ts";
import {
  chain,
  claim,
  complete,
  createOne,
  createTask,
  everything,
  expectDoneOnce,
  granted,
  json,
  onTask,
  read,
  refused,
  release,
  result,
  story,
  waitFor,
} from "../../helpers/scenario.ts";
import {
  accept,
  claimReview,
  claimReviews,
  give,
  heldVerified,
  judge,
  openReview,
  reject,
  reported,
  unverifiable,
  verified,
} from "./scenes.ts";

const { BLOCKED, CANCELED, FAILED, QUEUED, SUCCEEDED, VERIFYING } = TaskState;
const wanda = { kind: PrincipalKind.WORKER, id: "wanda" };
const vera = { kind: PrincipalKind.AGENT, id: "vera" };

test("law 21: a completion is a report, and the obligation is open until a verifier accepts it", async () => {
  const s = await openReview();
  const leased = await heldVerified(s, { criteria: ["The total is right."] }, { payload: json('{"n":1}') });
  const { taskId } = leased.task;
  const pdf = { kind: "pdf", uri: "s3://b/draft.pdf" };
  const done = await expectDoneOnce(s, () => complete(s, leased, { ...result, artifacts: [pdf] }));
  expect(done).toMatchObject({ state: VERIFYING, discharged: false, verifications: [{ existed: false }], next: [] });
  const task = await read(s, taskId);
  expect(task).toMatchObject({
    state: VERIFYING,
    attempt: 1,
    review: { report: { receiptId: done.receiptId, executor: wanda, attempt: 1, artifacts: [pdf] }, verdicts: [] },
  });
  expect(task.outcome).toBeUndefined();
  expect((await checkLedger(s.engine)).differences).toEqual([]);
  const { openObligations } = await s.operations.listOpenObligations(
    s.agent,
    create(ListOpenObligationsRequestSchema, {}),
  );
  expect(openObligations.map(({ why }) => why)).toContain("reported as done, and being verified");
  const verification = await claimReview(s);
  expect(verification.task).toMatchObject({ type: "verify", parentTaskId: taskId, depth: 1 });
  const payload = JSON.parse(String(verification.task.payload?.content.value));
  expect(payload).toMatchObject({
    task: { task_id: taskId, type: "t", payload: { n: 1 } },
    report: { receipt_id: done.receiptId, executor: "worker:wanda", attempt: 1, result: { done: true } },
    artifacts: [{ kind: "pdf", uri: "s3://b/draft.pdf" }],
    criteria: ["The total is right."],
  });
  const verdict = { ...accept, confidence: 0.9 };
  await expectDoneOnce(s, () => judge(s, verification, verdict));
  expect(await read(s, taskId)).toMatchObject({
    state: SUCCEEDED,
    outcome: { terminalReason: TerminalReason.COMPLETED, artifacts: [pdf], ...result },
    review: { verdicts: [{ taskId: verification.task.taskId, verifier: vera, verdict }] },
  });
  expect(await read(s, verification.task.taskId)).toMatchObject({ state: SUCCEEDED });
  expect(await story(s, taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_REPORTED",
    "VERDICT_GIVEN",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
  ]);
  const [assigned, accepted, report, given, completed] = await chain(s, taskId);
  expect(report).toMatchObject({ from: wanda, parents: [accepted?.receiptId] });
  expect(given).toMatchObject({ from: vera, parents: [report?.receiptId] });
  expect(completed).toMatchObject({
    from: { kind: PrincipalKind.SERVICE },
    parents: [assigned?.receiptId, report?.receiptId],
    body: {
      body: {
        case: "taskCompleted",
        value: { executor: wanda, unverified: false, verdicts: [{ verifier: vera, receiptId: given?.receiptId }] },
      },
    },
  });
});

test("law 21: no principal that has ever held the task is given its verification", async () => {
  const s = await openReview();
  const first = await heldVerified(s);
  granted(await release(s, first));
  const second = await claim(s, {}, s.rival);
  granted(await complete(s, second, result, s.rival));
  expect(await claimReviews(s, s.worker)).toEqual([]);
  expect(await claimReviews(s, s.rival)).toEqual([]);
  expect(await claimReviews(s)).toHaveLength(1);
});

test("a passed over verification does not keep its executor from what lies behind it", async () => {
  const s = await openReview();
  for (let count = 0; count < 20; count += 1) await reported(s);
  const { taskId } = await createTask(s, { queue: "review", priority: 1 });
  expect((await claimReviews(s, s.worker, { maxTasks: 1 })).map(({ task }) => task.taskId)).toEqual([taskId]);
  expect(await claimReviews(s)).toHaveLength(20);
});

test("a rejected task goes back to the queue, and its next holder gets the report and all findings", async () => {
  const s = await openReview();
  const { taskId, done } = await reported(s, { verifiers: 2, acceptAt: 1 });
  await give(s, { ...unverifiable, findings: ["the link is dead"] });
  expect(await read(s, taskId)).toMatchObject({ state: VERIFYING, review: { verdicts: [{}] } });
  await give(s, reject);
  const task = await read(s, taskId);
  expect(task).toMatchObject({ state: QUEUED, attempt: 2 });
  expect(await story(s, taskId)).toEqual([
    "TASK_ASSIGNED",
    "TASK_ACCEPTED",
    "TASK_REPORTED",
    "VERDICT_GIVEN",
    "VERDICT_GIVEN",
    "TASK_RETRY_SCHEDULED",
  ]);
  const next = await claim(s, {}, s.rival);
  expect(next).toMatchObject({
    task: { taskId, attempt: 2 },
    review: {
      report: { receiptId: done.receiptId, executor: wanda, ...result },
      verdicts: [{ verdict: { findings: ["the link is dead"] } }, { verdict: reject }],
    },
  });
  // The second report has verifications and verdicts of its own.
  granted(await complete(s, next, result, s.rival));
  expect((await read(s, taskId)).review?.verdicts).toEqual([]);
  await give(s, accept);
  expect((await read(s, taskId)).state).toBe(SUCCEEDED);
  await s.sweep();
  expect(await claimReviews(s)).toEqual([]);
});

test("a rejection without attempts left, or where the policy says so, is a failure", async () => {
  const s = await openReview();
  const last = await reported(s, {}, { maxAttempts: 1 });
  await give(s, reject);
  const policy = await reported(s, { onReject: OnReject.FAIL });
  await give(s, reject);
  for (const { taskId } of [last, policy]) {
    expect(await read(s, taskId)).toMatchObject({
      state: FAILED,
      outcome: {
        terminalReason: TerminalReason.VERIFICATION_FAILED,
        error: { type: "VerificationRejected", message: "The report was not accepted: the total is wrong" },
      },
    });
  }
});

test("verdicts are counted until enough accept, or no longer can, and the rest is canceled", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, { verifiers: 3, acceptAt: 2 });
  const [one, two, three] = await claimReviews(s);
  granted(await judge(s, one as never, accept));
  granted(await judge(s, two as never, reject));
  expect((await read(s, taskId)).state).toBe(VERIFYING);
  granted(await judge(s, three as never, accept));
  expect((await read(s, taskId)).state).toBe(SUCCEEDED);
  const second = await reported(s, { verifiers: 3, acceptAt: 2 });
  const rest = await claimReviews(s);
  granted(await judge(s, rest[0] as never, reject));
  granted(await judge(s, rest[1] as never, unverifiable));
  expect(await read(s, second.taskId)).toMatchObject({ state: QUEUED, attempt: 2 });
  const late = rest[2] as never;
  const before = await everything(s);
  await refused(judge(s, late, accept), ErrorReason.INVALID_TRANSITION);
  expect(await everything(s)).toEqual(before);
  await s.sweep();
  expect(await read(s, rest[2]?.task.taskId ?? "")).toMatchObject({ state: CANCELED });
  expect((await read(s, second.taskId)).state).toBe(QUEUED);
});

test("a verification task is completed with a verdict, and no other task is", async () => {
  const s = await openReview();
  await reported(s);
  const verification = await claimReview(s);
  const before = await everything(s);
  const missing = await refused(complete(s, verification, result, s.verifier), ErrorReason.INVALID_ARGUMENT);
  expect(missing.message).toContain("verdict is required");
  const next = [{ type: "next" }];
  await refused(complete(s, verification, { next }, s.verifier), ErrorReason.PERMISSION_DENIED);
  await refused(complete(s, verification, { verdict: accept, next }, s.verifier), ErrorReason.INVALID_ARGUMENT);
  expect(await everything(s)).toEqual(before);
  const plain = await claim(s, {}, s.worker).catch(() => undefined);
  expect(plain).toBeUndefined();
  await createTask(s);
  const other = await claim(s);
  const superfluous = await refused(complete(s, other, { verdict: accept }), ErrorReason.INVALID_ARGUMENT);
  expect(superfluous.message).toContain("must be absent");
});

test("an acceptance needs the evidence that the task requires, and none that is older than the report", async () => {
  const s = await openReview();
  const { taskId } = await reported(s, { evidenceRequired: ["test-report", "screenshot"] });
  const verification = await claimReview(s);
  const time = timestampFromDate(s.clock.now());
  const log = { kind: "test-report", uri: "s3://b/log", time };
  const before = await everything(s);
  const incomplete = await refused(
    judge(s, verification, { ...accept, evidence: [log] }),
    ErrorReason.OUTCOME_INCOMPLETE,
  );
  expect(incomplete.facts).toMatchObject({ value: { missing: [{ required: { kind: "screenshot" } }], count: 1 } });
  const old = { ...log, time: timestampFromDate(new Date(s.clock.now().getTime() - 1)) };
  const stale = await refused(judge(s, verification, { ...reject, evidence: [old] }), ErrorReason.INVALID_ARGUMENT);
  expect(stale.message).toContain("verdict.evidence[0].time");
  expect(await everything(s)).toEqual(before);
  const shot = { ...log, kind: "screenshot", uri: "s3://b/shot" };
  granted(await judge(s, verification, { ...accept, evidence: [log, shot] }));
  expect((await read(s, taskId)).state).toBe(SUCCEEDED);
});

test("dependents wait for the success, and not for the report", async () => {
  const s = await openReview();
  const { taskId } = await createTask(s, verified());
  const dependent = await createTask(s, { queue: "later", wait: waitFor(onTask(taskId)) });
  granted(await complete(s, await claim(s), result));
  expect((await read(s, dependent.taskId)).state).toBe(BLOCKED);
  await give(s, accept);
  expect((await read(s, dependent.taskId)).state).toBe(QUEUED);
});

test("policies that cannot be met are refused", async () => {
  const s = await openReview();
  const refusal = await refused(createOne(s, verified({ verifiers: 2, acceptAt: 3 })), ErrorReason.INVALID_ARGUMENT);
  expect(refusal.message).toContain("verification.accept_at");
});

test("a strict tenant is told of a missing locator with the report, a lenient one with the acceptance", async () => {
  const strict = await openReview({ mode: LocatabilityMode.STRICT });
  await refused(complete(strict, await heldVerified(strict), {}), ErrorReason.LOCATOR_REQUIRED);
  const s = await openReview();
  const leased = await heldVerified(s);
  granted(await complete(s, leased, {}));
  expect(await story(s, leased.task.taskId)).toEqual(["TASK_ASSIGNED", "TASK_ACCEPTED", "TASK_REPORTED"]);
  await give(s, accept);
  expect((await story(s, leased.task.taskId)).slice(3)).toEqual([
    "VERDICT_GIVEN",
    "TASK_COMPLETED",
    "TASK_RESULT_READY",
    "SYSTEM_ANOMALY",
  ]);
});
