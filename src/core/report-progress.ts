// ReportProgress as a rule: the version rises; the first note starts the task; a note may go on record.

import type { ReportProgressRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Progress } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Decision, type DecisionContext, step } from "./decision.ts";
import { checkedBody } from "./end-task.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import { startTask } from "./start-task.ts";
import type { Held } from "./task-record.ts";

export function checkReportProgress(request: ReportProgressRequest, limits: Limits): Refusal | undefined {
  return checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

export function reportProgress(
  held: Held,
  note: { readonly progress: Progress; readonly receipted: boolean; readonly mark?: CallMark | undefined },
  limits: Limits,
  moment: DecisionContext,
): Decision<Held> | Refusal {
  const started = startTask(held, undefined, moment);
  const from = started?.after ?? held;
  const body: ReceiptDraft["body"] = {
    case: "taskProgress",
    value: { $typeName: "asyncgate.v1.TaskProgress", attempt: held.attempt, progress: note.progress },
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
  const { carried, receipts } = step(from, moment, note.receipted ? [draft] : []);
  const after: Held = { ...from, ...carried };
  return { before: held, after, receipts: [...(started?.receipts ?? []), ...receipts] };
}
