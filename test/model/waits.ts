// Waits in the model: what meets a condition, what makes it impossible, and what follows.
import { ReceiptType } from "../../gen/typescript/asyncgate/v1/receipt_pb.ts";
import { ConditionStatus, OnImpossible, TaskState, TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { type Actor, type AskedCondition, type AskedWait, nameOf } from "./calls.ts";
import { end, hasEnded, type Model, type ModelTask, write } from "./model.ts";
import { takeAtBeginning } from "./signals.ts";

const { PENDING, MET, IMPOSSIBLE } = ConditionStatus;

export type ModelCondition = {
  readonly asked: AskedCondition;
  readonly atMs?: number;
  /** Since when it waits among the others. */
  readonly position: number;
  status: ConditionStatus;
};
export type ModelWait = {
  readonly groups: readonly (readonly ModelCondition[])[];
  readonly onImpossible: OnImpossible;
};

function mayRead(actor: Actor, task: ModelTask): boolean {
  const me = nameOf(actor);
  return actor.kind === "human" || [task.owner, task.obligated, task.lease?.holder].includes(me);
}

/** The first reason, if a wait may not begin. `suspender` is the task that would wait; a new one closes no circle. */
export function refuseWait(model: Model, actor: Actor, wait: AskedWait, suspender?: ModelTask): string | undefined {
  const named = wait.groups.flat().flatMap((one) => ("taskId" in one ? [one.taskId] : []));
  const known = named.map((id) => model.tasks.find((one) => one.taskId === id && one.tenant === actor.tenant));
  const readable = known.filter((task) => task !== undefined && mayRead(actor, task));
  if (suspender && closesCircle(model, suspender, readable)) return "DEPENDENCY_CYCLE";
  return readable.length < named.length ? "TASK_NOT_FOUND" : undefined;
}

function closesCircle(model: Model, suspender: ModelTask, from: readonly (ModelTask | undefined)[]): boolean {
  const seen = new Set<ModelTask | undefined>(from);
  for (const task of seen) {
    if (task === suspender) return true;
    if (task === undefined || !mayWait(task)) continue;
    for (const { asked, status } of task.wait?.groups.flat() ?? []) {
      if (status === PENDING && "taskId" in asked) seen.add(model.tasks.find(({ taskId }) => taskId === asked.taskId));
    }
  }
  return false;
}

/** Begins a wait, and looks at once at what has happened before. */
export function beginWait(model: Model, task: ModelTask, wait: AskedWait): void {
  task.state = TaskState.BLOCKED;
  task.wait = {
    onImpossible: wait.onImpossible,
    groups: wait.groups.map((group) =>
      group.map((asked) => ({
        asked,
        status: PENDING,
        position: ++model.positions,
        ...("afterMs" in asked && { atMs: model.nowMs + asked.afterMs }),
      })),
    ),
  };
  takeAtBeginning(model, task, () => settle(model, task, true));
}

/** Follows ends, and times too if there is a sweep, until nothing changes. Returns the tasks that changed. */
export function settleWaits(model: Model, hasSweep: boolean): ModelTask[] {
  const touched: ModelTask[] = [];
  for (let changed = true; changed; ) {
    changed = false;
    for (const task of model.tasks) {
      if (!mayWait(task) || !settle(model, task, hasSweep)) continue;
      touched.push(task);
      changed = true;
    }
  }
  return touched;
}

/** A paused task's conditions go on being met, unless its wait was over before. */
export function mayWait({ state, pause }: ModelTask): boolean {
  return state === TaskState.BLOCKED || (state === TaskState.PAUSED && pause?.wasQueued === false);
}

/** Whether the task has changed. */
export function settle(model: Model, task: ModelTask, hasTimes: boolean): boolean {
  const { groups, onImpossible } = task.wait ?? { groups: [], onImpossible: OnImpossible.FAIL };
  const before = groups.map(statusOf);
  for (const group of groups) settleGroup(model, group, hasTimes);
  const after = groups.map(statusOf);
  const lost = after.some((status, place) => status === IMPOSSIBLE && before[place] === PENDING);
  if (lost && onImpossible === OnImpossible.FAIL) {
    end(task, TaskState.FAILED, TerminalReason.DEPENDENCY_FAILED, ReceiptType.TASK_FAILED);
    return true;
  }
  if (lost && onImpossible === OnImpossible.CANCEL) {
    end(task, TaskState.CANCELED, TerminalReason.CANCELED, ReceiptType.TASK_CANCELED);
    return true;
  }
  if (lost && onImpossible === OnImpossible.KEEP) {
    write(task, ReceiptType.SYSTEM_ANOMALY);
    return true;
  }
  if (!isOver(task) || task.state === TaskState.PAUSED) return false;
  task.state = TaskState.QUEUED;
  const fromMs = Math.max(model.nowMs, task.notBeforeMs);
  task.eligible = { fromMs, toMs: fromMs };
  write(task, ReceiptType.TASK_RESUMED);
  return true;
}

/** Whether what it waited for has come, as far as conditions have been settled. */
export function isOver({ wait }: ModelTask): boolean {
  const { groups, onImpossible } = wait ?? { groups: [], onImpossible: OnImpossible.FAIL };
  return groups.map(statusOf).every((s) => s === MET || (s === IMPOSSIBLE && onImpossible === OnImpossible.RUN));
}

/** An end that changes a group has its times looked at as well. */
function settleGroup(model: Model, group: readonly ModelCondition[], hasTimes: boolean): void {
  let looksAtTimes = hasTimes;
  for (const condition of group) {
    const { asked } = condition;
    if (condition.status !== PENDING || !("taskId" in asked)) continue;
    const on = model.tasks.find(({ taskId }) => taskId === asked.taskId);
    if (!on || !hasEnded(on.state)) continue;
    if (!asked.accept.includes(on.state)) condition.status = IMPOSSIBLE;
    else if (on.state !== TaskState.SUCCEEDED || !asked.discharged || !on.open) condition.status = MET;
    else continue;
    looksAtTimes = true;
  }
  if (!looksAtTimes) return;
  for (const condition of group) {
    const { status, atMs } = condition;
    if (status === PENDING && atMs !== undefined && atMs <= model.nowMs) condition.status = MET;
  }
}

export function statusOf(group: readonly ModelCondition[]): ConditionStatus {
  if (group.some(({ status }) => status === MET)) return MET;
  return group.every(({ status }) => status === IMPOSSIBLE) ? IMPOSSIBLE : PENDING;
}
