// The engine that every operation gets as its first argument: the database, the limits, and what one server keeps in
// memory. Made here and nowhere else.
import type { DecisionContext } from "../core/decision.ts";
import {
  answerBytesMaxOf,
  defaultLeaseBounds,
  defaultLimits,
  defaultSessionBounds,
  type LeaseBounds,
  type Limits,
  messageBytesMaxDefault,
  type SessionBounds,
} from "../core/limits.ts";
import type { SealingKey } from "../core/sealed-secret.ts";
import type { Held } from "../core/task-record.ts";
import type { Database } from "../store/pool.ts";
import { createIds, createPageIds, type Ids } from "./runtime/ids.ts";
import { createKnownHealth, type KnownHealth } from "./runtime/known-health.ts";
import { createKnownPauses, type KnownPauses } from "./runtime/known-pauses.ts";
import { createLaneFloors, type LaneFloors } from "./runtime/lane-floors.ts";
import { createLeftovers, type Leftovers } from "./runtime/leftovers.ts";
import { createParkedWaits, type ParkedWaits } from "./runtime/parked-waits.ts";
import { createQuotas, type Quotas } from "./runtime/quotas.ts";
import { createRecorded, type Recorded } from "./runtime/recorded.ts";
import { createSemaphore, type Semaphore } from "./runtime/semaphore.ts";
import { createTraces, type Traces } from "./runtime/traces.ts";
import { createWakeups, type Wakeups } from "./runtime/wakeups.ts";

export type { RecordedNews } from "./runtime/recorded.ts";
export type { StepListener, TaskStep } from "./runtime/traces.ts";

export type Engine = {
  readonly database: Database;
  readonly ids: Ids;
  readonly random: () => number;
  /** Bytes that cannot be guessed, for what must stay secret. */
  readonly secureBytes: (length: number) => Uint8Array;
  readonly wakeups: Wakeups;
  /** Lets a few of the calls that one hint has woken read at once. */
  readonly wokenLooks: Semaphore;
  readonly limits: Limits;
  readonly leaseBounds: LeaseBounds;
  readonly sessionBounds: SessionBounds;
  /** The most bytes in the answer to one claim, beyond its first task. */
  readonly claimBytesMax: number;
  /** The largest message of a request and of an answer. */
  readonly messageBytesMax: number;
  readonly answerBytesMax: number;
  /** The most bytes of items in one answer, beyond its first item: pages end and streams send a message there. */
  readonly pageBytesMax: number;
  /** The longest wait of AwaitTask, and its wait where the call names none. */
  readonly waitMaxMs: number;
  readonly server: ServerFacts;
  /** Lanes known to exist: a hint that saves a statement, and never more than that. */
  readonly knownLanes: Set<string>;
  readonly laneFloors: LaneFloors;
  readonly leftovers: Leftovers;
  readonly knownPauses: KnownPauses;
  /** Sessions as this server has read or renewed them last: they save a round trip, and a guard checks them. */
  readonly knownSessions: Map<string, KnownSession>;
  /** Leases, by their ids, as this server has written them last: the same for these. */
  readonly knownLeases: Map<string, Held>;
  readonly quotas: Quotas;
  readonly parkedWaits: ParkedWaits;
  readonly recorded: Recorded;
  readonly knownHealth: KnownHealth;
  /** Asks an endpoint of an agent whether it is well. Does not throw. */
  readonly probe: Probe;
  /** What seals bearers of nodes: the first one; all of them open. None: there can be no bearers. */
  readonly sealingKeys: readonly SealingKey[];
  /** The hosts where dispatchers may give jobs to nodes. */
  readonly nodePushHosts: readonly string[];
  readonly traces: Traces;
};

export type Probed = {
  /** Of the HTTP answer; 0 if none came. */
  readonly status: number;
  /** Why none came; empty if one did. */
  readonly problem: string;
  /** The server may not ask it. */
  readonly isSkipped: boolean;
};
export type Probe = (url: string) => Promise<Probed>;

export type KnownSession = {
  readonly sessionId: string;
  readonly epoch: number;
  readonly expireTime: Date;
  readonly ttlMs: number;
};

export type ServerFacts = {
  readonly version: string;
  readonly environment: string;
  readonly startTime: Date;
  readonly sweepIntervalMs: number;
  readonly retentionMs: number;
};

/** What differs between engines; what is left out has its default. */
export type EngineOptions = {
  readonly database: Database;
  readonly random: () => number;
  readonly secureBytes: (length: number) => Uint8Array;
  readonly server: ServerFacts;
  readonly ids?: Ids;
  readonly limits?: Partial<Limits>;
  readonly leaseBounds?: Partial<LeaseBounds>;
  readonly sessionBounds?: Partial<SessionBounds>;
  readonly claimBytesMax?: number;
  readonly messageBytesMax?: number;
  readonly waitMaxMs?: number;
  readonly wokenLooksMax?: number;
  /** If absent, no endpoint may be probed. */
  readonly probe?: Probe;
  /** If absent, none. */
  readonly sealingKeys?: readonly SealingKey[];
  readonly nodePushHosts?: readonly string[];
  /** How long a check of an agent is used. */
  readonly healthUsedMs?: number;
};

/** What clients of gRPC accept by default. */
const clientBytesMax = 4_194_304;
/** What an answer has around its items: a token, a frame, a few fields. */
const aroundItemsBytes = 16_384;
/** A claim is bounded before it commits, by what is stored: JSON takes twice that, and what it says of each lease. */
const claimPart = 0.4375;
const waitMaxMsDefault = 50_000;
const wokenLooksMaxDefault = 2;

export function createEngine(options: EngineOptions): Engine {
  const { database, random, secureBytes, server, messageBytesMax = messageBytesMaxDefault } = options;
  const answerBytesMax = answerBytesMaxOf(messageBytesMax);
  const readableBytesMax = Math.min(clientBytesMax, answerBytesMax);
  return {
    database,
    random,
    secureBytes,
    server,
    ids: options.ids ?? createIds(),
    limits: { ...defaultLimits, ...options.limits },
    leaseBounds: { ...defaultLeaseBounds, ...options.leaseBounds },
    sessionBounds: { ...defaultSessionBounds, ...options.sessionBounds },
    claimBytesMax: options.claimBytesMax ?? Math.floor(readableBytesMax * claimPart),
    messageBytesMax,
    answerBytesMax,
    pageBytesMax: readableBytesMax - aroundItemsBytes,
    waitMaxMs: options.waitMaxMs ?? waitMaxMsDefault,
    wakeups: createWakeups(),
    wokenLooks: createSemaphore(options.wokenLooksMax ?? wokenLooksMaxDefault, Number.POSITIVE_INFINITY),
    knownLanes: new Set(),
    laneFloors: createLaneFloors(),
    leftovers: createLeftovers(),
    knownPauses: createKnownPauses(),
    knownSessions: new Map(),
    knownLeases: new Map(),
    quotas: createQuotas(),
    parkedWaits: createParkedWaits(),
    recorded: createRecorded(),
    knownHealth: createKnownHealth(options.healthUsedMs),
    probe: options.probe ?? (async () => ({ status: 0, problem: "may not be probed", isSkipped: true })),
    sealingKeys: options.sealingKeys ?? [],
    nodePushHosts: options.nodePushHosts ?? [],
    traces: createTraces(),
  };
}

/** What the rules may not fetch for themselves, for what one transaction records at once. */
export function decisionContext(engine: Engine, now: Date): DecisionContext {
  return { now, newId: createPageIds(engine.ids, now), random: engine.random };
}
