// FailTask as a rule: another attempt if one is left and can help, else the end. Where its owner wants it to end, no
// other attempt comes.
import type { FailTaskRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Retry, retryDelayMs } from "./backoff.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import { type Decision, type DecisionContext, stateAfter } from "./decision.ts";
import { addMs, msOfDuration, timestampOfDate } from "./duration.ts";
import { type Anomaly, anomalyDraft, checkedBody, endTask } from "./end-task.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import { type Limits, taskDefaults } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import { servicePrincipal } from "./principal.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { requeue } from "./requeue.ts";
import { budgetAnomaly, failsByBudget, type Spending, spender, spentTies } from "./spend.ts";
import type { Ended, Held, Waiting } from "./task-record.ts";

export function checkFailTask(request: FailTaskRequest, limits: Limits): Refusal | undefined {
  return checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

export type FailRules = {
  readonly limits: Limits;
  readonly mark?: CallMark | undefined;
  readonly spending?: Spending | undefined;
};

export function failTask(
  held: Held,
  terms: Task,
  request: FailTaskRequest,
  rules: FailRules,
  moment: DecisionContext,
): Decision<Waiting | Ended> | Refusal {
  const reason = whyNoOther(held, terms, request, rules);
  if (reason === undefined) {
    return wantsCancel(held)
      ? cancelByHolder(held, rules.mark, moment, request.spend)
      : retry(held, terms, request, rules, moment);
  }
  const error = request.error ? { error: request.error } : {};
  const body: ReceiptDraft["body"] = {
    case: "taskFailed",
    value: {
      $typeName: "asyncgate.v1.TaskFailed",
      attempt: held.attempt,
      ...error,
      terminalReason: reason,
      spend: request.spend,
    },
  };
  const encodedBody = checkedBody(body, rules.limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const isExhausted = reason === TerminalReason.ATTEMPTS_EXHAUSTED;
  const anomaly = isExhausted ? attemptsExhausted(held, request) : budgetAnomaly(held, rules.spending);
  const ended = endTask(
    spender(held, request),
    {
      state: stateAfter(held.state, "fail_for_good"),
      reason,
      outcome: { artifacts: [], ...error },
      from: held.worker,
      owner: held.owner,
      obligated: held.obligated,
      body,
      encodedBody,
      discharges: true,
      ...(anomaly && { anomaly }),
      mark: rules.mark,
    },
    moment,
  );
  return { ...ended, before: held };
}

/** Why no other attempt comes; undefined when one does. */
function whyNoOther(
  held: Held,
  terms: Task,
  { error }: FailTaskRequest,
  { spending }: FailRules,
): TerminalReason | undefined {
  if (spending && failsByBudget(spending)) return TerminalReason.BUDGET_EXCEEDED;
  const listed = terms.retry?.nonRetryableTypes.includes(error?.type ?? "") ?? false;
  if (error?.retryable === false || listed) return TerminalReason.NON_RETRYABLE;
  return held.attempt >= terms.maxAttempts ? TerminalReason.ATTEMPTS_EXHAUSTED : undefined;
}

function attemptsExhausted(held: Held, { error }: FailTaskRequest): Anomaly {
  return {
    kind: AnomalyKind.ATTEMPTS_EXHAUSTED,
    details: { task_id: held.taskId, attempts: held.attempt, error_type: error?.type ?? "" },
    recommendedAction: "Look at the error; when its cause is mended, do the task over with a new one that names it.",
  };
}

function retryOf(terms: Task): Retry {
  const policy = terms.retry;
  const { retry } = taskDefaults;
  return {
    initialMs: policy?.initialInterval ? msOfDuration(policy.initialInterval) : retry.initialMs,
    multiplier: policy?.multiplier ?? retry.multiplier,
    maxMs: policy?.maxInterval ? msOfDuration(policy.maxInterval) : retry.maxMs,
    jitter: policy?.jitter ?? retry.jitter,
  };
}

function retry(
  held: Held,
  terms: Task,
  request: FailTaskRequest,
  rules: FailRules,
  moment: DecisionContext,
): Decision<Waiting> | Refusal {
  const delayMs = request.retryAfter
    ? msOfDuration(request.retryAfter)
    : retryDelayMs(retryOf(terms), held.attempt, moment.random());
  const eligibleTime = addMs(moment.now, delayMs);
  const attempt = held.attempt + 1;
  const body: ReceiptDraft["body"] = {
    case: "taskRetryScheduled",
    value: {
      $typeName: "asyncgate.v1.TaskRetryScheduled",
      attempt: held.attempt,
      nextAttempt: attempt,
      ...(request.error && { error: request.error }),
      eligibleTime: timestampOfDate(eligibleTime),
      spend: request.spend,
    },
  };
  const encodedBody = checkedBody(body, rules.limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: servicePrincipal,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body,
    encodedBody,
    mark: rules.mark,
  };
  const anomaly = budgetAnomaly(held, rules.spending);
  const drafts = anomaly ? [draft, anomalyDraft(anomaly, held.owner, draft.receiptId, moment)] : [draft];
  const how = { command: "fail", eligibleTime, attempt, leaseLosses: held.leaseLosses, drafts } as const;
  const ties = rules.spending ? spentTies(held.ties, rules.spending) : held.ties;
  return { ...requeue({ ...held, ties }, terms, how, moment), before: held };
}
