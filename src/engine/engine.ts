// What every operation gets as its first argument: the database and all that may not be fetched from anywhere else.
import type { KeyObject } from "node:crypto";
import type { PrincipalKind } from "../../gen/typescript/asyncgate/v1/principal_pb.ts";
import type { LocatabilityMode } from "../../gen/typescript/asyncgate/v1/system_service_pb.ts";
import type { Moment } from "../core/decision.ts";
import type { LeaseBounds, Limits, SessionBounds } from "../core/limits.ts";
import type { Database } from "../store/pool.ts";
import type { Ids } from "./runtime/ids.ts";
import type { LaneFloors } from "./runtime/lane-floors.ts";
import type { Limiter } from "./runtime/limiter.ts";
import type { ParkedWaits } from "./runtime/parked-waits.ts";
import type { Quotas } from "./runtime/quotas.ts";
import type { Wakeups } from "./runtime/wakeups.ts";

export type Engine = {
  readonly database: Database;
  readonly ids: Ids;
  readonly random: () => number;
  /** Bytes that nobody can guess, for what must stay secret. */
  readonly secureBytes: (length: number) => Uint8Array;
  readonly wakeups: Wakeups;
  /** The looks of those whom a hint has woken, a few at a time. */
  readonly wokenLooks: Limiter;
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

/** Who calls, as the credential says, with what holds for the tenant. Nothing of it comes from a message. */
export type Caller = {
  readonly tenantId: string;
  readonly tenantName: string;
  readonly principal: { readonly kind: PrincipalKind; readonly id: string };
  /** The principal as the store writes it: `agent:alice`. */
  readonly principalText: string;
  readonly scopes: ReadonlySet<string>;
  readonly keyId: string;
  readonly locatabilityMode: LocatabilityMode;
  readonly tokenKey: KeyObject;
  /** What holds for the tenant. Absent: the server's own. */
  readonly limits?: Limits;
  /** How long what ended is kept for the tenant; 0 is for ever. Absent: as the server has it. */
  readonly retentionMs?: number;
};

export function limitsOf(engine: Engine, caller: Caller | undefined): Limits {
  return caller?.limits ?? engine.limits;
}

/** What the rules may not fetch for themselves, for one transaction. */
export function momentOf(engine: Engine, now: Date): Moment {
  return { now, newId: () => engine.ids(now), random: engine.random };
}
