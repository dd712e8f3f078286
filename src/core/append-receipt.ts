// AppendReceipt and AcknowledgeReceipt as rules: what may be added to a chain by hand.

import { ErrorReason } from "../../gen/typescript/asyncgate/v1/error_pb.ts";
import type { Artifact, DeliveryProof } from "../../gen/typescript/asyncgate/v1/payload_pb.ts";
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type AppendReceiptRequest, ReceiptService } from "../../gen/typescript/asyncgate/v1/receipt_service_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Decision, type DecisionContext, type Obligation, step } from "./decision.ts";
import { checkedBody } from "./end-task.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { hasLocator } from "./locator.ts";
import {
  invalidArgument,
  invalidTransition,
  isRefusal,
  locatorRequired,
  parentRefused,
  type Refusal,
  receiptLimitExceeded,
  unsupported,
} from "./refusal.ts";
import type { Ended, TaskRecord } from "./task-record.ts";
import { isTerminal, mayTerminate } from "./termination.ts";
import { stateName } from "./transitions.ts";

export type Parent = { readonly receiptId: string; readonly type: ReceiptType; readonly chainId: string };

/** What is wrong with a receipt before any parent is looked at. */
export function checkAppendReceipt(request: AppendReceiptRequest, limits: Limits): Refusal | undefined {
  const { type, parents, artifacts } = request;
  if (type !== ReceiptType.TASK_COMPLETED && type !== ReceiptType.SYSTEM_ANOMALY) {
    return unsupported("Receipts of this type are made by the operations they record, and not by hand.");
  }
  if (parents.length > limits.receipt_parents_max) {
    return receiptLimitExceeded("receipt_parents_max", limits.receipt_parents_max, parents.length);
  }
  if (artifacts.length > limits.receipt_artifacts_max) {
    return receiptLimitExceeded("receipt_artifacts_max", limits.receipt_artifacts_max, artifacts.length);
  }
  if (type === ReceiptType.SYSTEM_ANOMALY && !request.anomaly) {
    const description = "is required for a SYSTEM_ANOMALY";
    return invalidArgument([{ field: "anomaly", description, rule: "append.anomaly" }]);
  }
  return undefined;
}

/** A terminal receipt names at least one parent; every parent is there; its type may close each. */
export function checkParents(
  type: ReceiptType,
  named: readonly string[],
  found: ReadonlyMap<string, Parent>,
): Refusal | undefined {
  if (!isTerminal(type)) return missingOf(type, named, found);
  if (named.length === 0) {
    return parentRefused(
      ErrorReason.PARENT_REQUIRED,
      { type },
      "A receipt that closes something names what it closes.",
    );
  }
  const missing = missingOf(type, named, found);
  if (missing) return missing;
  for (const parentReceiptId of named) {
    const parentType = found.get(parentReceiptId)?.type ?? ReceiptType.UNSPECIFIED;
    if (mayTerminate(type, parentType)) continue;
    const message = "A receipt of this type may not close a receipt of that type.";
    return parentRefused(ErrorReason.ILLEGAL_TERMINATOR, { type, parentReceiptId, parentType }, message);
  }
  return undefined;
}

function missingOf(
  type: ReceiptType,
  named: readonly string[],
  found: ReadonlyMap<string, Parent>,
): Refusal | undefined {
  const parentReceiptId = named.find((id) => !found.has(id));
  if (parentReceiptId === undefined) return undefined;
  const message = `There is no receipt ${parentReceiptId} to be a parent.`;
  return parentRefused(ErrorReason.PARENT_NOT_FOUND, { type, parentReceiptId }, message);
}

export type LateLocator = {
  readonly from: string;
  readonly owner: string;
  readonly obligated: string;
  readonly parents: readonly string[];
  readonly artifacts: Artifact[];
  readonly deliveryProof: DeliveryProof | undefined;
  /** The completion that came first and counts, where the obligation has been closed already. */
  readonly closedBy: string | undefined;
  readonly mark: CallMark;
};

/** The locator that a success lacked. Where one has closed the obligation already, this one is kept beside it. */
export function supplyLocator(
  living: TaskRecord,
  late: LateLocator,
  limits: Limits,
  moment: DecisionContext,
): Decision<Ended> | Refusal {
  const { taskId, state } = living;
  if (state !== TaskState.SUCCEEDED || !("outcome" in living)) {
    const message = `A locator can be supplied for a task that has succeeded; this one is ${stateName(state)}.`;
    return invalidTransition({ taskId, from: state, requested: ReceiptService.method.appendReceipt.name }, message);
  }
  if (!hasLocator(late)) return locatorRequired();
  const body: ReceiptDraft["body"] = {
    case: "taskCompleted",
    value: {
      $typeName: "asyncgate.v1.TaskCompleted",
      attempt: living.attempt,
      resultDigest: new Uint8Array(),
      resultSize: 0n,
      artifacts: [...late.artifacts],
      next: [],
      verdicts: [],
      unverified: false,
      ...(late.deliveryProof && { deliveryProof: late.deliveryProof }),
      spend: {},
    },
  };
  const encodedBody = checkedBody(body, limits);
  if (isRefusal(encodedBody)) return encodedBody;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: late.from,
    to: late.owner,
    parents: late.parents,
    body,
    encodedBody,
    mark: late.mark,
    ...(late.closedBy && { supersededBy: late.closedBy }),
  };
  const { carried, receipts } = step(living, moment, [draft]);
  const after: Ended = { ...living, ...carried, state, discharged: true };
  const obligation: Obligation = { principal: late.obligated, receiptId: living.assignedReceiptId, taskId };
  return { before: living, after, receipts, ...(!living.discharged && { closed: [obligation] }) };
}

/** A receipt that follows in a task's chain and changes nothing else of it. */
export function followUp<Before extends TaskRecord>(
  before: Before,
  draft: ReceiptDraft,
  moment: DecisionContext,
): Decision<Before> {
  const { carried, receipts } = step(before, moment, [draft]);
  return { before, after: { ...before, ...carried, state: before.state }, receipts };
}
