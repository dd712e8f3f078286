// PauseTask, ResumeTask and OverrideWait as rules: an operator holds a task back, lets it go on, or ends its wait.
// While it is paused its conditions go on being met; ResumeTask brings it to where it would stand by then.
import { ConditionStatus, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ConditionRecord } from "./conditions.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { timestampOfDate } from "./duration.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import { never, type Waiting } from "./task-record.ts";
import { type BlockedTask, resumeTask, resumeTo, type WaitRecord } from "./wait.ts";

export type OperatorCall = { readonly operator: string; readonly reason: string; readonly mark: CallMark };

/** The living row of a pause. */
export type PauseRecord = {
  readonly taskId: string;
  /** When it could be leased; null if it was blocked. */
  readonly eligibleTime: Date | null;
  /** The `task.paused` receipt. */
  readonly receiptId: string;
};

export function pauseTask(
  waiting: Waiting,
  owner: string,
  { operator, reason, mark }: OperatorCall,
  moment: DecisionContext,
): Decision<Waiting> & { readonly pause: PauseRecord } {
  const eligibleTime = waiting.state === TaskState.QUEUED ? waiting.eligibleTime : null;
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from: operator,
    to: owner,
    parents: [waiting.assignedReceiptId],
    body: {
      case: "taskPaused",
      value: {
        $typeName: "asyncgate.v1.TaskPaused",
        attempt: waiting.attempt,
        state: waiting.state,
        eligibleTime: eligibleTime ? timestampOfDate(eligibleTime) : undefined,
        reason,
      },
    },
    mark,
  };
  const { carried, receipts } = step(waiting, moment, [draft]);
  const after: Waiting = {
    ...carried,
    state: stateAfter(waiting.state, "pause"),
    laneId: waiting.laneId,
    eligibleTime: never,
    failTime: waiting.failTime,
  };
  const pause = { taskId: waiting.taskId, eligibleTime, receiptId: draft.receiptId };
  return { before: waiting, after, receipts, pause };
}

/** `wait` and `conditions` are those of a wait that had not been over when the task was paused. */
export function unpauseTask(
  paused: Waiting,
  task: BlockedTask,
  {
    pause,
    wait,
    conditions,
  }: { pause: PauseRecord; wait: WaitRecord | undefined; conditions: readonly ConditionRecord[] },
  { operator: from, reason, mark }: OperatorCall,
  moment: DecisionContext,
): Decision<Waiting> {
  const how = { pausedReceiptId: pause.receiptId, conditions, from, reason, overridden: false, mark };
  if (!wait) {
    // What has come meanwhile is looked for among the new, so it is not put among what was looked through.
    const kept = pause.eligibleTime ?? moment.now;
    const eligibleTime = kept > moment.now ? kept : moment.now;
    const state = stateAfter(paused.state, "resume");
    const asBefore = { ...how, beginReceiptId: paused.assignedReceiptId, conditions: [], state, eligibleTime };
    return resumeTo(paused, task.owner, asBefore, moment);
  }
  const { beginReceiptId, groupsLeft } = wait;
  if (groupsLeft === 0) return resumeTask(paused, task, { ...how, beginReceiptId }, moment);
  const state = stateAfter(paused.state, paused.owed ? "resume_asking" : "resume_blocked");
  return resumeTo(paused, task.owner, { ...how, beginReceiptId, conditions: [], state, eligibleTime: never }, moment);
}

export function overrideWait(
  blocked: Waiting,
  task: BlockedTask,
  wait: WaitRecord,
  conditions: readonly ConditionRecord[],
  { operator: from, reason, mark }: OperatorCall,
  moment: DecisionContext,
): Decision<Waiting> {
  const { PENDING, OVERRIDDEN } = ConditionStatus;
  const marked = conditions.map((one) => (one.status === PENDING ? { ...one, status: OVERRIDDEN } : one));
  const how = { beginReceiptId: wait.beginReceiptId, conditions: marked, from, reason, overridden: true, mark };
  return resumeTask(blocked, task, how, moment);
}
