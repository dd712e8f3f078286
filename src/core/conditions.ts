// The conditions of a wait: what meets each, what makes it impossible, and what follows for the task that waits. The
// only place that decides it.
import { ConditionStatus, OnImpossible, TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { Decision } from "./decision.ts";
import { isEnded } from "./task-record.ts";
import { isEnding } from "./termination.ts";

const { PENDING, MET, IMPOSSIBLE } = ConditionStatus;

export type ConditionRecord = {
  /** The task that waits. */
  readonly taskId: string;
  /** The group in the wait, and the place in the group, from 0. */
  readonly groupPlace: number;
  readonly place: number;
  readonly name: string;
  /** The task that it waits for; null for others. */
  readonly onTaskId: string | null;
  /** Terminal states, each as the bit of its number. */
  readonly accepts: number;
  readonly discharged: boolean;
  readonly atTime: Date | null;
  /** Or the channel that it waits on, and how many signals it takes. */
  readonly channel: string | null;
  readonly count: number | null;
  /** Or the question of the same task. The answer settles it, and nothing that is looked at here. */
  readonly inputId: string | null;
  readonly status: ConditionStatus;
  readonly receiptId: string | null;
};

export type ConditionKey = Pick<ConditionRecord, "taskId" | "groupPlace" | "place">;

export function conditionKey({ taskId, groupPlace, place }: ConditionKey): string {
  return `${taskId} ${groupPlace} ${place}`;
}

/** How a task has ended, and by which receipt. */
export type TaskEnd = {
  readonly taskId: string;
  readonly state: TaskState;
  readonly discharged: boolean;
  readonly receiptId: string;
};

/** The end that a decision is; undefined if it is none. */
export function endOfDecision({ after, receipts }: Pick<Decision, "after" | "receipts">): TaskEnd | undefined {
  if (!isEnded(after)) return undefined;
  const receipt = receipts.find(({ type }) => isEnding(type));
  if (!receipt) return undefined;
  const { taskId, state, discharged } = after;
  return { taskId, state, discharged, receiptId: receipt.receiptId };
}

export function bitOf(state: TaskState): number {
  return 1 << state;
}

function settleCondition(
  condition: ConditionRecord,
  ends: ReadonlyMap<string, TaskEnd>,
  now: Date,
  signals: ReadonlyMap<string, readonly string[]>,
): Pick<ConditionRecord, "status" | "receiptId"> | undefined {
  if (condition.status !== PENDING) return undefined;
  if (condition.channel !== null) {
    const taken = signals.get(conditionKey(condition));
    return taken && { status: MET, receiptId: taken.at(-1) ?? null };
  }
  if (condition.onTaskId === null) {
    return condition.atTime !== null && condition.atTime <= now ? { status: MET, receiptId: null } : undefined;
  }
  const end = ends.get(condition.onTaskId);
  if (!end) return undefined;
  const isAccepted = (condition.accepts & bitOf(end.state)) !== 0;
  if (!isAccepted) return { status: IMPOSSIBLE, receiptId: end.receiptId };
  // A success whose locator is missing may still get one.
  if (condition.discharged && end.state === TaskState.SUCCEEDED && !end.discharged) return undefined;
  return { status: MET, receiptId: end.receiptId };
}

function statusOfGroup(conditions: readonly ConditionRecord[]): ConditionStatus {
  if (conditions.some(({ status }) => status === MET)) return MET;
  return conditions.every(({ status }) => status === IMPOSSIBLE) ? IMPOSSIBLE : PENDING;
}

export type Progress = {
  /** All that were given, as they are now. */
  readonly conditions: readonly ConditionRecord[];
  readonly changed: readonly ConditionRecord[];
  /** Groups that hold from now on. */
  readonly held: number;
  /** Groups that can no longer hold from now on. */
  readonly impossible: number;
  /** Pending conditions on signals of groups that hold: these take no more signals. */
  readonly left: readonly ConditionRecord[];
};

const noSignals: ReadonlyMap<string, readonly string[]> = new Map();

/** `conditions` are of one task, and have each group whole. `signals`: what conditions take, by their keys. */
export function settleConditions(
  conditions: readonly ConditionRecord[],
  ends: ReadonlyMap<string, TaskEnd>,
  now: Date,
  signals = noSignals,
): Progress {
  const changed: ConditionRecord[] = [];
  const left: ConditionRecord[] = [];
  const all: ConditionRecord[] = [];
  let held = 0;
  let impossible = 0;
  for (const group of groupsOf(conditions)) {
    const settled = group.map((condition) => {
      const change = settleCondition(condition, ends, now, signals);
      if (!change) return condition;
      const one = { ...condition, ...change };
      changed.push(one);
      return one;
    });
    all.push(...settled);
    if (statusOfGroup(group) !== PENDING) continue;
    const status = statusOfGroup(settled);
    if (status === MET) {
      held += 1;
      left.push(...settled.filter((one) => one.status === PENDING && one.channel !== null));
    }
    if (status === IMPOSSIBLE) impossible += 1;
  }
  return { conditions: all, changed, held, impossible, left };
}

function groupsOf(conditions: readonly ConditionRecord[]): ConditionRecord[][] {
  const groups = new Map<number, ConditionRecord[]>();
  for (const condition of conditions) {
    const group = groups.get(condition.groupPlace);
    if (group) group.push(condition);
    else groups.set(condition.groupPlace, [condition]);
  }
  return [...groups.values()];
}

/** What follows: it goes on waiting, its wait is over, it ends, or its owner is told that it may wait for ever. */
export type Verdict = "waits" | "over" | "fails" | "cancels" | "waits in vain";

export function verdictOf(
  onImpossible: OnImpossible,
  groupsLeft: number,
  { held, impossible }: Pick<Progress, "held" | "impossible">,
): { readonly groupsLeft: number; readonly verdict: Verdict } {
  const left = groupsLeft - held;
  if (impossible > 0 && onImpossible !== OnImpossible.RUN) {
    if (onImpossible === OnImpossible.KEEP) return { groupsLeft: left, verdict: "waits in vain" };
    return { groupsLeft: left, verdict: onImpossible === OnImpossible.CANCEL ? "cancels" : "fails" };
  }
  const leftToRun = left - impossible;
  return { groupsLeft: leftToRun, verdict: leftToRun === 0 ? "over" : "waits" };
}

/** When the next time passes that may make a group hold. */
export function nextTime(conditions: readonly ConditionRecord[]): Date | null {
  let next: Date | null = null;
  for (const group of groupsOf(conditions)) {
    if (statusOfGroup(group) !== PENDING) continue;
    for (const { status, atTime } of group) {
      if (status === PENDING && atTime && (!next || atTime < next)) next = atTime;
    }
  }
  return next;
}
