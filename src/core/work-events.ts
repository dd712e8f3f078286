// What may happen to a worker's session, and what is to be done about it: what goes into the machine of
// work-session.ts, and what comes out of it.
import type { LeaseLoss } from "../../gen/typescript/asyncgate/v1/lease_pb.ts";
import type {
  Directive,
  Settled,
  StreamEndReason,
  WorkRequest,
} from "../../gen/typescript/asyncgate/v1/worker_service_pb.ts";
import type { Refusal } from "./refusal.ts";
import type { Answer, HeldLease, Run } from "./work-holdings.ts";

export type EndNotice = { readonly reason: StreamEndReason; readonly message: string };

/** Why and how a stream ends. */
export type StreamClose = {
  /** What becomes of the session: it lives on for the grace, it ends, or it is past already. */
  readonly close: "break" | "end" | "past";
  readonly why: string;
  readonly notice?: EndNotice;
  readonly error?: Refusal;
  /** Whoever does not read is not waited for. */
  readonly cut?: boolean;
};

export type Lost = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly leaseToken: string;
  readonly loss: LeaseLoss;
};
/** A lease whose owner wants the work to end. */
export type Canceled = {
  readonly leaseId: string;
  readonly taskId: string;
  readonly cancelReason: string | null;
  readonly cancelTime: Date | null;
};
/** What becomes known about leases, by a beat or by a look. */
export type LeaseChanges = { readonly canceled: readonly Canceled[]; readonly lost: readonly Lost[] };

export type WorkEvent =
  | { readonly type: "frame"; readonly frame: WorkRequest }
  /** What came along needs no credits. The session lives until then unless it beats. */
  | { readonly type: "opened"; readonly leases: readonly HeldLease[]; readonly aliveUntilMs: number }
  /** Nobody could be asked, or the worker may not come. */
  | { readonly type: "unopened" }
  | { readonly type: "offered"; readonly leases: readonly HeldLease[] }
  | { readonly type: "settled"; readonly run: Run; readonly answers: readonly Answer[] }
  | {
      readonly type: "beaten";
      readonly expireTime: Date;
      readonly aliveUntilMs: number;
      readonly tidings: LeaseChanges;
    }
  /** A beat could not be written; the next one may be. */
  | { readonly type: "unbeaten" }
  /** Something happened to these tasks, by whomever. */
  | { readonly type: "heard"; readonly taskIds: readonly string[] }
  | { readonly type: "looked"; readonly tidings: LeaseChanges }
  /** The session has run out, or was taken up on another stream. */
  | { readonly type: "past"; readonly reason: StreamEndReason }
  /** The seat is left: nothing more comes from the dispatcher. */
  | { readonly type: "left" }
  /** What became of the session is written. */
  | { readonly type: "closed" }
  /** The worker says nothing more, its stream is gone, it does not read, its key is revoked, time goes by. */
  | { readonly type: "ended" | "broken" | "slow" | "revoked" | "tick" }
  /** The server is about to go, and waits so long for those who work. */
  | { readonly type: "shutdown"; readonly withinMs: number };

export type Effects = {
  /** The first frame, which says hello. */
  open: WorkRequest | undefined;
  /** So many tasks more may be offered. */
  credit: number;
  leaveSeat: boolean;
  readonly runs: Run[];
  heartbeat: boolean;
  /** Leases about which something was heard. */
  look: readonly HeldLease[];
  /** Leases that came into the session, and that left it. */
  readonly followed: HeldLease[];
  readonly unfollowed: HeldLease[];
  readonly settled: Settled[];
  readonly directives: Directive[];
  readonly lost: Lost[];
  heartbeatAck: { readonly sequence: bigint; readonly expireTime: Date } | undefined;
  /** The stream ends, after what is sent until now. */
  endStream: StreamClose | undefined;
  close: { readonly how: "break" | "end"; readonly why: string } | undefined;
  /** Nothing is left to be done. */
  finished: boolean;
};

export function noEffects(): Effects {
  return {
    ...{
      open: undefined,
      credit: 0,
      leaveSeat: false,
      runs: [],
      heartbeat: false,
      look: [],
      followed: [],
      unfollowed: [],
    },
    ...{ settled: [], directives: [], lost: [], heartbeatAck: undefined },
    ...{ endStream: undefined, close: undefined, finished: false },
  };
}
