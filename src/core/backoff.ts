// When a failed attempt is tried again.

export type Retry = {
  readonly initialMs: number;
  readonly multiplier: number;
  readonly maxMs: number;
  /** The part of a wait that it is moved by, up or down. */
  readonly jitter: number;
};

/** The wait after `attempt` (from 1) has failed; `random` is a draw from [0, 1). */
export function retryDelayMs(retry: Retry, attempt: number, random: number): number {
  // Powers soon grow beyond all numbers, and nothing times infinity is none.
  const grown = retry.initialMs === 0 ? 0 : retry.initialMs * retry.multiplier ** (attempt - 1);
  const exact = Math.min(grown, retry.maxMs);
  return Math.max(0, Math.round(exact * (1 + retry.jitter * (2 * random - 1))));
}
