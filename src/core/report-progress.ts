// ReportProgress as a rule: the version rises; the first note starts the task; a note may go on record.

import type { ReportProgressRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Progress, Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Decision, type DecisionContext, joinSteps, step } from "./decision.ts";
import { anomalyDraft, checkedBody } from "./end-task.ts";
import { askAboutBudget, asksByBudget } from "./exceed-budget.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import type { Asking } from "./questions.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { budgetAnomaly, failByBudget, failsByBudget, type Spending, spentTies } from "./spend.ts";
import { startTask } from "./start-task.ts";
import type { Ended, Held, Waiting } from "./task-record.ts";

export type ProgressNote = {
  readonly progress: Progress;
  /** Always, if something was spent. */
  readonly receipted: boolean;
  readonly mark?: CallMark | undefined;
  /** With the terms of its task. */
  readonly spending?: (Spending & { readonly terms: Task }) | undefined;
};

export function checkReportProgress(request: ReportProgressRequest, limits: Limits): Refusal | undefined {
  return checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

export function reportProgress(
  held: Held,
  note: ProgressNote,
  limits: Limits,
  moment: DecisionContext,
): (Decision<Held | Waiting | Ended> & Partial<Asking>) | Refusal {
  const { spending } = note;
  const started = startTask(held, undefined, moment);
  const from = started?.after ?? held;
  const body: ReceiptDraft["body"] = {
    case: "taskProgress",
    value: {
      $typeName: "asyncgate.v1.TaskProgress",
      attempt: held.attempt,
      progress: note.progress,
      spend: { ...spending?.spend },
    },
  };
  const encodedBody = note.receipted ? checkedBody(body, limits) : undefined;
  if (encodedBody && isRefusal(encodedBody)) return encodedBody;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: held.worker,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body,
    encodedBody,
    mark: note.mark,
  };
  const isAsked = spending && asksByBudget(held, spending);
  const anomaly = isAsked ? undefined : budgetAnomaly(held, spending);
  const told = anomaly ? [anomalyDraft(anomaly, held.owner, draft.receiptId, moment)] : [];
  const { carried, receipts } = step(from, moment, note.receipted ? [draft, ...told] : []);
  const ties = spending ? spentTies(held.ties, spending) : held.ties;
  const after: Held = { ...from, ...carried, ties };
  const noted = { before: held, after, receipts: [...(started?.receipts ?? []), ...receipts] };
  if (isAsked) {
    const asking = askAboutBudget(after, spending, spending.terms, moment);
    return { ...joinSteps(noted, asking), asked: asking.asked };
  }
  if (!spending || !failsByBudget(spending)) return noted;
  return joinSteps(noted, failByBudget(after, after, moment));
}
