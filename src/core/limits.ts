// What the contract's messages may weigh where no field rule can say it, and what holds where a task is silent.

/** Bounds by the names they have in GetConfig. Sizes: */
export type SizeLimits = {
  readonly payload_bytes_max: number;
  readonly result_bytes_max: number;
  readonly checkpoint_bytes_max: number;
  readonly signal_payload_bytes_max: number;
  readonly receipt_body_bytes_max: number;
  readonly receipt_parents_max: number;
  readonly receipt_artifacts_max: number;
  /** Of what a task prints, as much is kept; and so many streams may one lease write to. */
  readonly output_bytes_max: number;
  readonly output_streams_max: number;
  /** An agent as it is registered. */
  readonly agent_bytes_max: number;
  /** Write scopes of one lease. */
  readonly lease_scopes_max: number;
  /** Of the document of a stored machine, as JSON. */
  readonly machine_bytes_max: number;
  /** What a node reports of itself. */
  readonly node_report_bytes_max: number;
};

/** Calls a second, and how many at once after a while of silence; of a tenant and of each of its principals. */
export type RateLimits = {
  readonly calls_per_second_max: number;
  readonly calls_burst_max: number;
  readonly principal_calls_per_second_max: number;
  readonly principal_calls_burst_max: number;
};

/** How much there may be at once; of a tenant, of each of its principals, of each channel. */
export type QuotaLimits = {
  readonly live_tasks_max: number;
  readonly principal_live_tasks_max: number;
  readonly live_leases_max: number;
  readonly principal_live_leases_max: number;
  readonly sessions_max: number;
  readonly principal_sessions_max: number;
  readonly parked_waits_max: number;
  readonly principal_parked_waits_max: number;
  readonly output_followers_max: number;
  readonly principal_output_followers_max: number;
  readonly kept_signals_max: number;
  readonly channel_kept_signals_max: number;
  readonly agents_max: number;
  /** Versions of machines that a tenant keeps. They are not deleted. */
  readonly machine_versions_max: number;
  /** Contracts by which work is handed over. They are not deleted. */
  readonly hand_off_contracts_max: number;
  readonly nodes_max: number;
  /** Pre-shared keys. One that has ended goes 30 days later, when another is made. */
  readonly node_enrollments_max: number;
  /** Live roll-outs of configurations to nodes, and the nodes of one. */
  readonly node_rollouts_max: number;
  readonly node_rollout_nodes_max: number;
};

/** How far one task may branch: how many tasks may be above it, and how many may live below the root of its tree. */
export type TreeLimits = {
  readonly task_depth_max: number;
  readonly tree_live_tasks_max: number;
};

export type Limits = SizeLimits & RateLimits & QuotaLimits & TreeLimits;

/** They protect a server's processor and memory from its callers: a tenant's own may be lower, and never higher. */
export const protections: ReadonlySet<string> = new Set<keyof Limits>([
  "calls_per_second_max",
  "calls_burst_max",
  "principal_calls_per_second_max",
  "principal_calls_burst_max",
  "parked_waits_max",
  "principal_parked_waits_max",
  "output_followers_max",
  "principal_output_followers_max",
]);

/** A rate of 0 would never admit a caller again; the other limits may be 0, which allows nothing at all. */
export const atLeastOne: ReadonlySet<string> = new Set<keyof RateLimits>([
  "calls_per_second_max",
  "calls_burst_max",
  "principal_calls_per_second_max",
  "principal_calls_burst_max",
]);

const kib = 1_024;
const mib = 1_024 * kib;

/** The largest message of a request, unless the server is set otherwise. */
export const messageBytesMaxDefault = mib;

/** An answer may be larger than any request: it may hold a task with its payload, its result and its checkpoint. */
const answerPerMessage = 4;

/** The largest message of an answer, by the largest of a request. */
export function answerBytesMaxOf(messageBytesMax: number): number {
  return messageBytesMax * answerPerMessage;
}

export const defaultLimits: Limits = {
  payload_bytes_max: 256 * kib,
  result_bytes_max: 256 * kib,
  checkpoint_bytes_max: 64 * kib,
  signal_payload_bytes_max: 64 * kib,
  receipt_body_bytes_max: 64 * kib,
  receipt_parents_max: 10,
  receipt_artifacts_max: 100,
  output_bytes_max: 16 * mib,
  output_streams_max: 16,
  agent_bytes_max: 64 * kib,
  // Each is some index entries while it is held.
  lease_scopes_max: 200,
  // Half of a payload: the other half is for the input.
  machine_bytes_max: 128 * kib,
  node_report_bytes_max: 32 * kib,
  // Beyond what one server does, so that an operator decides who may have how much of it.
  calls_per_second_max: 40_000,
  calls_burst_max: 80_000,
  principal_calls_per_second_max: 20_000,
  principal_calls_burst_max: 40_000,
  live_tasks_max: 5_000_000,
  principal_live_tasks_max: 2_000_000,
  live_leases_max: 500_000,
  principal_live_leases_max: 200_000,
  sessions_max: 20_000,
  principal_sessions_max: 10_000,
  parked_waits_max: 20_000,
  principal_parked_waits_max: 10_000,
  // Work that divides itself without end is a fault: it stops here, and the tenant's other work goes on.
  task_depth_max: 16,
  tree_live_tasks_max: 10_000,
  // Each costs a lookup at every poll, and a read at every append that it follows.
  output_followers_max: 2_000,
  principal_output_followers_max: 1_000,
  kept_signals_max: 1_000_000,
  // Counted each time that one is added to those that wait already.
  channel_kept_signals_max: 10_000,
  // Of every status. A list of them is read by people and models.
  agents_max: 1_000,
  machine_versions_max: 1_000,
  hand_off_contracts_max: 1_000,
  // Of every state.
  nodes_max: 10_000,
  node_enrollments_max: 1_000,
  // Whether a node is in one is asked of each of them.
  node_rollouts_max: 20,
  node_rollout_nodes_max: 10_000,
};

/** The most obligations that one stream follows: it keeps their ids in memory, about 100 bytes each. */
export const watchedObligationsMax = 100_000;

export const taskDefaults = {
  queue: "default",
  priority: 5,
  maxAttempts: 3,
  maxLeaseLosses: 20,
  retry: { initialMs: 30_000, multiplier: 2, maxMs: 900_000, jitter: 0.1 },
} as const;

/** The bounds of leases, as the operator has set them. */
export type LeaseBounds = { readonly ttlDefaultMs: number; readonly ttlMinMs: number; readonly ttlMaxMs: number };

export const defaultLeaseBounds: LeaseBounds = { ttlDefaultMs: 60_000, ttlMinMs: 5_000, ttlMaxMs: 1_800_000 };

/** What holds for sessions of workers. */
export type SessionBounds = {
  /** How long an offer waits to be accepted. */
  readonly offerAcceptMs: number;
  /** How long a session lives on when its stream has broken. */
  readonly resumeGraceMs: number;
  /** How long heartbeats may wait for others, so that they are written together. */
  readonly heartbeatWindowMs: number;
  /** How long a worker's stream may leave what it is sent unread. */
  readonly slowReaderMs: number;
  /** How long such a worker has to read the end of its stream before the stream is reset. */
  readonly slowReaderCutMs: number;
  /** The most offers and leases of one session. */
  readonly leasesMax: number;
};

/** Bounded by the welcome of a resumed session: its leases fit into 4 MiB even if every name has its full length. */
export const sessionLeasesMax = 5_000;

export const defaultSessionBounds: SessionBounds = {
  offerAcceptMs: 5_000,
  resumeGraceMs: 10_000,
  heartbeatWindowMs: 1_000,
  slowReaderMs: 10_000,
  slowReaderCutMs: 1_000,
  leasesMax: sessionLeasesMax,
};

/** How often a worker is to be heard of: one heartbeat of a TTL may be lost and the next one late. */
export const heartbeatsPerTtl = 3;

export function clampTtlMs(bounds: LeaseBounds, ...wishesMs: readonly (number | undefined)[]): number {
  const wish = wishesMs.find((ms) => ms !== undefined && ms > 0) ?? bounds.ttlDefaultMs;
  return Math.min(Math.max(wish, bounds.ttlMinMs), bounds.ttlMaxMs);
}
