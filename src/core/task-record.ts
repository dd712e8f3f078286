// The living part of a task as rules see it: waiting, held or ended. Where its row lies is its state; what is carried
// along from place to place stands in Carried.
import type { TerminalReason } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import { TaskState } from "../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { ChainHead } from "./chain.ts";

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
};

export type Waiting = TaskCommon & {
  readonly laneId: number;
  readonly eligibleTime: Date;
  /** When it fails unless it is held, or has ended. */
  readonly failTime: Date | null;
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
  return living.state === TaskState.QUEUED;
}

export function isHeldTask(living: TaskRecord): living is Held {
  return living.state === TaskState.LEASED || living.state === TaskState.RUNNING;
}

export function headOf(carried: TaskCommon): ChainHead {
  return { sequence: carried.headSequence, hash: carried.headHash, pageId: carried.headPageId };
}
