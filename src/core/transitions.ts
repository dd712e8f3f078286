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
  "ask",
  "resume",
  "pause",
  "resume_blocked",
  "resume_asking",
  "fail_wait",
  "lose",
  "lose_for_good",
  "time_out",
  "exceed_budget",
  "cancel",
] as const;
export type Command = (typeof commands)[number];

const { QUEUED, LEASED, RUNNING, SUCCEEDED, FAILED, CANCELED } = TaskState;
const { BLOCKED, PAUSED, INPUT_REQUIRED, VERIFYING } = TaskState;

/** What a holder, the sweep or the owner may do to a held task, whether it has been started or not. */
const held = {
  complete: SUCCEEDED,
  report: VERIFYING,
  fail: QUEUED,
  fail_for_good: FAILED,
  release: QUEUED,
  hand_off: QUEUED,
  suspend: BLOCKED,
  ask: INPUT_REQUIRED,
  lose: QUEUED,
  lose_for_good: FAILED,
  time_out: FAILED,
  exceed_budget: FAILED,
  cancel: CANCELED,
} as const satisfies Partial<Record<Command, TaskState>>;

/** What may happen to a task that waits for something. */
const waiting = {
  resume: QUEUED,
  fail_wait: FAILED,
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
  [BLOCKED]: { ...waiting, pause: PAUSED },
  [INPUT_REQUIRED]: { ...waiting, pause: PAUSED },
  [PAUSED]: { ...waiting, resume_blocked: BLOCKED, resume_asking: INPUT_REQUIRED },
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

const waitingStates: readonly TaskState[] = [QUEUED, BLOCKED, PAUSED, INPUT_REQUIRED, VERIFYING];

export function isWaitingState(state: TaskState): boolean {
  return waitingStates.includes(state);
}

export function isHeld(state: TaskState): boolean {
  return state === LEASED || state === RUNNING;
}

/** `SUCCEEDED`: a state as people read it. */
export function stateName(state: TaskState): string {
  return Object.entries(TaskState).find(([, value]) => value === state)?.[0] ?? String(state);
}
