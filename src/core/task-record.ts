// The living part of a task as rules see it: waiting (queued, blocked, paused, for an answer, or being verified), held
// or ended. Where its row lies is its state; what is carried along from place to place stands in TaskCommon.
import type { TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ChainHead } from "./chain.ts";
import { isWaitingState } from "./transitions.ts";

export type TaskCommon = {
  readonly taskId: string;
  readonly state: TaskState;
  /** The attempt that runs or comes next, from 1. Only failures raise it. */
  readonly attempt: number;
  readonly leaseLosses: number;
  readonly deliveries: number;
  /** Of the last grant; 0 before the first. */
  readonly fence: number;
  readonly version: number;
  readonly headSequence: number;
  readonly headHash: Uint8Array;
  /** The page of the ledger that has the last receipt. */
  readonly headPageId: string;
  readonly assignedReceiptId: string;
  /** Which other rows belong to it, as bits of `tie`. */
  readonly ties: number;
};

/** What the rows of other tables are to a task. A task without any never pays for a look at them. */
export const tie = {
  /** Another task waits for it. */
  awaited: 1,
  /** It waits, or has waited, for conditions. */
  conditions: 2,
  /** Its creator enforces what its outcome must have. Not a row: it says that its terms must be read. */
  contract: 256,
  /** It was handed off: where it waits, and who may lease it, is no longer what was asked. */
  handedOff: 512,
  /** It has, or had, children. */
  children: 4,
  /** It has asked a question, which is open or settled. */
  question: 8,
  /** It is a child. */
  child: 1024,
  /** It bears a name. */
  name: 64,
  /** Its completion is a report that verifiers accept or reject. Its terms must be read, and its review is kept. */
  verification: 128,
  /** It is a verification task: its completion has a verdict, and a row says what it verifies. */
  verifies: 2048,
  /** It has write scopes, or has held some. */
  scopes: 16,
  /** It has a budget, or has spent something. */
  spend: 32,
  /** More is spent than its budget has, by it and the tasks under it. */
  overBudget: 4096,
  /** Its lease was granted in the session of an agent, and stays in it. Set or taken away by each grant. */
  agentSession: 8192,
  /** The role of that session creates no tasks under its own. Likewise. */
  roleBound: 16384,
} as const;

/** The eligible time of a task that waits for anything but a worker: it never comes. */
export const never = new Date("9999-12-31T00:00:00Z");

/** A receipt of an open question, and the principal that owes the answer. */
export type OwedAnswer = { readonly receiptId: string; readonly principal: string };

/** Queued; or blocked, paused, waiting for an answer or being verified: then its eligible time is `never`. */
export type Waiting = TaskCommon & {
  readonly laneId: number;
  readonly eligibleTime: Date;
  /** When it fails unless it is held, or has ended. */
  readonly failTime: Date | null;
  /** Its open question, which ends with it. Absent if there is none. */
  readonly owed?: readonly OwedAnswer[];
};

export type Held = TaskCommon & {
  readonly laneId: number;
  readonly leaseId: string;
  readonly sessionId: string | null;
  readonly worker: string;
  readonly instance: string;
  readonly owner: string;
  readonly obligated: string;
  readonly acceptedReceiptId: string;
  readonly grantTime: Date;
  readonly expireTime: Date;
  readonly ttlMs: number;
  readonly renewals: number;
  readonly startTime: Date | null;
  readonly failTime: Date | null;
  readonly failReason: TerminalReason | null;
  readonly cancelPrincipal: string | null;
  readonly cancelReason: string | null;
  readonly cancelTime: Date | null;
};

export type Ended = TaskCommon & {
  readonly eligibleTime: Date | null;
  readonly startTime: Date | null;
  readonly endTime: Date;
  /** The contract's Outcome. */
  readonly outcome: Uint8Array;
  readonly discharged: boolean;
};

export type TaskRecord = Waiting | Held | Ended;

export function isWaiting(living: TaskRecord): living is Waiting {
  return isWaitingState(living.state);
}

export function isBlocked({ state }: TaskCommon): boolean {
  return state === TaskState.BLOCKED;
}

export function isPaused({ state }: TaskCommon): boolean {
  return state === TaskState.PAUSED;
}

/** It waits for an answer, and is not paused. */
export function isAsking({ state }: TaskCommon): boolean {
  return state === TaskState.INPUT_REQUIRED;
}

/** Its wait is not over, or may not be: of what is paused, only the wait's own row says. */
export function mayHaveWait(living: TaskCommon): boolean {
  return isBlocked(living) || isAsking(living) || (isPaused(living) && hasConditions(living));
}

/** Its question is open, or may be: of what is paused, only the question's own row says. */
export function mayHaveOpenQuestion(living: TaskCommon): boolean {
  return isAsking(living) || (isPaused(living) && hasQuestion(living));
}

export function hasQuestion({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.question) !== 0;
}

export function isVerifying({ state }: TaskCommon): boolean {
  return state === TaskState.VERIFYING;
}

export function isEnded(living: TaskRecord): living is Ended {
  return !isWaiting(living) && !isHeldTask(living);
}

export function isAwaited({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.awaited) !== 0;
}

export function hasConditions({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.conditions) !== 0;
}

export function isHandedOff({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.handedOff) !== 0;
}

export function hasContract({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.contract) !== 0;
}

export function hasVerification({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.verification) !== 0;
}

export function isVerification({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.verifies) !== 0;
}

export function hasChildren({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.children) !== 0;
}

export function isChild({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.child) !== 0;
}

export function hasName({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.name) !== 0;
}

export function isOverBudget({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.overBudget) !== 0;
}

export function hasScopes({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.scopes) !== 0;
}

/** Its lease belongs to the session of an agent. */
export function isInAgentSession({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.agentSession) !== 0;
}

export function isRoleBound({ ties }: Pick<TaskCommon, "ties">): boolean {
  return (ties & tie.roleBound) !== 0;
}

export function isHeldTask(living: TaskRecord): living is Held {
  return living.state === TaskState.LEASED || living.state === TaskState.RUNNING;
}

export function headOf(carried: TaskCommon): ChainHead {
  return { sequence: carried.headSequence, hash: carried.headHash, pageId: carried.headPageId };
}

type Places = {
  readonly readyState: number | null;
  readonly leaseState: number | null;
  readonly endedState: number | null;
};

/** A task lies in exactly one place, whose row has its state. */
export function stateOf({ readyState, leaseState, endedState }: Places): TaskState {
  return (endedState ?? leaseState ?? readyState ?? TaskState.QUEUED) as TaskState;
}
