// What follows when a task's own time is over: its deadline, the time it may wait to be started, the time one attempt
// may take, the grace of a cancellation.
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { type Task, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { cancelTask } from "./cancel-task.ts";
import { type Decision, type DecisionContext, stateAfter } from "./decision.ts";
import { dateOfTimestamp } from "./duration.ts";
import { endTask } from "./end-task.ts";
import { servicePrincipal } from "./principal.ts";
import { type Ended, type Held, isHeldTask, isVerifying, type Waiting } from "./task-record.ts";

export type Times = { readonly owner: string; readonly obligated: string; readonly terms: Task };

/** Undefined when no time has run out: the check came early, or it came late and the task has moved on. */
export function timeOut(living: Waiting | Held, task: Times, moment: DecisionContext): Decision<Ended> | undefined {
  const { now } = moment;
  const held = isHeldTask(living) ? living : undefined;
  if (held?.cancelTime && held.cancelTime <= now) {
    const canceller = held.cancelPrincipal ?? task.owner;
    const reason = held.cancelReason ?? "";
    return cancelTask(held, task, { canceller, reason, byHolder: false }, moment);
  }
  if (!living.failTime || living.failTime > now) return undefined;
  const reason = held?.failReason ?? waitingReason(task.terms, now);
  // Before its deadline, only the verdicts on it have taken too long: its policy says what follows.
  if (isVerifying(living) && reason !== TerminalReason.DEADLINE_EXCEEDED) return undefined;
  return failByTime(living, task, reason, moment);
}

/** The whole life counts more than the start: where both are over, the deadline is told. */
function waitingReason(terms: Task, now: Date): TerminalReason {
  const isOver = terms.deadline !== undefined && dateOfTimestamp(terms.deadline) <= now;
  return isOver ? TerminalReason.DEADLINE_EXCEEDED : TerminalReason.START_DEADLINE_EXCEEDED;
}

function failByTime(
  living: Waiting | Held,
  task: Times,
  reason: TerminalReason,
  moment: DecisionContext,
): Decision<Ended> {
  return endTask(
    living,
    {
      state: stateAfter(living.state, "time_out"),
      reason,
      outcome: { artifacts: [] },
      from: servicePrincipal,
      owner: task.owner,
      obligated: task.obligated,
      body: {
        case: "taskFailed",
        value: { $typeName: "asyncgate.v1.TaskFailed", attempt: living.attempt, terminalReason: reason, spend: {} },
      },
      discharges: true,
      anomaly: {
        kind: AnomalyKind.DEADLINE_MISSED,
        details: { task_id: living.taskId, missed: wordOf(reason) },
        recommendedAction: "Decide whether the work is still wanted; if so, hand it over anew with more time.",
      },
    },
    moment,
  );
}

function wordOf(reason: TerminalReason): string {
  const name = Object.entries(TerminalReason).find(([, value]) => value === reason)?.[0] ?? String(reason);
  return name.toLowerCase();
}
