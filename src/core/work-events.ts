// What goes into the session machine and what comes out of it: the events of a worker's session, and their effects.
import type { LeaseLoss } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type {
  Directive,
  Settled,
  StreamEndReason,
  WorkRequest,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Refusal } from "./refusal.ts";
import type { Answer, Batch, HeldLease } from "./work-holdings.ts";

export type EndNotice = { readonly reason: StreamEndReason; readonly message: string };

/** Why and how a stream ends. */
export type StreamClose = {
  /** What becomes of the session: it lives on for the grace, it is ended now, or it has ended already. */
  readonly session: "break" | "end" | "ended";
  readonly why: string;
  readonly notice?: EndNotice;
  /** The error that the stream ends with. */
  readonly error?: Refusal;
  /** Whether the worker does not read: the frames that wait are dropped, and the stream is reset soon. */
  readonly isCut?: boolean;
};

export type Lost = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly leaseToken: string;
  readonly loss: LeaseLoss;
};
/** A lease whose owner has asked for cancellation. */
export type Canceled = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly cancelReason: string | null;
  readonly cancelTime: Date | null;
};
/** What a heartbeat or an inspection finds out about leases. */
export type LeaseChanges = { readonly canceled: readonly Canceled[]; readonly lost: readonly Lost[] };

export type WorkEvent =
  | { readonly type: "frame"; readonly frame: WorkRequest }
  /** `leases` came along with a resumed session and need no credits. The session expires at `expireAtMs`. */
  | { readonly type: "opened"; readonly leases: readonly HeldLease[]; readonly expireAtMs: number }
  /** The session could not be opened: the database did not answer, or the worker was refused. */
  | { readonly type: "open_failed" }
  | { readonly type: "offered"; readonly leases: readonly HeldLease[] }
  | { readonly type: "batch_done"; readonly batch: Batch; readonly answers: readonly Answer[] }
  | {
      readonly type: "heartbeat_written";
      readonly expireTime: Date;
      readonly expireAtMs: number;
      readonly changes: LeaseChanges;
    }
  /** The heartbeat could not be written; the next one may be. */
  | { readonly type: "heartbeat_failed" }
  /** A hint: these tasks have changed. */
  | { readonly type: "tasks_changed"; readonly taskIds: readonly string[] }
  | { readonly type: "inspected"; readonly changes: LeaseChanges }
  /** The session has expired, or was resumed on another stream. */
  | { readonly type: "session_ended"; readonly reason: StreamEndReason }
  /** The subscription has ended: the dispatcher grants nothing more. */
  | { readonly type: "unsubscribed" }
  /** The break or the end of the session is written. */
  | { readonly type: "session_closed" }
  /** The worker has closed its side of the stream. */
  | { readonly type: "requests_ended" }
  | { readonly type: "stream_broken" }
  | { readonly type: "slow_consumer" }
  | { readonly type: "credential_revoked" }
  | { readonly type: "tick" }
  /** The server shuts down and waits this long for work in progress. */
  | { readonly type: "shutdown"; readonly withinMs: number };

export type Effects = {
  /** The first frame, which carries the hello. */
  open: WorkRequest | undefined;
  /** How many more tasks may be offered. */
  credit: number;
  unsubscribe: boolean;
  readonly batches: Batch[];
  writeHeartbeat: boolean;
  /** Leases whose tasks have changed. */
  inspect: readonly HeldLease[];
  /** Leases that came into the session, and leases that left it. */
  readonly added: HeldLease[];
  readonly removed: HeldLease[];
  readonly settled: Settled[];
  readonly directives: Directive[];
  readonly lost: Lost[];
  heartbeatAck: { readonly sequence: bigint; readonly expireTime: Date } | undefined;
  /** The stream ends after what has been sent so far. */
  endStream: StreamClose | undefined;
  closeSession: { readonly how: "break" | "end"; readonly why: string } | undefined;
  /** Nothing is left to do. */
  finished: boolean;
};

export function noEffects(): Effects {
  return {
    open: undefined,
    credit: 0,
    unsubscribe: false,
    batches: [],
    writeHeartbeat: false,
    inspect: [],
    added: [],
    removed: [],
    settled: [],
    directives: [],
    lost: [],
    heartbeatAck: undefined,
    endStream: undefined,
    closeSession: undefined,
    finished: false,
  };
}
