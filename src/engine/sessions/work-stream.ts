// One worker's stream as the files of this folder share it: what it depends on, and its state beside the session
// machine.
import { assert } from "../../core/assert.ts";
import type { Refusal } from "../../core/refusal.ts";
import type { SessionMachine } from "../../core/session-machine.ts";
import type { LeaseChanges, StreamClose, WorkEvent } from "../../core/work-events.ts";
import type { Answer, CheckItem, HeldLease, Item, ItemKind } from "../../core/work-holdings.ts";
import type { Caller } from "../caller.ts";
import type { WorkSubscription } from "../claims/dispatcher.ts";
import type { SubscriptionInit } from "../claims/worker-groups.ts";
import type { Engine } from "../engine.ts";
import type { Subscription } from "../runtime/wakeups.ts";
import type { HeartbeatCall, HeartbeatResult, SessionEpoch } from "./heartbeats.ts";
import type { Outbox } from "./work-outbox.ts";
import type { OpenedSession, OpenRequest, ReturnedOffers } from "./work-sessions.ts";

/** The bound operations that a stream calls. */
export type WorkOperations = {
  subscribe(init: SubscriptionInit): WorkSubscription;
  openWorkSession(caller: Caller, request: OpenRequest): Promise<OpenedSession>;
  keepWorkSession(caller: Caller, call: HeartbeatCall): Promise<HeartbeatResult>;
  breakWorkSession(caller: Caller, session: SessionEpoch): Promise<void>;
  endWorkSession(caller: Caller, call: { readonly session: SessionEpoch; readonly why: string }): Promise<void>;
  returnOffers(caller: Caller, call: ReturnedOffers): Promise<string[]>;
  inspectLeases(caller: Caller, leases: readonly HeldLease[]): Promise<LeaseChanges>;
  settleItems(caller: Caller, session: SessionEpoch, kind: ItemKind, items: readonly Item[]): Promise<Answer[]>;
  /** The server waits for this when it stops. */
  track(ended: Promise<void>): void;
};

export type WorkCount = "offers" | "offers_returned" | "settled" | "refused" | "leases_lost" | "heartbeats";

/** What a stream gets from the RPC layer. */
export type StreamContext = {
  /** Aborted when the stream is gone. */
  readonly signal: AbortSignal;
  /** Aborted when the server begins to shut down. */
  readonly draining: AbortSignal;
  /** How long streams may go on after that. */
  readonly shutdownWithinMs: () => number;
  readonly callId: string;
  readonly check: CheckItem;
  /** Checks again whether the caller may use the stream. */
  readonly isAllowed: () => Promise<boolean>;
  /** Resets the stream if it is still open, whether the worker reads or not. The refusal says why, for the log. */
  readonly cut: (refusal: Refusal | undefined) => void;
  /** Logs an unexpected error, which the worker sees as `INTERNAL`. */
  readonly report: (error: unknown) => void;
  readonly count: (what: WorkCount, by: number) => void;
};

export type WorkStream = {
  readonly engine: Engine;
  readonly operations: WorkOperations;
  readonly caller: Caller;
  readonly context: StreamContext;
  readonly machine: SessionMachine;
  readonly outbox: Outbox;
  /** Hints about the tasks of the session's leases. */
  readonly hints: Subscription;
  readonly apply: (event: WorkEvent) => void;
  readonly onOpen: () => void;
  readonly finish: () => void;
  session: SessionEpoch | undefined;
  subscription: WorkSubscription | undefined;
  /** Set while the session is being opened; no frame is read meanwhile. */
  opening: Promise<void> | undefined;
  /** Credits that wait for room in the outbox, and credits that the subscription has. */
  creditsWaiting: number;
  creditsSubscribed: number;
  streamClose: StreamClose | undefined;
  /** The error that ends the stream. */
  error: unknown;
  /** Since when the last frame has not been taken by the transport. */
  unreadSinceMs: number | undefined;
  isCheckingCredential: boolean;
  /** Whether so much waits to be read that nothing more is to be offered. */
  isPaused: boolean;
  /**
   * The outcome of a commit is unknown: the session may keep leases that this stream was never told of. From then on
   * heartbeats look for them.
   */
  mayKeepUnknown: boolean;
  wakeWriter: () => void;
  wakeReader: () => void;
};

export function sessionOf({ session }: WorkStream): SessionEpoch {
  assert(session !== undefined, "the session has been opened");
  return session;
}
