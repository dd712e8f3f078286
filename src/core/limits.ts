// What the contract's messages may weigh where no field rule can say it, and what holds where a task is silent.

/** Bounds by the names they have in GetConfig. An operator may lower or raise those of the first group. */
export type Limits = {
  readonly payload_bytes_max: number;
  readonly result_bytes_max: number;
  readonly checkpoint_bytes_max: number;
  readonly receipt_body_bytes_max: number;
  readonly receipt_parents_max: number;
  readonly receipt_artifacts_max: number;
};

const kib = 1_024;

export const defaultLimits: Limits = {
  payload_bytes_max: 256 * kib,
  result_bytes_max: 256 * kib,
  checkpoint_bytes_max: 64 * kib,
  receipt_body_bytes_max: 64 * kib,
  receipt_parents_max: 10,
  receipt_artifacts_max: 100,
};

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
  /** How long beats may wait for others, so that they are written together. */
  readonly beatGatherMs: number;
  /** How long a worker's stream may leave what it is sent unread. */
  readonly slowReaderMs: number;
};

export const defaultSessionBounds: SessionBounds = {
  offerAcceptMs: 5_000,
  resumeGraceMs: 10_000,
  beatGatherMs: 1_000,
  slowReaderMs: 10_000,
};

export function clampTtlMs(bounds: LeaseBounds, ...wishesMs: readonly (number | undefined)[]): number {
  const wish = wishesMs.find((ms) => ms !== undefined && ms > 0) ?? bounds.ttlDefaultMs;
  return Math.min(Math.max(wish, bounds.ttlMinMs), bounds.ttlMaxMs);
}
