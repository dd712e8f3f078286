// What a verdict does to the verified task, as a rule: it is put on record, and with the one that decides the task
// succeeds, goes back to the queue, or fails. What happens when verdicts take too long.
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type CreatedTask,
  OnReject,
  OnVerificationTimeout,
  type Task,
  type TaskError,
  TerminalReason,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import {
  type GivenVerdict,
  type Report,
  type Review,
  type Verdict,
  VerdictDecision,
} from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { assert } from "./assert.ts";
import { waitingFailTime } from "./create-task.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { dateOfTimestamp, timestampOfDate } from "./duration.ts";
import { anomalyDraft, checkedBody, endTask } from "./end-task.ts";
import type { ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { hasLocator, storedResult } from "./locator.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import type { Ended, Waiting } from "./task-record.ts";
import { tallyOf } from "./verification.ts";

/** A task that is being verified, as it is locked. */
export type Verifying = {
  readonly waiting: Waiting;
  readonly owner: string;
  readonly obligated: string;
  readonly terms: Task;
  readonly review: Review;
};

/** Who says what. `verifier` is undefined for a verification task that ended without a verdict, by `cause`. */
export type Judgement = {
  readonly taskId: string;
  readonly verifier?: string;
  readonly verdict: Verdict;
  readonly cause?: string;
};

/** The tasks that go on from the verified one if it is accepted, and the id of the receipt that they name. */
export type GoingOn = { readonly receiptId: string; readonly tasks: readonly CreatedTask[] };

export type Judged = Decision<Waiting | Ended> & { readonly given: GivenVerdict };

/** Counts as a verdict that cannot accept. */
export const noVerdict: Verdict = {
  $typeName: "asyncgate.v1.Verdict",
  decision: VerdictDecision.UNVERIFIABLE,
  findings: [],
  evidence: [],
};

/** Whether the report is accepted with this verdict. */
export function accepts({ review, terms }: Verifying, { taskId, verdict }: Judgement): boolean {
  const given: GivenVerdict = { $typeName: "asyncgate.v1.GivenVerdict", taskId, verdict, receiptId: "" };
  return tally({ review: { ...review, verdicts: [...review.verdicts, given] }, terms }) === "accepted";
}

function tally({ review, terms }: Pick<Verifying, "review" | "terms">) {
  assert(terms.verification !== undefined, "a verified task says how");
  return tallyOf(review, terms.verification);
}

function reportOf({ review }: Verifying): Report {
  assert(review.report !== undefined, "what is being verified was reported");
  return review.report;
}

export function judgeReport(
  verifying: Verifying,
  judgement: Judgement,
  moment: DecisionContext,
  next?: GoingOn,
): Judged {
  const { taskId, verdict, verifier } = judgement;
  const receiptId = moment.newId();
  const given: GivenVerdict = {
    $typeName: "asyncgate.v1.GivenVerdict",
    taskId,
    ...(verifier !== undefined && { verifier: parsePrincipal(verifier) }),
    verdict,
    receiptId,
    time: timestampOfDate(moment.now),
  };
  const review = { ...verifying.review, verdicts: [...verifying.review.verdicts, given] };
  const now = { ...verifying, review };
  const draft = verdictDraft(verifying, judgement, receiptId);
  return { ...follow(now, draft, moment, next), given };
}

function follow(
  now: Verifying,
  draft: ReceiptDraft,
  moment: DecisionContext,
  next: GoingOn | undefined,
): Decision<Waiting | Ended> {
  const said = tally(now);
  if (said === "accepted") return acceptReport(now, { before: [draft], next }, moment);
  if (said === "rejected") return rejectReport(now, [draft], moment);
  const { waiting } = now;
  const { carried, receipts } = step(waiting, moment, [draft]);
  return { before: waiting, after: { ...waiting, ...carried, state: stateAfter(waiting.state, "judge") }, receipts };
}

function verdictDraft(
  verifying: Verifying,
  { taskId, verifier, verdict, cause }: Judgement,
  receiptId: string,
): ReceiptDraft {
  const report = reportOf(verifying);
  return {
    receiptId,
    from: verifier ?? servicePrincipal,
    to: verifying.owner,
    parents: [report.receiptId, ...(cause === undefined ? [] : [cause])],
    body: verdictBody(report, { taskId, verdict }),
  };
}

/** What a verdict puts on record has the bound of all receipts. */
export function checkedVerdict(report: Report, taskId: string, verdict: Verdict, limits: Limits): Refusal | undefined {
  const encoded = checkedBody(verdictBody(report, { taskId, verdict }), limits);
  return isRefusal(encoded) ? encoded : undefined;
}

function verdictBody({ attempt }: Report, { taskId, verdict }: Pick<Judgement, "taskId" | "verdict">) {
  const $typeName = "asyncgate.v1.VerdictGiven" as const;
  return { case: "verdictGiven" as const, value: { $typeName, attempt, verificationTaskId: taskId, verdict } };
}

type Acceptance = {
  readonly before?: readonly ReceiptDraft[];
  readonly next?: GoingOn | undefined;
  /** It was not verified: time was over. */
  readonly unverified?: boolean;
};

/** The task succeeds as it was reported. */
export function acceptReport(verifying: Verifying, how: Acceptance, moment: DecisionContext): Decision<Ended> {
  const { waiting, owner, obligated, review } = verifying;
  const report = reportOf(verifying);
  const { result, artifacts, deliveryProof } = report;
  const stored = storedResult(result);
  const isLocated = hasLocator({ artifacts, deliveryProof });
  return endTask(
    waiting,
    {
      state: stateAfter(waiting.state, "complete"),
      reason: TerminalReason.COMPLETED,
      outcome: { ...(result && { result }), artifacts, ...(deliveryProof && { deliveryProof }) },
      from: servicePrincipal,
      owner,
      obligated,
      body: {
        case: "taskCompleted",
        value: {
          $typeName: "asyncgate.v1.TaskCompleted",
          attempt: report.attempt,
          resultDigest: stored?.digest ?? new Uint8Array(),
          resultSize: BigInt(stored?.size ?? 0),
          artifacts,
          deliveryProof,
          next: [...(how.next?.tasks ?? [])],
          executor: report.executor,
          verdicts: review.verdicts.map(inShort),
          unverified: how.unverified ?? false,
          spend: {},
        },
      },
      discharges: isLocated,
      causes: [report.receiptId],
      receiptId: how.next?.receiptId,
      before: how.before ?? [],
      ...(!isLocated && { anomaly: withoutLocator(verifying) }),
    },
    moment,
  );
}

/** Findings and evidence are in the verdict's own receipt. */
function inShort(given: GivenVerdict): GivenVerdict {
  return { ...given, ...(given.verdict && { verdict: { ...given.verdict, findings: [], evidence: [] } }) };
}

function withoutLocator({ waiting: { taskId, assignedReceiptId } }: Verifying) {
  return {
    kind: AnomalyKind.SUCCESS_WITHOUT_LOCATABILITY,
    details: { task_id: taskId, open_receipt_id: assignedReceiptId },
    recommendedAction: "Find where the result is and supply it with AppendReceipt; until then the obligation is open.",
  };
}

/** Receipts have ten parents at most; two of them are the task's own. */
const causesMax = 8;

/** The work is done again if attempts are left and the task's policy says so. */
function rejectReport(
  verifying: Verifying,
  before: readonly ReceiptDraft[],
  moment: DecisionContext,
): Decision<Waiting | Ended> {
  const { waiting, owner, terms, review } = verifying;
  const report = reportOf(verifying);
  const error = rejection(review);
  const rejections = review.verdicts.filter(({ verdict }) => verdict?.decision !== VerdictDecision.ACCEPT);
  const causes = [report.receiptId, ...rejections.map(({ receiptId }) => receiptId).slice(-causesMax)];
  if (terms.verification?.onReject === OnReject.FAIL || waiting.attempt >= terms.maxAttempts) {
    return failReport(verifying, { error, before, causes }, moment);
  }
  const attempt = waiting.attempt + 1;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: servicePrincipal,
    to: owner,
    parents: causes,
    body: {
      case: "taskRetryScheduled",
      value: {
        $typeName: "asyncgate.v1.TaskRetryScheduled",
        attempt: waiting.attempt,
        nextAttempt: attempt,
        error,
        eligibleTime: timestampOfDate(moment.now),
        spend: {},
      },
    },
  };
  const { carried, receipts } = step(waiting, moment, [...before, draft]);
  const after: Waiting = {
    ...waiting,
    ...carried,
    attempt,
    state: stateAfter(waiting.state, "fail"),
    eligibleTime: moment.now,
    failTime: waitingFailTime(terms, waiting.deliveries),
  };
  return { before: waiting, after, receipts };
}

/** What people read of a finding in the error of an attempt; verdicts have all. */
const messageMax = 1_000;

function rejection({ verdicts }: Review): TaskError {
  const findings = verdicts.flatMap(({ verdict }) => verdict?.findings ?? []);
  const first = findings[0] ?? "";
  const cut = first.length > messageMax ? `${first.slice(0, messageMax)}…` : first;
  const message = `The report was not accepted${cut === "" ? "." : `: ${cut}`}`;
  return errorOf("VerificationRejected", message, { findings: findings.length });
}

function errorOf(type: string, message: string, detail: Readonly<Record<string, unknown>>): TaskError {
  return {
    $typeName: "asyncgate.v1.TaskError",
    type,
    message,
    detail: JSON.stringify(detail),
    retryable: false,
  };
}

type Failing = {
  readonly error: TaskError;
  readonly before: readonly ReceiptDraft[];
  readonly causes: readonly string[];
};

function failReport(verifying: Verifying, { error, before, causes }: Failing, moment: DecisionContext) {
  const { waiting, owner, obligated } = verifying;
  const reason = TerminalReason.VERIFICATION_FAILED;
  return endTask(
    waiting,
    {
      state: stateAfter(waiting.state, "fail_for_good"),
      reason,
      outcome: { artifacts: [], error },
      from: servicePrincipal,
      owner,
      obligated,
      body: {
        case: "taskFailed",
        value: {
          $typeName: "asyncgate.v1.TaskFailed",
          attempt: waiting.attempt,
          error,
          terminalReason: reason,
          spend: {},
        },
      },
      discharges: true,
      before,
      causes,
    },
    moment,
  );
}

/** What is due when verdicts take too long. Nothing: they do not, or the task's own deadline has passed. */
export function overdueOf(
  { waiting, terms, owner, review }: Verifying,
  holders: readonly string[],
  now: Date,
): "nothing" | "accept" | "ask owner" | "fail" {
  const isOverdue = waiting.failTime !== null && waiting.failTime <= now;
  const isDead = terms.deadline !== undefined && dateOfTimestamp(terms.deadline) <= now;
  if (!isOverdue || isDead || review.report?.ownerTaskId !== "") return "nothing";
  switch (terms.verification?.onTimeout) {
    case OnVerificationTimeout.ACCEPT:
      return "accept";
    case OnVerificationTimeout.ASK_OWNER:
      return holders.includes(owner) ? "fail" : "ask owner";
    default:
      return "fail";
  }
}

export function failOverdue(verifying: Verifying, message: string, moment: DecisionContext): Decision<Ended> {
  const report = reportOf(verifying);
  const error = errorOf("VerificationTimedOut", message, { verdicts: verifying.review.verdicts.length });
  return failReport(verifying, { error, before: [], causes: [report.receiptId] }, moment);
}

/** From now on the owner's verification task decides, and only the deadline of the task bounds it. */
export function askOwner(verifying: Verifying, ownerTaskId: string, moment: DecisionContext): Decision<Waiting> {
  const { waiting, owner, terms } = verifying;
  const anomaly = {
    kind: AnomalyKind.VERIFICATION_OVERDUE,
    details: { task_id: waiting.taskId, verification_task_id: ownerTaskId },
    recommendedAction: "Lease the verification task and complete it with your verdict.",
  };
  const draft = anomalyDraft(anomaly, owner, reportOf(verifying).receiptId, moment);
  const { carried, receipts } = step(waiting, moment, [draft]);
  const after = { ...waiting, ...carried, state: waiting.state, failTime: waitingFailTime(terms, waiting.deliveries) };
  return { before: waiting, after, receipts };
}
