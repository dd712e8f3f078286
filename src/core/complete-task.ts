// CompleteTask as a rule: success, and whether it discharges what was owed.

import type { HandOffContract } from "../../gen/typescript/asyncgate/v1/agent_pb.ts";
import type { CompleteTaskRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import { type CreatedTask, type ExpectedOutcome, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Verdict } from "../../gen/typescript/asyncgate/v1/verification_pb.ts";
import { type Decision, type DecisionContext, stateAfter } from "./decision.ts";
import { checkedBody, endTask } from "./end-task.ts";
import { contractRef } from "./hand-off.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { effectiveProof, hasLocator, storedResult } from "./locator.ts";
import { missingArtifacts, missingOf } from "./outcome-contract.ts";
import { checkPayload } from "./payload.ts";
import {
  invalidArgument,
  isRefusal,
  locatorRequired,
  outcomeIncomplete,
  type Refusal,
  receiptLimitExceeded,
} from "./refusal.ts";
import { spender } from "./spend.ts";
import { type Ended, type Held, tie } from "./task-record.ts";
import { verdictResult } from "./verification.ts";

/** What is wrong with a completion, regardless of which worker holds the lease. */
export function checkCompleteTask(request: CompleteTaskRequest, limits: Limits): Refusal | undefined {
  const artifacts = request.artifacts.length;
  if (artifacts > limits.receipt_artifacts_max) {
    return receiptLimitExceeded("receipt_artifacts_max", limits.receipt_artifacts_max, artifacts);
  }
  if (request.contract !== "" && request.next.length === 0) {
    const description = "must be empty without next: it says how work is handed over";
    return invalidArgument([{ field: "contract", description, rule: "complete.contract" }]);
  }
  return checkPayload(request.result, "result", "result_bytes_max", limits.result_bytes_max);
}

export type CompletionRules = {
  readonly mode: LocatabilityMode;
  readonly limits: Limits;
  readonly mark?: CallMark | undefined;
  /** What the task enforces, if anything. */
  readonly expected?: ExpectedOutcome | undefined;
  /** The contract by which the call hands on. */
  readonly contract?: HandOffContract | undefined;
  /** The tasks that go on from here, and the id of the receipt that they name. */
  readonly next?: { readonly receiptId: string; readonly tasks: readonly CreatedTask[] };
};

/** Artifacts that the task enforces, or that the contract of the call requires, are missing. */
export function refuseIncomplete(
  { artifacts }: CompleteTaskRequest,
  { expected, contract }: CompletionRules,
): Refusal | undefined {
  const missing = [...missingArtifacts(expected, artifacts), ...missingOf(contract?.required ?? [], artifacts)];
  return missing.length > 0 ? outcomeIncomplete(missing, contract?.name) : undefined;
}

export function completeTask(
  held: Held,
  request: CompleteTaskRequest,
  rules: CompletionRules,
  moment: DecisionContext,
): Decision<Ended> | Refusal {
  const incomplete = refuseIncomplete(request, rules);
  if (incomplete) return incomplete;
  const stored = storedResult(request.result);
  const proof = effectiveProof(stored, request.deliveryProof, held.taskId, moment.now);
  const { artifacts } = request;
  const located = hasLocator({ artifacts, deliveryProof: proof });
  if (!located && rules.mode === LocatabilityMode.STRICT) return locatorRequired();
  const body: ReceiptDraft["body"] = {
    case: "taskCompleted",
    value: {
      $typeName: "asyncgate.v1.TaskCompleted",
      attempt: held.attempt,
      resultDigest: stored?.digest ?? new Uint8Array(),
      resultSize: BigInt(stored?.size ?? 0),
      artifacts,
      ...(proof && { deliveryProof: proof }),
      next: [...(rules.next?.tasks ?? [])],
      verdicts: [],
      unverified: false,
      contract: rules.contract && contractRef(rules.contract),
      spend: request.spend,
    },
  };
  const encodedBody = checkedBody(body, rules.limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const ended = endTask(
    spender(held, request),
    {
      state: stateAfter(held.state, "complete"),
      reason: TerminalReason.COMPLETED,
      outcome: {
        ...(request.result && { result: request.result }),
        artifacts,
        ...(proof && { deliveryProof: proof }),
      },
      from: held.worker,
      owner: held.owner,
      obligated: held.obligated,
      body,
      encodedBody,
      discharges: located,
      ...(!located && { anomaly: withoutLocator(held) }),
      mark: rules.mark,
      receiptId: rules.next?.receiptId,
    },
    moment,
  );
  return { ...ended, before: held };
}

/** Its verdict is its result, unless it has another one. It is known by its ties that it gave one. */
export function completeVerification(
  held: Held,
  request: CompleteTaskRequest & { readonly verdict: Verdict },
  rules: CompletionRules,
  moment: DecisionContext,
): Decision<Ended> | Refusal {
  const result = request.result ?? verdictResult(request.verdict);
  const decided = completeTask(held, { ...request, result }, rules, moment);
  if (isRefusal(decided)) return decided;
  return { ...decided, after: { ...decided.after, ties: decided.after.ties & ~tie.verifies } };
}

function withoutLocator(held: Held) {
  return {
    kind: AnomalyKind.SUCCESS_WITHOUT_LOCATABILITY,
    details: { task_id: held.taskId, worker: held.worker, open_receipt_id: held.assignedReceiptId },
    recommendedAction: "Find where the result is and supply it with AppendReceipt; until then the obligation is open.",
  };
}
