// ReleaseLease as a rule: the task waits again and nothing is counted; where its owner wants it to end, it ends.
import type { ReleaseLeaseRequest } from "../../gen/typescript/asyncgate/v1/lease_service_pb.ts";
import type { Task } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { cancelByHolder, wantsCancel } from "./cancel-task.ts";
import type { Decision, DecisionContext } from "./decision.ts";
import { addMs, msOfDuration, timestampOfDate } from "./duration.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import type { Limits } from "./limits.ts";
import { checkPayload } from "./payload.ts";
import type { Refusal } from "./refusal.ts";
import { requeue } from "./requeue.ts";
import type { Ended, Held, Waiting } from "./task-record.ts";

export function checkReleaseLease(request: ReleaseLeaseRequest, limits: Limits): Refusal | undefined {
  return checkPayload(request.checkpoint, "checkpoint", "checkpoint_bytes_max", limits.checkpoint_bytes_max);
}

export function releaseLease(
  held: Held,
  terms: Task,
  request: Pick<ReleaseLeaseRequest, "delay" | "reason">,
  mark: CallMark | undefined,
  moment: DecisionContext,
): Decision<Waiting | Ended> {
  if (wantsCancel(held)) return cancelByHolder(held, mark, moment);
  const eligibleTime = addMs(moment.now, request.delay ? msOfDuration(request.delay) : 0);
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: held.worker,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body: {
      case: "leaseReleased",
      value: {
        $typeName: "asyncgate.v1.LeaseReleased",
        attempt: held.attempt,
        fence: BigInt(held.fence),
        reason: request.reason,
        eligibleTime: timestampOfDate(eligibleTime),
      },
    },
    mark,
  };
  const { attempt, leaseLosses } = held;
  return requeue(held, terms, { command: "release", eligibleTime, attempt, leaseLosses, drafts: [draft] }, moment);
}
