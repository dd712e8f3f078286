// The events of a worker. A program that listens to them gets all; else those that are trouble are told on stderr.
import type { LeaseLoss } from "../../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type { Task } from "../../../gen/typescript/asyncgate/v1/task_pb.ts";
import type { AsyncGateError, StopCause } from "./errors.ts";

export type Ending = "completed" | "suspended" | "asked" | "handedOff" | "failed" | "released";

export type WorkerEvent =
  | {
      readonly type: "connected";
      readonly endpoint: string;
      readonly sessionId: string;
      /** Whether an earlier session was resumed, with its leases. */
      readonly resumed: boolean;
    }
  | { readonly type: "disconnected"; readonly error: AsyncGateError; readonly retryInMs: number }
  | { readonly type: "taken"; readonly task: Task }
  /** A handler was told to stop. */
  | { readonly type: "stopping"; readonly task: Task; readonly cause: StopCause }
  /** A handler has thrown. */
  | { readonly type: "thrown"; readonly task: Task; readonly error: unknown }
  | { readonly type: "settled"; readonly task: Task; readonly ending: Ending; readonly receiptId: string }
  /**
   * The server refused how a lease ended: its lease was lost before and the result has no effect (`FENCED`,
   * `LEASE_EXPIRED`, `INVALID_TRANSITION`), or the result breaks a rule and the task is settled in another way.
   */
  | { readonly type: "refused"; readonly task: Task; readonly ending: Ending; readonly error: AsyncGateError }
  /** The server took no more of what a handler printed. The task goes on. */
  | { readonly type: "output_refused"; readonly task: Task; readonly stream: string; readonly error: AsyncGateError }
  /** A task has spent more than its budget. `job.overBudget` is true from now on. */
  | { readonly type: "over_budget"; readonly task: Task }
  | { readonly type: "lost"; readonly task: Task; readonly loss: LeaseLoss }
  /** The session has as many leases as it may: the worker has more slots than the server fills. */
  | { readonly type: "lease_limit"; readonly leasesMax: number }
  | { readonly type: "draining"; readonly why: "stop" | "server" }
  | { readonly type: "stopped" };

export type WorkerStats = {
  /** Whether a session is open now. */
  readonly connected: boolean;
  readonly running: number;
  /** Tasks that the server may still offer. */
  readonly credits: number;
  /** Items that were sent and are not answered yet. */
  readonly unanswered: number;
  readonly taken: number;
  readonly completed: number;
  readonly suspended: number;
  readonly asked: number;
  readonly handedOff: number;
  readonly failed: number;
  readonly released: number;
  readonly refused: number;
  readonly lost: number;
  readonly streams: number;
};
