// What follows when a lease runs out: the task waits again, its attempt unspent; above the cap it fails, as something
// about it seems to kill its workers. An owner who wanted it to end has it ended.
import { create } from "@bufbuild/protobuf";
import { WorkerSchema } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { cancelTask, wantsCancel } from "./cancel-task.ts";
import { type Decision, type DecisionContext, stateAfter } from "./decision.ts";
import { addMs, timestampOfDate } from "./duration.ts";
import { type Anomaly, anomalyDraft, endTask } from "./end-task.ts";
import type { ReceiptDraft } from "./ledger.ts";
import { parsePrincipal, servicePrincipal } from "./principal.ts";
import { requeue } from "./requeue.ts";
import type { Ended, Held, Waiting } from "./task-record.ts";

/**
 * How long a task rests after a lost lease, so that a crashed worker's tasks do not come back as one wave. Law 3 gives
 * a second beyond the sweep interval for all of it: what the sweep takes to write the losses, this, and the next grant.
 */
const lossRestMsMax = 250;

export function lossRestMs(random: number): number {
  return Math.floor(random * lossRestMsMax);
}

export function loseLease(held: Held, terms: Task, moment: DecisionContext): Decision<Waiting | Ended> {
  const leaseLosses = held.leaseLosses + 1;
  if (wantsCancel(held)) return canceledByLoss(held, moment);
  if (terms.maxLeaseLosses > 0 && leaseLosses > terms.maxLeaseLosses) return failByLosses(held, leaseLosses, moment);
  const eligibleTime = addMs(moment.now, lossRestMs(moment.random()));
  const lost = expiredDraft(held, leaseLosses, eligibleTime, moment);
  const drafts = isAlarming(leaseLosses)
    ? [lost, anomalyDraft(repeatedExpiry(held, leaseLosses), held.owner, lost.receiptId, moment)]
    : [lost];
  return requeue(held, terms, { command: "lose", eligibleTime, attempt: held.attempt, leaseLosses, drafts }, moment);
}

/** At the third loss, and whenever it has doubled since. */
export function isAlarming(leaseLosses: number): boolean {
  const firstAlarm = 3;
  const doublings = Math.log2(leaseLosses / firstAlarm);
  return doublings >= 0 && Number.isInteger(doublings);
}

function expiredDraft(
  held: Held,
  leaseLosses: number,
  eligibleTime: Date | undefined,
  moment: DecisionContext,
): ReceiptDraft {
  return {
    receiptId: moment.newId(),
    from: servicePrincipal,
    to: held.owner,
    leaseId: held.leaseId,
    parents: [held.acceptedReceiptId],
    body: {
      case: "leaseExpired",
      value: {
        $typeName: "asyncgate.v1.LeaseExpired",
        attempt: held.attempt,
        fence: BigInt(held.fence),
        worker: create(WorkerSchema, { principal: parsePrincipal(held.worker), instance: held.instance }),
        leaseLosses,
        expireTime: timestampOfDate(held.expireTime),
        ...(eligibleTime && { eligibleTime: timestampOfDate(eligibleTime) }),
      },
    },
  };
}

function repeatedExpiry(held: Held, leaseLosses: number): Anomaly {
  return {
    kind: AnomalyKind.REPEATED_LEASE_EXPIRY,
    details: { task_id: held.taskId, lease_losses: leaseLosses, last_worker: held.worker },
    recommendedAction: "Look at the workers that held it: they may crash on it, or their leases may be too short.",
  };
}

function canceledByLoss(held: Held, moment: DecisionContext): Decision<Ended> {
  const canceller = held.cancelPrincipal ?? held.owner;
  const how = { canceller, reason: held.cancelReason ?? "", byHolder: false };
  return cancelTask(held, held, how, moment);
}

/** The failure closes the accepted receipt too, so the loss itself is told beside it without closing anything twice. */
function failByLosses(held: Held, leaseLosses: number, moment: DecisionContext): Decision<Ended> {
  const reason = TerminalReason.LEASE_LOSSES_EXCEEDED;
  const counted: Held = { ...held, leaseLosses };
  const ended = endTask(
    counted,
    {
      state: stateAfter(held.state, "lose_for_good"),
      reason,
      outcome: { artifacts: [] },
      from: servicePrincipal,
      owner: held.owner,
      obligated: held.obligated,
      body: {
        case: "taskFailed",
        value: { $typeName: "asyncgate.v1.TaskFailed", attempt: held.attempt, terminalReason: reason, spend: {} },
      },
      discharges: true,
      anomaly: {
        kind: AnomalyKind.LEASE_LOSSES_EXCEEDED,
        details: { task_id: held.taskId, lease_losses: leaseLosses, last_worker: held.worker },
        recommendedAction:
          "Find out what about the task kills its workers; then do it over with a new task that names it.",
      },
    },
    moment,
  );
  return { ...ended, before: held };
}
