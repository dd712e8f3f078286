// The wait of a task as a rule: how a request becomes conditions, what the task does when the wait is over, and what
// when it can no longer be.
import { AnomalyKind } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import {
  type Condition,
  ConditionStatus,
  OnImpossible,
  type Task,
  type TaskCondition,
  TaskState,
  TerminalReason,
  type Wait,
  WaitSchema,
} from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { encode } from "../wire/encode.ts";
import { assert } from "./assert.ts";
import { cancelTask } from "./cancel-task.ts";
import { digestOf } from "./chain.ts";
import {
  bitOf,
  type ConditionRecord,
  nextTime,
  settleConditions,
  type TaskEnd,
  type Verdict,
  verdictOf,
} from "./conditions.ts";
import { type Decision, type DecisionContext, stateAfter, step } from "./decision.ts";
import { addMs, dateOfTimestamp, msOfDuration, timestampOfDate } from "./duration.ts";
import { anomalyDraft, endTask } from "./end-task.ts";
import type { CallMark, ReceiptDraft } from "./ledger.ts";
import { servicePrincipal } from "./principal.ts";
import { type FieldViolation, invalidArgument, isRefusal, limitExceeded, type Refusal } from "./refusal.ts";
import { allotSignals, type SignalTake, takenSignals, targetOfChannel, targetOfTask } from "./signals.ts";
import type { Ended, Waiting } from "./task-record.ts";
import { hasEnded } from "./transitions.ts";

/** The most conditions of one wait. */
export const waitConditionsMax = 2_000;

/** What the rules know of the tasks that a wait names. */
export type WaitFacts = {
  /** The task that a condition means, or why it cannot be waited for. */
  readonly taskOf: (condition: TaskCondition) => string | Refusal;
  readonly ends: ReadonlyMap<string, TaskEnd>;
  /** Kept signals of a channel, oldest first, which no condition waits for that was there before. */
  readonly keptOn: (channel: string) => readonly string[];
};

/** What is wrong with a wait that no rule on one field can say. */
export function checkWait(wait: Wait | undefined, items: "may name items" | "has no items"): Refusal | undefined {
  if (!wait) return undefined;
  const count = wait.allOf.reduce((sum, { anyOf }) => sum + anyOf.length, 0);
  if (count > waitConditionsMax) {
    return limitExceeded({ limit: "wait_conditions_max", bound: waitConditionsMax, value: count, field: "wait" });
  }
  const violations = wait.allOf.flatMap(({ anyOf }, group) =>
    anyOf.flatMap((condition, place) => {
      const fault = faultOf(condition, items);
      return fault ? [{ ...fault, field: `wait.all_of[${group}].any_of[${place}]${fault.field}` }] : [];
    }),
  );
  return violations.length > 0 ? invalidArgument(violations) : undefined;
}

function faultOf({ condition }: Condition, items: "may name items" | "has no items"): FieldViolation | undefined {
  if (condition.case === undefined) {
    return { field: "", description: "must have a task, a time or a signal", rule: "wait.condition" };
  }
  if (condition.case === "signal") return undefined;
  const { of } = condition.value;
  if (of.case === undefined) {
    const description = `must name the ${condition.case} to wait for`;
    return { field: `.${condition.case}`, description, rule: `wait.${condition.case}` };
  }
  if (of.case === "item" && items === "has no items") {
    return { field: ".task.item", description: "must name a task by its id or key here", rule: "wait.item" };
  }
  if (condition.case === "task" && !condition.value.acceptStates.every(hasEnded)) {
    return { field: ".task.accept_states", description: "must be terminal states", rule: "wait.accept_states" };
  }
  return undefined;
}

export type BegunWait = {
  /** The wait as it is kept: keys and items as task ids, times as moments. */
  readonly stored: Wait;
  readonly onImpossible: OnImpossible;
  readonly groupsLeft: number;
  readonly wakeTime: Date | null;
  readonly conditions: readonly ConditionRecord[];
  readonly verdict: Verdict;
  /** What its conditions take at once. */
  readonly takes: readonly SignalTake[];
  /** Pending conditions of groups that hold: these take no signals. */
  readonly left: readonly ConditionRecord[];
};

/** Looks at once at what has ended already, at times that have passed, and at signals that are kept. */
export function beginWait(wait: Wait, taskId: string, facts: WaitFacts, now: Date): BegunWait | Refusal {
  const planned = planWait(wait, taskId, facts, now);
  if (!("stored" in planned)) return planned;
  const { stored, conditions: pending } = planned;
  const takes = takeKept(pending, facts);
  const progress = settleConditions(pending, facts.ends, now, takenSignals(takes));
  const { groupsLeft, verdict } = verdictOf(stored.onImpossible, stored.allOf.length, progress);
  const { conditions, left } = progress;
  return {
    stored,
    onImpossible: stored.onImpossible,
    groupsLeft,
    wakeTime: nextTime(conditions),
    conditions,
    verdict,
    takes,
    left,
  };
}

/** A group takes from one channel; a condition that does not get all its signals keeps others of its task waiting. */
function takeKept(conditions: readonly ConditionRecord[], { keptOn }: WaitFacts): SignalTake[] {
  const waiters = conditions.flatMap((one) => (one.channel !== null ? [{ ...one, channel: one.channel }] : []));
  const takes: SignalTake[] = [];
  for (const [channel, own] of Map.groupBy(waiters, (one) => one.channel)) {
    const free = own.filter((one) => !takes.some((take) => take.groupPlace === one.groupPlace));
    takes.push(
      ...allotSignals(
        free.map((one) => ({ ...one, count: one.count ?? 1 })),
        keptOn(channel),
      ),
    );
  }
  return takes;
}

type Planned = { readonly stored: Wait; readonly conditions: readonly ConditionRecord[] };

function planWait(wait: Wait, taskId: string, { taskOf }: WaitFacts, now: Date): Planned | Refusal {
  const conditions: ConditionRecord[] = [];
  const stored: Wait = {
    $typeName: "asyncgate.v1.Wait",
    allOf: [],
    onImpossible: wait.onImpossible || OnImpossible.FAIL,
  };
  for (const [groupPlace, { anyOf }] of wait.allOf.entries()) {
    const group: Wait["allOf"][number] = { $typeName: "asyncgate.v1.ConditionGroup", anyOf: [] };
    stored.allOf.push(group);
    for (const [place, { name, condition }] of anyOf.entries()) {
      const common = { taskId, groupPlace, place, name, status: ConditionStatus.PENDING, receiptId: null };
      const kept = { $typeName: "asyncgate.v1.Condition" as const, name };
      if (condition.case === "task") {
        const onTaskId = taskOf(condition.value);
        if (typeof onTaskId !== "string") return onTaskId;
        const { acceptStates, discharged = true } = condition.value;
        const states = acceptStates.length > 0 ? acceptStates : [TaskState.SUCCEEDED];
        const accepts = states.reduce<number>((bits, state) => bits | bitOf(state), 0);
        conditions.push({ ...common, ...noKind, onTaskId, accepts, discharged });
        const value = { ...condition.value, of: { case: "taskId" as const, value: onTaskId } };
        group.anyOf.push({ ...kept, condition: { case: "task", value } });
      } else if (condition.case === "signal") {
        const channel = ownOrOpenChannel(condition.value.channel, taskId);
        if (typeof channel !== "string") return channel;
        const { count = 1 } = condition.value;
        conditions.push({ ...common, ...noKind, channel, count });
        group.anyOf.push({ ...kept, condition: { case: "signal", value: { ...condition.value, channel } } });
      } else {
        assert(condition.case === "time", "the contract's rules leave no other case");
        const atTime = momentOf(condition.value.of, now);
        conditions.push({ ...common, ...noKind, atTime });
        const of = { case: "at" as const, value: timestampOfDate(atTime) };
        group.anyOf.push({ ...kept, condition: { case: "time", value: { ...condition.value, of } } });
      }
    }
  }
  return { stored, conditions };
}

/** What a condition of one kind has in the columns of the others. */
export const noKind = {
  onTaskId: null,
  accepts: 0,
  discharged: false,
  atTime: null,
  channel: null,
  count: null,
  inputId: null,
};

/** What is sent to a task is for no other one. */
function ownOrOpenChannel(channel: string, taskId: string): string | Refusal {
  const field = "wait.all_of.any_of.signal.channel";
  const target = channel === "" ? targetOfTask(taskId) : targetOfChannel(channel, field);
  if (isRefusal(target)) return target;
  if (target.taskId === undefined || target.taskId === taskId) return target.channel;
  const description = "must be empty, or a channel that is not another task's";
  return invalidArgument([{ field, description, rule: "wait.signal" }]);
}

type TimeOf = Extract<Wait["allOf"][number]["anyOf"][number]["condition"], { case: "time" }>["value"]["of"];

function momentOf(of: TimeOf, now: Date): Date {
  assert(of.case !== undefined, "the contract's rules leave no other case");
  return of.case === "at" ? dateOfTimestamp(of.value) : addMs(now, msOfDuration(of.value));
}

export function waitDigest(stored: Wait): Uint8Array {
  return digestOf(encode(WaitSchema, stored));
}

/** The living row of a wait. */
export type WaitRecord = {
  readonly taskId: string;
  readonly wakeTime: Date | null;
  readonly groupsLeft: number;
  readonly onImpossible: OnImpossible;
  readonly beginReceiptId: string;
};

export type BlockedTask = { readonly owner: string; readonly obligated: string; readonly terms: Task };

/** What a verdict does to the task. `conditions` are those that were looked at; all of them where the wait is over. */
export function nextStep(
  blocked: Waiting,
  task: BlockedTask,
  beginReceiptId: string,
  { verdict, conditions }: Pick<BegunWait, "verdict" | "conditions">,
  moment: DecisionContext,
): Decision<Waiting | Ended> | undefined {
  if (verdict === "waits") return undefined;
  if (verdict === "over") return resumeTask(blocked, task, { beginReceiptId, conditions, ...byService }, moment);
  const impossible = conditions.filter(({ status }) => status === ConditionStatus.IMPOSSIBLE);
  if (verdict === "waits in vain") return tellInVain(blocked, task, beginReceiptId, impossible, moment);
  return endInVain(blocked, task, verdict, impossible, moment);
}

/** Receipts have ten parents at most. */
const parentsMax = 10;
const listedMax = 100;

/** How a wait or a pause comes to its end. */
export type Resumption = {
  /** The receipt that began the wait; of a task without one, its `task.assigned`. */
  readonly beginReceiptId: string;
  /** Its `task.paused` receipt, if it was paused. */
  readonly pausedReceiptId?: string;
  readonly conditions: readonly ConditionRecord[];
  readonly from: string;
  readonly reason: string;
  readonly overridden: boolean;
  readonly mark?: CallMark | undefined;
};

export const byService = { from: servicePrincipal, reason: "", overridden: false } as const;

/** The wait is over: the task is queued, and its receipt names what met it. */
export function resumeTask(
  waiting: Waiting,
  task: BlockedTask,
  how: Resumption,
  moment: DecisionContext,
): Decision<Waiting> {
  const { terms } = task;
  const notBefore = terms.notBefore && dateOfTimestamp(terms.notBefore);
  const eligibleTime = notBefore && notBefore > moment.now ? notBefore : moment.now;
  return resumeTo(waiting, task.owner, { ...how, state: stateAfter(waiting.state, "resume"), eligibleTime }, moment);
}

/** A blocked or paused task as it stands from now on: it may be leased at a time, or is still blocked. */
export function resumeTo(
  blocked: Waiting,
  owner: string,
  how: Resumption & { readonly state: TaskState; readonly eligibleTime: Date },
  moment: DecisionContext,
): Decision<Waiting> {
  const { beginReceiptId, pausedReceiptId, conditions, from, state, eligibleTime } = how;
  const settled = conditions
    .map((condition, place) => ({ ...condition, place }))
    .filter(({ status }) => status !== ConditionStatus.PENDING);
  const draft: ReceiptDraft = {
    receiptId: moment.newId(),
    from,
    to: owner,
    parents: [beginReceiptId, ...(pausedReceiptId ? [pausedReceiptId] : []), ...causesOf(settled)].slice(0, parentsMax),
    body: {
      case: "taskResumed",
      value: {
        $typeName: "asyncgate.v1.TaskResumed",
        attempt: blocked.attempt,
        conditions: settled.slice(0, listedMax).map(({ place, status, receiptId }) => ({
          $typeName: "asyncgate.v1.SettledCondition",
          place,
          status,
          receiptId: receiptId ?? "",
        })),
        settled: settled.length,
        eligibleTime: state === TaskState.QUEUED ? timestampOfDate(eligibleTime) : undefined,
        state,
        reason: how.reason,
        overridden: how.overridden,
      },
    },
    mark: how.mark,
  };
  const { carried, receipts } = step(blocked, moment, [draft]);
  const after: Waiting = {
    ...carried,
    state,
    laneId: blocked.laneId,
    eligibleTime,
    failTime: blocked.failTime,
  };
  return { before: blocked, after, receipts };
}

/** The receipts that met conditions, or made them impossible. */
function causesOf(conditions: readonly ConditionRecord[]): string[] {
  return [...new Set(conditions.flatMap(({ receiptId }) => receiptId ?? []))];
}

/** The wait can no longer be met, and the task ends by it. */
function endInVain(
  blocked: Waiting,
  task: BlockedTask,
  verdict: "fails" | "cancels",
  impossible: readonly ConditionRecord[],
  moment: DecisionContext,
): Decision<Ended> {
  const { message, details } = reasonOf(impossible);
  if (verdict === "cancels") {
    return cancelTask(blocked, task, { canceller: servicePrincipal, reason: message, byHolder: false }, moment);
  }
  const reason = TerminalReason.DEPENDENCY_FAILED;
  const error = {
    $typeName: "asyncgate.v1.TaskError" as const,
    type: "DependencyFailed",
    message,
    detail: JSON.stringify(details),
    retryable: false,
  };
  return endTask(
    blocked,
    {
      state: stateAfter(blocked.state, "fail_wait"),
      reason,
      outcome: { artifacts: [], error },
      from: servicePrincipal,
      owner: task.owner,
      obligated: task.obligated,
      body: {
        case: "taskFailed",
        value: {
          $typeName: "asyncgate.v1.TaskFailed",
          attempt: blocked.attempt,
          terminalReason: reason,
          error,
          spend: {},
        },
      },
      discharges: true,
    },
    moment,
  );
}

/** It stays blocked, and its owner is told. */
function tellInVain(
  blocked: Waiting,
  { owner }: BlockedTask,
  beginReceiptId: string,
  impossible: readonly ConditionRecord[],
  moment: DecisionContext,
): Decision<Waiting> {
  const anomaly = {
    kind: AnomalyKind.WAIT_IMPOSSIBLE,
    details: { task_id: blocked.taskId, ...reasonOf(impossible).details },
    recommendedAction: "Cancel the task, or let it go on without the condition: OverrideWait.",
  };
  const { carried, receipts } = step(blocked, moment, [anomalyDraft(anomaly, owner, beginReceiptId, moment)]);
  return { before: blocked, after: { ...blocked, ...carried }, receipts };
}

function reasonOf(impossible: readonly ConditionRecord[]) {
  const [first] = impossible;
  const where = first ? `the condition${first.name === "" ? "" : ` ${JSON.stringify(first.name)}`}` : "a condition";
  const message = `The wait can no longer be met: ${where} on task ${first?.onTaskId ?? ""} is impossible.`;
  const details = {
    waited_for: first?.onTaskId ?? "",
    receipt_id: first?.receiptId ?? "",
    condition: first?.name ?? "",
  };
  return { message, details };
}
