// The state machine of a task, as data. Nothing else says which state follows which; the docs' diagram is made from it.
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";

export const commands = [
  "claim",
  "start",
  "complete",
  "report",
  "judge",
  "fail",
  "fail_for_good",
  "release",
  "hand_off",
  "suspend",
  "resume",
  "pause",
  "resume_blocked",
  "fail_wait",
  "lose",
  "lose_for_good",
  "time_out",
  "exceed_budget",
  "cancel",
] as const;
export type Command = (typeof commands)[number];

const { QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED, CANCELED, BLOCKED, PAUSED, VERIFYING } = TaskState;

/** What a holder, the sweep or the owner may do to a held task, whether it has been started or not. */
const held = {
  complete: SUCCEEDED,
  report: VERIFYING,
  fail: QUEUED,
  fail_for_good: FAILED,
  release: QUEUED,
  hand_off: QUEUED,
  suspend: BLOCKED,
  lose: QUEUED,
  lose_for_good: FAILED,
  time_out: FAILED,
  exceed_budget: FAILED,
  cancel: CANCELED,
} as const satisfies Partial<Record<Command, TaskState>>;

export const transitions: Readonly<Partial<Record<TaskState, Readonly<Partial<Record<Command, TaskState>>>>>> = {
  [QUEUED]: { claim: LEASED, pause: PAUSED, time_out: FAILED, exceed_budget: FAILED, cancel: CANCELED },
  [LEASED]: { ...held, start: RUNNING },
  [RUNNING]: { ...held, start: RUNNING },
  [SUCCEEDED]: {},
  [FAILED]: {},
  [CANCELED]: {},
  [BLOCKED]: {
    resume: QUEUED,
    pause: PAUSED,
    fail_wait: FAILED,
    time_out: FAILED,
    exceed_budget: FAILED,
    cancel: CANCELED,
  },
  [PAUSED]: {
    resume: QUEUED,
    resume_blocked: BLOCKED,
    fail_wait: FAILED,
    time_out: FAILED,
    exceed_budget: FAILED,
    cancel: CANCELED,
  },
  // What verifiers say: one of them, enough of them, or too few.
  [VERIFYING]: {
    judge: VERIFYING,
    complete: SUCCEEDED,
    fail: QUEUED,
    fail_for_good: FAILED,
    time_out: FAILED,
    exceed_budget: FAILED,
    cancel: CANCELED,
  },
};

/** The states that this version reaches. */
export const taskStates: readonly TaskState[] = Object.keys(transitions).map((key) => Number(key) as TaskState);

export function nextState(from: TaskState, command: Command): TaskState | undefined {
  return transitions[from]?.[command];
}

export function hasEnded(state: TaskState): boolean {
  return state === SUCCEEDED || state === FAILED || state === CANCELED;
}

export function isWaitingState(state: TaskState): boolean {
  return state === QUEUED || state === BLOCKED || state === PAUSED || state === VERIFYING;
}

export function isHeld(state: TaskState): boolean {
  return state === LEASED || state === RUNNING;
}

/** `SUCCEEDED`: a state as people read it. */
export function stateName(state: TaskState): string {
  return Object.entries(TaskState).find(([, value]) => value === state)?.[0] ?? String(state);
}
