// What every operation gets as its first argument: the database and all that may not be fetched from anywhere else.
import type { DecisionContext } from "../core/decision.ts";
import type { LeaseBounds, Limits, SessionBounds } from "../core/limits.ts";
import type { Database } from "../store/pool.ts";
import type { Ids } from "./runtime/ids.ts";
import type { LaneFloors } from "./runtime/lane-floors.ts";
import type { ParkedWaits } from "./runtime/parked-waits.ts";
import type { Quotas } from "./runtime/quotas.ts";
import type { Semaphore } from "./runtime/semaphore.ts";
import type { Wakeups } from "./runtime/wakeups.ts";

export type Engine = {
  readonly database: Database;
  readonly ids: Ids;
  readonly random: () => number;
  /** Bytes that nobody can guess, for what must stay secret. */
  readonly secureBytes: (length: number) => Uint8Array;
  readonly wakeups: Wakeups;
  /** The looks of those whom a hint has woken, a few at a time. */
  readonly wokenLooks: Semaphore;
  readonly limits: Limits;
  readonly leaseBounds: LeaseBounds;
  readonly sessionBounds: SessionBounds;
  /** What the answer to one claim may weigh, beyond its first task. */
  readonly claimBytesMax: number;
  readonly server: ServerFacts;
  /** Lanes known to exist: a hint that saves a statement, and never more than that. */
  readonly knownLanes: Set<string>;
  readonly laneFloors: LaneFloors;
  readonly quotas: Quotas;
  readonly parkedWaits: ParkedWaits;
};

export type ServerFacts = {
  readonly version: string;
  readonly environment: string;
  readonly startTime: Date;
  readonly sweepIntervalMs: number;
  readonly retentionMs: number;
};

/** What the rules may not fetch for themselves, for one transaction. */
export function decisionContext(engine: Engine, now: Date): DecisionContext {
  return { now, newId: () => engine.ids(now), random: engine.random };
}
