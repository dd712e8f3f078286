// How every task ends: the terminal receipt, the word that the outcome can be read, an anomaly where one is due. The
// callers (complete, fail, cancel, lose, time out) say what happened; what follows from it is the same for all.

import type { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type Outcome,
  OutcomeSchema,
  TaskState,
  type TerminalReason,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { encode } from "../wire/encode.ts";
import { type Decision, type DecisionContext, step } from "./decision.ts";
import { type CallMark, encodeBody, type ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { servicePrincipal } from "./principal.ts";
import { type Refusal, receiptLimitExceeded } from "./refusal.ts";
import { type Ended, type Held, isHeldTask, type Waiting } from "./task-record.ts";

export type Anomaly = {
  readonly kind: AnomalyKind;
  readonly details: Readonly<Record<string, unknown>>;
  readonly recommendedAction: string;
};

export type Ending = {
  readonly state: TaskState;
  readonly reason: TerminalReason;
  readonly outcome: Omit<Outcome, "$typeName" | "$unknown" | "terminalReason" | "cancelReason">;
  /** Of a cancellation. */
  readonly cancelReason?: string;
  readonly from: string;
  readonly body: ReceiptDraft["body"];
  readonly encodedBody?: Uint8Array;
  /** False for a success without a locator: the assigned receipt stays open and is not named as parent. */
  readonly discharges: boolean;
  /** Receipts that led to it and are not closed by it. */
  readonly causes?: readonly string[];
  /** The id of the terminal receipt, where others name it already. */
  readonly receiptId?: string | undefined;
  readonly anomaly?: Anomaly;
  /** Receipts that come before the terminal one in the same step. */
  readonly before?: readonly ReceiptDraft[];
  readonly mark?: CallMark | undefined;
  readonly owner: string;
  readonly obligated: string;
};

export function endTask(living: Waiting | Held, ending: Ending, moment: DecisionContext): Decision<Ended> {
  const terminalId = ending.receiptId ?? moment.newId();
  const causes = ending.causes ?? [];
  const accepted = isHeldTask(living) ? [living.acceptedReceiptId] : [];
  const owed = isHeldTask(living) ? [] : (living.owed ?? []);
  const leaseOf = isHeldTask(living) ? { leaseId: living.leaseId } : {};
  const drafts: ReceiptDraft[] = [
    ...(ending.before ?? []),
    {
      receiptId: terminalId,
      from: ending.from,
      to: ending.owner,
      ...leaseOf,
      parents: [
        ...(ending.discharges ? [living.assignedReceiptId] : []),
        ...accepted,
        ...owed.map(({ receiptId }) => receiptId),
        ...causes,
      ],
      body: ending.body,
      encodedBody: ending.encodedBody,
      mark: ending.mark,
    },
    {
      receiptId: moment.newId(),
      from: servicePrincipal,
      to: ending.owner,
      parents: [terminalId],
      ...resultReady(ending.state, ending.reason),
    },
  ];
  if (ending.anomaly) drafts.push(anomalyDraft(ending.anomaly, ending.owner, terminalId, moment));
  const { carried, receipts } = step(living, moment, drafts);
  const after: Ended = {
    ...carried,
    state: ending.state,
    eligibleTime: living.state === TaskState.QUEUED && !isHeldTask(living) ? living.eligibleTime : null,
    startTime: isHeldTask(living) ? living.startTime : null,
    endTime: moment.now,
    outcome: encode(OutcomeSchema, {
      $typeName: "asyncgate.v1.Outcome",
      ...ending.outcome,
      terminalReason: ending.reason,
      cancelReason: ending.cancelReason ?? "",
    }),
    discharged: ending.discharges,
  };
  const { taskId } = living;
  const obligation = { principal: ending.obligated, receiptId: living.assignedReceiptId, taskId };
  const closed = [...(ending.discharges ? [obligation] : []), ...owed.map((one) => ({ ...one, taskId }))];
  return { before: living, after, receipts, ...(closed.length > 0 && { closed }) };
}

export function anomalyDraft(anomaly: Anomaly, owner: string, parent: string, moment: DecisionContext): ReceiptDraft {
  return {
    receiptId: moment.newId(),
    from: servicePrincipal,
    to: owner,
    parents: [parent],
    body: {
      case: "systemAnomaly",
      value: {
        $typeName: "asyncgate.v1.SystemAnomaly",
        kind: anomaly.kind,
        details: JSON.stringify(anomaly.details),
        recommendedAction: anomaly.recommendedAction,
      },
    },
  };
}

const resultsReady = new Map<string, Pick<ReceiptDraft, "body" | "encodedBody">>();

/** There are as many as there are ways to end, and each is encoded once. */
function resultReady(state: TaskState, terminalReason: TerminalReason): Pick<ReceiptDraft, "body" | "encodedBody"> {
  const key = `${state} ${terminalReason}`;
  const known = resultsReady.get(key);
  if (known) return known;
  const body: ReceiptDraft["body"] = {
    case: "taskResultReady",
    value: { $typeName: "asyncgate.v1.TaskResultReady", state, terminalReason },
  };
  const made = { body, encodedBody: encodeBody(body) };
  resultsReady.set(key, made);
  return made;
}

/** The body as it is kept. Bodies are contracts: what a caller puts into one has an end. */
export function checkedBody(body: ReceiptDraft["body"], limits: Limits): Uint8Array | Refusal {
  const encoded = encodeBody(body);
  const bound = limits.receipt_body_bytes_max;
  return encoded.length > bound ? receiptLimitExceeded("receipt_body_bytes_max", bound, encoded.length) : encoded;
}
